"""Students for the tests: what a cell of a notebook defines, asked as the notebook asks it."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import cache, wraps
from types import CodeType, SimpleNamespace
from typing import Any

import notebooks
import numpy as np
import pytest

from backprop_lib.check import QUESTIONS, inputs
from backprop_lib.check.notebook import Here
from backprop_lib.check.question import Question, Verdict, judge, practice_input

# The model solution of each question, and what stands before it in its notebook.
SOLUTIONS = {
    question: ("\n\n".join([*answers.values()][:place]), code)
    for answers in map(notebooks.answers, notebooks.sources())
    for place, (question, code) in enumerate(answers.items())
}


@contextmanager
def as_in_a_notebook() -> Iterator[None]:
    """Overflows and other warnings are shown, and stop nothing."""
    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache
def compiled(code: str) -> CodeType:
    """Compile what many students have in their notebook once."""
    return compile(code, "cell", "exec")


def run(code: str, student: str = "anne") -> dict[str, Any]:
    """Return the names of a notebook in which this code has run."""
    names: dict[str, Any] = {"np": np, "inputs": inputs, "STUDENT": student}
    with as_in_a_notebook():
        exec(compiled(code), names)
    return names


def ask(question: str | Question, names: dict[str, Any], student: str = "anne") -> Verdict:
    """Check an answer as `check` does in a notebook."""
    asked = QUESTIONS[question] if isinstance(question, str) else question
    with as_in_a_notebook():
        return judge(asked, Here(names), student)


def names_of(question: Question, answer: Callable[..., Any], student: str) -> dict[str, Any]:
    """Return the names of a student who answers with a given function."""
    if not question.by_hand:
        return {question.name: answer}
    with np.errstate(all="ignore"):
        return {question.name: answer(*practice_input(question, student))}


def replayed(question: Question, student: str, cases: int | None = None) -> Question:
    """Return the same question with inputs and answers that are computed only once."""
    cases = cases or question.cases
    drawn = [practice_input(question, student, case) for case in range(cases)]

    class Replayed(Question):
        def input(self, key: bytes, student: str, case: int) -> tuple[Any, ...]:
            return drawn[case]

    same = {field.name: getattr(question, field.name) for field in fields(question)}
    same["answer"] = remembered(question.answer)
    same["mistakes"] = tuple(
        replace(slip, answer=remembered(slip.answer)) for slip in question.mistakes
    )
    return Replayed(**(same | {"cases": cases}))


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compute an answer once for each input; inputs are told apart by who they are."""
    known: dict[tuple[int, ...], Any] = {}

    @wraps(function)
    def ask(*arguments: Any) -> Any:
        key = tuple(map(id, arguments))
        if key not in known:
            known[key] = arguments, function(*arguments)
        return known[key][1]

    return ask


@pytest.fixture(scope="session")
def notebook() -> SimpleNamespace:
    """Return what stands above."""
    return SimpleNamespace(
        run=run,
        ask=ask,
        names_of=names_of,
        replayed=replayed,
        quietly=as_in_a_notebook,
        solutions=SOLUTIONS,
    )
