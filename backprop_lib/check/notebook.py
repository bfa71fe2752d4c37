"""While practising, the student is the notebook itself: its functions are called where they stand.
Values go over the same wire as in the jail, so that what passes here passes there."""

from __future__ import annotations

import traceback
from typing import Any

from .question import Reply, Verdict
from .wire import decode, encode


class NotYet(AssertionError):
    """The answer is not right yet. A notebook shows the message without a traceback.

    It is an error, so that `Run All` stops here and that graders which only look for errors see
    one.
    """

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class Here:
    """The names of a notebook as a :class:`~backprop_lib.check.question.Student`."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def call(self, name: str, arguments: tuple[Any, ...]) -> Reply:
        """Call the function of that name with copies of the arguments."""
        function = self.names.get(name)
        if not callable(function):
            return _missing(name, "function", function)
        sent = encode(arguments)
        given = decode(sent, eval)
        try:
            value = function(*given)
        except NotImplementedError:
            return Reply("missing", text="not answered yet.")
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[-1]
            where = f" in the line `{line.line}`" if line.line else ""
            return Reply("error", text=f"it raises {type(error).__name__}: {error}{where}.")
        changed = tuple(
            place
            for place, argument in enumerate(given)
            if not callable(argument) and encode(argument) != sent[place]
        )
        return _reply(value, changed)

    def read(self, name: str) -> Reply:
        """Read the variable of that name."""
        value = self.names.get(name)
        if value is None or value is ...:
            return _missing(name, "variable", value)
        return _reply(value)


def _reply(value: Any, changed: tuple[int, ...] = ()) -> Reply:
    try:
        return Reply("value", decode(encode(value)), changed=changed)
    except TypeError as error:
        return Reply("unreadable", text=f"it gives {error}.")
    except RecursionError:
        return Reply(
            "unreadable", text="it gives a list that contains itself or is nested too deep."
        )


def _missing(name: str, kind: str, found: Any) -> Reply:
    if found is None or found is ...:
        return Reply(
            "missing", text=f"there is no {kind} `{name}` yet; run the cell that defines it."
        )
    return Reply("missing", text=f"`{name}` must be a {kind}, got {type(found).__name__}.")
