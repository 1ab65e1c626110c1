"""What the Python peers share: the options, the data of ../workloads.json, and the clock."""

import argparse
import json
import os
import statistics
import time
from pathlib import Path

FILE = json.loads((Path(__file__).resolve().parents[1] / "workloads.json").read_text())
WORKLOADS, SEED, TRACED = FILE["workloads"], FILE["seed"], FILE["trace_steps"]


def options(*flags):
    """Parses the command line and keeps the process to --threads CPUs.

    To be called before numpy or a framework is imported: they count the CPUs when they load.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=WORKLOADS, required=True)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--threads", type=int, default=1)
    for flag in flags:
        parser.add_argument(flag, action="store_true")
    opts = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: opts.threads])
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(opts.threads)
    os.environ["OPENBLAS_NUM_THREADS"] = str(opts.threads)
    return opts


def draws(stream, count):
    """The first `count` numbers in [0, 1) of a stream: SplitMix64, all at once."""
    import numpy as np

    def scramble(bits):
        for shift, factor in (30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB):
            bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
        return bits ^ (bits >> np.uint64(31))

    ticks = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    start = scramble(np.full(1, SEED + stream, dtype=np.uint64))
    return (scramble(start + ticks) >> np.uint64(11)).astype(np.float64) / 2**53


def gaussians(stream, *shape):
    """Normal numbers in float64, each from two draws (Box and Muller's cosine)."""
    import numpy as np

    pairs = draws(stream, 2 * int(np.prod(shape)))
    radius = np.sqrt(-2.0 * np.log1p(-pairs[0::2]))
    return (radius * np.cos(2.0 * np.pi * pairs[1::2])).reshape(shape)


def layer_shapes(workload):
    sizes = WORKLOADS[workload]["sizes"]
    return list(zip(sizes[:-1], sizes[1:]))


def initial(workload):
    """The weight [fan_in, fan_out] and the bias of each layer, in float32."""
    import numpy as np

    layers, shapes = [], layer_shapes(workload)
    for i, (rows, cols) in enumerate(shapes):
        relu = WORKLOADS[workload]["activation"] == "relu" and i + 1 < len(shapes)
        bound = np.sqrt((6 if relu else 3) / rows)
        weight = (2.0 * draws(100 + i, rows * cols) - 1.0) * bound
        layers.append((weight.reshape(rows, cols).astype(np.float32), np.zeros(cols, np.float32)))
    return layers


def batches(workload):
    """Inputs and targets, one pair per batch: float32 targets, or int64 classes for `ce`."""
    import numpy as np

    w = WORKLOADS[workload]
    width, outputs = w["sizes"][0], w["sizes"][-1]
    inputs = gaussians(2, w["n_batches"] * w["batch"], width)
    scores = inputs @ gaussians(1, width, outputs) / np.sqrt(width)
    if w["loss"] == "ce":
        targets = scores.argmax(axis=1)
    else:
        targets = (np.tanh(scores) if w["loss"] == "mse" else scores > 0).astype(np.float32)
    inputs = inputs.astype(np.float32)
    return list(zip(np.split(inputs, w["n_batches"]), np.split(targets, w["n_batches"])))


def penalties(workload):
    """The L2 factor of each layer's weight."""
    return WORKLOADS[workload].get("l2") or [0.0] * len(layer_shapes(workload))


def direction(workload):
    """`hvp`: the vector's part for each layer's weight and bias."""
    import numpy as np

    return [
        tuple(gaussians(200 + 2 * i + j, *shape).astype(np.float32) for j, shape in enumerate([pair, pair[1:]]))
        for i, pair in enumerate(layer_shapes(workload))
    ]


def parameter_and_gradient(workload):
    """`opt`: the tensor to update, and its gradient."""
    import numpy as np

    count = WORKLOADS[workload]["n_params"]
    return gaussians(301, count).astype(np.float32), (0.01 * gaussians(300, count)).astype(np.float32)


def measure(peer, version, opts, step, read, wait=lambda result: None, steps_per_call=1):
    """Calls `step` for some `opts.seconds` and prints the JSON line.

    `read(result)` gives the losses of the call's steps as floats, `wait(result)` returns when it is computed.
    """

    def timed(calls):
        begin = time.perf_counter()
        for _ in range(calls):
            result = step()
        wait(result)
        return time.perf_counter() - begin

    losses = []
    while len(losses) < max(TRACED):  # from the fixed start, and untimed: compilers do their work here
        losses += read(step())

    calls, spent = 1, timed(1)
    while spent < opts.seconds / 20:
        calls *= 2
        spent = timed(calls)
    calls = max(1, round(calls * opts.seconds / 20 / spent))

    chunks = []
    while sum(chunks) < opts.seconds or len(chunks) < 3:
        chunks.append(timed(calls))
    per_chunk = calls * steps_per_call
    print(
        json.dumps(
            {
                "peer": peer,
                "version": version,
                "workload": opts.workload,
                "threads": opts.threads,
                "steps": per_chunk * len(chunks),
                "seconds": round(sum(chunks), 4),
                "us_per_step": round(statistics.median(chunks) / per_chunk * 1e6, 3),
                "trace": {str(n): losses[n - 1] for n in TRACED},
            }
        )
    )


def unsupported(peer, opts, why):
    print(json.dumps({"peer": peer, "workload": opts.workload, "threads": opts.threads, "unsupported": why}))
