"""How a student's names are asked: in the notebook while practising, in the jail when graded.
One file for both, so that what passes here passes there; it stands alone beside the wire."""

from __future__ import annotations

import os
import traceback
from typing import Any

import numpy as np

from .wire import decode, encode

NOT_THE_STUDENT = (__file__, np.__path__[0], os.path.dirname(traceback.__file__))


def call(names: dict[str, Any], name: str, sent: list[Any]) -> dict[str, Any]:
    """Call the function of that name.

    Parameters
    ----------
    names : dict
        What the student's cells defined.
    name : str
    sent : list
        The encoded arguments; the function gets fresh copies.

    Returns
    -------
    dict
        The fields of a :class:`~backprop_lib.check.question.Reply`, the value still encoded.
    """
    function = names.get(name)
    if not callable(function):
        return _missing(name, "function", function)
    given = [decode(argument, eval) for argument in sent]
    try:
        value = function(*given)
    except NotImplementedError:
        return {"status": "missing", "text": "not answered yet."}
    except (Exception, SystemExit) as error:
        return {"status": "error", "text": f"it raises {described(error)}."}
    reply = _value(value)
    reply["changed"] = [
        place
        for place, argument in enumerate(given)
        if not callable(argument) and encode(argument) != sent[place]
    ]
    return reply


def read(names: dict[str, Any], name: str) -> dict[str, Any]:
    """Read the variable of that name; the same fields as from :func:`call`."""
    value = names.get(name)
    return _missing(name, "variable", value) if value is None or value is ... else _value(value)


def described(error: BaseException) -> str:
    """Say what was raised, and in which line of the student's."""
    steps = traceback.extract_tb(error.__traceback__)
    own = [step for step in steps if not step.filename.startswith(NOT_THE_STUDENT)]
    lines = [step.line for step in own if step.line]
    where = f" in the line `{lines[-1]}`" if lines else ""
    text = f": {error}"[:300] if str(error) else ""
    return type(error).__name__ + text + where


def _value(value: Any) -> dict[str, Any]:
    try:
        return {"status": "value", "value": encode(value)}
    except TypeError as error:
        text = f"it gives {error}."
    except RecursionError:
        text = "it gives a list that contains itself or is nested too deep."
    except Exception as error:
        text = f"it gives a value that cannot be read: {type(error).__name__}."
    return {"status": "unreadable", "text": text}


def _missing(name: str, kind: str, found: Any) -> dict[str, Any]:
    text = f"`{name}` must be a {kind}, got {type(found).__name__}."
    if found is None or found is ...:
        text = f"there is no {kind} `{name}` yet: the cell that defines it has not run."
    return {"status": "missing", "text": text}
