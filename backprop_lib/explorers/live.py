"""The live half of an explorer: the same controls as widgets of a kernel, with finer positions and
a box for any number; every picture is computed when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from .controls import Choice, Slider, in_order

if TYPE_CHECKING:
    from .explorer import Explorer


def live(explorer: Explorer) -> widgets.VBox:
    """Return a box of widgets: title, picture, controls, sentence, question.

    Parameters
    ----------
    explorer : Explorer

    Returns
    -------
    ipywidgets.VBox
    """
    # An Image swaps its bytes in place: unlike an Output it neither flickers nor changes height.
    picture = widgets.Image(format="svg+xml", layout={"width": "100%", "max_width": "44rem"})
    sentence = widgets.HTML()
    rows: list[widgets.Widget] = []
    readers: dict[str, Callable[[], Any]] = {}

    def show(change: Any = None) -> None:
        asked = {} if change is None else {name: read() for name, read in readers.items()}
        try:
            frame = explorer.frame(**asked)
        except RuntimeError as error:
            if change is None:
                raise  # the cell fails, for all to see; later only the kernel's log would say so
            picture.layout.visibility, text = "hidden", str(error)
        else:
            picture.value, text = frame.svg.encode(), frame.sentence
            picture.layout.visibility = "visible"
        sentence.value = f'<p role="status">{escape(text)}</p>'

    for control in in_order(explorer.controls):
        made, readers[control.name] = row(control, show)
        rows.append(made)
    show()
    title = widgets.HTML(f"<b>{escape(explorer.title)}</b>")
    question = widgets.HTML(f"<i>{escape(explorer.question)}</i>")
    box = widgets.VBox([title, picture, *rows, sentence, question])
    return box.add_class("explorer").add_class(f"explorer-{explorer.name}")


def row(
    control: Slider | Choice, show: Callable[[Any], None]
) -> tuple[widgets.Widget, Callable[[], Any]]:
    """Make the widgets of one control, and the function that reads its value.

    Parameters
    ----------
    control : Slider or Choice
    show : callable
        Called whenever the value has changed.

    Returns
    -------
    widget : ipywidgets.Widget
    read : callable
    """
    wide = {"layout": {"width": "min(100%, 40rem)"}, "style": {"description_width": "initial"}}
    if isinstance(control, Choice):
        menu = widgets.Dropdown(
            options=list(zip(control.texts, control.values, strict=True)),
            description=control.label,
            **wide,
        )
        menu.observe(show, "value")
        return menu, lambda: menu.value
    # Two values that are written alike are one position; the book's own value wins. Twelve digits
    # keep the noise of np.linspace, 0.30000000000000004, out of the box.
    live = [float(f"{value:.12g}") for value in control.live]
    fine = {control.write(value): value for value in (*live, *control.values)}
    falling = control.values[0] > control.values[-1]
    options = sorted(fine.items(), key=lambda option: option[1], reverse=falling)
    values = [value for _, value in options]
    slider = widgets.SelectionSlider(
        options=options,
        value=control.start,
        description=control.label,
        **wide,
    )
    if not control.live:
        slider.observe(show, "value")
        return slider, lambda: slider.value
    box = widgets.BoundedFloatText(
        value=control.start,
        min=min(values),
        max=max(values),
        step=(max(values) - min(values)) / 1000,
        description="or any value",
        layout={"width": "14rem"},
        style={"description_width": "initial"},
    )

    def nearest() -> int:
        return min(range(len(values)), key=lambda k: abs(values[k] - box.value))

    def from_slider(_: Any) -> None:
        if slider.index != nearest():  # else the box moved the slider, and keeps its own number
            box.value = slider.value

    def from_box(change: Any) -> None:
        slider.index = nearest()
        show(change)

    slider.observe(from_slider, "index")
    box.observe(from_box, "value")
    return widgets.HBox([slider, box], layout={"flex_flow": "row wrap"}), lambda: box.value
