"""What training is, in plain Python: lists and loops, no tricks. The fast engine is checked against it.

A network is a list of layers `(kernel, bias, activation)`: `kernel[i][j]` leads from input i to unit j.
"""

import math

ACTIVATIONS = {
    "linear": (lambda z: z, lambda z, y: 1.0),
    "relu": (lambda z: max(z, 0.0), lambda z, y: 1.0 if z > 0 else 0.0),
    "tanh": (math.tanh, lambda z, y: 1 - y * y),
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z, y: y * (1 - y)),
}


def forward(network, x):
    """The inputs of each layer, its weighted sums and its outputs, for one row `x`."""
    trace = []
    for kernel, bias, activation in network:
        z = [bias[j] + sum(x[i] * kernel[i][j] for i in range(len(x))) for j in range(len(bias))]
        y = softmax(z) if activation == "softmax" else [ACTIVATIONS[activation][0](number) for number in z]
        trace.append((x, z, y))
        x = y
    return trace


def softmax(z):
    powers = [math.exp(number - max(z)) for number in z]
    return [power / sum(powers) for power in powers]


def mean_squared_error(target, output):
    return sum((p - t) ** 2 for t, p in zip(target, output)) / len(output)


def binary_crossentropy(target, output):
    return -sum(t * math.log(p) + (1 - t) * math.log(1 - p) for t, p in zip(target, output)) / len(output)


def categorical_crossentropy(target, output):
    return -sum(t * math.log(p) for t, p in zip(target, output))


LOSSES = {
    "mean_squared_error": mean_squared_error,
    "binary_crossentropy": binary_crossentropy,
    "categorical_crossentropy": categorical_crossentropy,
}


def loss_of_rows(network, rows, targets, loss):
    """The mean loss over rows."""
    return sum(LOSSES[loss](t, forward(network, x)[-1][2]) for x, t in zip(rows, targets)) / len(rows)


def slope_of_loss(loss, target, output):
    """d loss / d output, by the textbook."""
    n = len(output)
    if loss == "mean_squared_error":
        return [2 * (p - t) / n for t, p in zip(target, output)]
    if loss == "binary_crossentropy":
        return [(p - t) / (p * (1 - p)) / n for t, p in zip(target, output)]
    return [-t / p for t, p in zip(target, output)]


def backward(network, trace, dy):
    """The gradients `(kernel, bias)` of every layer for one row, from the gradient of the output."""
    gradients = []
    for (kernel, _, activation), (x, z, y) in zip(reversed(network), reversed(trace)):
        if activation == "softmax":
            mixed = sum(d * p for d, p in zip(dy, y))
            dz = [p * (d - mixed) for d, p in zip(dy, y)]
        else:
            dz = [d * ACTIVATIONS[activation][1](a, b) for d, a, b in zip(dy, z, y)]
        gradients.append(([[number * d for d in dz] for number in x], dz))
        dy = [sum(kernel[i][j] * dz[j] for j in range(len(dz))) for i in range(len(x))]
    return gradients[::-1]


def gradients_of_rows(network, rows, targets, loss):
    """The gradients of the mean loss over rows, one pair `(kernel, bias)` per layer."""
    total = [([[0.0] * len(bias) for _ in kernel], [0.0] * len(bias)) for kernel, bias, _ in network]
    for x, target in zip(rows, targets):
        trace = forward(network, x)
        for (kernel_sum, bias_sum), (kernel, bias) in zip(
            total, backward(network, trace, slope_of_loss(loss, target, trace[-1][2]))
        ):
            for j, number in enumerate(bias):
                bias_sum[j] += number / len(rows)
                for i in range(len(kernel)):
                    kernel_sum[i][j] += kernel[i][j] / len(rows)
    return total


class Adam:
    """Kingma and Ba's algorithm for a flat list of numbers."""

    def __init__(self, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.rate, self.beta_1, self.beta_2, self.epsilon = rate, beta_1, beta_2, epsilon
        self.t, self.m, self.v = 0, None, None

    def step(self, weights, gradients):
        self.t += 1
        self.m = self.m or [0.0] * len(weights)
        self.v = self.v or [0.0] * len(weights)
        rate = self.rate * math.sqrt(1 - self.beta_2**self.t) / (1 - self.beta_1**self.t)
        for i, g in enumerate(gradients):
            self.m[i] = self.beta_1 * self.m[i] + (1 - self.beta_1) * g
            self.v[i] = self.beta_2 * self.v[i] + (1 - self.beta_2) * g * g
            weights[i] -= rate * self.m[i] / (math.sqrt(self.v[i]) + self.epsilon)


def sgd(weights, gradients, rate):
    for i, g in enumerate(gradients):
        weights[i] -= rate * g


def flat(layers):
    """All numbers of `[(kernel, bias), …]` in the engine's order: kernel row by row, then bias, layer by layer."""
    return [number for kernel, bias, *_ in layers for row in [*kernel, bias] for number in row]
