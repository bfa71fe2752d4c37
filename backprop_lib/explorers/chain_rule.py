"""Chapter 3's explorers: the reverse sweep one message at a time, the step of a finite difference,
and what the gradient of a network costs in either direction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..arrays import Array
from ..graph import Node, Sweep, backpropagate
from ..plots import style
from ..plots.names import indexed
from .controls import Choice, Slider
from .explorer import Explorer

Method = Callable[[Callable[[Array], Array], float, Array], Array]


def reverse_sweep(
    formulas: Mapping[str, Node],
    *,
    name: str = "reverse-sweep",
    title: str = "Send the messages back, one by one",
    question: str = "What does a gate need to know before it can send?",
    size: tuple[float, float] = (7.0, 3.2),
) -> Explorer:
    """Return an explorer of the reverse sweep through a graph, message by message.

    Parameters
    ----------
    formulas : mapping of str to Node
        Label to last node. With more than one the reader can choose; all of one shape.
    name : str
        Name of the explorer, unique on its page.
    title, question : str
    size : tuple of float
        Width and height of the figure, in inches.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If the formulas differ in the number of their messages, or there is none.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import explorers
    >>> x, y, z = bp.variables(x=-2.0, y=5.0, z=-4.0)
    >>> explorers.reverse_sweep({"f": (x + y) * z}).frame(sent=1).sentence
    'Message 1 of 4: × sends 1 × (−4) = −4 to +, which now holds −4.'
    """
    sweeps = {label: backpropagate(f) for label, f in formulas.items()}
    counts = sorted({len(sweep.messages) for sweep in sweeps.values()})
    if len(counts) != 1:
        raise ValueError(
            f"formulas must have one number of messages, got {counts}; make an explorer for each."
        )

    def draw(figure: Figure, sent: int, formula: str | None = None) -> str:
        sweep = sweeps[formula or next(iter(sweeps))]
        ax = figure.add_axes((0, 0, 1, 1))
        plots.graph(sweep.start, sweep, messages=int(sent), ax=style.axes(ax, bare=True))
        return _tell(sweep, int(sent))

    controls: list[Slider | Choice] = [Slider("sent", range(counts[0] + 1), label="Messages sent")]
    if len(sweeps) > 1:
        controls.append(Choice("formula", {label: label for label in sweeps}, label="Inputs"))
    return Explorer(
        draw, *controls, name=name, title=title, question=question, size=size, wide=True
    )


def _tell(sweep: Sweep, sent: int) -> str:
    last = f"{_who(sweep.start)} holds {style.number(sweep[sweep.start])}"
    if not sent:
        value = style.number(float(sweep.start.value))
        return f"Nothing is sent yet: only {last}, its slope in itself. The result is {value}."
    message = sweep.messages[sent - 1]
    held = sum(m.product for m in sweep.messages[:sent] if m.parent is message.parent)
    upstream, local, product, total = (
        style.number(value) for value in (message.upstream, message.local, message.product, held)
    )
    local = f"({local})" if local.startswith("−") else local
    return (
        f"Message {sent} of {len(sweep.messages)}: {_who(message.node)} sends {upstream} × {local}"
        f" = {product} to {_who(message.parent)}, which now holds {total}."
    )


def _who(node: Node) -> str:
    signs = {"*": "×", "/": "÷", "-": "−", "sigmoid": "σ"}
    return indexed(node.name) if node.name else signs.get(node.operation, node.operation)


def difference_step(
    f: Callable[[Array], Array],
    slope: float,
    x: float,
    methods: Mapping[str, tuple[Method, tuple[float, float]]],
    *,
    name: str = "difference-step",
) -> Explorer:
    """Return an explorer of the step of a finite difference: the curve from near, and the error.

    Parameters
    ----------
    f : callable
        A function of one array.
    slope : float
        Its slope at x.
    x : float
    methods : mapping of str to (callable, (float, float))
        ``method(f, x, h)``, the quotient at steps h (m,), and the ends of its secant in units of h.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    steps = 2.0 ** -np.arange(0, 55)
    errors = {
        label: abs(method(f, x, steps) - slope) / abs(slope)
        for label, (method, _) in methods.items()
    }

    def draw(figure: Figure, power: float, method: str) -> str:
        quotient, ends = methods[method]
        h = 2.0**-power
        value = float(quotient(f, x, np.array([h]))[0])
        error = abs(value - slope) / abs(slope)
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
        plots.magnified(f, slope, x, h, ends, ax=left)
        plots.difference_errors(steps, {method: errors[method]}, mark=h, ax=right)
        return (
            f"With h = {style.number(h)} the {method} difference is "
            f"{value:.10f}; its relative error is {style.number(error, 1)}."
        )

    return Explorer(
        draw,
        Slider(
            "power",
            range(0, 55, 6),
            label="Halvings of h",
            start=6,
            live=np.arange(0, 55),
        ),
        Choice("method", {label: label for label in methods}, label="Difference"),
        name=name,
        title="Make the step smaller",
        question="From where on does a smaller step make the error larger, and what has become of "
        "the curve there?",
    )


def sweep_costs(
    measure: Callable[[int, int], tuple[int, int, int]],
    sizes: tuple[int, ...] = (1, 4, 8, 16),
    *,
    name: str = "sweep-costs",
) -> Explorer:
    """Return an explorer of the operations for all slopes, over the numbers of inputs and outputs.

    Parameters
    ----------
    measure : callable
        ``measure(inputs, outputs)``: the operations of the value, of all forward sweeps, and of
        all reverse sweeps.
    sizes : tuple of int
        The numbers of inputs and outputs offered.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """

    def draw(figure: Figure, inputs: int, outputs: int) -> str:
        value, forward, reverse = measure(int(inputs), int(outputs))
        names = ["value", f"forward:\n{_sweeps(inputs)}", f"reverse:\n{_sweeps(outputs)}"]
        plots.sweep_costs(names, (value, forward, reverse), ax=figure.subplots())
        return (
            f"{inputs} in, {outputs} out: the values need {value:,} operations, all slopes "
            f"{forward:,} by forward sweeps and {reverse:,} by reverse sweeps."
        )

    return Explorer(
        draw,
        Slider("inputs", sizes, label="Inputs", start=sizes[-2]),
        Slider("outputs", sizes, label="Outputs"),
        name=name,
        title="Add inputs, add outputs",
        question="Which numbers of inputs and outputs make the two directions cost the same?",
        size=(7.0, 3.4),
    )


def _sweeps(count: int) -> str:
    # The figure space before one digit makes the label as wide as with two: the axes stay.
    return "1 sweep" if count == 1 else f"{count} sweeps".rjust(9, "\u2007")
