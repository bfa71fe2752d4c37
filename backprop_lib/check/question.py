"""A question is a function: the student's and ours get the same drawn input and must agree.
A misconception is a function too: who returns what it returns has made that mistake."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Protocol, TypeAlias

import numpy as np

from .compare import ROUNDED, differ, difference, show

Draw: TypeAlias = Callable[[np.random.Generator], tuple[Any, ...]]
PRACTICE = b"practice"  # the key of the inputs that a student sees while practising


@dataclass(frozen=True)
class Reply:
    """What came back from a student's function: a value, or the reason why there is none.

    Attributes
    ----------
    status : str
        "value"; "missing" (no such name); "error" (it raised); "unreadable" (it returned what is
        no number); "late", "died" and "refused" (in the jail only).
    value : object
    text : str
        The reason, for the student.
    changed : tuple of int
        The positions of the arguments that the function altered in place.
    """

    status: str
    value: Any = None
    text: str = ""
    changed: tuple[int, ...] = ()


class Student(Protocol):
    """Who answers: the notebook's own names, or a process in the jail."""

    def call(self, name: str, arguments: tuple[Any, ...]) -> Reply:
        """Call the function of that name."""

    def read(self, name: str) -> Reply:
        """Read the variable of that name."""


@dataclass(frozen=True)
class Mistake:
    """A wrong way to answer, as a program.

    Attributes
    ----------
    name : str
        What the mistake is called: "the derivative taken at a instead of z".
    advice : str
        Where to look; one sentence, never the answer.
    answer : callable
        Takes what the question's own answer takes and returns what this mistake makes of it.
    """

    name: str
    advice: str
    answer: Callable[..., Any]


@dataclass(frozen=True)
class Question:
    """One question that the computer grades.

    Attributes
    ----------
    id, points : str, int
        "ps3.q2", and what it is worth.
    answer : callable
        The reference. Its name is the name of the function that the student writes, or, if the
        question is answered by hand, of the variable that the student sets.
    draw : callable
        ``draw(rng)`` returns the tuple of arguments: sizes and activation are drawn too, and no
        two sizes are alike, so that neither a neighbour's numbers nor a transposed matrix pass.
    mistakes : tuple of Mistake
    by_hand : bool
        The student works the numbers of one drawn input by hand and sets a variable.
    cases : int
        How many inputs are tried.
    tolerance : float
        Relative to the largest entry of the expected value.
    verify : callable, optional
        For questions with many right answers: ``verify(value, *arguments)`` returns "" or the
        complaint. ``answer`` is then one right answer.
    numbers_of : str
        The id of an earlier question whose drawn numbers this one goes on with; "" for its own.
    """

    id: str
    points: int
    answer: Callable[..., Any]
    draw: Draw
    mistakes: tuple[Mistake, ...] = ()
    by_hand: bool = False
    cases: int = 5
    tolerance: float = 1e-6
    verify: Callable[..., str] | None = None
    numbers_of: str = ""

    @property
    def name(self) -> str:
        """The name that the student defines."""
        return self.answer.__name__

    def input(self, key: bytes, student: str, case: int) -> tuple[Any, ...]:
        """Draw the arguments of one case."""
        return self.draw(stream(key, student, self.numbers_of or self.id, case))


@dataclass(frozen=True)
class ReadByHand:
    """A question that a person grades: an explanation, a proof, a judgement.

    Attributes
    ----------
    id, points : str, int
    rubric : tuple of (int, str)
        Points, and for what.
    draw : callable, optional
        ``draw(rng)`` returns, as a tuple, what the student is to explain.
    """

    id: str
    points: int
    rubric: tuple[tuple[int, str], ...]
    draw: Draw | None = None

    def input(self, key: bytes, student: str, case: int) -> tuple[Any, ...]:
        """Draw what the student is to explain."""
        if self.draw is None:
            raise ValueError(f"{self.id} has no numbers: it is answered in words.")
        return self.draw(stream(key, student, self.id, case))


@dataclass(frozen=True)
class ProblemSet:
    """A set of questions worth 100 points together."""

    id: str
    title: str
    questions: tuple[Question, ...]
    read_by_hand: ReadByHand

    def __post_init__(self) -> None:
        total = self.read_by_hand.points + sum(question.points for question in self.questions)
        if total != 100:
            raise ValueError(f"the points of {self.id} must add up to 100, got {total}.")


