"""Writes pytorch.json: what PyTorch's schedulers do in 200 steps, and learning-rate range tests of its SGD.

    python crates/optim/tests/schedules/pytorch.py

Written with PyTorch 2.15. A schedule of which PyTorch has no scheduler is its formula, written here once more, in a `LambdaLR`. Where
ours stays at its last value and PyTorch's does not, the values end there. NaN is written as null.
"""

import json
import math
import pathlib
import random

import torch
from torch.optim import lr_scheduler as lr
from torch.optim.swa_utils import SWALR

torch.set_num_threads(1)

BASE = 0.3
STEPS = 200


def sgd(base=BASE):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base, momentum=0.9)


def run(make, read=lambda optimizer, scheduler: scheduler.get_last_lr()[0], steps=STEPS):
    optimizer = sgd()
    scheduler = make(optimizer)
    values = []
    for step in range(steps):
        values.append(float(read(optimizer, scheduler)))
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    return values


def momentum(make):
    return run(make, lambda optimizer, _: optimizer.param_groups[0]["momentum"])


def formula(f):
    return run(lambda o: lr.LambdaLR(o, lambda t: f(t) / BASE))


def sequence(parts, milestones):
    return lambda o: lr.SequentialLR(o, [part(o) for part in parts], milestones)


def cycle(**arguments):
    return lambda o: lr.OneCycleLR(o, max_lr=BASE, total_steps=STEPS, **arguments)


def cyclic(**arguments):
    return lambda o: lr.CyclicLR(o, base_lr=0.01, max_lr=BASE, **arguments)


def swa(factor, start, rate, period, strategy="cos"):
    """An exponential schedule up to a step, and from there on SWALR."""
    optimizer = sgd()
    scheduler = lr.ExponentialLR(optimizer, factor)
    values = []
    for step in range(STEPS):
        if step == start:
            scheduler = SWALR(optimizer, swa_lr=rate, anneal_epochs=period, anneal_strategy=strategy)
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


