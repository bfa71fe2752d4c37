"""The library beside other ways to do the same work: one point for every measured ratio of times.
Each peer keeps its colour and its mark; to the right of the line at 1 it takes longer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from matplotlib.axes import Axes

from . import style

MARKS: Final = ("o", "s", "D", "^", "v", "P", "X", "*")
COLOURS: Final = (style.GRADIENT, style.FORWARD, style.POSITIVE, style.LOSS, style.NEGATIVE)


def speed(results: Mapping[str, Any], ax: Axes | None = None) -> Axes:
    """Draw the ratios of times that ``make bench`` has written down.

    Parameters
    ----------
    results : mapping
        What ``benchmarks/results.json`` holds. Of it: ``workloads``, each with its name
        ``workload``, in the order from top to bottom; and ``ratios``, each with ``workload``,
        ``peer``, ``ratio`` (time of the peer over time of the library), and ``low`` and ``high``
        for its spread.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from backprop_lib import plots
    >>> found = {"workload": "W1", "peer": "PyTorch", "ratio": 2.0, "low": 1.8, "high": 2.3}
    >>> ax = plots.speed({"workloads": [{"workload": "W1"}], "ratios": [found]})
    """
    names = [work["workload"] for work in results["workloads"]]
    peers = list(dict.fromkeys(row["peer"] for row in results["ratios"]))
    ax = style.axes(ax, (4.6, 2.0 + 0.36 * len(names)))  # narrow: legible on a phone
    with style.context():
        for k, peer in enumerate(peers):
            rows = [row for row in results["ratios"] if row["peer"] == peer]
            ratios = [row["ratio"] for row in rows]
            ax.errorbar(
                ratios,
                [names.index(row["workload"]) for row in rows],
                xerr=[
                    [row["ratio"] - row["low"] for row in rows],
                    [row["high"] - row["ratio"] for row in rows],
                ],
                fmt=MARKS[k % len(MARKS)],
                color=COLOURS[k % len(COLOURS)],
                markerfacecolor=COLOURS[k % len(COLOURS)] if k < len(COLOURS) else "white",
                linewidth=1.2,
                label=peer,
            )
        ax.axvline(1, color=style.INK, linewidth=1)
        ax.set_xscale("log")
        ax.set_yticks(range(len(names)), names)
        ax.set(xlabel="time of the peer / time of the library", ylim=(len(names) - 0.5, -0.5))
        ax.grid(visible=True, axis="x")
        ax.figure.legend(loc="outside lower center", ncols=2)
    return ax
