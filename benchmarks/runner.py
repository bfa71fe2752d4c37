"""Fair timing: peers in turns, round after round, and ratios within each round.

A machine slows down and speeds up; two peers that run one right after the other suffer alike, so
the ratio of a round is worth more than the seconds of either. The median of the ratios is quoted,
with the quarter and the three-quarter value for its spread.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from workloads import WORKLOADS, Workload, flat, problem, three_steps

HERE = Path(__file__).resolve().parent
TOLERANCE, COARSE = 1e-4, 1e-2  # of a step; the coarse one for single precision and for Adam,
# whose small ε the peers put in different places: where a slope is tiny, that shows
SLICE = 0.15  # seconds that a peer works in a round, or one turn if that is longer


class Disagreement(Exception):
    """Two peers do not do the same work, so there is nothing to compare."""


class Ratio(NamedTuple):
    """Time of a peer over time of the library: the middle of all rounds, and the middle half."""

    median: float
    low: float
    high: float


class Peer(Protocol):
    """What the rounds ask of a peer."""

    name: str

    def prepare(self, work: Workload) -> np.ndarray | None:
        """Return what three steps make, or None if this peer does not do this work."""

    def advance(self, turns: int) -> float:
        """Return the seconds of a turn."""


class Worker:
    """A peer in a process of its own."""

    def __init__(self, name: str, module: str) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def prepare(self, work: Workload) -> np.ndarray | None:
        """Return what three steps make, or None if this peer does not do this work."""
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/found.npy"
            answer = self._ask(do="prepare", workload=work.key, save=path)
            return np.load(path) if answer["can"] else None

    def advance(self, turns: int) -> float:
        """Return the seconds of a turn."""
        answer = self._ask(do="advance", turns=turns)
        return answer["seconds"] / answer["turns"]

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _ask(self, **task: Any) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with {self._process.wait()} at {task}")
        return json.loads(line)


def same_work(work: Workload, ours: np.ndarray, peer: str, theirs: np.ndarray) -> float:
    """Return how far two results lie apart, relative to the length of the step, or raise."""
    start = 0.0
    if work.task in ("train", "stack"):
        data = problem(three_steps(work)[0])
        start = flat(data.W, data.b)
    if ours.shape != theirs.shape:
        raise Disagreement(f"{work.key}: {peer} found shape {theirs.shape}, not {ours.shape}")
    gap = float(np.linalg.norm(theirs - ours) / np.linalg.norm(ours - start))
    coarse = work.dtype == "float32" or work.optimizer == "Adam"
    if not gap <= (COARSE if coarse else TOLERANCE):
        raise Disagreement(f"{work.key}: {peer} is off by {gap:.1e} of a step after three steps")
    return gap


def turns_for(peer: Peer, least: float = SLICE) -> int:
    """Return how many turns take about this many seconds, after warming up."""
    peer.advance(1)
    turns, seconds = 1, peer.advance(1)
    while turns * seconds < least / 2:
        turns = max(2 * turns, int(least / 2 / max(seconds, 1e-7)))
        seconds = peer.advance(turns)
    return max(1, round(least / seconds))


def timed(work: Workload, peers: list[Peer], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of a turn of every peer that does this work, round by round."""
    reference, able = None, []
    for peer in peers:
        found = peer.prepare(work)
        if found is None:
            continue
        if reference is None:
            reference = found
        else:
            same_work(work, reference, peer.name, found)
        able.append(peer)
    turns = [turns_for(peer) for peer in able]
    for peer, count in zip(able, turns, strict=True):
        if count > 1:
            peer.advance(count)  # what is compiled for this count is compiled now
    times: dict[str, list[float]] = {peer.name: [] for peer in able}
    for k in range(rounds):
        order = list(zip(able, turns, strict=True))
        for peer, count in order if k % 2 else reversed(order):
            times[peer.name].append(peer.advance(count))
    return times


def ratio(theirs: list[float], ours: list[float]) -> Ratio:
    """Return the median of the ratios within the rounds, and their quartiles."""
    ratios = np.divide(theirs, ours)
    low, middle, high = np.percentile(ratios, [25, 50, 75])
    return Ratio(float(middle), float(low), float(high))


def exponent(sizes: list[float], times: list[float]) -> float:
    """Return the k of time ∝ sizeᵏ that fits best: the slope of a line in the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def workload(key: str) -> Workload:
    """Return a workload by its key, or say which there are."""
    if key not in WORKLOADS:
        raise SystemExit(f"There is no workload {key}; there are {', '.join(WORKLOADS)}.")
    return WORKLOADS[key]
