"""The limits of NumPy: the barest loop that still trains, and the matrix products alone.

The bare loop has weights and gradients in two flat vectors, does not shuffle, and computes neither loss nor metrics.
Both are also the yardsticks of `make bench-quick`.
"""

import numpy as np


class Bare:
    """A network and Adam in as few NumPy calls as they take."""

    def __init__(self, network):
        self.is_binary = network.is_binary
        weights = network.first_weights()
        self.values = np.concatenate([each.ravel() for pair in weights for each in pair])
        self.grads, self.m, self.v = (np.zeros_like(self.values) for _ in range(3))
        self.scratch = np.empty_like(self.values)
        self.t = 0
        self.layers, end = [], 0
        for kernel, bias in weights:
            views = []
            for array in (kernel, bias):
                where = slice(end, end + array.size)
                views += [self.values[where].reshape(array.shape), self.grads[where].reshape(array.shape)]
                end += array.size
            self.layers.append(views)

    def predict(self, x):
        *hidden, (kernel, _, bias, _) = self.layers
        for k, _, b, _ in hidden:
            x = x.dot(k)
            x += b
            np.maximum(x, 0, out=x)
        z = x.dot(kernel)
        z += bias
        return self.last(z)

    def last(self, z):
        if self.is_binary:
            np.negative(z, out=z)
            np.minimum(z, 80, out=z)
            np.exp(z, out=z)
            z += 1
            return np.divide(1, z, out=z)
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        return z

    def step(self, x, y):
        inputs = []
        *hidden, (kernel, _, bias, _) = self.layers
        for k, _, b, _ in hidden:
            inputs.append(x)
            x = x.dot(k)
            x += b
            np.maximum(x, 0, out=x)
        inputs.append(x)
        z = x.dot(kernel)
        z += bias
        dz = self.last(z)
        if self.is_binary:
            dz -= y
        else:
            dz[np.arange(len(y)), y] -= 1
        dz /= len(y)
        for index in range(len(self.layers) - 1, -1, -1):
            kernel, kernel_grad, _, bias_grad = self.layers[index]
            x = inputs[index]
            x.T.dot(dz, kernel_grad)
            np.add.reduce(dz, 0, out=bias_grad)
            if index:
                dz = dz.dot(kernel.T)
                dz *= x > 0
        self.adam()

    def adam(self):
        self.t += 1
        rate = 0.001 * (1 - 0.999**self.t) ** 0.5 / (1 - 0.9**self.t)
        g, m, v, scratch = self.grads, self.m, self.v, self.scratch
        m *= 0.9
        np.multiply(g, 0.1, out=scratch)
        m += scratch
        v *= 0.999
        np.multiply(g, g, out=scratch)
        scratch *= 0.001
        v += scratch
        np.sqrt(v, out=scratch)
        scratch += 1e-7
        np.divide(m, scratch, out=scratch)
        scratch *= rate
        self.values -= scratch


def loss_of(network, p, y):
    """The mean crossentropy: only to see that the loop trains, and not part of what is timed."""
    p = np.clip(p, 1e-7, 1 - 1e-7)
    if network.is_binary:
        return float(-np.mean(y * np.log(p[:, 0]) + (1 - y) * np.log(1 - p[:, 0])))
    return float(-np.mean(np.log(p[np.arange(len(y)), y])))


def fit(network, variant):
    return only_products(network) if variant == "gemm" else bare_loop(network)


def bare_loop(network):
    bare = Bare(network)
    x, y = network.data()
    targets = y[:, None] if network.is_binary else y
    size = network.batch_size

    def run(epochs):
        for _ in range(epochs):
            for start in range(0, len(x), size):
                bare.step(x[start : start + size], targets[start : start + size])

    run.loss = lambda: loss_of(network, bare.predict(x), y)
    return run


def only_products(network):
    """The products of a step, forward and backward, into arrays that are there already."""
    sizes, size = network.sizes, network.batch_size
    weights = [kernel for kernel, _ in network.first_weights()]
    grads = [np.empty_like(kernel) for kernel in weights]
    xs = [np.random.default_rng(2).standard_normal((size, units)).astype(np.float32) for units in sizes]
    out = [np.empty_like(x) for x in xs]

    def run(epochs):
        for _ in range(epochs * network.steps):
            for index, kernel in enumerate(weights):
                xs[index].dot(kernel, out[index + 1])
            for index in range(len(weights) - 1, -1, -1):
                xs[index].T.dot(xs[index + 1], grads[index])
                if index:
                    xs[index + 1].dot(weights[index].T, out[index])

    return run


def predict(network, variant, rows, batch_size=None):
    x, _ = network.data(rows)
    bare = Bare(network)
    size = batch_size or len(x)

    def run(calls):
        for _ in range(calls):
            np.concatenate([bare.predict(x[start : start + size]) for start in range(0, len(x), size)])

    return run
