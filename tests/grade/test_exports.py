"""Results reach people and systems whole, and what a student wrote does nothing there."""

import csv
import json
import os
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from backprop_lib.grade import exports

ODD = '=HYPERLINK("x")<script>alert(1)</script>"&\ud800'


def record(student, points, **changes):
    verdict = {
        "question": "ps1.q1",
        "points": points,
        "out_of": 10,
        "status": "passed" if points else "wrong",
        "text": "" if points else f"neuron(1): {ODD}",
        "mistake": "" if points else "the bias is forgotten",
    }
    made = {"student": student, "set": "ps1", "points": points, "out_of": 10, "facts": []}
    return made | {"questions": [verdict], "status": "graded", "seconds": 0.1} | changes


RECORDS = [
    record("anne", 10),
    record("ben", 0, facts=[ODD]),
    record("cleo", None, status="review", questions=[], facts=["not graded: no jail"]),
    record("dan/../../x", 0, status="unreadable", facts=["not JSON"]),
    record(ODD, 0),
]


class Tags(HTMLParser):
    """Collects what a browser would do."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.text = set(), [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


def parsed(path):
    tags = Tags()
    tags.feed(path.read_text())
    return tags


def test_each_student_has_a_page_that_runs_nothing(tmp_path):
    exports.write_pages(RECORDS, tmp_path)
    pages = sorted(path.name for path in tmp_path.iterdir())
    assert {"anne.html", "ben.html", "cleo.html", "summary.html"} < set(pages)
    assert len(pages) == len(RECORDS) + 1
    for path in tmp_path.iterdir():
        assert parsed(path).tags <= {
            *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "pre"),
            *("ul", "li", "table", "tr", "th", "td", "a", "meter"),
        }


def test_a_page_tells_points_reasons_and_what_a_person_reads(tmp_path):
    exports.write_pages(RECORDS, tmp_path)
    text = parsed(tmp_path / "ben.html").text
    assert "0 of 10 points" in text
    assert "neuron(1): =HYPERLINK" in text
    assert "ps1.q8 (10 points) is read by a person." in text
    assert "a person will look at it" in parsed(tmp_path / "cleo.html").text


def test_the_summary_counts_and_links(tmp_path):
    exports.write_pages(RECORDS, tmp_path)
    summary = parsed(tmp_path / "summary.html")
    assert "3 graded, 1 review, 1 unreadable." in summary.text
    assert "the bias is forgotten" in summary.text
    assert "33%" in summary.text
    assert len(summary.links) == 5
    for link in summary.links:
        assert (tmp_path / link).resolve().parent == tmp_path.resolve()
        assert (tmp_path / link).is_file()


@pytest.mark.parametrize(
    "student", ["summary", "Summary", "..", "a/b", "Zoë", "x" * 200, ODD, "", "a b"]
)
def test_names_of_files_are_plain_and_differ(student):
    name = exports.slug(student)
    assert len(name) < 80
    assert not set(name) & set('/\\ "<>&')
    assert name not in {"summary", "..", "."}
    assert name != exports.slug(student + "x")
    assert exports.slug(name) == name or exports.slug(name) != exports.slug(student)


@pytest.mark.parametrize("text", ["=1", "\n=1", " =1", "a;=1", "a; -1", "a\r\n@x", "\uff1d1"])
def test_a_formula_does_not_stay_one(tmp_path, text):
    exports.write_csv([record("anne", 0, facts=[text], questions=[])], tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert "'" in row["feedback"]
    assert row["feedback"].replace("'", "") == text


def test_a_table_holds_points_and_no_formula(tmp_path):
    exports.write_csv(RECORDS, tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["points"] for row in rows] == ["10", "0", "", "0", "0"]
    assert [row["q1"] for row in rows] == ["10", "0", "", "0", "0"]
    for row in rows:
        assert not any(value[:1] in ("=", "+", "-", "@") for value in row.values())


def test_gradescope_looks_each_student_up(tmp_path):
    review = record("cleo@uni.edu", None, status="review")
    exports.write_gradescope([*RECORDS, review, record("eve@uni.edu", 10)], tmp_path)
    home = tmp_path / "autograder"
    (home / "results").mkdir(parents=True)
    (home / "source").symlink_to(tmp_path / "ps1")
    script = (tmp_path / "ps1" / "run_autograder").read_text().replace("/autograder", str(home), 1)
    assert os.access(tmp_path / "ps1" / "run_autograder", os.X_OK)

    def run(email):
        users = [{"email": email, "id": 1, "name": "Somebody"}]
        (home / "submission_metadata.json").write_text(json.dumps({"users": users}))
        return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert run("eve@uni.edu").returncode == 0
    told = json.loads((home / "results" / "results.json").read_text())
    assert told["score"] == 10
    assert told["tests"] == [
        {"name": "ps1.q1", "score": 10, "max_score": 10, "status": "passed", "output": ""}
    ]
    for email in ("cleo@uni.edu", "anne@elsewhere.org"):  # in review; another's name
        done = run(email)
        assert done.returncode != 0
        assert "there is no result for" in done.stderr


def test_the_last_line_of_a_student_counts(tmp_path):
    path = tmp_path / "results.jsonl"
    lines = [record("ben", None, status="review"), record("anne", 10), record("ben", 0)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"student": "an')
    assert [(r["student"], r["points"]) for r in exports.latest(path)] == [("anne", 10), ("ben", 0)]
