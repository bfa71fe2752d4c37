"""Notebooks that attack the grader, graded in one batch beside an honest one: see attacks.txt.
None wins a point, reads a secret, writes a file, calls out, leaves a process or stops the batch."""

import contextlib
import hashlib
import json
import os
import re
import secrets
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace

import notebooks
import numpy as np
import pytest

from backprop_lib.check import PROBLEM_SETS

# What cannot be written into a text.
MADE = {
    "load: brackets": "(" * 10_000 + ")" * 10_000,
    "load: signs": "x = " + "-" * 200_000 + "1",
    "load: a text of 3 MB": "x = '" + "y" * 3_000_000 + "'",
    "load: a zero in the text": "x = 1\0",
    "load: another encoding": "# -*- coding: utf-7 -*-\nx = '+AAA-'",
    "load: half a letter": "x = '\ud800'",
}
TEXT = Path(__file__).with_name("attacks.txt").read_text(encoding="utf-8")
SECTIONS = re.split(r"^=== (.+)\n", TEXT, flags=re.M)[1:]
FIRST, LAST, *_ = SECTIONS[1::2]
ATTACKS = dict(zip(SECTIONS[4::2], SECTIONS[5::2], strict=True)) | MADE


def as_file(*cells):
    cells = [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()


# Files that are attacks themselves: name of the student's folder -> what is in ps1.ipynb.
FILES = {
    "nothing": b"",
    "zeros": b"\0" * 100_000,
    "brackets": b"[" * 1_000_000,
    "a number of a million digits": b'{"cells": [' + b"9" * 1_000_000 + b"]}",
    "a pickle": b"cos\nsystem\n(S'touch pwned'\ntR.",
    "a zip": b"PK\x03\x04" + b"\0" * 1000,
    "forty megabytes": b'{"cells": [' + b" " * (40 << 20) + b"]}",
    "half a million cells": b'{"cells": [' + b"{}," * 500_000 + b"{}]}",
    "two million lists": b'{"cells": [' + b"[]," * 2_000_000 + b"[]]}",
    "a thousand cells that end the process": as_file(*["import os\nos._exit(0)"] * 1000),
    "a program": b"#!/bin/sh\ntouch /tmp/pwned\n",
    "claims": json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "source": "STUDENT = 'honest'",
                    "metadata": {"nbgrader": {"grade": True, "points": 1e9, "grade_id": "ps1-q1"}},
                    "outputs": [{"output_type": "stream", "text": "ps1.q1: right, 10 of 10"}],
                }
            ],
            "metadata": {"student": "honest", "points": 100, "kernelspec": {"name": "../../x"}},
        }
    ).encode(),
    "<script>alert(1)": as_file("x = 1"),
    "-rf": as_file("x = 1"),
    "$(touch pwned);`touch pwned`": as_file("x = 1"),
    "=1+1": as_file("x = 1"),
    "new\nline": as_file("x = 1"),
    "x" * 200: as_file("x = 1"),
    "results.jsonl": as_file("x = 1"),
    "summary": as_file("x = 1"),
    "Summary": as_file("x = 1"),
    "honest-00000000": as_file("x = 1"),
    "＝1+1": as_file("x = 1"),
    "\u202etsenoh": as_file("x = 1"),
}


@pytest.fixture(scope="module")
def batch(limits, tmp_path_factory):
    """Grade all attacks and two honest notebooks, and return what came of it."""
    from backprop_lib.grade import exports, farm
    from backprop_lib.grade.jail import Jail
    from backprop_lib.grade.submission import find

    folder = tmp_path_factory.mktemp("course")
    library = notebooks.ROOT / "backprop_lib"
    made = SimpleNamespace(folder=folder, tokens=[secrets.token_hex(8) for _ in range(4)])
    file, note, environment, key = made.tokens
    (folder / "canary").write_text(file)
    (folder / "note").write_text(note)
    ports = _listen(folder / "socket")
    places = [str(folder / "canary"), str(folder / "note"), str(folder), str(library)]
    places += [str(folder / "socket"), ports[0].getsockname()[1]]
    for (name, code), turn in zip(ATTACKS.items(), cycle(PROBLEM_SETS)):
        part = PROBLEM_SETS[name[-4:-1] if name.endswith("]") else turn]
        asked = [question.name for question in part.questions if not question.by_hand]
        by_hand = [question.name for question in part.questions if question.by_hand]
        first = FIRST.format(places=repr((*places, asked)))
        cells = as_file(first, code, LAST.format(by_hand=by_hand))
        _put(folder / "submitted" / name.replace("/", " ") / part.id / f"{part.id}.ipynb", cells)
    for name, data in FILES.items():
        _put(folder / "submitted" / name / "ps1.ipynb", data)
    honest = (notebooks.ROOT / "book/assignments/source/ps1/ps1.ipynb").read_bytes()
    for name in ("honest", "zz honest too"):
        _put(folder / "submitted" / name / "ps1.ipynb", honest)
    _special_files(folder / "submitted")
    before = _tree(folder)
    namespaces = []
    greet = Jail._greet

    def note_namespace(self, inputs):
        greet(self, inputs)
        with contextlib.suppress(OSError, ValueError):
            pid = self.process.pid
            (inner,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            namespaces.append(os.open(f"/proc/{inner}/ns/pid", os.O_RDONLY))

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(Jail, "_greet", note_namespace)
        patch.setenv("BACKPROP_CANARY", environment)
        found = find(folder / "submitted", PROBLEM_SETS)
        small = replace(limits, cell=1.0, call=1.0, whole=4.0, starts=10)
        made.results = folder / "results.jsonl"
        began = time.monotonic()
        farm.grade(found, made.results, key.encode(), pool, 4, small)
        made.seconds = time.monotonic() - began
    made.records = {record["student"]: record for record in exports.latest(made.results)}
    exports.write_pages(list(made.records.values()), folder / "pages")
    made.found, made.namespaces, made.ports = found, namespaces, ports
    made.before, made.after = before, _tree(folder)
    yield made
    for port in ports:
        port.close()
    for namespace in namespaces:
        os.close(namespace)


def _listen(path):
    udp = socket.socket(type=socket.SOCK_DGRAM)
    tcp = socket.create_server(("127.0.0.1", 0))
    udp.bind(tcp.getsockname())
    named, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    named.bind(str(path))
    abstract.bind(f"\0{path}")
    for one in (named, abstract):
        one.listen()
    for one in (tcp, udp, named, abstract):
        one.setblocking(False)
    return tcp, udp, named, abstract


def _put(path, data):
    path.parent.mkdir(parents=True)
    path.write_bytes(data)


def _special_files(folder):
    """Links, pipes and folders where a notebook is expected."""
    for name in ("a link to a secret", "a link to a neighbour", "a pipe", "a folder", "a loop"):
        (folder / name).mkdir()
    (folder / "a link to a secret" / "ps1.ipynb").symlink_to(folder.parent / "canary")
    (folder / "a link to a neighbour" / "ps1.ipynb").symlink_to(folder / "honest" / "ps1.ipynb")
    os.mkfifo(folder / "a pipe" / "ps1.ipynb")
    (folder / "a folder" / "ps1.ipynb").mkdir()
    (folder / "a loop" / "ps1").symlink_to(folder)
    (folder / "a linked student").symlink_to(folder / "honest")


def _tree(folder):
    left_out = {"results.jsonl", "pages", "socket"}
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not left_out & set(path.relative_to(folder).parts[:1])
    }


