"""The network diagram: every number of a forward pass on its unit and edge, every number of a
backward pass beside it. What is not known yet (nan) stays empty; what does not matter is pale."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from numpy.typing import ArrayLike

from ..arrays import require_shape
from ..network import Network
from ..passes import Backward, Trace
from . import style
from .lettering import SMALLEST, Lettering, fit
from .names import Part, default_names

_ROWS = 8  # a figure of its own grows until so many units stand in a column
_NOTE = 10.5  # points, for the lines of ``notes``
_WHITE: dict[str, Any] = {"facecolor": "white", "edgecolor": "none"}  # keeps edges off a text


def network(
    net: Network,
    theta: ArrayLike,
    trace: Trace | None = None,
    back: Backward | None = None,
    *,
    names: Mapping[Part, str] | None = None,
    notes: Sequence[str] = (),
    highlight: Collection[Part] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network with its parameters, and the values and gradients of its first sample.

    A unit shows z above, a inside and δ = ∂J/∂z below its circle; an edge shows its weight and,
    under it, ∂J/∂w. Entries that are nan are not known yet and stay empty. Where there is no room
    for the numbers of all edges, colour (sign) and width (size) stand for them.

    Parameters
    ----------
    net : Network
    theta : array_like, shape (p,)
        The parameters.
    trace : Trace, optional
        From ``net.forward``; row 0 is drawn.
    back : Backward, optional
        From ``net.backward``.
    names : mapping of Part to str, optional
        Names that replace the default ones (i₁, h₁, o₁, w₁, …).
    notes : sequence of str, length d_L, optional
        A few short lines to write beside each output unit, such as its target and error.
    highlight : collection of Part, optional
        Parts to draw strong, the rest pale; None draws all alike. Parts are ("unit", l, j),
        ("W", l, i, j) and ("b", l, j), indices as in the code.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a shape is not that of one network, ``highlight`` or ``names`` holds a part that this
        network has not, or ``notes`` has not one entry an output.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import plots
    >>> net = bp.Network(sizes=(2, 1), activations=(bp.sigmoid,))
    >>> theta = net.pack(W=[[[1.0], [-2.0]]], b=[[0.5]])
    >>> ax = plots.network(net, theta, net.forward(theta, [[3.0, 1.0]]))
    >>> [text.get_text() for text in ax.texts][:3]
    ['w₁ 1', 'w₂ −2', 'b₁ 0.5']
    """
    known = default_names(net.sizes)
    for argument, given in (("highlight", highlight or ()), ("names", names or ())):
        for part in given:
            if part not in known:
                raise ValueError(
                    f"{argument} must hold parts of this network, got {part!r}; "
                    f'write for example ("unit", 1, 0) or ("W", 1, 0, 0) (sizes={net.sizes}).'
                )
    if notes and len(notes) != net.sizes[-1]:
        raise ValueError(
            f"notes must have one entry an output ({net.sizes[-1]}), got {len(notes)}."
        )
    one = "of a stack, draw one network: theta[0], and what belongs to it."
    require_shape("theta", net.checked_theta(theta), (net.parameter_count,), one)
    if trace is not None:
        require_shape("trace.a[-1]", trace.a[-1], ("n", net.sizes[-1]), one)
    if back is not None:
        require_shape("back.delta[-1]", back.delta[-1], ("n", net.sizes[-1]), one)
    with style.context():
        rows = min(max(net.sizes), _ROWS)
        ax = style.axes(ax, (style.SIZE[0], max(style.SIZE[1], 0.75 * rows + 0.6)), bare=True)
        names = known | dict(names or {})
        letters = fit(net.sizes, names, _room(ax, notes), backward=back is not None)
        drawing = _Drawing(ax, letters, names, highlight, backward=back is not None)
        W, b = net.unpack(theta)
        drawing.edges(W, b)
        drawing.edge_numbers(W, b, back)
        drawing.units(trace, back)
        for j, note in enumerate(notes):
            x, y = letters.layout.centre["unit", net.depth, j]
            left = {"ha": "left", "va": "center", "linespacing": 1.4}
            drawing.text(x + letters.layout.radius + 0.1, y, note, _NOTE, style.LOSS, left)
    return ax


def _room(ax: Axes, notes: Sequence[str]) -> tuple[float, float, float]:
    """Make inches the unit of ``ax``; return its width, height and what the notes need."""
    figure = ax.figure
    engine = figure.get_layout_engine()
    if engine is not None and isinstance(figure, Figure) and ax.get_subplotspec():
        engine.execute(figure)  # only now does ax have its final size
    box = ax.get_window_extent()
    width, height = box.width / figure.dpi, box.height / figure.dpi
    ax.set(xlim=(0, width), ylim=(0, height))
    widths = [style.text_width(line, _NOTE) for note in notes for line in note.splitlines()]
    # Room for a line of usual length is always kept: numbers that appear later move nothing.
    return width, height, max(*widths, 0.8) + 0.1 if widths else 0.0


