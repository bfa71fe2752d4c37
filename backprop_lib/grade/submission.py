"""What was handed in: who handed in which notebook, and the code cells that can be read of it.
The student is known from the path alone; whatever the file holds: cells come out, or a reason."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# How Moodle names a folder, and Canvas a file, in the archive of all submissions.
DOWNLOADS = (
    re.compile(r"(?P<student>.+?)_\d+_assignsubmission_file_?"),
    re.compile(r"(?P<student>[^_]+)(?:_LATE)?_\d+_\d+_.+"),
)
PARTS = 1_000_000  # an empty list takes three bytes in a file, and eighty when it is read
NOT_HANDED_IN = {"__MACOSX", "__pycache__"}


class Unreadable(ValueError):
    """There is nothing to grade; the message says why, for the student."""


@dataclass(frozen=True)
class Submission:
    """One notebook of one student, or the reason why there is none.

    Attributes
    ----------
    student, set : str
    path : Path or None
    reason : str
        Why nothing can be graded, if ``path`` is None.
    facts : tuple of str
        What a teacher should know.
    """

    student: str
    set: str
    path: Path | None
    reason: str = ""
    facts: tuple[str, ...] = ()


def find(folder: Path, sets: Collection[str], only: str | None = None) -> list[Submission]:
    """Find the submissions below a folder, in the layout of nbgrader or as an LMS packs them.

    ``student/ps1/ps1.ipynb``, ``student/ps1.ipynb`` or, with ``only``, ``student.ipynb``.

    Parameters
    ----------
    folder : Path
    sets : collection of str
        The names of the problem sets.
    only : str, optional
        The set that notebooks without a set in their name belong to; others are passed over.

    Returns
    -------
    list of Submission
        One for each student and set, in the order of their names.
    """
    entries = sorted(entry for entry in folder.iterdir() if entry.name not in NOT_HANDED_IN)
    entries = [entry for entry in entries if not entry.name.startswith(".")]
    entries = [e for e in entries if e.is_dir() or e.is_symlink() or _is_notebook(e.name)]
    students = {entry: _student(entry) for entry in entries}
    shared = Counter(students.values())
    found: list[Submission] = []
    notebooks = defaultdict(list)
    for entry, student in students.items():
        if shared[student] > 1 and entry.is_dir():  # two people of one name
            student = entry.name
        if entry.is_symlink():
            found.append(Submission(student, only or "", None, "it is a link; hand in the file."))
            continue
        paths = _notebooks(entry)
        for path in paths:
            named = _named_set(path.relative_to(folder).parts[1:] or (path.name,), sets)
            notebooks[student, named or only or ""].append(path)
        if not paths:
            found.append(Submission(student, only or "", None, "no notebook was handed in."))
    for (student, name), paths in notebooks.items():
        if only is None or name == only:
            found.append(_chosen(student, name, paths, sets))
    return sorted(found, key=lambda submission: (submission.student, submission.set))


def read(path: Path, most: int) -> bytes:
    """Return the bytes of a notebook file; no link is followed and no device is waited for.

    Raises
    ------
    Unreadable
        If it is no ordinary file, has more than ``most`` bytes, or may not be read.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(file, "rb") as opened:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("it is no ordinary file.")
            if status.st_size > most:
                raise Unreadable(f"it has {status.st_size >> 20} MB; {most >> 20} are allowed.")
            return opened.read(most + 1)[:most]
    except OSError as error:
        known = {errno.ELOOP: "it is a link", None: "an error of the disk"}
        reason = known.get(error.errno, error.strerror)
        raise Unreadable(f"the file cannot be read: {reason}.") from error


def code_cells(notebook: bytes | dict[str, Any]) -> list[str]:
    """Return the source of every code cell of a notebook of any version and any state.

    Raises
    ------
    Unreadable
        If there is nothing that could be called a cell.
    """
    content = _parsed(notebook) if isinstance(notebook, bytes) else notebook
    if not isinstance(content, dict):
        raise Unreadable("the file is no notebook: it holds no object.")
    sheets = content.get("worksheets")  # notebooks of version 3
    first = sheets[0] if isinstance(sheets, list) and sheets else None
    cells = content.get("cells", first.get("cells") if isinstance(first, dict) else None)
    if not isinstance(cells, list):
        raise Unreadable("the file is no notebook: it has no list of cells.")
    return [_source(cell) for cell in cells if isinstance(cell, dict) and _is_code(cell)]


def _student(entry: Path) -> str:
    name = entry.stem if _is_notebook(entry.name) else entry.name
    matches = (pattern.fullmatch(name) for pattern in DOWNLOADS)
    return next((match["student"] for match in matches if match), name)


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


def _notebooks(entry: Path) -> list[Path]:
    if not entry.is_dir():
        return [entry]
    found = []
    for folder, inner, files in os.walk(entry):
        inner[:] = sorted(name for name in inner if name[0] != "." and name not in NOT_HANDED_IN)
        found += [Path(folder, name) for name in files if _is_notebook(name) and name[0] != "."]
    return sorted(found)


def _named_set(parts: tuple[str, ...], sets: Collection[str]) -> str:
    for part in reversed(parts):
        words = re.split(r"[^a-z0-9]+", part.lower())
        for name in sets:
            if name in words:
                return name
    return ""


def _chosen(student: str, name: str, paths: list[Path], sets: Collection[str]) -> Submission:
    if name not in sets:
        reason = f"the name of the file tells no problem set; call it {min(sets)}.ipynb or alike."
        return Submission(student, name, None, reason)
    exact = [path for path in paths if path.stem == name] or paths
    if len(exact) > 1:
        names = ", ".join(path.name for path in exact[:5])
        return Submission(student, name, None, f"several notebooks were handed in: {names}.")
    others = [f"also handed in: {path.name}" for path in paths if path != exact[0]]
    return Submission(student, name, exact[0], "", tuple(others[:5]))


def _parsed(data: bytes) -> Any:
    if data.count(b"[") + data.count(b"{") > PARTS:
        raise Unreadable(f"the file is no notebook: it has more than {PARTS:,} lists and objects.")
    for text in (data, data.decode(errors="replace")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError, MemoryError):
            continue
    start = data[:40].decode(errors="replace").strip()
    raise Unreadable(f"the file is no notebook: it is not JSON, it begins with {start!r}.")


def _is_code(cell: dict[str, Any]) -> bool:
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    retyped = isinstance(mark, dict) and mark.get("solution") is True and not mark.get("grade")
    return cell.get("cell_type") == "code" or retyped


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
