"""A table of results for a page: numbers at one precision, as text and as HTML, made from columns.
The book shows every list of numbers with it, so that a test can compare each digit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from .arrays import require_count


@dataclass(frozen=True)
class Link:
    """An entry of a table that leads to another place, and can be led to.

    Parameters
    ----------
    text : str
        What is shown.
    to : str
        The address: another notebook, with or without ``#Heading``, or the name of an entry.
    name : str
        The name of this entry on its page; empty if nothing leads here.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib.tables import Link
    >>> bp.Table({"row": [Link("slides-001", "#slides-001", name="slides-001")]})
    row
    slides-001
    """

    text: str
    to: str
    name: str = ""

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        name = f' id="{escape(self.name)}"' if self.name else ""
        return f'<a{name} href="{escape(self.to)}">{escape(self.text)}</a>'


@dataclass(frozen=True)
class Table:
    """Columns of text and numbers, shown side by side.

    Parameters
    ----------
    columns : mapping of str to sequence
        Header to entries; all of one length.
    digits : int
        Significant digits of floating-point entries.

    Raises
    ------
    TypeError, ValueError
        If a header is no text, a column no sequence, the columns differ in length, or ``digits``
        is no positive integer.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> bp.Table({"weight": ["w1", "w2"], "value": [0.15, 2 / 3]}, digits=3)
    weight  value
    w1      0.15
    w2      0.667
    """

    columns: Mapping[str, Sequence[Any]]
    digits: int = 9

    def __post_init__(self) -> None:
        try:
            lengths = {name: len(column) for name, column in self.columns.items()}
            texts = all(isinstance(name, str) for name in lengths)
        except (AttributeError, TypeError):
            texts = False
        if not texts:
            raise TypeError(
                f"columns must map names to lists, got {self.columns!r}; write for example "
                f'{{"step": [1, 2], "loss": [0.5, 0.2]}}.'
            )
        require_count("digits", self.digits)
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns must have one length, got {lengths}; fill the short ones.")

    def rows(self) -> list[list[str]]:
        """Return the entries as text, row by row, without the header."""
        return [[self._show(entry) for entry in row] for row in self._entries()]

    def _entries(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.columns.values(), strict=True)

    def _show(self, entry: Any) -> str:
        if isinstance(entry, (float, np.floating)):
            return f"{entry:.{self.digits}g}"
        return str(entry)

    def _html(self, entry: Any) -> str:
        return entry._repr_html_() if isinstance(entry, Link) else escape(self._show(entry))

    def __repr__(self) -> str:
        table = [list(self.columns), *self.rows()]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "".join(
            f'<tr><th scope="row">{self._html(first)}</th>'
            + "".join(f"<td>{self._html(entry)}</td>" for entry in rest)
            + "</tr>"
            for first, *rest in self._entries()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
