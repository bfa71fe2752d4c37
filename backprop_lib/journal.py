"""Long work that may be killed at any moment writes each result down at once, as one line.
Who starts again reads the lines and does the rest; a line cut in the middle was never written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """A file of JSON objects, one a line, that only grows.

    Parameters
    ----------
    path : str or Path
        It need not exist yet; its folder must.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> journal = Journal(folder.name + "/results.jsonl")
    >>> journal.append({"student": "ada", "points": 90})
    >>> list(journal)
    [{'student': 'ada', 'points': 90}]
    >>> folder.cleanup()
    """

    def __init__(self, path: str | Path) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"path must name a file, got {type(path).__name__} {path!r}.")
        self.path = Path(path)
        if not self.path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {self.path.parent}; make it first.")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the records; what is no whole one is passed over."""
        if not self.path.exists():
            return
        with self.path.open("rb") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except (ValueError, RecursionError):  # cut, in the middle of a letter perhaps
                    continue
                if isinstance(record, dict):  # its last brace is there, so nothing is lost
                    yield record

    def append(self, record: dict[str, Any]) -> None:
        """Write one record, in one call to the system: a kill leaves all of it or a cut line.

        Raises
        ------
        TypeError
            If the record holds what JSON cannot.
        OSError
            If the disk is full, for one.
        """
        try:
            text = json.dumps(dict(record), ensure_ascii=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise TypeError(f"record must be a dict that JSON can hold: {error}.") from None
        line = text.encode(errors="backslashreplace") + b"\n"  # half a character stays an escape
        with self.path.open("ab+", buffering=0) as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":  # the last run was killed while it wrote
                    line = b"\n" + line
            if file.write(line) != len(line):
                raise OSError(f"{self.path} took only a part of a line; is the disk full?")
