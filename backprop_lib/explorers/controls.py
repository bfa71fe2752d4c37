"""The controls of an explorer: a slider over numbers and a choice among names. Both are records of
the few values that the book shows; a slider may also name the many that a kernel can compute."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final

from ..plots import style

_POWER: Final = re.compile(r"\b1e([+-]?\d+)\b")


@dataclass(frozen=True)
class Slider:
    """A slider over numbers.

    Parameters
    ----------
    name : str
        The keyword under which ``draw`` gets the value.
    values : sequence of float
        The positions in the book: one frame each.
    label : str, optional
        What the reader sees; the name by default.
    text : str
        How a value is written: a format with one field, unit included, such as "{:g} m".
    start : float, optional
        The value of the first frame; the first of ``values`` by default.
    live : iterable of float, optional
        Finer positions under a kernel, where the reader may also type any number between.

    Examples
    --------
    >>> Slider("rate", (0.1, 0.5, 1.0), label="Learning rate").texts
    ['0.1', '0.5', '1']
    """

    name: str
    values: Sequence[Any]
    label: str = ""
    text: str = "{:g}"
    start: Any = None
    live: Iterable[Any] = ()

    def __post_init__(self) -> None:
        _check_texts(self, "name", "label", "text")
        for field in ("values", "live"):
            object.__setattr__(self, field, _numbers(self, field))
        object.__setattr__(self, "label", self.label or self.name.capitalize())
        if not isinstance(self.start, (Real, type(None))):
            raise TypeError(f"Slider {self.name!r}: start must be a number, got {self.start!r}.")
        if self.start is None and self.values:
            object.__setattr__(self, "start", self.values[0])
        try:
            for value in (*self.values, *self.live):
                self.write(value)
        except (LookupError, ValueError, AttributeError):
            raise ValueError(
                f'Slider {self.name!r}: text must be a format with one field, such as "{{:g}} m", '
                f"got {self.text!r}."
            ) from None
        _check(self)

    @property
    def keys(self) -> list[str]:
        """The values as a link to the explorer writes them."""
        return [f"{value:g}" for value in self.values]

    @property
    def texts(self) -> list[str]:
        """The values as the reader sees them."""
        return [self.write(value) for value in self.values]

    def write(self, value: float) -> str:
        """Write any value as the reader sees it: a true minus sign, 10⁻⁸ for 1e-08."""
        text = _POWER.sub(lambda e: style.power_of_ten(int(e[1])), self.text.format(value))
        return re.sub(r"-(?=[\d.])", "−", text)

    def say(self, value: Any) -> str:
        """Name any value in a message, as it is written in code."""
        return f"{value:g}" if isinstance(value, Real) else repr(value)


@dataclass(frozen=True)
class Choice:
    """A choice among a few named things.

    Parameters
    ----------
    name : str
        The keyword under which ``draw`` gets the value.
    options : sequence of str, or mapping of str to object
        The names to choose from; of a mapping, ``draw`` gets the object.
    label : str, optional
        What the reader sees; the name by default.

    Examples
    --------
    >>> Choice("sign", {"plus": 1, "minus": -1}).values
    (1, -1)
    """

    name: str
    options: Sequence[str] | Mapping[str, Any]
    label: str = ""

    def __post_init__(self) -> None:
        _check_texts(self, "name", "label")
        given = self.options
        try:
            names = list(given)
            texts = all(isinstance(name, str) for name in names)
        except TypeError:
            texts = False
        if not texts:
            raise TypeError(
                f"Choice {self.name!r}: options must be names, or a mapping of names to objects, "
                f"got {self.options!r}."
            )
        if len(set(names)) < len(names):
            raise ValueError(f"Choice {self.name!r} has equal options: {names}; name each once.")
        options = given if isinstance(given, Mapping) else zip(names, names, strict=True)
        object.__setattr__(self, "options", dict(options))
        object.__setattr__(self, "label", self.label or self.name.capitalize())
        _check(self)

    @property
    def values(self) -> tuple[Any, ...]:
        """What ``draw`` gets."""
        assert isinstance(self.options, Mapping)
        return tuple(self.options.values())

    @property
    def keys(self) -> list[str]:
        """The options as a link to the explorer writes them."""
        return list(self.options)

    @property
    def texts(self) -> list[str]:
        """What the reader sees."""
        return self.keys

    @property
    def start(self) -> Any:
        """The first option."""
        return self.values[0]

    def say(self, value: Any) -> str:
        """Name any value in a message: the option that the reader chose."""
        known = zip(self.texts, self.values, strict=True)
        return next((text for text, option in known if option is value), repr(value))


def in_order(controls: Sequence[Slider | Choice]) -> list[Slider | Choice]:
    """Return the controls as the reader meets them: choices say what is looked at, then sliders.

    Examples
    --------
    >>> rate, sign = Slider("rate", (1, 2)), Choice("sign", ("plus", "minus"))
    >>> [control.name for control in in_order([rate, sign])]
    ['sign', 'rate']
    """
    return sorted(controls, key=lambda control: isinstance(control, Slider))


def _numbers(slider: Slider, field: str) -> tuple[Any, ...]:
    """Return a field of a slider as a tuple; raise if it holds anything but finite numbers."""
    given = getattr(slider, field)
    try:
        found = tuple(given)
    except TypeError:
        found = (given,)
    wrong = [value for value in found if not isinstance(value, Real) or not math.isfinite(value)]
    if wrong:
        raise TypeError(
            f"Slider {slider.name!r}: {field} must be finite numbers, got {wrong[0]!r}; give names "
            f"to a Choice."
        )
    return found


def _check_texts(control: Slider | Choice, *fields: str) -> None:
    for field in fields:
        text = getattr(control, field)
        if not isinstance(text, str):
            raise TypeError(f"{field} must be a text, got {type(text).__name__} {text!r}.")


def _check(control: Slider | Choice) -> None:
    """Raise if a control has no values, two that look alike, or an impossible name or start."""
    what = f"{type(control).__name__} {control.name!r}"
    if not control.name.isidentifier():
        raise ValueError(f"name must be a Python name, the keyword of draw, got {control.name!r}.")
    if len(control.values) < 2:
        raise ValueError(f"{what} must have two values or more, got {control.values}.")
    for texts in (control.texts, control.keys):
        if len(set(texts)) < len(texts):
            raise ValueError(f"{what} has values that look alike: {texts}; change its text.")
    if control.start not in control.values:
        raise ValueError(f"{what}: start must be one of its values, got {control.start!r}.")
