"""Before any student is graded, a notebook that is right where it may be and attacks where it can.
If one verdict is not what it must be, nothing is graded: a broken jail gives no zeros away."""

from __future__ import annotations

import functools
import socket
import tempfile
from pathlib import Path
from typing import Any

from .. import check
from ..check.question import ProblemSet, Question, ReadByHand
from .jail import JailError, Limits
from .marking import judged
from .submission import code_cells

CELLS = [
    "import os, socket\nimport numpy as np",
    "def double(x):\n    return 2 * np.asarray(x)",
    "class Equal:\n    def __eq__(self, other):\n        return True\n"
    "def equal_to_all(x):\n    return Equal()",
    "def dies(x):\n    os._exit(0)",
    """
def reach(path, port, memory):
    def works(attempt):
        try:
            attempt()
            return True
        except Exception:
            return False
    def forks():
        for k in range(50):
            if os.fork() == 0:
                os._exit(0)
    return {
        "reads a file": works(lambda: open(path).read()),
        "lists a folder": works(lambda: os.listdir(os.path.dirname(path))),
        "writes a file": works(lambda: open("/jail/new", "w")),
        "calls the machine": works(lambda: socket.create_connection(("127.0.0.1", port), 1)),
        "takes memory": works(lambda: np.empty(memory, np.uint8)),
        "starts processes": works(forks),
        "is root": os.getuid() == 0,
        "sees processes": os.path.exists("/proc"),
    }
""",
]
EXPECTED = ("passed", "unreadable", "died", "passed")


@functools.cache
def self_test(limits: Limits) -> None:
    """Grade the notebook above, once for each process and limits.

    Raises
    ------
    JailError
        If a verdict is not the one that it must be; it names them.
    """
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        canary = Path(folder, "canary")
        canary.write_text("secret")
        canary.parent.chmod(0o755)  # only the walls are in the way
        place = (str(canary), server.getsockname()[1], limits.memory)
        verdicts, facts = judged(_problem_set(place), CELLS, "self-test", b"self-test", limits)
    if tuple(verdict.status for verdict in verdicts) != EXPECTED:
        found = "; ".join(str(verdict) for verdict in verdicts)
        raise JailError(f"the self-test of the jail fails, so nothing is graded: {found} {facts}")


def check_models(sets: set[str], folder: Path, key: bytes, limits: Limits) -> list[str]:
    """Grade the model solutions, which must get all points; return which were not found.

    They stand in ``source/ps1/ps1.ipynb`` beside the folder of submissions, as nbgrader has it, or
    in this book.

    Raises
    ------
    JailError
        If one does not get all points.
    """
    book, notes = Path(check.__file__).parents[2] / "book" / "assignments", []
    for name in sorted(sets):
        places = [home / "source" / name / f"{name}.ipynb" for home in (folder.parent, book)]
        model = next((place for place in places if place.is_file()), None)
        if model is None:
            notes.append(f"{name}: no model solution in {places[0]}; only the jail was tested.")
            continue
        cells = code_cells(model.read_bytes())
        verdicts, facts = judged(check.PROBLEM_SETS[name], cells, "model", key, limits)
        wrong = "; ".join(str(verdict) for verdict in verdicts if verdict.status != "passed")
        if wrong:
            raise JailError(
                f"{model} must get all points before others are graded: {wrong} {facts}"
            )
    return notes


def _problem_set(place: tuple[str, int, int]) -> ProblemSet:
    def double(x: Any) -> Any:
        return 2 * x

    def equal_to_all(x: Any) -> Any:
        return 2 * x

    def dies(x: Any) -> Any:
        return 2 * x

    def reach(path: str, port: int, memory: int) -> Any:
        names = "reads a file,lists a folder,writes a file,calls the machine,takes memory"
        names += ",starts processes,is root,sees processes"
        return dict.fromkeys(names.split(","), False)

    questions = [
        Question(f"jail.{answer.__name__}", 25, answer, lambda rng: (rng.normal(size=3),))
        for answer in (double, equal_to_all, dies)
    ]
    questions.append(Question("jail.reach", 25, reach, lambda rng: place, cases=1))
    nobody = ReadByHand("jail", 0, ())
    return ProblemSet("jail", "The jail", tuple(questions), nobody)
