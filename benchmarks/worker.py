"""One peer at work in a process of its own, on one processor with one thread, told what to do.

``python worker.py PEER`` reads one JSON object a line and answers each with one: ``prepare`` a
workload and save what three steps of it make, ``advance`` it by so many turns and say how much
processor time a turn took.
"""

from __future__ import annotations

import os
import sys

for library in ("OMP", "OPENBLAS", "MKL"):  # before any of them starts its threads
    os.environ[f"{library}_NUM_THREADS"] = "1"

import json  # noqa: E402
import time  # noqa: E402
from importlib import import_module  # noqa: E402
from typing import Any, TextIO  # noqa: E402

import numpy as np  # noqa: E402
from workloads import WORKLOADS, problem, three_steps  # noqa: E402


def serve(peer: str, lines: TextIO, answers: TextIO) -> None:
    """Answer every line."""
    module, _, variant = peer.partition(":")
    prepare = import_module(f"peers.{module}").prepare
    advance = None
    for line in lines:
        task = json.loads(line)
        answer: dict[str, Any] = {}
        if task["do"] == "prepare":
            advance = None  # frees the arrays of the workload before
            work, turns = three_steps(WORKLOADS[task["workload"]])
            trial = prepare(work, problem(work), variant)
            answer["can"] = trial is not None
            if trial is not None:
                trial[0](turns)
                np.save(task["save"], np.asarray(trial[1]()))
                trial, work = None, WORKLOADS[task["workload"]]
                advance = prepare(work, problem(work), variant)[0]
        else:
            start = time.process_time()
            done = advance(task["turns"])
            seconds = time.process_time() - start
            # One that is very slow may do a part of what it is told, if it says so.
            answer = {"seconds": seconds, "turns": task["turns"] if done is None else done}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    answers, sys.stdout = sys.stdout, sys.stderr  # what a framework prints is no answer
    serve(sys.argv[1], sys.stdin, answers)