@dataclass(frozen=True)
class Verdict:
    """What the check says of one answer.

    Attributes
    ----------
    question : str
    points, out_of : int
    status : str
        "passed", "wrong", or the status of a :class:`Reply` without a value.
    text : str
        For the student: the first failing input, what came, what was expected.
    mistake : str
        The name of the misconception, or "".
    """

    question: str
    points: int
    out_of: int
    status: str
    text: str = ""
    mistake: str = ""

    def __str__(self) -> str:
        right = f"right, {self.points} of {self.out_of} points."
        said = f"{self.question}: {right if self.status == 'passed' else 'not yet.'}"
        return f"{said}\n{self.text}" if self.text else said

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def stream(key: bytes, student: str, question: str, case: int) -> np.random.Generator:
    """Return the generator of one input: HMAC-SHA256 under ``key`` of student, question, case.

    Capitals and blanks around the name do not matter: it is typed by hand in a notebook.
    """
    text = "\n".join((student.strip().casefold(), question, str(case)))
    digest = hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest))


def told_apart(
    draw: Draw, answer: Callable[..., Any], mistakes: tuple[Mistake, ...], tolerance: float = 1e-6
) -> Draw:
    """Return a ``draw`` that draws again while two answers, right or mistaken, agree by chance."""

    def drawn(rng: np.random.Generator) -> tuple[Any, ...]:
        while True:
            arguments = draw(rng)
            with np.errstate(all="ignore"):
                values = [of(*arguments) for of in (answer, *(slip.answer for slip in mistakes))]
            if all(differ(u, v, 10 * tolerance) for u, v in combinations(values, 2)):
                return arguments

    return drawn


def practice_input(question: Question | ReadByHand, student: str, case: int = 0) -> tuple[Any, ...]:
    """Return an input as drawn for practising; the first is also what the student works by hand."""
    return question.input(PRACTICE, student, case)


@dataclass(frozen=True, eq=False)
class _Trial:
    """One input, what came back and what was expected."""

    arguments: tuple[Any, ...]
    reply: Reply
    expected: Any
    complaint: str


def judge(question: Question, student: Student, name: str, key: bytes = PRACTICE) -> Verdict:
    """Ask the student for the answer to drawn inputs and say what is right or wrong with it.

    Parameters
    ----------
    question : Question
    student : Student
    name : str
        Who the student is: part of what the inputs are drawn from.
    key : bytes
        The secret of the course; practising is open.

    Returns
    -------
    Verdict
    """
    trials: list[_Trial] = []
    for case in range(1 if question.by_hand else question.cases):
        if question.by_hand:
            arguments = practice_input(question, name)
            reply = student.read(question.name)
        else:
            arguments = question.input(key, name, case)
            reply = student.call(question.name, arguments)
        expected = question.answer(*arguments)
        complaint = _complaint(question, arguments, reply, expected)
        trials.append(_Trial(arguments, reply, expected, complaint))
        if reply.status != "value":
            break  # the next input may take as long, or end the process again
    first = next((trial for trial in trials if trial.complaint), None)
    if first is None:
        return Verdict(question.id, question.points, question.points, "passed")
    text = f"{_call(question, first)}: {first.complaint}"
    if not question.by_hand and key == PRACTICE and first.reply.status != "missing":
        text += f'\nYou get this input with inputs("{question.id}", {trials.index(first)}).'
    if first.reply.status != "value":
        return Verdict(question.id, 0, question.points, first.reply.status, text)
    mistake = next((m for m in question.mistakes if _explains(m, question, trials)), None)
    if mistake:
        text = text.replace(ROUNDED, "")  # the digits were not what went wrong
        text += f"\nIt looks like this mistake: {mistake.name}. {mistake.advice}"
    return Verdict(question.id, 0, question.points, "wrong", text, mistake.name if mistake else "")


def _complaint(question: Question, arguments: tuple[Any, ...], reply: Reply, expected: Any) -> str:
    if reply.status != "value":
        return reply.text
    if reply.changed:
        places = ", ".join(str(place + 1) for place in reply.changed)
        return f"the function changes its argument {places} in place; work on a copy."
    if question.verify:
        return question.verify(reply.value, *arguments)
    return difference(reply.value, expected, question.tolerance, tell=not question.by_hand)


def _explains(mistake: Mistake, question: Question, trials: list[_Trial]) -> bool:
    """Say whether the mistake gives the student's value wherever it differs from the right one."""
    telling = 0
    for trial in trials:
        if trial.reply.status != "value" or trial.reply.changed:
            return False
        try:
            with np.errstate(all="ignore"):
                mistaken = mistake.answer(*trial.arguments)
        except (ValueError, ArithmeticError, IndexError):
            return False
        if differ(trial.reply.value, mistaken, question.tolerance):
            return False
        telling += differ(mistaken, trial.expected, question.tolerance)
    return telling > 0


def _call(question: Question, trial: _Trial) -> str:
    if question.by_hand or trial.reply.status == "missing":
        return question.name
    given = ", ".join(show(argument) for argument in trial.arguments)
    return f"{question.name}({given if len(given) <= 200 else '...'})"  # inputs() shows it whole
