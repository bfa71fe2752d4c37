"""Where the gates of a formula stand and how its wires run: columns from the inputs to the result,
long wires with a place of their own in every column that they pass, and few crossings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any, TypeAlias

from matplotlib.path import Path

from ..graph import Node

Stop: TypeAlias = Node | tuple[Node, int]
"""A node, or a column through which the wire of a node passes on its way to a gate further on."""

_ORDERED = ("-", "/", "**")  # the first argument comes in on top


def arrange(nodes: Sequence[Node]) -> tuple[list[list[Stop]], dict[Stop, float]]:
    """Give every node a column and a row.

    A gate stands one column after the last of its parents. The order in a column follows the
    middle of the neighbours, and so do the rows, which stay at least 1 apart.

    Parameters
    ----------
    nodes : sequence of Node
        All nodes to be drawn, parents first.

    Returns
    -------
    columns : list of list of Stop
        From top to bottom.
    row : dict of Stop to float
        From 0, downwards.
    """
    import networkx as nx  # not for every page that has a plot: its import takes as long as NumPy's

    flow = nx.DiGraph()
    flow.add_nodes_from(nodes)
    flow.add_edges_from(
        (parent, node) for node in nodes for parent in node.parents if parent in flow
    )
    generations = list(nx.topological_generations(flow))
    at = {node: c for c, generation in enumerate(generations) for node in generation}
    wires = nx.DiGraph()  # the same with a stop in every column that a long wire passes
    wires.add_nodes_from(nodes)
    for parent, node in flow.edges:
        passed = [(parent, c) for c in range(at[parent] + 1, at[node])]
        at.update({stop: stop[1] for stop in passed})
        nx.add_path(wires, [parent, *passed, node])
    columns: list[list[Stop]] = [[s for s in wires if at[s] == c] for c in range(len(generations))]

    best, row = columns, dict.fromkeys(wires, 0.0)
    for turn in range(12):  # each column looks at the one before it, then at the one after it
        neighbours = wires.pred if turn % 2 == 0 else wires.succ
        columns = [list(column) for column in columns]
        for column in columns if turn % 2 == 0 else reversed(columns):
            row.update({stop: float(k) for column in columns for k, stop in enumerate(column)})
            column.sort(key=lambda stop: _mean(row, neighbours[stop], row[stop]))
        if _crossings(wires, columns) < _crossings(wires, best):
            best = columns

    row = {stop: float(k) for column in best for k, stop in enumerate(column)}
    for turn in range(8):
        neighbours = wires.pred if turn % 2 else wires.succ
        for column in best if turn % 2 else reversed(best):
            wanted = [_mean(row, neighbours[stop], row[stop]) for stop in column]
            row.update(zip(column, _apart(wanted), strict=True))
    top = min(row.values())
    return best, {stop: place - top for stop, place in row.items()}


def _mean(row: dict[Stop, float], stops: Collection[Stop], otherwise: float) -> float:
    return sum(row[stop] for stop in stops) / len(stops) if stops else otherwise


def _crossings(wires: Any, columns: list[list[Stop]]) -> int:
    place = {stop: k for column in columns for k, stop in enumerate(column)}
    count = 0
    for column in columns:
        ends = [(place[stop], place[after]) for stop in column for after in wires.succ[stop]]
        count += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ends, 2))
    return count


def _apart(wanted: list[float]) -> list[float]:
    """The rows nearest to those wanted, in the same order and at least 1 apart."""
    blocks: list[tuple[float, int]] = []  # stops pushed together: sum of (row − index), and count
    for k, place in enumerate(wanted):
        blocks.append((place - k, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            (a, m), (b, n) = blocks.pop(), blocks.pop()
            blocks.append((a + b, m + n))
    means = [total / count for total, count in blocks for _ in range(count)]
    return [mean + k for k, mean in enumerate(means)]


def route(
    columns: Sequence[Sequence[Stop]],
    height: dict[Stop, float],
    edges: Sequence[tuple[float, float, float]],
    port: float,
) -> dict[tuple[Node, int], Path]:
    """Lay every wire, from its gate back to the node that feeds it.

    Parameters
    ----------
    columns : sequence of sequence of Stop
        From ``arrange``.
    height : dict of Stop to float
        The ordinate of every stop.
    edges : sequence of tuple of float
        For each column the abscissae where its gates begin, where they end, and where wires that
        leave them may bend.
    port : float
        Distance of two wires where they enter a gate.

    Returns
    -------
    dict of (Node, int) to Path
        By gate and place among the wires that enter it.
    """
    at = {stop: c for c, column in enumerate(columns) for stop in column}
    wires = {}
    for node in filter(at.get, at):  # all that do not stand in column 0
        if not isinstance(node, Node):
            continue
        ways: list[list[Stop]] = [
            [parent, *((parent, c) for c in range(at[parent] + 1, at[node]))]
            for parent in node.parents
            if parent in at
        ]
        ports = list(range(len(ways)))
        if node.operation not in _ORDERED:  # then no wires need to cross before the gate
            from_row = [height[way[-1]] for way in ways]
            ports.sort(key=from_row.__getitem__)
        for k, way in enumerate(ways):
            x, y = edges[at[node]][0], height[node]
            y += (ports.index(k) - (len(ways) - 1) / 2) * port
            points, codes = [(x, y)], [Path.MOVETO]
            for stop in reversed(way):
                left, right, bend = edges[at[stop]]
                next_y = height[stop]
                middle, end = (x + bend) / 2, right if stop is way[0] else left
                points += [(middle, y), (middle, next_y), (bend, next_y), (end, next_y)]
                codes += [Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO]
                x, y = end, next_y
            wires[node, k] = Path(points, codes)
    return wires
