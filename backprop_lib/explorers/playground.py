"""The playground: every setting free, a training that goes on by a step, by an epoch, or by itself,
and the board drawn anew after each. In the book, which has no kernel, it is a picture."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from html import escape
from threading import RLock
from typing import Any, Final

import ipywidgets as widgets
import numpy as np

from ..plots.names import spoken
from .board import SIZE, board, formulas
from .controls import Choice, Slider
from .frames import make_frame
from .live import row
from .page import address
from .setting import DATA, OPTIMIZERS, STARTS, UNITS, Setting
from .training import Training

RUN_PICTURES: Final = 1000
"""A run stops after so many pictures, should its reader have gone."""

RATES: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class Playground:
    """A training under the reader's hands.

    Parameters
    ----------
    setting : Setting, optional
        Where the controls stand at first.

    Attributes
    ----------
    training : Training
        What is shown: ``playground.training.theta`` is at hand in the next cell.

    Examples
    --------
    >>> from backprop_lib import explorers
    >>> explorers.Playground(explorers.Setting(data="XOR", hidden=(3,)))
    Playground: XOR, sizes (2, 3, 1), tanh, Glorot, gradient descent at 0.3, batches of 10, seed 0
      Epoch 0, step 0: J = 0.762; 2 of 4 right.
    """

    def __init__(self, setting: Setting | None = None) -> None:
        self.training = Training(setting or Setting())
        self._before = np.empty((0, 2))  # the losses of the training before
        self._running, self._message = False, ""
        self._alone = RLock()  # a run goes on in one thread, and Lab may press buttons in another

    def widget(self) -> widgets.VBox:
        """Return the playground as a box of ipywidgets."""
        self._picture = widgets.Image(
            format="svg+xml", layout={"width": "100%", "max_width": "44rem"}
        )
        self._sentence, self._formula = widgets.HTML(), widgets.HTML()
        self._weights, self._code = widgets.HTML(), widgets.HTML()
        self._view = widgets.ToggleButtons(
            options=[
                ("Units", "units"),
                ("Forward pass", "forward"),
                ("Backward pass", "backward"),
            ],
            tooltips=["what each unit answers", "z and a, in numbers", "δ and ∂, in numbers"],
        )
        self._folds = widgets.Accordion(
            [self._weights, self._code],
            titles=("Weights and slopes as numbers", "The code of this training"),
        )
        for part, name in ((self._view, "value"), (self._folds, "selected_index")):
            part.observe(lambda _: self._show(), name)
        rows, self._readers = zip(*self._controls(), strict=True)
        box = widgets.VBox(
            [
                *rows,
                self._buttons(),
                self._sentence,
                self._view,
                widgets.Box([self._picture]),
                self._formula,
                self._folds,
            ]
        )
        self._show()
        return box.add_class("playground")

    def _controls(self) -> list[tuple[widgets.Widget, Callable[[], Any]]]:
        """Make the rows of controls, in the order of the fields of a setting."""
        now = self.training.setting
        made = []
        for control in (
            Choice("data", [now.data, *(k for k in DATA if k != now.data)], label="Data"),
            None,
            Choice(
                "activation",
                {spoken(name): name for name in _first(now.activation, UNITS)},
                label="Hidden units",
            ),
            Choice("start", _first(now.start, STARTS), label="First weights"),
            Choice("optimizer", _first(now.optimizer, OPTIMIZERS), label="Optimizer"),
            Slider(
                "rate",
                sorted({*RATES, now.learning_rate}),
                label="Learning rate η",
                start=now.learning_rate,
                live=RATES,
            ),
            Slider(
                "batch",
                sorted({1, 2, 4, 10, 25, 50, 200, now.batch_size}),
                label="Samples a step (200: all)",
                start=now.batch_size,
            ),
            Slider("seed", range(10), label="Seed", start=now.seed),
        ):
            made.append(self._layers() if control is None else row(control, self._changed))
        return made

    def _layers(self) -> tuple[widgets.Widget, Callable[[], Any]]:
        """Make the box in which the hidden layers are written, as 4, 2."""
        box = widgets.Text(
            value=", ".join(map(str, self.training.setting.hidden)),
            description="Hidden layers, as 4, 2",
            continuous_update=False,
            layout={"width": "min(100%, 40rem)"},
            style={"description_width": "initial"},
        )
        box.observe(self._changed, "value")
        return box, lambda: _numbers(box.value)

    def _buttons(self) -> widgets.HBox:
        self._run = widgets.Button(description="Run", icon="play", button_style="primary")
        step, epoch, reset = (widgets.Button(description=d) for d in ("Step", "Epoch", "Reset"))
        self._pace = widgets.Dropdown(
            options=[(f"{k} epoch{'s' * (k > 1)} a picture", k) for k in (1, 5, 20, 100)],
            layout={"width": "11rem"},
        )
        step.on_click(lambda _: self.step())
        epoch.on_click(lambda _: self.epoch())
        reset.tooltip = "begin anew; once more forgets the pale curve"
        reset.on_click(lambda _: self._move(self._reset))
        self._run.on_click(lambda _: self._toggle())
        return widgets.HBox(
            [step, epoch, self._run, self._pace, reset], layout={"flex_flow": "row wrap"}
        )

    def _move(self, work: Callable[[], None]) -> None:
        """Pause, do something with the training, and show it."""
        with self._alone:
            self._pause()
            work()
            self._show()

    def _changed(self, _: Any = None) -> None:
        self._move(self._begin)

    def _begin(self) -> None:
        """Begin anew with what the controls say, or say what is wrong with it."""
        fields = (*Setting.__dataclass_fields__,)
        try:
            values = dict(zip(fields, (read() for read in self._readers), strict=True))
            setting = replace(self.training.setting, **values)
        except (TypeError, ValueError) as error:
            self._message = f"Not changed: {error}"
        else:
            old = self.training
            if old.steps:
                epochs = np.arange(len(old.losses)) / old.steps_per_epoch
                self._before = np.column_stack([epochs, old.losses])
            self.training, self._message = Training(setting), ""

    def _reset(self) -> None:
        """Begin anew; where nothing has begun yet, forget the training before."""
        if not self.training.steps:
            self._before = np.empty((0, 2))
        self._begin()

    def step(self) -> None:
        """Take one step and show it: the button."""
        self._move(lambda: self.training.step())

    def epoch(self) -> None:
        """Go on to the end of the epoch and show it: the button."""
        self._move(lambda: self.training.epoch())

    def show(self, view: str) -> None:
        """Turn to a view of the network: "units", "forward" or "backward"."""
        self._view.value = view

    def _toggle(self) -> None:
        with self._alone:
            if self._running:
                self._pause()
                return
            self._running = True
            self._run.description, self._run.icon = "Pause", "pause"
            self._task = asyncio.get_running_loop().create_task(self._go())

    def _pause(self) -> None:
        self._running = False
        self._run.description, self._run.icon = "Run", "play"

    async def _go(self) -> None:
        """Train and draw, and in between let the kernel hear what the reader does."""
        for _ in range(RUN_PICTURES):
            with self._alone:
                if not self._running or self._task is not asyncio.current_task():
                    return  # paused, and perhaps run anew in the meantime
                for _ in range(self._pace.value):
                    self.training.epoch()
                self._show()
            if self.training.lost:
                break
            await asyncio.sleep(0.03)
        self._pause()

    def _show(self) -> None:
        """Bring everything that can be seen up to date."""
        with self._alone:
            training, view = self.training, self._view.value

            def draw(figure: Any) -> str:
                board(figure, training, view=view, before=self._before)
                return training.sentence()

            frame = make_frame(draw, {}, SIZE, outlines=False)
            self._picture.value = frame.svg.encode()
            text = self._message or frame.sentence
            self._sentence.value = f'<p role="status">{escape(text)}</p>'
            self._message = ""
            self._formula.value = formulas(training.setting, view)
            if self._folds.selected_index == 0:
                self._weights.value = training.numbers()._repr_html_()
            elif self._folds.selected_index == 1:
                self._code.value = f"<pre>{escape(training.code())}</pre>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if os.environ.get("BACKPROP_BOOK"):
            return {"text/plain": repr(self), "text/html": self.html()}
        bundle: dict[str, Any] = self.widget()._repr_mimebundle_()
        return bundle | {"text/plain": repr(self)}

    def html(self) -> str:
        """Return the picture of the present state, for a page without a kernel."""

        def draw(figure: Any) -> str:
            board(figure, self.training)
            return self.training.sentence()

        frame = make_frame(draw, {}, SIZE)
        width, height = (round(100 * side) for side in SIZE)
        return (
            f'<figure class="playground"><img alt="The playground. {escape(repr(self))}" '
            f'width="{width}" height="{height}" style="width: 100%; height: auto" '
            f'src="data:image/svg+xml,{address(frame.svg)}">\n<figcaption>'
            f'<span class="playground-sentence">{escape(frame.sentence)}</span> '
            f"Its controls need a running notebook; the trainings below move without one."
            f"</figcaption></figure>"
        )

    def __repr__(self) -> str:
        s = self.training.setting
        return (
            f"Playground: {s.data}, sizes {s.net.sizes}, {s.activation}, {s.start}, {s.optimizer} "
            f"at {s.learning_rate:g}, batches of {s.batch_size}, seed {s.seed}\n"
            f"  {self.training.sentence()}"
        )


def _first(name: str, names: Any) -> list[str]:
    """The names with one of them in front: a menu stands there at first."""
    return [name, *(other for other in names if other != name)]


def _numbers(text: str) -> tuple[int, ...]:
    """Read whole numbers between commas or spaces; no number means no hidden layer."""
    words = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() for word in words):
        raise ValueError(f"write hidden layers as numbers of units, such as 4, 2; got {text!r}.")
    return tuple(int(word) for word in words)
