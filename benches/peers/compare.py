"""tapegrad, its hand-written floor and the peers on the same CPU, in interleaved rounds: one Markdown table."""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKLOADS = json.loads((HERE.parent / "workloads.json").read_text())["workloads"]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target"))
CARGO = f"cargo bench --quiet --manifest-path {shlex.quote(str(HERE.parents[1] / 'Cargo.toml'))} --bench workloads --"
PEERS = {
    "candle": [str(TARGET / "release" / "peer-candle")],
    "torch": [sys.executable, str(HERE / "torch_peer.py")],
    "jax": [sys.executable, str(HERE / "jax_peer.py")],
    "jax-scan": [sys.executable, str(HERE / "jax_peer.py"), "--scan"],
}


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="per program, workload and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="and as many CPUs")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--tapegrad", default=CARGO, metavar="COMMAND", help="the program, or a command that runs it")
    return parser.parse_args()


def run(command, workload, opts):
    """The program's JSON line, or None if it has none with a time."""
    command = command + ["--workload", workload, "--seconds", str(opts.seconds), "--threads", str(opts.threads)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
        line = json.loads(done.stdout.strip().splitlines()[-1])
    except OSError as problem:
        print(f"{shlex.join(command)}: {problem}", file=sys.stderr)
    except (IndexError, json.JSONDecodeError):
        print(f"{shlex.join(command)}: no line\n{done.stderr[-2000:]}", file=sys.stderr)
    else:
        return line if "us_per_step" in line else None


def strays(lines, tolerance):
    """The programs whose trace is not that of the others (of the median, and of the lower one of two)."""
    found = set()
    for step in {step for line in lines.values() for step in line["trace"]}:
        values = {name: line["trace"][step] for name, line in lines.items() if step in line["trace"]}
        usual = statistics.median_low(values.values())
        # Not `>`, which NaN would pass.
        found |= {n for n, v in values.items() if not abs(v - usual) <= tolerance * max(abs(usual), 0.01)}
    return found


def row(workload, programs, lines):
    odd = strays(lines, WORKLOADS[workload]["trace_rtol"])
    cells = [workload]
    for name in programs:
        if name not in lines:
            cells.append("–")
            continue
        us = lines[name]["us_per_step"]
        cell = f"{us:.{1 if us < 1000 else 0}f}"
        if name in PEERS and "tapegrad" in lines:
            cell += f" ({us / lines['tapegrad']['us_per_step']:.2f}×)"
        cells.append(cell + (" !" if name in odd else ""))
    return cells


def main():
    opts = options()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: opts.threads])  # the programs inherit it
    tapegrad = shlex.split(opts.tapegrad)
    programs = {"tapegrad": tapegrad, "floor": tapegrad + ["--floor"]} | {name: PEERS[name] for name in opts.peers}

    best = {workload: {} for workload in opts.workloads}
    for turn in range(opts.rounds):
        for workload in opts.workloads:
            for name, command in programs.items():
                print(f"round {turn + 1}: {workload}, {name}", file=sys.stderr)
                line = run(command, workload, opts)
                so_far = best[workload].get(name)
                if line and (so_far is None or line["us_per_step"] < so_far["us_per_step"]):
                    best[workload][name] = line

    table = [["workload"] + [f"{name} µs" for name in programs], ["---"] + ["---:"] * len(programs)]
    table += [row(workload, programs, lines) for workload, lines in best.items()]
    for cells in table:
        print("| " + " | ".join(cells) + " |")
    print(f"\nµs per step, {opts.threads} thread(s), best of {opts.rounds} rounds; (n×): tapegrad is n times faster.")
    if any(cell.endswith("!") for cells in table for cell in cells):
        print("!: its losses are not those of the others.")


main()