SCHEDULES = {
    "constant": run(lambda o: lr.ConstantLR(o, factor=1.0)),
    "closure": run(lambda o: lr.LambdaLR(o, lambda t: 1 / (1 + t))),
    "step": run(lambda o: lr.StepLR(o, step_size=30, gamma=0.5)),
    "step, every one": run(lambda o: lr.StepLR(o, step_size=1, gamma=0.97)),
    "multi-step": run(lambda o: lr.MultiStepLR(o, milestones=[5, 50, 51, 170], gamma=0.3)),
    "multi-step, none": run(lambda o: lr.MultiStepLR(o, milestones=[], gamma=0.3)),
    "piecewise": run(lambda o: lr.ConstantLR(o, factor=0.5, total_iters=20)),
    "exponential": run(lambda o: lr.ExponentialLR(o, gamma=0.98)),
    "linear, up": run(lambda o: lr.LinearLR(o, start_factor=0.25, end_factor=1.0, total_iters=40)),
    "linear, down": run(lambda o: lr.LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=150)),
    "polynomial": run(lambda o: lr.PolynomialLR(o, total_iters=150, power=2.0)),
    "polynomial, root": run(lambda o: lr.PolynomialLR(o, total_iters=180, power=0.5)),
    "cosine": run(lambda o: lr.CosineAnnealingLR(o, T_max=200, eta_min=0.01)),
    "cosine, short": run(lambda o: lr.CosineAnnealingLR(o, T_max=50, eta_min=0.1), steps=51),
    "restarts": run(lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=17)),
    "restarts, doubled": run(lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=10, T_mult=2, eta_min=0.01)),
    "restarts, tripled": run(lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=1, T_mult=3, eta_min=0.02)),
    "cyclical": run(cyclic(step_size_up=20)),
    "cyclical, slow fall": run(cyclic(step_size_up=10, step_size_down=25)),
    "cyclical, halving": run(cyclic(step_size_up=15, step_size_down=5, mode="triangular2")),
    "cyclical, shrinking": run(cyclic(step_size_up=12, mode="exp_range", gamma=0.99)),
    "cyclical, momentum": momentum(cyclic(step_size_up=15, step_size_down=5, mode="triangular2")),
    "one cycle": run(cycle()),
    "one cycle, momentum": momentum(cycle()),
    "one cycle, lines": run(cycle(anneal_strategy="linear", pct_start=0.4)),
    "one cycle, lines, momentum": momentum(cycle(anneal_strategy="linear", pct_start=0.4, base_momentum=0.7, max_momentum=0.9)),
    "one cycle, three phases": run(cycle(three_phase=True, div_factor=10.0, final_div_factor=100.0)),
    "one cycle, three phases, momentum": momentum(cycle(three_phase=True)),
    "one cycle, three lines": run(cycle(three_phase=True, anneal_strategy="linear", pct_start=0.45)),
    "one cycle, three lines, momentum": momentum(cycle(three_phase=True, anneal_strategy="linear", pct_start=0.45)),
    "one cycle, falling": run(cycle(pct_start=0.0)),
    "one cycle, rising": run(cycle(pct_start=1.0)),
    "inverse square root": formula(lambda t: BASE * 25**0.5 * min((t + 1) ** -0.5, (t + 1) * 25**-1.5)),
    "warm-up": run(
        sequence([lambda o: lr.LinearLR(o, start_factor=1 / 21, total_iters=20), lambda o: lr.ExponentialLR(o, gamma=0.98)], [20])
    ),
    "warm-up, initial": run(
        sequence([lambda o: lr.LinearLR(o, start_factor=0.1, total_iters=7), lambda o: lr.StepLR(o, step_size=9, gamma=0.8)], [7])
    ),
    "join": run(
        sequence(
            [
                lambda o: lr.ConstantLR(o, factor=0.1, total_iters=1000),
                lambda o: lr.CosineAnnealingLR(o, T_max=80, eta_min=0.05),
                lambda o: lr.StepLR(o, step_size=30, gamma=0.5),
            ],
            [20, 100],
        )
    ),
    "product": run(
        lambda o: lr.ChainedScheduler(
            [
                lr.LinearLR(o, start_factor=0.1, total_iters=20),
                lr.ExponentialLR(o, gamma=0.98),
                lr.MultiStepLR(o, milestones=[60, 120], gamma=0.5),
            ]
        )
    ),
    "swa, at once": swa(1.0, 0, 0.05, 10),
    "swa, at once, linear": swa(1.0, 0, 0.05, 10, "linear"),
    "swa": swa(0.97, 60, 0.02, 25),
    "swa, up, linear": swa(0.97, 60, 0.5, 40, "linear"),
    "swa, with a jump": swa(0.97, 60, 0.02, 0),
    "swa, of one step": swa(0.97, 1, 0.02, 1, "linear"),
    "plateau": run(lambda o: lr.ConstantLR(o, factor=1.0)),
}


def losses(seed, missing=0.0, lift=0.0, flat=1e-3):
    """Falls, ever slower, with noise."""
    draw = random.Random(seed)
    values = [math.exp(-t / 40) + flat * draw.gauss(0.0, 1.0) + lift for t in range(STEPS)]
    return [math.nan if draw.random() < missing else value for value in values]


PLATEAUS = {
    "usual": (dict(), losses(1, flat=0.05)),
    "impatient": (dict(patience=0, factor=0.7), losses(2, flat=0.05)),
    "cooling": (dict(patience=2, factor=0.5, cooldown=5), losses(3, flat=0.1)),
    "absolute": (dict(patience=3, factor=0.5, threshold=0.01, threshold_mode="abs"), losses(4)),
    "negative, absolute": (dict(patience=3, factor=0.5, threshold=0.01, threshold_mode="abs"), losses(5, lift=-2.0)),
    "relative": (dict(patience=4, factor=0.3, threshold=0.05), losses(6)),
    "maximize": (dict(mode="max", patience=2, factor=0.6, threshold=0.02), [1.5 - loss for loss in losses(7)]),
    "maximize, absolute": (
        dict(mode="max", patience=2, factor=0.6, threshold=0.02, threshold_mode="abs"),
        [0.5 - loss for loss in losses(8)],
    ),
    "minimum": (dict(patience=1, factor=0.5, min_lr=0.02), losses(9, flat=0.1)),
    "epsilon": (dict(patience=1, factor=0.5, eps=0.03), losses(10, flat=0.1)),
    "missing": (dict(patience=3, factor=0.5, cooldown=1), losses(11, missing=0.3, flat=0.02)),
    "nothing but missing": (dict(patience=5, factor=0.5), [math.nan] * STEPS),
}


