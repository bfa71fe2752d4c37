"""Plain `nbgrader autograde` with our preprocessor: points, reasons, and review by a person."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import notebooks
import pytest

SOURCE = notebooks.ROOT / "book" / "assignments" / "source" / "ps1" / "ps1.ipynb"
RELEASE = notebooks.ROOT / "book" / "assignments" / "release" / "ps1" / "ps1.ipynb"
GUIDE = notebooks.ROOT / "book" / "instructors.md"


def configuration():
    """Return what the guide tells teachers to write into nbgrader_config.py."""
    blocks = GUIDE.read_text(encoding="utf-8").split("```python\n")[1:]
    (found,) = [block.partition("```")[0] for block in blocks if "get_config" in block]
    return found


MINE = {"grade": True, "grade_id": "mine", "locked": False, "points": 1000, "schema_version": 3}
MINE |= {"solution": False, "task": False, "cell_type": "code"}


def marks(content):
    return [
        cell["metadata"]["nbgrader"] for cell in content["cells"] if "nbgrader" in cell["metadata"]
    ]


def claims_points(content):
    for mark in marks(content):
        mark.update(grade=True, points=1000)


def makes_up_a_check(content):
    result = {"output_type": "execute_result", "data": {"text/plain": "1000"}, "metadata": {}}
    cell = {"cell_type": "code", "id": "mine", "source": "1000", "metadata": {"nbgrader": {**MINE}}}
    content["cells"].append(cell | {"outputs": [result | {"execution_count": 1}]})
    content["cells"][-1]["execution_count"] = 1


def leaves_out_the_points(content):
    makes_up_a_check(content)
    del content["cells"][-1]["metadata"]["nbgrader"]["points"]


def calls_all_an_answer(content):
    for mark in marks(content):
        mark.update(solution=True, task=True)


def writes_words_for_marks(content):
    content["cells"][0]["metadata"]["nbgrader"] = "graded"


def copies_cells(content):
    again = copy.deepcopy(content["cells"])
    for cell in again:
        cell["id"] = f"{cell['id']}-2"
    content["cells"] += again


def deletes_all_that_is_marked_as_checked(content):
    content["cells"] = [
        cell for cell in content["cells"] if not cell["metadata"].get("nbgrader", {}).get("grade")
    ]


WAYS = (
    *(claims_points, makes_up_a_check, leaves_out_the_points, calls_all_an_answer),
    *(writes_words_for_marks, copies_cells, deletes_all_that_is_marked_as_checked),
)


# The commands of nbgrader, one after the other in one process, since each start takes seconds.
SESSION = """
import os, shutil
from nbgrader.apps import NbGraderApp
from backprop_lib.grade.selftest import self_test
from backprop_lib.grade.walls import walls

def nbgrader(*words):
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance(list(words))

nbgrader("autograde", "ps1")
nbgrader("generate_feedback", "ps1", "--student", "cleo")
shutil.copytree("late", "submitted/eve")
os.environ["PATH"] = ""  # no bubblewrap any more
walls.cache_clear(), self_test.cache_clear()
nbgrader("autograde", "ps1", "--student", "eve")
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory, limits):
    """Return a course with many submissions, graded by the commands of nbgrader."""
    course = tmp_path_factory.mktemp("course")
    (course / "nbgrader_config.py").write_text(configuration())
    (course / "source" / "ps1").mkdir(parents=True)
    shutil.copy(SOURCE, course / "source" / "ps1")
    model = json.loads(SOURCE.read_text())
    put(course / "submitted" / "anne", model)
    put(course / "submitted" / "ben", json.loads(RELEASE.read_text()))
    put(course / "submitted" / "cleo", attacking(model))
    put(course / "submitted" / "dan", without_checks(model))
    put(course / "late", model)
    for way in WAYS:
        for name, path in (("with", SOURCE), ("without", RELEASE)):
            content = json.loads(path.read_text(encoding="utf-8"))
            way(content)
            put(course / "submitted" / f"{way.__name__} {name}", content)
    call(course, "-m", "nbgrader", "generate_assignment", "ps1")
    assert "ps1 of eve has no score: the jail cannot start: bubblewrap" in call(
        course, "-c", SESSION
    )
    return course


