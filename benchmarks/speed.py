"""The library beside its peers: ``make bench``, or ``python benchmarks/speed.py`` with [bench].

Eight workloads, each peer in a process of its own, one thread, one processor, in turns. Prints a
table in Markdown, writes ``benchmarks/results.json``, and draws ``benchmarks/speed.svg``. Names of
workloads as arguments run these alone and write nothing. The run ends at once if two peers disagree
on what three steps make. Quote ratios, not seconds, and name the machine.
"""

from __future__ import annotations

import os
import sys

for library in ("OMP", "OPENBLAS", "MKL"):  # before NumPy starts its threads
    os.environ[f"{library}_NUM_THREADS"] = "1"

import json  # noqa: E402
import platform  # noqa: E402
from importlib.metadata import version  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import growth  # noqa: E402
from runner import Worker, ratio, timed, workload  # noqa: E402
from workloads import WORKLOADS, Workload  # noqa: E402

import backprop_lib as bp  # noqa: E402

HERE = Path(__file__).resolve().parent
ROUNDS = 9
OURS = "the library"
PEERS = {
    OURS: "ours",
    "PyTorch": "pytorch",
    "JAX, jit per step": "jax_jit:step",
    "JAX, scan": "jax_jit:scan",
    "HIPS autograd": "hips",
    "scikit-learn": "scikit",
    "micrograd": "scalars",
    "plain NumPy": "plain_numpy",
    "NumPy by hand": "by_hand",
}
PACKAGES = ("numpy", "torch", "jax", "autograd", "scikit-learn", "micrograd")


def machine() -> str:
    """Name the processor and the system."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        facts = dict(
            [part.strip() for part in line.split(":", 1)]
            for line in cpuinfo.read_text().splitlines()
            if ":" in line
        )
        name = facts.get("model name", name)
        if "model" in facts:
            name += f", family {facts.get('cpu family')} model {facts['model']}"
    return f"{name}, {platform.system()}, Python {platform.python_version()}"


def compare(work: Workload, peers: list[Worker]) -> list[dict[str, Any]]:
    """Return a row for every peer that does this work."""
    times = timed(work, peers, ROUNDS if work.dtype == "float64" else ROUNDS // 2 + 1)
    ours = times.pop(OURS)
    rows = []
    for name, theirs in times.items():
        median, low, high = ratio(theirs, ours)
        rows.append({"workload": work.key, "peer": name, "ratio": median, "low": low, "high": high})
    best = min(ours) / work.steps_per_turn / work.networks
    facts = {"workload": work.key, "what": work.what, "microseconds": best * 1e6}
    return [facts, *rows]


def main(keys: list[str]) -> int:
    """Run, print, and write down."""
    works = [workload(key) for key in keys] or list(WORKLOADS.values())
    peers = [Worker(*peer) for peer in PEERS.items()]
    facts, rows = [], []
    for work in works:
        print(f"{work.key}  {work.what}", file=sys.stderr, flush=True)
        fact, *found = compare(work, peers)
        facts.append(fact)
        rows += found
    for peer in peers:
        peer.close()
    print(table(facts, rows))
    if keys:
        return 0
    W5, step = WORKLOADS["W5"], next(fact for fact in facts if fact["workload"] == "W5")
    speed = growth.products(W5.sizes, W5.batch) / (step["microseconds"] * 1e-6)
    results = {
        "machine": machine(),
        "packages": {name: version(name) for name in PACKAGES},
        "workloads": facts,
        "ratios": rows,
        "share_of_peak": speed / growth.peak(W5.batch, max(W5.sizes), W5.dtype),
        "exponents": growth.growth(),
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    figure = bp.plots.speed(results).figure
    figure.savefig(HERE / "speed.svg", metadata={"Date": None})
    print(summary(results))
    return 0


def table(facts: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    """Write the ratios as a table in Markdown: a row for every workload, a column for a peer."""
    names = [name for name in PEERS if any(row["peer"] == name for row in rows)]
    cells = {
        (row["workload"], row["peer"]): f"{row['ratio']:.3g} ({row['low']:.3g}–{row['high']:.3g})"
        for row in rows
    }
    lines = [f"| workload | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for fact in facts:
        key = fact["workload"]
        middle = " | ".join(cells.get((key, name), "") for name in names)
        lines.append(f"| {key}: {fact['what']} | {middle} |")
    return "\n".join(lines)


def summary(results: dict[str, Any]) -> str:
    """Write what is no ratio of a peer."""
    k, facts = results["exponents"], {fact["workload"]: fact for fact in results["workloads"]}
    return (
        f"\nTime of the peer over time of the library; middle half of the rounds in brackets.\n"
        f"W5 runs at {results['share_of_peak']:.0%} of the speed of its largest product alone.\n"
        f"W8 takes {facts['W8']['microseconds']:.3f} µs for a step of one network.\n"
        f"Time grows like depth^{k['depth']:.2f}, batch^{k['batch']:.2f}, width^{k['width']:.2f}.\n"
        f"Machine: {results['machine']}; "
        + ", ".join(f"{name} {number}" for name, number in results["packages"].items())
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
