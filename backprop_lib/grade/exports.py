"""Results for people and for other systems: a page for each student, one for the teacher, tables.
What students wrote stands in all of them, so nothing is let through that a browser would run."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from html import escape
from pathlib import Path
from statistics import mean
from typing import Any

from ..check import PROBLEM_SETS
from ..journal import Journal

Record = dict[str, Any]

STYLE = """:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;display:block;overflow-x:auto}
td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top;border-bottom:1px solid #8884}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.6rem}
meter{width:6rem}"""

# Where commas mark decimals, semicolons end cells; in East Asia letters are wide.
FORMULA = re.compile(r"(^|[;\t\r\n])(?= *[=+\-@\t\r\n＝＋－＠])")

# Gradescope runs a program for each submission: here it looks the student up, and runs no code.
RUN_AUTOGRADER = """#!/usr/bin/env python3
import json, pathlib, sys
home = pathlib.Path("/autograder")
results = json.loads((home / "source/results.json").read_text())
users = json.loads((home / "submission_metadata.json").read_text())["users"]
emails = [user["email"] for user in users]
found = next((results[email] for email in emails if email in results), None)
if found is None:
    sys.exit(f"there is no result for {emails} yet")
(home / "results/results.json").write_text(json.dumps(found))
"""


def latest(results: Path) -> list[Record]:
    """Return the last record of each student and set, in the order of their names."""
    records = {(record["student"], record["set"]): record for record in Journal(results)}
    return [records[name] for name in sorted(records)]


def write_pages(records: list[Record], folder: Path) -> None:
    """Write ``<student>.html`` for each student and ``summary.html`` for the teacher."""
    folder.mkdir(parents=True, exist_ok=True)
    for student, theirs in _grouped(records, "student").items():
        body = "".join(_section(record) for record in theirs)
        _write(folder / f"{slug(student)}.html", f"Results of {student}", body)
    sets = sorted(_grouped(records, "set").items())
    _write(folder / "summary.html", "Summary", "".join(_statistics(*part) for part in sets))


def write_csv(records: list[Record], path: Path) -> None:
    """Write a table with a row for each student and set, as an LMS imports it."""
    questions = sorted({q["question"].rpartition(".")[2] for r in records for q in r["questions"]})
    head = ["student", "set", "points", "out_of", "status", *questions, "feedback"]
    with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
        rows = csv.writer(file)
        rows.writerow(head)
        for record in records:
            points = {q["question"].rpartition(".")[2]: q["points"] for q in record["questions"]}
            row = [record[name] for name in head[:5]] + [points.get(name) for name in questions]
            rows.writerow([_harmless(value) for value in [*row, _feedback(record)]])


def write_gradescope(records: list[Record], folder: Path) -> None:
    """Write, for each set, an autograder that gives each student, by e-mail, what stands here."""
    for name, theirs in _grouped(records, "set").items():
        place = folder / (name or "no-set")
        place.mkdir(parents=True, exist_ok=True)
        (place / "setup.sh").write_text("#!/bin/sh\n")
        (place / "run_autograder").write_text(RUN_AUTOGRADER)
        (place / "run_autograder").chmod(0o755)
        results = {r["student"]: _as_gradescope(r) for r in theirs if r["status"] != "review"}
        (place / "results.json").write_text(json.dumps(results, indent=1))


def slug(student: str) -> str:
    """Return a name for files: letters, digits, dots; what had to be changed gets a digest."""
    plain = re.sub(r"[^a-zA-Z0-9_.@-]+", "-", student)[:60]
    taken = plain.lower() == "summary" or re.search(r"-[0-9a-f]{8}$", plain)
    if plain == student and plain.strip(".") and not taken:
        return plain
    return f"{plain}-{hashlib.sha256(student.encode(errors='surrogatepass')).hexdigest()[:8]}"


def _grouped(records: list[Record], by: str = "question") -> dict[str, list[Record]]:
    groups = defaultdict(list)
    for record in records:
        groups[record[by]].append(record)
    return groups


def _section(record: Record) -> str:
    problem_set = PROBLEM_SETS.get(record["set"])
    title = f"{record['set']}: {problem_set.title}" if problem_set else record["set"] or "No set"
    parts = [f"<h2>{_text(title)}</h2>", f"<p>{_text(_result(record))}</p>"]
    for question in record["questions"]:
        line = f"{question['question']}: {question['points']} of {question['out_of']} points"
        why = f"<pre>{_text(question['text'])}</pre>" if question["text"] else ""
        parts.append(f"<h3>{_text(line)}</h3>{why}" if why else f"<p>{_text(line)}</p>")
    if problem_set:
        left = problem_set.read_by_hand
        parts.append(f"<p>{left.id} ({left.points} points) is read by a person.</p>")
    if record["facts"]:
        facts = "".join(f"<li>{_text(fact)}</li>" for fact in record["facts"])
        parts.append(f"<h3>What was noted</h3><ul>{facts}</ul>")
    return "\n".join(parts)


def _statistics(name: str, records: list[Record]) -> str:
    graded = [record for record in records if record["status"] == "graded"]
    statuses = Counter(record["status"] for record in records)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    parts = [f"<h2>{_text(name or 'No set')}</h2>", f"<p>{counts}.</p>"]
    answers = _grouped([question for record in graded for question in record["questions"]])
    rows = []
    for identity, given in answers.items():
        kinds = Counter(question["status"] for question in given)
        right = kinds.pop("passed", 0) / len(given)
        rest = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        rows.append([identity, f"{right:.0%}", right, rest])
    parts.append(_table(["question", "right", "", "otherwise"], rows))
    made = Counter((q["question"], q["mistake"]) for given in answers.values() for q in given)
    rows = [[n, identity, text] for (identity, text), n in made.most_common() if text]
    if rows:
        parts += ["<h3>Misconceptions</h3>", _table(["students", "question", "mistake"], rows)]
    if graded:
        parts.append(f"<p>Mean: {mean(r['points'] for r in graded):.1f} points.</p>")
    people = [[r["student"], _result(r), " · ".join(r["facts"])] for r in records]
    parts += ["<h3>Students</h3>", _table(["student", "result", "noted"], people, link=True)]
    return "\n".join(parts)


def _table(head: list[str], rows: list[list[Any]], link: bool = False) -> str:
    def cell(place: int, value: Any) -> str:
        if isinstance(value, float):
            return f'<meter value="{value:.3f}" aria-label="{value:.0%} right"></meter>'
        if link and place == 0:
            return f'<a href="{slug(value)}.html">{_text(value)}</a>'
        return _text(value)

    titles = "".join(f"<th>{title}</th>" for title in head)
    lines = ("".join(f"<td>{cell(*pair)}</td>" for pair in enumerate(row)) for row in rows)
    return f"<table><tr>{titles}</tr>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _write(path: Path, title: str, body: str) -> None:
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{_text(title)}</h1>{body}</body></html>"
    )
    path.write_text(page, encoding="utf-8", errors="replace")


def _result(record: Record) -> str:
    if record["status"] == "review":
        return "no score yet: a person will look at it"
    return f"{record['points']} of {record['out_of']} points"


def _as_gradescope(record: Record) -> Record:
    tests = [
        {
            "name": question["question"],
            "score": question["points"],
            "max_score": question["out_of"],
            "status": "passed" if question["status"] == "passed" else "failed",
            "output": question["text"],
        }
        for question in record["questions"]
    ]
    return {"score": record["points"], "output": "\n".join(record["facts"]), "tests": tests}


def _feedback(record: Record) -> str:
    lines = [f"{q['question']}: {q['text']}" for q in record["questions"] if q["text"]]
    return "\n".join([*lines, *record["facts"]])


def _harmless(value: Any) -> Any:
    """A table program runs what begins like a formula; a quotation mark in front stops it."""
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    return escape(str(value))