def test_there_are_over_a_hundred_attacks():
    assert len(set(ATTACKS.values())) + len(FILES) >= 220


def test_honest_work_beside_attacks_has_its_points(batch):
    for name in ("honest", "zz honest too"):
        assert batch.records[name]["points"] == batch.records[name]["out_of"] > 0


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_wins_a_point(batch, name):
    record = batch.records[name.replace("/", " ")]
    won = [question for question in record["questions"] if question["points"]]
    assert (record["status"], record["points"], won) == ("graded", 0, []), record


def test_no_file_wins_a_point(batch):
    for name in (*FILES, "a link to a secret", "a link to a neighbour", "a pipe", "a folder"):
        assert batch.records[name]["points"] == 0, batch.records[name]
        assert batch.records[name]["status"] in ("graded", "unreadable")
    assert batch.records["a linked student"]["points"] == 0


def test_each_submission_has_one_result(batch):
    lines = batch.results.read_text().splitlines()
    assert len(lines) == len(batch.found) == len(batch.records)
    assert len(batch.found) == len(ATTACKS) + len(FILES) + 2 + 6


def test_no_attack_holds_the_batch_up_or_fills_the_disk(batch):
    for name, record in batch.records.items():
        # 4 s are its own; starts and waiting for a processor are the rest, on a busy machine 17 s.
        assert record["seconds"] < 60, name
        assert len(json.dumps(record)) < 60_000, name


def test_each_student_has_a_page(batch):
    assert len(list((batch.folder / "pages").iterdir())) == len(batch.records) + 1


def test_no_secret_is_read(batch):
    told = batch.results.read_text()
    told += "".join(page.read_text() for page in (batch.folder / "pages").iterdir())
    for token in (*batch.tokens, *(token.encode().hex() for token in batch.tokens)):
        assert token not in told


def test_the_answers_are_not_found(batch):
    for name in ("read: the answers, by name", "read: the answers, by path"):
        said = [question["text"] for question in batch.records[name]["questions"]]
        assert any("ModuleNotFoundError" in text or "FileNotFoundError" in text for text in said)


def test_nothing_is_written(batch):
    assert batch.after == batch.before
    home, library = Path.home(), notebooks.ROOT / "backprop_lib"
    for place in (batch.folder, Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), home, Path("/")):
        assert not list(place.glob("*pwned*")), place
    for path in (library / "check/ps1.py", library / "grade/driver.py", Path(np.__file__)):
        assert b"pwned" not in path.read_bytes()
    assert not list(Path.cwd().glob("*pwned*"))


def test_nobody_is_called(batch):
    tcp, udp, named, abstract = batch.ports
    for port in (tcp, named, abstract):
        with pytest.raises(BlockingIOError):
            port.accept()
    with pytest.raises(BlockingIOError):
        udp.recv(99)


def test_no_process_is_left(batch):
    assert len(batch.namespaces) >= len(ATTACKS)
    ours = {os.fstat(namespace).st_ino for namespace in batch.namespaces}  # open: no number returns
    for _ in range(200):  # on a busy machine even the dead wait for their turn
        left = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if _lives_in(pid, ours)]
        if not left:
            return
        time.sleep(0.05)
    raise AssertionError(left)


def _lives_in(pid, namespaces):
    with contextlib.suppress(OSError):
        return os.stat(f"/proc/{pid}/ns/pid").st_ino in namespaces
    return False


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("read: a file", "reaches for open(/"),
        ("read: a file by another program", "reaches for subprocess.Popen"),
        ("call: by TCP", "reaches for socket."),
        ("process: a daemon", "reaches for os.fork"),
        ("load: a loop", "cell 2: it takes more than 1 s."),
        ("load: an exit", "cell 2: it ends the process."),
        ("load: signs", "cell 2"),
        ("talk: a forged greeting", "cell 2"),
    ],
)
def test_what_was_tried_is_noted(batch, name, fact):
    facts = batch.records[name]["facts"]
    assert any(noted.startswith(fact) for noted in facts), facts
