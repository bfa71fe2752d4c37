"""What does one `check` cost beyond the student's own time?

``python benchmarks/checks.py`` prints, for every question, the processor time of one check of a
right answer and of the slowest wrong one, in milliseconds. Fifty is the limit that we set.
"""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import Any

import numpy as np

import backprop_lib as bp
from backprop_lib.check import QUESTIONS
from backprop_lib.check.notebook import Here
from backprop_lib.check.question import Question, judge, practice_input

ROUNDS = 15


def milliseconds(question: Question, answer: Any) -> float:
    """Return the median of some rounds, each with another student's inputs."""
    spent = []
    for student in map(str, range(ROUNDS)):
        own = [0.0]

        def timed(*arguments: Any, own: list[float] = own) -> Any:
            start = process_time()
            value = answer(*arguments)
            own[0] += process_time() - start
            return value

        value = answer(*practice_input(question, student)) if question.by_hand else timed
        start = process_time()
        judge(question, Here({question.name: value}), student)
        spent.append(1e3 * (process_time() - start - own[0]))
    return median(spent)


def main() -> None:
    """Measure and print."""
    right, wrong = {}, {}
    with np.errstate(all="ignore"):
        for name, question in QUESTIONS.items():
            right[name] = milliseconds(question, question.answer)
            slips = [milliseconds(question, slip.answer) for slip in question.mistakes]
            wrong[name] = max(slips, default=float("nan"))
    columns = {"right, ms": [*right.values()], "slowest wrong, ms": [*wrong.values()]}
    print(bp.Table({"question": [*QUESTIONS]} | columns, digits=2))
    print(f"slowest: {np.nanmax([*right.values(), *wrong.values()]):.1f} ms")


if __name__ == "__main__":
    main()
