"""A table of results for a page: numbers at one precision, as text and as HTML, made from columns.
The book shows every list of numbers with it, so that a test can compare each digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np


@dataclass(frozen=True, repr=False)
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
    ValueError
        If the columns differ in length.

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
        except (AttributeError, TypeError):
            raise TypeError(
                f"columns must map names to lists, got {type(self.columns).__name__}; write for "
                f'example {{"step": [1, 2], "loss": [0.5, 0.2]}}.'
            ) from None
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns must have one length, got {lengths}; fill the short ones.")

    def rows(self) -> list[list[str]]:
        """Return the entries as text, row by row, without the header."""
        return [
            [self._show(entry) for entry in row] for row in zip(*self.columns.values(), strict=True)
        ]

    def _show(self, entry: Any) -> str:
        if isinstance(entry, (float, np.floating)):
            return f"{entry:.{self.digits}g}"
        return str(entry)

    def __repr__(self) -> str:
        table = [list(self.columns), *self.rows()]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(entry)}</td>" for entry in rest)
            + "</tr>"
            for first, *rest in self.rows()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