def call(course, *words):
    # nbgrader starts `alembic` by its bare name: it has to be on the path.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = os.environ | {"PYTHONPATH": str(notebooks.ROOT), "PATH": path}
    done = subprocess.run(
        [sys.executable, *words], cwd=course, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def put(folder, notebook):
    place = folder / "ps1" / "ps1.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(notebook))


def attacking(notebook):
    """Return the notebook with what wins full marks where nbgrader runs the cells itself."""
    changed = json.loads(json.dumps(notebook))
    for cell in changed["cells"]:
        if cell["cell_type"] == "code" and "def " in "".join(cell["source"]):
            cell["source"] = "class Equal:\n    __eq__ = lambda *given: True\n" + "".join(
                f"def {name}(*given): return Equal()\n"
                for name in ("neuron", "sigmoid", "slopes", "softmax", "bends")
            )
        elif "check(" in "".join(cell["source"]):
            cell["source"] = "10"
    page = "$a<b$ <script>alert(1)</script><img src=x onerror=alert(2)>"
    for kind in ("markdown", "raw"):
        changed["cells"].append({"cell_type": kind, "source": page, "metadata": {}, "id": kind})
    return changed


def without_checks(notebook):
    changed = json.loads(json.dumps(notebook))
    changed["cells"] = [c for c in changed["cells"] if "check(" not in "".join(c["source"])]
    return changed


@pytest.fixture(scope="module")
def grades(course):
    """Return, for each student, the grade of each cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {
            student.id: {
                grade.name: (grade.auto_score, grade.needs_manual_grade, grade.max_score)
                for grade in book.find_submission_notebook("ps1", "ps1", student.id).grades
            }
            for student in book.students
        }


def automatic(grades, student):
    return {name: grade for name, grade in grades[student].items() if name.endswith("-check")}


@pytest.mark.parametrize(("student", "share"), [("anne", 1), ("ben", 0), ("dan", 1)])
def test_points_are_those_of_the_checks(grades, student, share):
    found = automatic(grades, student)
    assert len(found) == 7
    for score, by_a_person, most in found.values():
        assert (score, by_a_person) == (share * most, False)


@pytest.mark.parametrize("way", WAYS)
def test_marks_of_a_students_own_give_and_cost_nothing(grades, way):
    for name, expected in (("with", 90), ("without", 0)):  # the rest is read by a person
        found = grades[f"{way.__name__} {name}"]
        assert sum(score for score, *_ in found.values() if score) == expected


def test_attacks_win_nothing(grades):
    won = {name: score for name, (score, _, _) in automatic(grades, "cleo").items() if score}
    assert set(won) == {"ps1-q2-check", "ps1-q3-check"}  # answered honestly


def test_the_question_for_a_person_waits_for_one(grades):
    (question,) = set(grades["anne"]) - set(automatic(grades, "anne"))
    assert grades["anne"][question][:2] == (None, True)


def test_where_the_jail_fails_a_person_is_asked_and_nobody_gets_zero(grades):
    for score, by_a_person, _ in automatic(grades, "eve").values():
        assert (score, by_a_person) == (None, True)


def test_the_reason_stands_in_the_feedback(course):
    page = (course / "feedback" / "cleo" / "ps1" / "ps1.html").read_text()
    assert "ps1.q1: not yet." in page
    assert "a value of type Equal" in page


def test_a_page_in_an_answer_does_not_run_for_its_reader(course):
    for place in ("autograded", "feedback"):
        (path,) = (course / place / "cleo" / "ps1").glob("ps1.*")
        assert "alert(1)" in path.read_text()
        assert "<script>alert(1)" not in path.read_text()
        assert "<img src=x" not in path.read_text()


def test_the_secret_is_kept_from_others(course):
    assert (course / "backprop.secret").stat().st_mode & 0o777 == 0o600
