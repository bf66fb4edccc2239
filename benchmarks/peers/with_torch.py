"""Plain PyTorch: the loop that its tutorials teach, without a DataLoader, which would cost more than the training.

Small networks get one thread: with two, waiting for each other takes longer than the arithmetic (on a busy machine ten
times as long).
"""

import torch

ALL_THREADS = torch.get_num_threads()


def choose_threads(network):
    torch.set_num_threads(1 if network.num_parameters < 100_000 else ALL_THREADS)


def new_module(network):
    layers = []
    for inputs, units in zip(network.sizes, network.sizes[1:]):
        layers += [torch.nn.Linear(inputs, units), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def loss_of(network):
    return torch.nn.BCEWithLogitsLoss() if network.is_binary else torch.nn.CrossEntropyLoss()


def tensors(network, rows=None):
    x, y = network.data(rows)
    return torch.from_numpy(x), torch.from_numpy(y)[:, None] if network.is_binary else torch.from_numpy(y).long()


def num_right(network, z, y):
    return ((z > 0) == (y > 0.5)).sum() if network.is_binary else (z.argmax(dim=1) == y).sum()


def fit(network, variant):
    choose_threads(network)
    module, loss_function = new_module(network), loss_of(network)
    optimizer = torch.optim.Adam(module.parameters(), fused=variant == "fused" or None)
    x, y = tensors(network)
    size = network.batch_size

    def epoch():
        order = torch.randperm(len(x))
        rows_x, rows_y = x[order], y[order]
        total, right = torch.zeros(()), torch.zeros(())
        for start in range(0, len(x), size):
            batch_x, batch_y = rows_x[start : start + size], rows_y[start : start + size]
            optimizer.zero_grad()
            z = module(batch_x)
            loss = loss_function(z, batch_y)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                total += loss * len(batch_x)
                right += num_right(network, z, batch_y)
        return total.item() / len(x), right.item() / len(x)

    def run(epochs):
        for _ in range(epochs):
            loss, _ = epoch()
        return loss

    return run


def predict(network, variant, rows, batch_size=None):
    torch.set_num_threads(ALL_THREADS)
    module, (x, _) = new_module(network), tensors(network, rows)
    last = torch.sigmoid if network.is_binary else torch.nn.Softmax(dim=1)

    def run(calls):
        with torch.inference_mode():
            for _ in range(calls):
                last(module(x)).numpy()

    return run


def evaluate(network, variant, rows):
    torch.set_num_threads(ALL_THREADS)
    module, loss_function, (x, y) = new_module(network), loss_of(network), tensors(network, rows)

    def run(calls):
        with torch.inference_mode():
            for _ in range(calls):
                z = module(x)
                loss_function(z, y).item()
                num_right(network, z, y).item()

    return run
