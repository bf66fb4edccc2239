"""JAX as an expert writes it: one compiled function per epoch, `lax.scan` over its batches, shuffle and loss inside."""

import functools

import jax
import jax.numpy as jnp


def forward(weights, x):
    """The last layer's weighted sums."""
    *hidden, (kernel, bias) = weights
    for k, b in hidden:
        x = jax.nn.relu(x @ k + b)
    return x @ kernel + bias


def mean_loss(is_binary, weights, x, y):
    """The loss, and with it how many rows are right."""
    z = forward(weights, x)
    if is_binary:
        z = z[:, 0]
        return jnp.mean(jax.nn.softplus(z) - y * z), jnp.sum((z > 0) == (y > 0.5))
    log_p = jax.nn.log_softmax(z)
    return -jnp.mean(jnp.take_along_axis(log_p, y[:, None], axis=1)), jnp.sum(z.argmax(axis=1) == y)


def adam(state, slopes):
    weights, m, v, t = state
    t = t + 1
    rate = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, slopes)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, slopes)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
    return weights, m, v, t


def fit(network, variant):
    x, y = (jnp.asarray(each) for each in network.data())
    size, full = network.batch_size, network.rows // network.batch_size
    slope_of_loss = jax.value_and_grad(functools.partial(mean_loss, network.is_binary), has_aux=True)

    def step(state, batch):
        (loss, right), slopes = slope_of_loss(state[0], *batch)
        return adam(state, slopes), (loss * len(batch[0]), right)

    @functools.partial(jax.jit, donate_argnums=0)
    def epoch(state, key):
        order = jax.random.permutation(key, network.rows)
        rows_x, rows_y = x[order], y[order]
        batches = [each[: full * size].reshape(full, size, *each.shape[1:]) for each in (rows_x, rows_y)]
        state, (losses, rights) = jax.lax.scan(step, state, tuple(batches))
        total, right = losses.sum(), rights.sum()
        if full * size < network.rows:
            state, (loss, more) = step(state, (rows_x[full * size :], rows_y[full * size :]))
            total, right = total + loss, right + more
        return state, total / network.rows, right / network.rows

    weights = jax.tree.map(jnp.asarray, network.first_weights())
    zeros = jax.tree.map(jnp.zeros_like, weights)
    held = {"state": (weights, zeros, jax.tree.map(jnp.copy, zeros), jnp.float32(0)), "key": jax.random.key(0)}

    def run(epochs):
        for _ in range(epochs):
            held["key"], key = jax.random.split(held["key"])
            held["state"], loss, right = epoch(held["state"], key)
            loss, right = float(loss), float(right)
        return loss

    return run


def predict(network, variant, rows, batch_size=None):
    x, _ = network.data(rows)
    weights = jax.tree.map(jnp.asarray, network.first_weights())
    last = jax.nn.sigmoid if network.is_binary else jax.nn.softmax
    answer = jax.jit(lambda x: last(forward(weights, x)))

    def run(calls):
        for _ in range(calls):
            jax.device_get(answer(x))

    return run


def evaluate(network, variant, rows):
    x, y = network.data(rows)
    weights = jax.tree.map(jnp.asarray, network.first_weights())
    score = jax.jit(functools.partial(mean_loss, network.is_binary))

    def run(calls):
        for _ in range(calls):
            jax.device_get(score(weights, x, y))

    return run
