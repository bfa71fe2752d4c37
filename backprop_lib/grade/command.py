"""The command ``backprop``: grade a folder of notebooks, export the results, look at the machine.
What it prints is for the one who types it: where the files are, what to do if something is missing.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from ..check import PROBLEM_SETS


def main(words: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 not done, 2 not understood."""
    arguments = _parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        print("\nStopped. What is graded is kept: the same command goes on from here.")
    except (OSError, RuntimeError, ValueError) as error:
        print(f"backprop: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("backprop", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    grade = commands.add_parser("grade", help="grade the notebooks of a class")
    grade.add_argument("submissions", type=Path, help="STUDENT/ps1/ps1.ipynb and the like")
    grade.add_argument("-o", dest="results", type=Path, default=Path("results.jsonl"))
    grade.add_argument("--set", choices=PROBLEM_SETS, help="grade this problem set only")
    grade.add_argument("--secret", type=Path, help="default: beside the results, made if missing")
    grade.add_argument("--workers", type=_count, default=os.cpu_count() or 1)
    grade.add_argument("--executor", choices=("serial", "threads", "dask"), default="threads")
    grade.add_argument("--scheduler", help="of Dask: tcp://HOST:8786")
    grade.set_defaults(run=_grade)
    export = commands.add_parser("export", help="write results for another system")
    export.add_argument("results", type=Path)
    export.add_argument("--format", choices=("csv", "gradescope", "pages"), required=True)
    export.add_argument("-o", dest="target", type=Path, required=True)
    export.set_defaults(run=_export)
    doctor = commands.add_parser("doctor", help="say what is missing on this machine")
    doctor.set_defaults(run=_doctor)
    return parser


def _count(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"must be a positive integer, got {word!r}.")
    return int(word)


def course_secret(path: Path) -> bytes:
    """Return the secret of the course; make one, readable for you only, if there is none."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_bytes().strip()
        if len(secret) < 16:
            raise ValueError(f"{path} holds no secret: at least 16 characters, please.") from None
        return secret
    with open(file, "w") as opened:
        opened.write(secrets.token_hex(32) + "\n")
    print(f"A new secret is in {path}: the hidden inputs follow from it. Keep it, and keep it off")
    print("any folder that students can read.")
    return path.read_bytes().strip()


def _grade(arguments: argparse.Namespace) -> int:
    if sys.platform != "linux":
        from .doctor import LINUX_ONLY

        raise RuntimeError(LINUX_ONLY)
    from . import exports, farm, submission
    from .jail import Limits
    from .selftest import check_models, self_test

    results, folder = arguments.results, arguments.submissions
    for needed in (folder, results.parent):
        if not needed.is_dir():
            raise ValueError(f"there is no folder {needed}.")
    found = submission.find(folder, PROBLEM_SETS, arguments.set)
    if not found:
        raise ValueError(f"there are no notebooks below {folder}.")
    key = course_secret(arguments.secret or results.with_suffix(".secret"))
    self_test(Limits())
    for note in check_models({entry.set for entry in found if entry.path}, folder, key, Limits()):
        print(note)
    with ExitStack() as stack:
        executor, width = _executor(arguments, key, stack)
        now = farm.grade(found, results, key, executor, width, Limits())
    records = exports.latest(results)
    pages = results.with_name(f"{results.stem}-pages")
    exports.write_pages(records, pages)
    again = sum(record["status"] == "review" for record in records)
    print(f"{now} graded now, {len(records)} in {results}. Summary: {pages / 'summary.html'}")
    if again:
        print(f"{again} without a score: this machine failed, not they. Run the command again.")
    return int(again > 0)


def _executor(arguments: argparse.Namespace, key: bytes, stack: ExitStack) -> tuple[Executor, int]:
    from .farm import Serial

    if arguments.executor == "serial":
        return Serial(), 1
    if arguments.executor == "threads":
        pool = ThreadPoolExecutor(arguments.workers)
        return stack.enter_context(pool), 2 * arguments.workers
    from .scale import dask_executor

    return dask_executor(arguments.scheduler, arguments.workers, key, stack)


def _export(arguments: argparse.Namespace) -> int:
    from . import exports

    if not arguments.results.is_file():
        raise ValueError(f"there is no file {arguments.results}.")
    records = exports.latest(arguments.results)
    getattr(exports, f"write_{arguments.format}")(records, arguments.target)
    print(f"{len(records)} results in {arguments.target}")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from .doctor import report

    return report()