@dataclass(frozen=True)
class _Drawing:
    """A diagram in progress: where its texts go, and which parts are strong."""

    # Shapes are added by add_artist: add_patch would work out data limits that nobody needs.

    ax: Axes
    letters: Lettering
    names: Mapping[Part, str]
    highlight: Collection[Part] | None
    backward: bool

    @property
    def phase(self) -> str:
        return style.GRADIENT if self.backward else style.FORWARD

    def strong(self, part: Part) -> bool:
        return self.highlight is None or part in self.highlight

    def text(
        self, x: float, y: float, text: str, size: float, colour: str, how: Any = None
    ) -> None:
        if size >= SMALLEST:
            placed = {"ha": "center", "va": "center_baseline", "zorder": 4} | (how or {})
            self.ax.text(x, y, text, size=size, color=colour, **placed)

    def edges(self, W: Sequence[Any], b: Sequence[Any]) -> None:
        largest = max(abs(p).max() for p in (*W[1:], *b[1:])) or 1.0
        lines, widths, colours, dashes = [], [], [], []
        for part, ends in self.letters.layout.ends.items():
            value = _of(part, W, b)
            if self.highlight is not None and self.strong(part):
                self._arrow(*(ends[::-1] if self.backward else ends))
                continue
            lines.append(ends)
            dashes.append(style.sign_line(value))
            plain = self.highlight is None
            widths.append(1 + 2.5 * abs(value) / largest if plain else 1.2)
            colours.append(style.sign_colour(value) if plain else style.PALE)
        edges = LineCollection(lines, linewidths=widths, colors=colours, linestyles=dashes)
        edges.set_zorder(1)
        self.ax.add_collection(edges, autolim=False)

    def _arrow(self, start: Any, end: Any) -> None:
        self.ax.add_artist(
            FancyArrowPatch(
                start,
                end,
                arrowstyle="-|>",
                mutation_scale=18,
                shrinkA=0,
                shrinkB=0,
                lw=2.6,
                color=self.phase,
                zorder=2,
            )
        )

    def edge_numbers(self, W: Sequence[Any], b: Sequence[Any], back: Backward | None) -> None:
        size, digits = self.letters.edge, self.letters.digits
        step = style.text_height(size)
        for part, (x, y) in self.letters.spots.items():
            value = style.number(_of(part, W, b), digits)
            texts = [(f"{self.names[part]} {value}", style.INK)]
            slope = np.nan if back is None else _of(part, back.W, back.b)
            if not np.isnan(slope):
                texts.append((f"∂ {style.number(slope, digits)}", style.GRADIENT))
            width = max(style.text_width(text, size) for text, _ in texts) + 0.06
            height = step * len(texts)
            corner = (x - width / 2, y - height / 2)
            self.ax.add_artist(Rectangle(corner, width, height, zorder=2.5, **_WHITE))
            for k, (text, colour) in enumerate(texts):
                shade = colour if self.strong(part) else style.QUIET
                self.text(x, y + (len(texts) / 2 - k - 0.5) * step, text, size, shade)

    def units(self, trace: Trace | None, back: Backward | None) -> None:
        r, inside, small = self.letters.layout.radius, self.letters.inside, self.letters.beside
        beside, white = r + 0.75 * small / 72, {"bbox": _WHITE | {"pad": 0.5}}
        for part, (x, y) in self.letters.layout.centre.items():
            strong = self.strong(part)
            lively = strong and self.highlight is not None
            colour = self.phase if lively else style.INK if strong else style.PALE
            radius, line = 0.6 * r if part[0] == "bias" else r, 2.6 if lively else 1.3
            self.ax.add_artist(Circle((x, y), radius, fc="white", ec=colour, lw=line, zorder=3))
            z, a, delta = _values(part, trace, back)
            middle = y if np.isnan(a) else y + 0.42 * r
            ink = style.INK if strong else style.QUIET
            self.text(x, middle, self.names[part], 0.9 * inside, ink)
            for value, symbol, height, size, shade, how in (
                (a, "", y - 0.25 * r, inside, style.FORWARD, None),
                (z, "z ", y + beside, small, style.FORWARD, white),
                (delta, "δ ", y - beside, small, style.GRADIENT, white),
            ):
                if not np.isnan(value):
                    number = symbol + style.number(value, self.letters.digits)
                    self.text(x, height, number, size, shade if strong else style.QUIET, how)


def _of(part: Part, W: Sequence[Any], b: Sequence[Any]) -> Any:
    """The entry of W or b that belongs to an edge."""
    return W[part[1]][part[2:]] if part[0] == "W" else b[part[1]][part[2]]


def _values(part: Part, trace: Trace | None, back: Backward | None) -> tuple[float, float, float]:
    """z, a and δ of a unit for the first sample; nan where there is none."""
    if part[0] == "bias":
        return np.nan, np.nan, np.nan
    _, l, j = part
    z = np.nan if trace is None or l == 0 else trace.z[l][0, j]
    a = np.nan if trace is None else trace.a[l][0, j]
    delta = np.nan if back is None or l == 0 else back.delta[l][0, j]
    return z, a, delta
