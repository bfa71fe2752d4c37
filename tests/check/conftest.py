"""Students for the tests: what a cell of a notebook defines, asked as the notebook asks it."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backprop_lib.check import QUESTIONS, inputs
from backprop_lib.check.notebook import Here
from backprop_lib.check.question import Question, Verdict, judge, practice_input


@contextmanager
def as_in_a_notebook() -> Iterator[None]:
    """Overflows and other warnings are shown, and stop nothing."""
    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def run(code: str, student: str = "anne") -> dict[str, Any]:
    """Return the names of a notebook in which a cell has run."""
    names: dict[str, Any] = {"np": np, "inputs": inputs, "STUDENT": student}
    with as_in_a_notebook():
        exec(compile(code, "cell", "exec"), names)
    return names


def ask(question: str, names: dict[str, Any], student: str = "anne") -> Verdict:
    """Check an answer as `check` does in a notebook."""
    with as_in_a_notebook():
        return judge(QUESTIONS[question], Here(names), student)


def names_of(question: Question, answer: Callable[..., Any], student: str) -> dict[str, Any]:
    """Return the names of a student who answers with a given function."""
    if not question.by_hand:
        return {question.name: answer}
    with np.errstate(all="ignore"):
        return {question.name: answer(*practice_input(question, student))}


@pytest.fixture(scope="session")
def notebook() -> SimpleNamespace:
    """Return the functions above."""
    return SimpleNamespace(run=run, ask=ask, names_of=names_of, quietly=as_in_a_notebook)
