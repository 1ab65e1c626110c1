"""JAX with optax: one compiled call per step, or with --scan one per pass of 16 steps."""

import os
from itertools import cycle

import workloads

opts = workloads.options("--scan")
os.environ["JAX_PLATFORMS"] = "cpu"
if opts.threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax
import numpy as np
import optax
from jax import numpy as jnp

PASS = 16
PEER = "jax-scan" if opts.scan else "jax"
name, work = opts.workload, workloads.WORKLOADS[opts.workload]


def device(tree):
    return jax.tree.map(jnp.asarray, tree)


def forward(layers, x):
    activate = jnp.tanh if work["activation"] == "tanh" else jax.nn.relu
    *hidden, (weight, bias) = layers
    for w, b in hidden:
        x = activate(x @ w + b)
    return x @ weight + bias


def loss(layers, x, y):
    logits = forward(layers, x)
    if work["loss"] == "mse":
        total = jnp.square(logits - y).mean()
    elif work["loss"] == "bce":
        total = optax.sigmoid_binary_cross_entropy(logits, y).mean()
    else:
        total = optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()
    for (weight, _), factor in zip(layers, workloads.penalties(name)):
        if factor:
            total += factor * jnp.square(weight).sum()
    return total


def optimizer():
    settings = work["optimizer"]
    rate, decay = settings["lr"], settings.get("weight_decay", 0.0)
    if settings["name"] == "sgd":
        return optax.chain(optax.add_decayed_weights(decay), optax.sgd(rate, settings["momentum"]))
    b1, b2 = settings["betas"]
    if settings["name"] == "adam":
        return optax.adam(rate, b1, b2, settings["eps"])
    return optax.adamw(rate, b1, b2, settings["eps"], weight_decay=decay)


def measure(step, read, **more):
    more = {"wait": jax.block_until_ready} | more
    workloads.measure(PEER, jax.__version__, opts, step, lambda r: np.ravel(read(r)).tolist(), **more)


def train():
    update, layers = optimizer(), device(workloads.initial(name))

    def advance(state, batch):
        layers, moments = state
        value, gradient = jax.value_and_grad(loss)(layers, *batch)
        change, moments = update.update(gradient, moments, layers)
        return (optax.apply_updates(layers, change), moments), value

    state, data = (layers, update.init(layers)), workloads.batches(name)
    if opts.scan:
        feed = cycle(data)
        data = [[np.stack(part) for part in zip(*(next(feed) for _ in range(PASS)))]]
        one, advance = advance, lambda state, batches: jax.lax.scan(one, state, batches)
    compiled, feed = jax.jit(advance, donate_argnums=0), cycle(device(data))

    def step():
        nonlocal state
        state, losses = compiled(state, next(feed))
        return losses

    measure(step, lambda losses: losses, steps_per_call=PASS if opts.scan else 1)


def infer():
    layers, apply = device(workloads.initial(name)), jax.jit(forward)
    inputs = cycle(device([x for x, _ in workloads.batches(name)]))
    # Whoever asks for one answer waits for it: no calls in flight.
    measure(lambda: apply(layers, next(inputs)).block_until_ready(), jnp.mean)


def opt():
    update = optimizer()
    parameter, gradient = device(workloads.parameter_and_gradient(name))

    def advance(state, gradient):
        parameter, moments = state
        change, moments = update.update(gradient, moments, parameter)
        return optax.apply_updates(parameter, change), moments

    compiled, state = jax.jit(advance, donate_argnums=0), (parameter, update.init(parameter))

    def step():
        nonlocal state
        state = compiled(state, gradient)
        return state[0]

    measure(step, lambda parameter: np.square(parameter, dtype=np.float64).mean())


def hvp():
    layers, vector = device(workloads.initial(name)), device(workloads.direction(name))
    data = cycle(device(workloads.batches(name)))

    @jax.jit
    def product(x, y):
        return jax.jvp(lambda at: jax.grad(loss)(at, x, y), (layers,), (vector,))[1]

    measure(lambda: product(*next(data)), lambda p: optax.tree.vdot(p, vector))


if opts.scan and work["kind"] != "train":
    workloads.unsupported(PEER, opts, "only training is a loop to scan")
else:
    {"train": train, "infer": infer, "opt": opt, "hvp": hvp}[work["kind"]]()
