"""A figure that the reader moves. In the built book it is a set of frames computed beforehand,
which need neither server nor network; under a kernel the same object computes each picture."""

from __future__ import annotations

import gc
import math
import os
import re
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..arrays import as_array, require_kind
from ..plots import style
from .controls import Choice, Slider
from .frames import Draw, Frame, first_frame, make_frame, say
from .page import html

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipywidgets import Widget
    from matplotlib.transforms import Bbox

T = TypeVar("T")
MAX_FRAMES: Final = 60
MAX_BYTES: Final = 400_000


class Explorer:
    """A figure with sliders and choices.

    Parameters
    ----------
    draw : callable
        ``draw(figure, **values)`` draws one frame on an empty matplotlib figure, from real
        computations, and returns the sentence that says what the frame shows, numbers included.
        Equal values must give equal frames.
    *controls : Slider or Choice
        What the reader moves; the play button moves the first slider.
    name : str
        Lower-case letters, digits and hyphens; unique on its page. A link to
        ``#explorer-NAME:step=3`` opens the page with ``step`` at 3.
    title : str
        What to try, in a few words.
    question : str
        What the reader can answer by moving it.
    size : tuple of float
        Width and height of the figure, in inches.
    wide : bool
        On a phone, keep the picture wide enough for its small numbers and let it scroll in a box.

    Raises
    ------
    TypeError, ValueError
        If ``draw`` cannot be called, there is no control, two have the same name, ``name`` is no
        name, title or question is missing, or the book would need more than 60 frames.

    Examples
    --------
    >>> from backprop_lib.explorers import Explorer, Slider
    >>> def draw(figure, b):
    ...     figure.subplots().plot([0, 1], [b, 1 + b])
    ...     return f"The line crosses the axis at {b:g}."
    >>> Explorer(draw, Slider("b", (-1, 0, 1), start=0), name="line", title="Move the line",
    ...          question="Where does it cross the axis?")
    Explorer line: Move the line
      B: 3 positions, −1 … 1
      First: The line crosses the axis at 0.
      Last: The line crosses the axis at 1.
    """

    def __init__(
        self,
        draw: Draw,
        *controls: Slider | Choice,
        name: str,
        title: str,
        question: str,
        size: tuple[float, float] = style.SIZE,
        wide: bool = False,
    ) -> None:
        if not callable(draw):
            raise TypeError(
                f"draw must be a function that draws on a figure and returns a sentence, got "
                f"{draw!r}; write def draw(figure, ...): ... and pass draw without brackets."
            )
        for what, text in (("name", name), ("title", title), ("question", question)):
            if not isinstance(text, str) or not text.strip():
                raise TypeError(f"{what} must be a text that is not empty, got {text!r}.")
        if not controls or not all(isinstance(control, (Slider, Choice)) for control in controls):
            raise TypeError(f"controls must be Sliders and Choices, at least one, got {controls}.")
        names = [control.name for control in controls]
        if len(set(names)) < len(names):
            raise ValueError(f"controls must have different names, got {names}.")
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ValueError(
                f"name must be lower-case letters, digits and hyphens, got {name!r}; "
                f"write for example 'learning-rate'."
            )
        if as_array("size", size).shape != (2,) or min(size) <= 0:
            raise ValueError(f"size must be (width, height) in inches, got {size!r}.")
        require_kind("wide", wide, bool, "True lets the picture scroll on a phone.")
        counts = [len(control.values) for control in controls]
        if math.prod(counts) > MAX_FRAMES:
            largest = max(controls, key=lambda control: len(control.values))
            raise ValueError(
                f"explorer {name!r} needs {' × '.join(map(str, counts))} = {math.prod(counts)} "
                f"frames, at most {MAX_FRAMES} are allowed; give {largest.name!r} fewer values "
                f"(a slider's finer positions under a kernel go into live=)."
            )
        self.draw, self.controls, self.size, self.wide = draw, controls, size, wide
        self.name, self.title, self.question = name, title, question

    def frame(self, **values: Any) -> Frame:
        """Draw one frame.

        Parameters
        ----------
        **values
            One value a control; the others are at their start. Any value that ``draw`` takes.

        Returns
        -------
        Frame

        Raises
        ------
        TypeError
            If there is no control of such a name.
        RuntimeError
            If ``draw`` raises or returns no sentence; it names the explorer and the values.
        """
        for name in values:
            if name not in self._first:
                raise TypeError(
                    f"explorer {self.name!r} has no control {name!r}, only {[*self._first]}."
                )
        first, places = self._opening
        asked = self._first | values
        if all(asked[name] is value for name, value in self._first.items()):
            return first
        return self._attempt(asked, lambda: make_frame(self.draw, asked, self.size, places))

    def _attempt(self, values: dict[str, Any], work: Callable[[], T]) -> T:
        """Do what calls ``draw`` with these values; if that fails, say with which."""
        try:
            return work()
        except Exception as error:
            found = {control.name: control.say(values[control.name]) for control in self.controls}
            asked = ", ".join(f"{name} = {text}" for name, text in found.items())
            why = f"{type(error).__name__}: {error}".rstrip(".")
            raise RuntimeError(
                f"explorer {self.name!r} cannot draw {asked}: {why}. Repair draw for these values, "
                f"or take them out of its controls."
            ) from error

    @property
    def _first(self) -> dict[str, Any]:
        return {control.name: control.start for control in self.controls}

    @cached_property
    def _opening(self) -> tuple[Frame, list[Bbox]]:
        return self._attempt(self._first, lambda: first_frame(self.draw, self._first, self.size))

    @cached_property
    def frames(self) -> list[Frame]:
        """The frames of the book, drawn once; the last control changes fastest.

        One after the other: the build runs a notebook on every core until the last one, so that a
        second process here would find no core that is free.
        """
        grid = product(*(control.values for control in self.controls))
        names = [control.name for control in self.controls]
        gc.freeze()  # else every few figures Python looks for garbage among all that is imported
        try:
            return [self.frame(**dict(zip(names, values, strict=True))) for values in grid]
        finally:
            gc.unfreeze()

    @property
    def start(self) -> int:
        """Index of the frame that is shown first."""
        index = 0
        for control in self.controls:
            index = index * len(control.values) + control.values.index(control.start)
        return index

    def html(self) -> str:
        """Return the static figure: HTML that works from a file, without any request.

        Raises
        ------
        ValueError
            If it is larger than 400 kB.
        """
        text = html(self)
        if len(text.encode()) > MAX_BYTES:
            raise ValueError(
                f"explorer {self.name!r} needs {len(text.encode()) // 1000} kB with its "
                f"{len(self.frames)} frames, at most {MAX_BYTES // 1000} kB are allowed; use fewer "
                f"values, fewer points in a line, or imshow for surfaces instead of contours."
            )
        return text

    def widget(self) -> Widget:
        """Return the live figure, an ipywidgets box that computes every picture when asked."""
        from .live import live

        return live(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # The build of the book sets the variable; its pages have no kernel to answer a widget.
        if os.environ.get("BACKPROP_BOOK"):
            return {"text/html": self.html(), "text/plain": repr(self)}
        bundle: dict[str, Any] = self.widget()._repr_mimebundle_()
        return bundle | {"text/plain": repr(self)}

    def __repr__(self) -> str:
        """Say what the explorer shows, so that a test that compares texts sees its numbers."""
        last = {control.name: control.values[-1] for control in self.controls}
        ranges = [
            f"  {control.label}: {len(control.values)} positions, "
            f"{control.texts[0]} … {control.texts[-1]}"
            for control in self.controls
        ]
        final = (
            self.frames[-1].sentence
            if "frames" in vars(self)
            else self._attempt(last, lambda: say(self.draw, last, self.size))
        )
        heading = f"Explorer {self.name}: {self.title}"
        first = f"  First: {self.frame().sentence}"
        return "\n".join([heading, *ranges, first, f"  Last: {final}"])