def plateau(arguments, observed):
    optimizer = sgd()
    scheduler = lr.ReduceLROnPlateau(optimizer, **arguments)
    values = []
    for loss in observed:
        scheduler.step(loss)
        values.append(optimizer.param_groups[0]["lr"])
    return values


def bowl(curvatures):
    """The losses `½ Σ c x²` from `x = 1`, each before the step with its rate."""
    c = torch.tensor(curvatures, dtype=torch.float64)
    x = torch.ones_like(c, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=0.0, momentum=0.5)

    def step(_, rate):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss = 0.5 * (c * x * x).sum()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def noise(seed):
    """Losses of no model, of which many sequences fall equally long."""
    draw = random.Random(seed)
    return lambda i, _: 5.0 - 0.1 * i + draw.random()


def range_test(rates, loss_at, beta, diverges):
    """Smoothing, end and suggestions as in fastai's `LRFinder`, `steep` and `valley`."""
    raw, smoothed, mean, best, diverged = [], [], 0.0, math.inf, False
    for i, rate in enumerate(rates):
        raw.append(loss_at(i, rate))
        mean = beta * mean + (1 - beta) * raw[-1]
        smoothed.append(mean / (1 - beta ** (i + 1)))
        best = min(best, smoothed[-1])
        if smoothed[-1] > diverges * best:
            diverged = True
            break
    inner = range(len(rates) // 10, len(raw) - 5)
    s = [smoothed[i] for i in inner]
    slopes = [(s[k + 1] - s[k]) / math.log(rates[inner[k + 1]] / rates[inner[k]]) for k in range(len(s) - 1)]
    length = []
    for k, value in enumerate(s):
        length.append(1 + max((length[j] for j in range(k) if value < s[j]), default=0))
    end = length.index(max(length))
    third = min(end, length[end]) / 3
    middle = end - min(end, length[end]) + int(third) + int(third / 2)
    return {
        "rates": rates[: len(raw)],
        "losses": raw,
        "smoothed": smoothed,
        "diverged": diverged,
        "steepest": rates[inner[slopes.index(min(slopes))]],
        "valley": rates[inner[middle]],
    }


def geometric(low, high, steps):
    return [low * (high / low) ** (i / (steps - 1)) for i in range(steps)]


def arithmetic(low, high, steps):
    return [low + (high - low) * i / (steps - 1) for i in range(steps)]


RANGE_TESTS = {
    "usual": range_test(geometric(1e-4, 10.0, 100), bowl([1.0, 0.1, 3.0]), 0.98, 4.0),
    "little smoothing": range_test(geometric(1e-3, 5.0, 60), bowl([1.0, 0.1, 3.0]), 0.5, 2.5),
    "to the end": range_test(geometric(1e-5, 0.1, 80), bowl([1.0, 0.1, 3.0]), 0.9, 4.0),
    "linear": range_test(arithmetic(0.01, 2.0, 150), bowl([1.0, 0.1, 3.0]), 0.8, 3.0),
    "noise": range_test(geometric(1e-3, 1.0, 45), noise(13), 0.0, 4.0),
    "noise, linear": range_test(arithmetic(1e-3, 1.0, 35), noise(2), 0.3, 4.0),
}


def without_nan(value):
    if isinstance(value, dict):
        return {key: without_nan(value) for key, value in value.items()}
    if isinstance(value, list):
        return [without_nan(value) for value in value]
    return None if isinstance(value, float) and math.isnan(value) else value


fixture = {
    "made_by": f"torch {torch.__version__.split('+')[0]}",
    "schedules": SCHEDULES,
    "plateaus": {
        name: {"losses": observed, "values": plateau(arguments, observed)} for name, (arguments, observed) in PLATEAUS.items()
    },
    "range_tests": RANGE_TESTS,
}
text = json.dumps(without_nan(fixture), allow_nan=False)
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
