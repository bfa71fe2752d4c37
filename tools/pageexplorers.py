"""The explorers of a built page, read from its HTML: controls, and the frame of every position.
A test compares with them what a browser shows."""

import html
import json
import math
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import unquote

from backprop_lib.explorers.frames import unpack

_FIGURE = re.compile(r'<figure class="explorer[^>]*data-explorer="([^"]+)".*?</figure>', re.DOTALL)
_CONTENT = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)
_PICTURE = re.compile(r'src="data:image/svg\+xml,([^"]+)"')
_SENTENCE = re.compile(r'<p class="explorer-sentence"[^>]*>(.*?)</p>', re.DOTALL)
_LETTERS = re.compile(r"scale\((0\.\d+) -\1\)")
_CONTROL = re.compile(r"<(input|select)\b([^>]*data-control=[^>]*)>(.*?)(?=</p>)", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_OPTION = re.compile(r"<option( selected)?>([^<]*)")

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_NUMBER = re.compile(
    rf"(−?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)(?:·10([{_RAISED}]+))?(?![\d{_RAISED}])"
    rf"|10([{_RAISED}]+)"
)


@dataclass(frozen=True)
class PageControl:
    """A slider or a choice: what the reader sees at each place, and how a link writes it; it stands
    at ``start``, and its next place is ``stride`` frames further."""

    name: str
    is_slider: bool
    texts: tuple[str, ...]
    keys: tuple[str, ...]
    start: int
    stride: int

    @property
    def places(self) -> int:
        """How many positions it has."""
        return len(self.texts)


@dataclass(frozen=True)
class PageExplorer:
    """One explorer; ``frames`` are pairs of picture (SVG) and sentence, ``still`` is the pair that
    stands in the page before any script runs."""

    name: str
    controls: tuple[PageControl, ...]
    frames: tuple[tuple[str, str], ...]
    still: tuple[str, str]

    @cached_property
    def smallest(self) -> float:
        """Points of the smallest letters in any frame."""
        return min(100 * float(scale) for svg, _ in self.frames for scale in _LETTERS.findall(svg))

    def frame(self, **places: int) -> tuple[str, str]:
        """Return picture and sentence at these places; other controls stand at their start."""
        steps = (places.get(c.name, c.start) * c.stride for c in self.controls)
        return self.frames[sum(steps)]


def numbers(sentence: str) -> list[float]:
    """Return the numbers of a sentence as a reader reads them.

    >>> numbers("After 1,025 steps, θ₂ is −0.5 and J 2.5·10⁻⁶, from 10⁻² and (3, 4).")
    [1025.0, -0.5, 2.5e-06, 0.01, 3.0, 4.0]
    """
    usual = str.maketrans(dict(zip(_RAISED, "0123456789-", strict=True)) | {"−": "-", ",": None})
    found = (match.groups() for match in _NUMBER.finditer(sentence))
    parts = ((digits or "1", power or alone or "0") for digits, power, alone in found)
    return [float(f"{digits.translate(usual)}e{power.translate(usual)}") for digits, power in parts]


def read(page: Path) -> list[PageExplorer]:
    """Return the explorers of a page, from top to bottom; a page is unpacked once."""
    return list(_read(page, page.stat().st_mtime_ns))


@lru_cache(maxsize=4)
def _read(page: Path, changed: int) -> tuple[PageExplorer, ...]:
    figures = _FIGURE.finditer(page.read_text(encoding="utf-8"))
    return tuple(_explorer(figure[1], figure[0]) for figure in figures)


def _explorer(name: str, figure: str) -> PageExplorer:
    content = _CONTENT.search(figure)
    assert content, f"explorer {name} has no frames"
    controls = tuple(_control(*found.groups()) for found in _CONTROL.finditer(figure))
    frames = tuple(unpack(json.loads(content[1])))
    assert len(frames) == math.prod(control.places for control in controls), name
    (picture,), (sentence,) = _PICTURE.findall(figure), _SENTENCE.findall(figure)
    return PageExplorer(name, controls, frames, (unquote(picture), html.unescape(sentence)))


def _control(tag: str, attributes: str, inside: str) -> PageControl:
    known = {key: html.unescape(text) for key, text in _ATTRIBUTE.findall(attributes)}
    options = _OPTION.findall(inside)
    if tag == "input":
        texts, start = json.loads(known["data-texts"]), int(known["value"])
    else:
        texts = [html.unescape(text) for _, text in options]
        start = [bool(selected) for selected, _ in options].index(True)
    name, keys = known["data-control"], tuple(json.loads(known["data-keys"]))
    return PageControl(name, tag == "input", tuple(texts), keys, start, int(known["data-stride"]))
