"""While practising, the student is the notebook itself: its functions are called where they stand.
Values go over the same wire as in the jail, so that what passes here passes there."""

from __future__ import annotations

from typing import Any

from . import asking
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
        return _reply(asking.call(self.names, name, encode(arguments)))

    def read(self, name: str) -> Reply:
        """Read the variable of that name."""
        return _reply(asking.read(self.names, name))


def _reply(came: dict[str, Any]) -> Reply:
    value, changed = decode(came.get("value")), tuple(came.get("changed", ()))
    return Reply(came["status"], value, came.get("text", ""), changed)
