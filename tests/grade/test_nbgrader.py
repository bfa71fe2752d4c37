"""Whatever a student marks a cell as, nbgrader's own commands grade what the cells define."""

import copy
import json
import shutil
import subprocess
import sys

import notebooks
import pytest
from nbgrader.api import Gradebook

CONFIG = "from backprop_lib.grade.nbgrader import configure\nconfigure(get_config())\n"
SOURCE = notebooks.ROOT / notebooks.ASSIGNMENTS / "source" / "ps1" / "ps1.ipynb"
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


@pytest.fixture(scope="module")
def scores(limits, tmp_path_factory):
    """Let each way be tried once with and once without the answers, and return the points."""
    course = tmp_path_factory.mktemp("course")
    (course / "nbgrader_config.py").write_text(CONFIG)
    (course / "source" / "ps1").mkdir(parents=True)
    shutil.copy(SOURCE, course / "source" / "ps1")

    def run(*words):
        command = [sys.executable, "-m", "nbgrader", *words, "ps1"]
        return subprocess.run(command, cwd=course, capture_output=True, text=True)

    assert run("generate_assignment").returncode == 0
    for way in WAYS:
        for name, notebook in (("with", SOURCE), ("without", notebooks.release_of(SOURCE))):
            content = json.loads(notebook.read_text(encoding="utf-8"))
            way(content)
            place = course / "submitted" / f"{way.__name__} {name}" / "ps1" / "ps1.ipynb"
            place.parent.mkdir(parents=True)
            place.write_text(json.dumps(content), encoding="utf-8")
    done = run("autograde")
    assert done.returncode == 0, done.stderr
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {
            student.id: book.find_submission("ps1", student.id).score for student in book.students
        }


@pytest.mark.parametrize("way", WAYS)
def test_marks_of_a_students_own_give_and_cost_nothing(scores, way):
    assert scores[f"{way.__name__} with"] == 90  # the rest is read by a person
    assert scores[f"{way.__name__} without"] == 0
