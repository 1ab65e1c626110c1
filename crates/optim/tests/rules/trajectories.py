"""Writes trajectories.json: 200 steps of PyTorch's and optax's optimizers in float64, the weights at a few of them.

    pip install torch optax
    python crates/optim/tests/rules/trajectories.py

Written with PyTorch 2.15 and optax 0.2.8 (jax 0.10.2). The weights are a matrix, an empty one, a scalar and one that lies in
column-major order. Of the weights in one row, the i-th has at the step t = 1, 2, ... the gradient

    k x / sqrt(1 + x^2) + 0.3 s / sqrt(1 + s^2) + a cos(0.9 t + i),    k = 0.5 + 0.1 i,  a = 0.4 + 0.05 i,  s the sum of all,

which is that of no quadratic, differs from weight to weight, and turns its sign at steps that do not hang on rounding.
"""

import json
import math
import pathlib

import jax
import numpy
import optax
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

STEPS = [1, 2, 3, 10, 50, 200]
SHAPES = [(2, 1), (0, 3), (), (2, 3)]
START = [1.5 * math.sin(1.7 * i + 1.0) for i in range(9)]
DECAY = 0.1


def gradient(x, t):
    s = math.fsum(x)
    common = 0.3 * s / math.sqrt(1.0 + s * s)
    return [
        (0.5 + 0.1 * i) * x / math.sqrt(1.0 + x * x) + common + (0.4 + 0.05 * i) * math.cos(0.9 * t + i)
        for i, x in enumerate(x)
    ]


def split(numbers):
    parts = []
    for shape in SHAPES:
        count = math.prod(shape)
        parts.append(numpy.array(numbers[:count]).reshape(shape))
        numbers = numbers[count:]
    return parts


def flat(parts):
    return [float(x) for part in parts for x in numpy.asarray(part).reshape(-1)]


def torch_row(make, **arguments):
    start = [torch.tensor(part) for part in split(START)]
    start[3] = start[3].T.contiguous().T
    params = [torch.nn.Parameter(part) for part in start]
    assert not params[3].is_contiguous()
    optimizer, states = make(params, **arguments), []
    for t in range(1, max(STEPS) + 1):
        for param, g in zip(params, split(gradient(flat(p.detach() for p in params), t)), strict=True):
            param.grad = torch.tensor(g)
        optimizer.step()
        if t in STEPS:
            states.append(flat(p.detach() for p in params))
    return states


def optax_row(make):
    params, states = [jax.numpy.array(part) for part in split(START)], []
    memory = make.init(params)
    for t in range(1, max(STEPS) + 1):
        g = [jax.numpy.array(part) for part in split(gradient(flat(params), t))]
        updates, memory = make.update(g, memory, params)
        params = optax.apply_updates(params, updates)
        if t in STEPS:
            states.append(flat(params))
    return states


