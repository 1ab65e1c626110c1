"""Writes optax.json: 200 values of optax's schedules in double precision.

    pip install optax
    python crates/optim/tests/schedules/optax.py

Written with optax 0.2.8.
"""

import json
import os
import pathlib
import sys

os.environ["JAX_ENABLE_X64"] = "true"
sys.path.pop(0)  # this folder, in which `optax` is this file

import optax  # noqa: E402


def join(parts, boundaries):
    return optax.join_schedules(parts, boundaries)


SCHEDULES = {
    "piecewise, three": optax.piecewise_constant_schedule(0.3, {30: 0.5, 80: 0.1, 81: 2.0}),
    "linear, to a number": optax.linear_schedule(0.3, 0.02, 120),
    "polynomial, to a number": optax.polynomial_schedule(0.3, 0.02, 3.0, 120),
    "warm-up, cosine": optax.warmup_cosine_decay_schedule(0.02, 0.3, 30, 180, end_value=0.01),
    "join, three": join([optax.linear_schedule(0.0, 0.3, 20), optax.constant_schedule(0.3), optax.exponential_decay(0.3, 1, 0.97)], [20, 90]),
}
fixture = {
    "made_by": f"optax {optax.__version__}",
    "schedules": {name: [float(schedule(step)) for step in range(200)] for name, schedule in SCHEDULES.items()},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture) + "\n")
