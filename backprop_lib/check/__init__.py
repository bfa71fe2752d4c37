"""Check an answer at once: ``check("ps3.q2")`` says that it is right, or what went wrong first.
The same checks grade the course; only the numbers are then drawn under the course's secret."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from . import ps1, ps2, ps3, ps4, ps5, ps6
from .notebook import Here, NotYet
from .question import ProblemSet, Question, ReadByHand, Verdict, judge, practice_input

__all__ = ["PROBLEM_SETS", "QUESTIONS", "NotYet", "check", "inputs"]

PROBLEM_SETS: dict[str, ProblemSet] = {
    part.SET.id: part.SET for part in (ps1, ps2, ps3, ps4, ps5, ps6)
}
QUESTIONS: dict[str, Question] = {
    question.id: question for part in PROBLEM_SETS.values() for question in part.questions
}
READ_BY_HAND: dict[str, ReadByHand] = {
    part.read_by_hand.id: part.read_by_hand for part in PROBLEM_SETS.values()
}


def check(question: str) -> Verdict:
    """Check the answer that stands in this notebook.

    Parameters
    ----------
    question : str
        "ps3.q2": the second question of the third problem set.

    Returns
    -------
    Verdict
        It shows the points.

    Raises
    ------
    NotYet
        If the answer is not right yet; the message is for reading, not for tracing.
    ValueError
        If there is no such question.
    """
    found = _question(question)
    names = sys._getframe(1).f_globals
    verdict = judge(found, Here(names), _student(names))
    if verdict.status != "passed":
        raise NotYet(verdict)
    if borrowed := ", ".join(f"`{name}`" for name in names if _of_the_library(names[name])):
        note = f"But {borrowed} of backprop_lib will be gone when this is graded; write your own."
        return replace(verdict, text=note)
    return verdict


def inputs(question: str, case: int = 0) -> Any:
    """Return an input of a question: the numbers to work by hand, or what an answer failed on.

    They follow from STUDENT, set at the top of the notebook.

    Parameters
    ----------
    question : str
        "ps3.q1".
    case : int
        The message of a failed check names it.

    Returns
    -------
    number, array, table, or tuple of these
        As the question says.
    """
    found = READ_BY_HAND.get(str(question)) or _question(question)
    if not isinstance(case, int) or case < 0:
        raise ValueError(f"case must be the number in a message of the check, got {case!r}.")
    drawn = practice_input(found, _student(sys._getframe(1).f_globals), case)
    return drawn[0] if len(drawn) == 1 else drawn


def _of_the_library(value: Any) -> bool:
    home = str(getattr(value, "__module__", None) or getattr(value, "__name__", ""))
    return home.partition(".")[0] == "backprop_lib" and not home.startswith(__name__)


def _student(names: dict[str, Any]) -> str:
    return str(names.get("STUDENT", "nobody"))


def _question(question: str) -> Question:
    if not isinstance(question, str) or question not in QUESTIONS:
        known = ", ".join(QUESTIONS)
        raise ValueError(f"question must be one of {known}, got {question!r}.")
    return QUESTIONS[question]
