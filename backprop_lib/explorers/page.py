"""The static half of an explorer: one HTML figure that carries its frames, style and script.
Without JavaScript, and on paper, it is its first frame and its sentence."""

from __future__ import annotations

import json
import math
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from .controls import Choice, Slider, in_order
from .frames import pack

if TYPE_CHECKING:
    from .explorer import Explorer


def html(explorer: Explorer) -> str:
    """Return an explorer as a ``<figure>``.

    Parameters
    ----------
    explorer : Explorer

    Returns
    -------
    str
    """
    frame = explorer.frames[explorer.start]
    name, title, sentence = explorer.name, escape(explorer.title), escape(frame.sentence)
    width, height = (round(100 * side) for side in explorer.size)
    kind = "explorer explorer-wide" if explorer.wide else "explorer"
    controls = "\n".join(_control(explorer, control) for control in in_order(explorer.controls))
    return f"""\
<figure class="{kind}" id="explorer-{name}" data-explorer="{name}" aria-label="{title}">
<style>{_asset("explorer.css")}</style>
<p class="explorer-title">{title}</p>
<div class="explorer-view">
<img class="explorer-picture" alt="{sentence}" width="{width}" height="{height}" decoding="sync"
 src="data:image/svg+xml,{address(frame.svg)}">
</div>
<figcaption>
<div class="explorer-controls" role="group" aria-label="Controls: {title}" hidden>
{controls}
<p class="explorer-buttons">
<button type="button" data-move="-1" aria-label="Previous frame">◀</button>
<button type="button" data-play>Play</button>
<button type="button" data-move="1" aria-label="Next frame">▶</button>
<label>Pace <select data-pace><option value="3000">slow</option>
<option value="1500" selected>medium</option><option value="600">fast</option></select></label>
<a class="explorer-link" href="#explorer-{name}">Link to this frame</a>
</p>
</div>
<p class="explorer-sentence" aria-live="polite">{sentence}</p>
<p class="explorer-question">{escape(explorer.question)}</p>
<p class="explorer-still">This is one of {len(explorer.frames)} frames; the others need a browser
that runs the page's script.</p>
</figcaption>
<script type="application/json">"{pack(explorer.frames)}"</script>
<script>{_asset("explorer.js")}</script>
</figure>"""


def address(svg: str) -> str:
    """Write a picture as the end of a data address that can stand between double quotes."""
    return quote(svg, safe=" ~()*!.'/:;=?,&+$@")


def _stride(explorer: Explorer, control: Slider | Choice) -> int:
    """How many frames further the next value of a control is: the last one changes fastest."""
    later = explorer.controls[explorer.controls.index(control) + 1 :]
    return math.prod(len(other.values) for other in later)


def _control(explorer: Explorer, control: Slider | Choice) -> str:
    identity = f"explorer-{explorer.name}-{control.name}"
    label, start = escape(control.label), control.values.index(control.start)
    keys, last = escape(json.dumps(control.keys)), len(control.keys) - 1
    what = f'id="{identity}" autocomplete="off" data-control="{control.name}" data-keys="{keys}"'
    what += f' data-stride="{_stride(explorer, control)}"'
    if isinstance(control, Choice):
        options = "".join(
            f"<option{' selected' * (k == start)}>{escape(text)}</option>"
            for k, text in enumerate(control.texts)
        )
        return (
            f'<p class="explorer-choice"><label for="{identity}">{label}</label>\n'
            f"<select {what}>{options}</select></p>"
        )
    text = escape(control.texts[start])
    return (
        f'<p class="explorer-slider"><label for="{identity}">{label}</label>\n'
        f'<input type="range" {what} min="0" max="{last}" value="{start}"\n'
        f' aria-valuetext="{text}" data-texts="{escape(json.dumps(control.texts))}">\n'
        f'<output for="{identity}" aria-live="off">{text}</output></p>'
    )


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").strip()