t = torch.optim
# name -> (the class, what it is called for decoupled decay, its arguments)
PYTORCH = {
    "sgd": (t.SGD, None, dict(lr=0.05)),
    "momentum": (t.SGD, None, dict(lr=0.02, momentum=0.9)),
    "momentum dampening": (t.SGD, None, dict(lr=0.05, momentum=0.8, dampening=0.3)),
    "nesterov": (t.SGD, None, dict(lr=0.02, momentum=0.8, nesterov=True)),
    "rms_prop": (t.RMSprop, None, dict(lr=0.005)),
    "rms_prop alpha": (t.RMSprop, None, dict(lr=0.005, alpha=0.9, eps=1e-3)),
    "rms_prop centred": (t.RMSprop, None, dict(lr=0.005, centered=True)),
    "rms_prop momentum": (t.RMSprop, None, dict(lr=0.002, momentum=0.7)),
    "rms_prop centred momentum": (t.RMSprop, None, dict(lr=0.002, alpha=0.98, centered=True, momentum=0.5)),
    "adagrad": (t.Adagrad, None, dict(lr=0.1)),
    "adagrad lr_decay": (t.Adagrad, None, dict(lr=0.1, lr_decay=0.02)),
    "adagrad initial": (t.Adagrad, None, dict(lr=0.1, initial_accumulator_value=0.5, eps=1e-3)),
    "adadelta": (t.Adadelta, None, dict(lr=1.0)),
    "adadelta rho": (t.Adadelta, None, dict(lr=0.5, rho=0.95, eps=1e-4)),
    "adam": (t.Adam, t.AdamW, dict(lr=0.01)),
    "adam betas": (t.Adam, t.AdamW, dict(lr=0.005, betas=(0.8, 0.95), eps=1e-3)),
    "adam amsgrad": (t.Adam, t.AdamW, dict(lr=0.01, betas=(0.9, 0.9), amsgrad=True)),
    "adamax": (t.Adamax, None, dict(lr=0.01)),
    "adamax betas": (t.Adamax, None, dict(lr=0.01, betas=(0.8, 0.9), eps=1e-2)),
    "nadam": (t.NAdam, "flag", dict(lr=0.01)),
    "nadam betas": (t.NAdam, "flag", dict(lr=0.005, betas=(0.8, 0.95), eps=1e-3)),
    "nadam momentum_decay": (t.NAdam, "flag", dict(lr=0.01, betas=(0.98, 0.999), momentum_decay=0.3)),
    "nadam no momentum_decay": (t.NAdam, "flag", dict(lr=0.01, momentum_decay=0.0)),
    "radam": (t.RAdam, "flag", dict(lr=0.02)),
    "radam betas": (t.RAdam, "flag", dict(lr=0.01, betas=(0.8, 0.9), eps=1e-3)),
    "radam short": (t.RAdam, "flag", dict(lr=0.02, betas=(0.9, 0.6))),
    "rprop": (t.Rprop, None, dict(lr=0.01)),
    "rprop etas": (t.Rprop, None, dict(lr=0.02, etas=(0.6, 1.5), step_sizes=(0.005, 0.08))),
}
rows = {}
for name, (make, decoupled, arguments) in PYTORCH.items():
    rows[name] = torch_row(make, **arguments)
    if make is not t.Rprop:
        rows[name + ", coupled"] = torch_row(make, **arguments, weight_decay=DECAY)
    if decoupled == "flag":
        rows[name + ", decoupled"] = torch_row(make, **arguments, weight_decay=DECAY, decoupled_weight_decay=True)
    elif decoupled:
        rows[name + ", decoupled"] = torch_row(decoupled, **arguments, weight_decay=DECAY)

# name -> (the learning rate, what makes the direction, what scales it)
OPTAX = {
    "lion": (0.005, optax.scale_by_lion(), None),
    "lion betas": (0.01, optax.scale_by_lion(0.5, 0.8), None),
    "lamb": (0.01, optax.scale_by_adam(eps=1e-6), optax.scale_by_trust_ratio()),
    "lamb betas": (0.02, optax.scale_by_adam(0.8, 0.95, eps=1e-3), optax.scale_by_trust_ratio()),
    "yogi": (0.01, optax.scale_by_yogi(), None),
    "yogi betas": (0.01, optax.scale_by_yogi(0.8, 0.9, eps=1e-2, initial_accumulator_value=0.1), None),
}
for name, (lr, direction, scale) in OPTAX.items():
    decay = optax.add_decayed_weights(DECAY)
    last = ([scale] if scale else []) + [optax.scale_by_learning_rate(lr)]
    rows[name] = optax_row(optax.chain(direction, *last))
    rows[name + ", coupled"] = optax_row(optax.chain(decay, direction, *last))
    rows[name + ", decoupled"] = optax_row(optax.chain(direction, decay, *last))
# That the pieces are the whole.
for whole, name in [
    (optax.lion(0.005, weight_decay=DECAY), "lion, decoupled"),
    (optax.lamb(0.01, weight_decay=DECAY), "lamb, decoupled"),
    (optax.yogi(0.01), "yogi"),
]:
    assert optax_row(whole) == rows[name], name

numbers = lambda state: "[" + ", ".join(repr(x) for x in state) + "]"
lines = [
    f"{json.dumps(name)}: [\n" + ",\n".join(numbers(state) for state in states) + "]" for name, states in rows.items()
]
pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "}\n")
