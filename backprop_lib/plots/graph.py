"""The graph of a formula: values flow to the right, above the wires; gradients come back to the
left, below them. Where a wire forks, the gradients that come back are added in plain sight."""

from __future__ import annotations

from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from ..graph import Node, Sweep, topological_order
from . import style
from .names import indexed
from .wiring import arrange, route

_MOST = 60  # nodes; more is no picture
_SMALLEST = 7.0  # points; rather than write smaller, a figure of its own grows
_ROW, _BOX, _PAD, _PORT = 0.62, 0.36, 0.10, 0.15  # inches: row, gate, beside its sign, wire to wire
_GAP, _RISE, _SLOPE = 0.09, 0.06, 0.40  # inches: beside a number, above a wire, for a bend
_ROUND = "round, pad=0, rounding_size=0.1"
_SIGNS = {
    "-": "−",
    "*": "×",
    "/": "÷",
    "**": "^",
    "negative": "−",
    "sigmoid": "σ",
    "maximum": "max",
}


def graph(
    f: Node, grads: Sweep | None = None, *, messages: int | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the graph of a formula: every value above its wire, every gradient below.

    A constant is written into the gate that uses it. Of a difference, quotient or power the first
    argument comes in on top.

    Parameters
    ----------
    f : Node
        The last node.
    grads : Sweep, optional
        From ``backpropagate(f)``.
    messages : int, optional
        Show so many of the messages only, the last one strong; None shows all, and all alike.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If f is no node or too large, or ``grads`` or ``messages`` does not fit it.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import plots
    >>> x, y, z = bp.variables(x=-2.0, y=5.0, z=-4.0)
    >>> f = (x + y) * z
    >>> ax = plots.graph(f, bp.backpropagate(f))
    >>> [text.get_text() for text in ax.texts][:3]
    ['x', '−2', '−4']
    """
    nodes = [node for node in topological_order(f) if node.operation != "constant"]
    _check(nodes, grads, messages)
    sent = grads.messages[:messages] if grads else ()
    # What stands there after each message: there is room for all, so that nothing has to move.
    steps = [_gradients(grads, k) for k in range(len(grads.messages) + 1)] if grads else [{}]
    notes = [_note(grads, k) for k in range(len(steps))] if grads and messages is not None else []
    texts = {node: [_value(node), *(step.get(node, "") for step in steps)] for node in nodes}
    columns, row = arrange(nodes)
    y = {stop: _ROW * place for stop, place in row.items()}
    here = [[stop for stop in column if isinstance(stop, Node)] for column in columns]
    boxes = [max(_width(_sign(node)) for node in column) + 2 * _PAD for column in here]
    numbers = [max(_width(t) for n in column for t in texts[n]) + 2 * _GAP for column in here]
    bends = len(columns) - 1
    width = max(sum(boxes + numbers) + bends * _SLOPE, *map(_width, ["", *notes]))
    height = max(y.values()) + (1 + bool(notes)) * _ROW

    own = max(style.SIZE[0], width * _SMALLEST / style.TEXT)
    ax = style.axes(ax, (own, 0.2 + height * min(1, own / width)), bare=True)
    scale, slope = _fit(ax, width, height, bends)
    edges = []  # of each column: where its gates begin, where they end, where wires may bend
    for c, (box, number) in enumerate(zip(boxes, numbers, strict=True)):
        x = sum(boxes[:c]) + sum(numbers[:c]) + c * slope
        edges.append((x, x + box, x + box + number))
    with style.context():
        # A wire is (gate, place among its inputs); a gate sends its messages in that order.
        told = [(m.node, [n.node for n in sent[:k]].count(m.node)) for k, m in enumerate(sent)]
        for wire, path in route(columns, y, edges, _PORT).items():
            look: dict[str, Any] = {"color": style.QUIET, "lw": 1.5 * scale, "fill": False}
            if messages is not None and wire in told:
                look["color"] = style.GRADIENT
                if wire == told[-1]:
                    look |= {"lw": 3 * scale, "arrowstyle": "-|>", "mutation_scale": 18 * scale}
            ax.add_patch(FancyArrowPatch(path=path, **({"arrowstyle": "-"} | look)))
        ax.hlines(y[f], *edges[-1][1:], color=style.QUIET, lw=1.5 * scale)
        write = partial(ax.text, ha="center", size=style.TEXT * scale, zorder=5)
        for (left, right, bend), column in zip(edges, here, strict=True):
            for node in column:
                if node.operation != "input":
                    gate = FancyBboxPatch((left, y[node] - _BOX / 2), right - left, _BOX, _ROUND)
                    gate.set(fc="white", ec=style.INK, lw=1.3 * scale, zorder=4)
                    ax.add_patch(gate)
                write((left + right) / 2, y[node], _sign(node), va="center_baseline")
                beside, gradient = (right + bend) / 2, steps[len(sent)].get(node)
                write(beside, y[node] - _RISE, texts[node][0], va="bottom", color=style.FORWARD)
                if gradient:
                    write(beside, y[node] + _RISE, gradient, va="top", color=style.GRADIENT)
        if notes:
            x, note = sum(ax.get_xlim()) / 2, notes[len(sent)]
            write(x, height - _ROW, note, va="center", color=style.GRADIENT)
    return ax


def _check(nodes: list[Node], grads: Sweep | None, messages: int | None) -> None:
    if len(nodes) > _MOST:
        raise ValueError(
            f"f must have at most {_MOST} nodes to be drawn, got {len(nodes)}; draw a part."
        )
    if grads is not None and (not isinstance(grads, Sweep) or grads.start is not nodes[-1]):
        raise ValueError(
            f"grads must come from backpropagate(f) with this very f, {nodes[-1]!r}, got {grads!r}."
        )
    if messages is None:
        return
    if grads is None:
        raise ValueError("messages needs grads; pass grads=backpropagate(f) too.")
    if not isinstance(messages, int) or not 0 <= messages <= len(grads.messages):
        raise ValueError(
            f"messages must be a whole number from 0 to {len(grads.messages)}, got {messages!r}."
        )


# What is written.


def _show(value: Any) -> str:
    return style.number(value) if isinstance(value, float) else str(value).replace("**", "^")


def _value(node: Node) -> str:
    named_gate = node.name and node.operation != "input"
    return f"{indexed(node.name)} = {_show(node.value)}" if named_gate else _show(node.value)


def _sign(node: Node) -> str:
    if node.operation == "input":
        return indexed(node.name)
    sign = _SIGNS.get(node.operation, node.operation)
    fixed = [_show(p.value) if p.operation == "constant" else "" for p in node.parents]
    before, after = (fixed[0], fixed[1:]) if len(fixed) == 2 else ("", fixed)
    return " ".join(filter(None, [before, sign, *after]))


def _gradients(grads: Sweep, sent: int) -> dict[Node, str]:
    """The text below each wire after so many messages: a sum, where several have arrived."""
    received = {grads.start: [grads[grads.start]]}
    for message in grads.messages[:sent]:
        received.setdefault(message.parent, []).append(message.product)
    texts = {}
    for node, products in received.items():
        terms = " + ".join(map(_show, products)).replace("+ −", "− ")
        total = _show(sum(products))
        texts[node] = f"{terms} = {total}" if 1 < len(products) < 4 else total
    return texts


def _note(grads: Sweep, sent: int) -> str:
    if not sent:
        return f"the sweep begins with {_show(grads[grads.start])}"
    message = grads.messages[sent - 1]
    upstream, local, product = map(_show, message[2:])
    local = f"({local})" if local.startswith("−") else local
    return f"upstream × local = {upstream} × {local} = {product}"


def _width(text: str) -> float:
    return 1.06 * style.text_width(text, style.TEXT)  # in small print, pixels widen a text so much


# Where it is written.


def _fit(ax: Axes, width: float, height: float, bends: int) -> tuple[float, float]:
    """Give ``ax`` a scale of inches at which all has room; return it and the length of a bend."""
    engine = ax.figure.get_layout_engine()
    if engine is not None and isinstance(ax.figure, Figure) and ax.get_subplotspec():
        engine.execute(ax.figure)  # only now does ax have its final size
    box = ax.get_window_extent()
    scale = min(1.0, box.width / ax.figure.dpi / width, box.height / ax.figure.dpi / height)
    across, down = box.width / ax.figure.dpi / scale, box.height / ax.figure.dpi / scale
    slope = _SLOPE + min(1.0, (across - width) / max(1, bends))
    width += (slope - _SLOPE) * bends
    ax.set_xlim((width - across) / 2, (width + across) / 2)
    ax.set_ylim((height - _ROW + down) / 2, (height - _ROW - down) / 2)  # row 0 on top
    return scale, slope
