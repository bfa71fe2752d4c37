"""A class is graded on any Executor, each result is one line written at once, none is done twice.
A worker that fails takes nobody's points: the task goes round again, and in the end to a person."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..journal import Journal
from .jail import Limits
from .marking import Record, Task, mark, version
from .selftest import self_test
from .submission import Submission, Unreadable, read

ATTEMPTS = 3


class Serial(Executor):
    """One after the other, here."""

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Call at once."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*given, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def grade(
    submissions: list[Submission],
    results: Path,
    key: bytes,
    executor: Executor,
    width: int,
    limits: Limits,
) -> int:
    """Grade what has no result yet, and append each result to a file.

    Parameters
    ----------
    submissions : list of Submission
    results : Path
        JSON lines; what stands there for the same notebook and the same checks stays.
    key : bytes
        The secret of the course: hidden inputs are drawn from it.
    executor : Executor
    width : int
        How many submissions are under way at once.
    limits : Limits

    Returns
    -------
    int
        How many were graded now.

    Raises
    ------
    BlockingIOError
        If another run writes to the same file.
    """
    journal, now = Journal(results), 0
    with _alone(results), tqdm(total=len(submissions), unit="notebook", smoothing=0) as bar:
        lines = (record for record in journal if record["status"] != "review")
        done = {(line["student"], line["set"]): (line["digest"], line["checks"]) for line in lines}

        def tasks() -> Iterator[Task]:
            for submission in submissions:
                new = task(submission, key, limits)
                if done.get((new.student, new.set)) == (new.digest, version(key)):
                    bar.update()
                else:
                    yield new

        for record in marked(tasks(), executor, width, limits):
            journal.append(record)
            bar.update()
            now += 1
    return now


def task(submission: Submission, key: bytes, limits: Limits) -> Task:
    """Read a submission; what cannot be read is a task too, with its reason."""
    notebook, reason = b"", submission.reason
    if submission.path is not None:
        try:
            notebook = read(submission.path, limits.notebook)
        except Unreadable as error:
            reason = str(error)
    return Task(submission.student, submission.set, notebook, reason, submission.facts, key, limits)


def work(task: Task) -> Record:
    """Grade one submission on a worker, whose jail has shown before that it holds."""
    self_test(task.limits)
    return mark(task)


def marked(
    tasks: Iterable[Task], executor: Executor, width: int, limits: Limits
) -> Iterator[Record]:
    """Yield a record for each task as it comes; at most ``width`` are under way."""
    waiting = ((task, 1) for task in tasks)
    running: dict[Future[Record], tuple[Task, int]] = {}
    again: list[tuple[Task, int]] = []
    patience, silent = 2 * (limits.start + limits.whole), False
    while True:
        while len(running) < width and (following := again.pop() if again else next(waiting, None)):
            running[executor.submit(work, following[0])] = following
        if not running:
            return
        done = wait(running, patience, FIRST_COMPLETED).done
        if not done and silent:
            text = (
                f"no worker answers for {patience} s; what is graded is kept: mend, and run again."
            )
            raise TimeoutError(text)
        silent = not done
        if silent:  # a scheduler that lost workers may have forgotten what they had to do
            again += running.values()
            running.clear()
        for future in done:
            task, attempt = running.pop(future)
            try:
                yield future.result()
            except (Exception, CancelledError) as error:
                if attempt < ATTEMPTS:
                    again.append((task, attempt + 1))
                else:
                    text = f"not graded: {type(error).__name__}: {error}"
                    yield task.record("review", [], [text]) | {"seconds": 0.0}


@contextmanager
def _alone(results: Path) -> Iterator[None]:
    with results.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = f"another run is writing to {results}; wait for it, or end it."
            raise BlockingIOError(text) from None
        yield
