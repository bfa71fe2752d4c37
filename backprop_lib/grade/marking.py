"""From one notebook to one record: each question is asked in the jail and judged out here.
What a student does wrong costs points; what fails on our side costs none and is raised."""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import check
from ..check.question import ProblemSet, Question, Verdict, judge, practice_input
from ..check.wire import encode
from .jail import Jailed, Limits
from .submission import Unreadable, code_cells

Record = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """What a worker needs to grade one submission, wherever it runs.

    Attributes
    ----------
    student, set : str
    notebook : bytes
    reason : str
        Why there is nothing to grade, or "".
    facts : tuple of str
        What is known already.
    key : bytes
        The secret of the course.
    limits : Limits
    """

    student: str
    set: str
    notebook: bytes
    reason: str
    facts: tuple[str, ...]
    key: bytes
    limits: Limits

    @property
    def digest(self) -> str:
        """A name for what was handed in."""
        return hashlib.sha256(self.notebook or self.reason.encode()).hexdigest()[:16]

    def record(self, status: str, verdicts: list[Verdict], facts: list[str]) -> Record:
        """Return the line of the results; "review" has no points, neither good nor bad."""
        points = sum(verdict.points for verdict in verdicts)
        return {
            "student": self.student,
            "set": self.set,
            "points": None if status == "review" else points,
            "out_of": sum(q.points for q in self.questions()),
            "questions": [asdict(verdict) for verdict in verdicts],
            "facts": facts,
            "status": status,
            "digest": self.digest,
            "checks": version(self.key),
        }

    def questions(self) -> tuple[Question, ...]:
        """Return the questions that the computer grades."""
        return check.PROBLEM_SETS[self.set].questions if self.set in check.PROBLEM_SETS else ()


@functools.cache
def version(key: bytes) -> str:
    """Return a name for these checks under this secret: results of another name are done again."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for path in sorted(Path(check.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def mark(task: Task) -> Record:
    """Grade one submission.

    Parameters
    ----------
    task : Task

    Returns
    -------
    dict
        One line of the results.

    Raises
    ------
    JailError
        If the jail does not start.
    Exception
        Whatever a faulty check raises: no score follows from it.
    """
    began = time.perf_counter()
    try:
        if task.reason:
            raise Unreadable(task.reason)
        cells = code_cells(task.notebook)
    except Unreadable as error:
        nothing = [Verdict(q.id, 0, q.points, "unreadable") for q in task.questions()]
        record = task.record("unreadable", nothing, [str(error), *task.facts])
    else:
        problem_set = check.PROBLEM_SETS[task.set]
        verdicts, facts = judged(problem_set, cells, task.student, task.key, task.limits)
        record = task.record("graded", verdicts, [*task.facts, *facts])
    return record | {"seconds": round(time.perf_counter() - began, 3)}


def judged(
    problem_set: ProblemSet, cells: list[str], name: str, key: bytes, limits: Limits
) -> tuple[list[Verdict], list[str]]:
    """Ask a notebook all questions of its set; return the verdicts and what was noted.

    The hidden inputs follow from the secret, the student and the cells: whoever is told on what
    an answer failed, and hands in again, meets new ones.
    """
    text = "\n".join(cells)
    key = hmac.digest(key, json.dumps(cells).encode(), "sha256")  # other cells, same text: new key
    inputs = {
        question.id: [
            [encode(argument) for argument in practice_input(question, name, case)]
            for case in range(question.cases)
        ]
        for question in problem_set.questions
        if question.by_hand or re.search(rf"inputs\W+{re.escape(question.id)}\b", text)
    }
    student, verdicts = Jailed([cell for cell in cells if cell.strip()], inputs, limits), []
    try:
        declared = student.read("STUDENT")
        own = declared.value if type(declared.value) is str else name
        if own.strip().casefold() != name.strip().casefold():
            numbers = f"the numbers to be worked by hand are those of {name!r}"
            student.facts.append(f"the notebook says STUDENT = {own[:60]!r}; {numbers}")
        with np.errstate(all="ignore"):
            for question in problem_set.questions:
                verdicts.append(judge(question, student, name, key))
                theirs = question.by_hand and verdicts[-1].status == "wrong" and own != name
                if theirs and judge(question, student, own, key).status == "passed":
                    student.facts.append(f"{question.id} is right for the numbers of {own[:60]!r}")
    finally:
        student.close()
    return verdicts, student.facts
