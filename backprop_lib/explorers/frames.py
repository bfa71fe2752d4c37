"""One frame of an explorer, and many of them in little room. A frame is an SVG, sharp at any size;
the frames of one explorer share most of their lines, so each distinct line is kept only once."""

from __future__ import annotations

import base64
import io
import json
import math
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation, NullLocator
from matplotlib.transforms import Bbox

from ..plots import style

Draw = Callable[..., str]
"""``draw(figure, **values)`` draws on an empty matplotlib figure and says what it shows."""

_NOISE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_GROUP_ID = re.compile(r'<g id="[^"]*"')  # never referred to, and counted up from figure to figure
_DECIMALS = re.compile(r"([1-9]\d*\.\d\d)\d+")  # a hundredth of a point is enough


@dataclass(frozen=True)
class Frame:
    """One picture of an explorer.

    Parameters
    ----------
    values : dict
        What ``draw`` was called with.
    svg : str
        The picture.
    sentence : str
        What it shows, in one line: caption and alternative text.
    """

    values: dict[str, Any]
    svg: str
    sentence: str


def make_frame(
    draw: Draw,
    values: dict[str, Any],
    size: tuple[float, float],
    places: Sequence[Bbox] = (),
    *,
    outlines: bool = True,
) -> Frame:
    """Draw one frame.

    Parameters
    ----------
    draw : callable
        ``draw(figure, **values)`` returns the sentence.
    values : dict
    size : tuple of float
        Width and height of the figure, in inches.
    places : sequence of Bbox
        Where its subplots stand, from ``first_frame``; a figure with another number of subplots is
        arranged by itself.
    outlines : bool
        Whether letters are drawn as outlines, the same everywhere. As text they are drawn faster,
        in a font of the reader's machine.

    Returns
    -------
    Frame

    Raises
    ------
    TypeError
        If ``draw`` returns no sentence.
    """
    with style.context():
        figure, sentence = _draw(draw, values, size)
        if len(_subplots(figure)) != len(places):
            places = _arrange(figure)
        return Frame(values, _svg(figure, places, outlines), sentence)


def first_frame(
    draw: Draw, values: dict[str, Any], size: tuple[float, float]
) -> tuple[Frame, list[Bbox]]:
    """Draw a frame and find where its subplots stand when their labels have room.

    To find it takes longer than to draw, and every frame would find something else: the axes would
    jump under the reader's hand. So an explorer asks once, and draws all its frames there.

    Parameters
    ----------
    draw, values, size
        As for ``make_frame``.

    Returns
    -------
    frame : Frame
    places : list of Bbox
        In the order of the subplots; empty if ``draw`` places its axes itself.
    """
    with style.context():
        figure, sentence = _draw(draw, values, size)
        places = _arrange(figure)
        return Frame(values, _svg(figure, places), sentence), places


def say(draw: Draw, values: dict[str, Any], size: tuple[float, float]) -> str:
    """Return the sentence of a frame, whose picture nobody looks at."""
    with style.context():
        return _draw(draw, values, size)[1]


def _svg(figure: Figure, places: Sequence[Bbox], outlines: bool = True) -> str:
    for ax, place in zip(_subplots(figure), places, strict=True):
        ax.set_position(place)
    figure.set_layout_engine(None)
    file = io.StringIO()
    # The salt makes the identifiers inside an SVG, and so the whole frame, reproducible.
    letters = "path" if outlines else "none"
    with mpl.rc_context({"svg.fonttype": letters, "svg.hashsalt": "explorer"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    svg = _GROUP_ID.sub("<g", _NOISE.sub("", file.getvalue()))
    lines = (line.strip() for line in _DECIMALS.sub(r"\1", svg).splitlines())
    return "\n".join(filter(None, lines))


def _draw(draw: Draw, values: dict[str, Any], size: tuple[float, float]) -> tuple[Figure, str]:
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasSVG(figure)
    sentence = draw(figure, **values)
    if not isinstance(sentence, str) or not sentence.strip():
        raise TypeError(
            f"draw must return a sentence that says what its figure shows, got {sentence!r}."
        )
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        if isinstance(axis.get_major_formatter(), LogFormatterSciNotation) and high > 100 * low:
            axis.set_minor_locator(NullLocator())  # many to draw, and they show little
            axis.set_major_formatter(_tick)  # no formulas: they would be parsed in every frame
    return figure, " ".join(sentence.split())


def _subplots(figure: Figure) -> list[Axes]:
    return [ax for ax in figure.axes if ax.get_subplotspec()]


def _arrange(figure: Figure) -> list[Bbox]:
    subplots, engine = _subplots(figure), figure.get_layout_engine()
    if subplots and engine:
        engine.execute(figure)
    return [ax.get_position(original=True) for ax in subplots]


def _tick(value: float, _: float) -> str:
    power = math.log10(value)
    return style.power_of_ten(round(power)) if abs(power - round(power)) < 1e-9 else f"{value:g}"


def pack(frames: Sequence[Frame]) -> str:
    """Pack frames into base64 text: each distinct line once, each distinct picture once.

    Parameters
    ----------
    frames : sequence of Frame

    Returns
    -------
    str
        ``base64(deflate(JSON))`` with lines, pictures (indices of lines) and frames (index of a
        picture, sentence).
    """
    lines: dict[str, int] = {}
    pictures: dict[tuple[int, ...], int] = {}
    shown = []
    for frame in frames:
        picture = tuple(lines.setdefault(line, len(lines)) for line in frame.svg.split("\n"))
        shown.append([pictures.setdefault(picture, len(pictures)), frame.sentence])
    content = {"lines": list(lines), "pictures": list(pictures), "frames": shown}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(deflate.compress(text.encode()) + deflate.flush()).decode()


def unpack(packed: str) -> list[tuple[str, str]]:
    """Return the (svg, sentence) pairs of ``pack``; the page's script does the same.

    Examples
    --------
    >>> unpack(pack([Frame({}, "<svg/>", "Nothing."), Frame({}, "<svg/>", "Still nothing.")]))
    [('<svg/>', 'Nothing.'), ('<svg/>', 'Still nothing.')]
    """
    content = json.loads(zlib.decompress(base64.b64decode(packed), -zlib.MAX_WBITS))
    lines, pictures = content["lines"], content["pictures"]
    return [
        ("\n".join(lines[k] for k in pictures[picture]), sentence)
        for picture, sentence in content["frames"]
    ]
