"""Problem sets: the notebook, its release and its checks say the same."""

import re

import notebooks
import pytest
import releases

from backprop_lib.check import PROBLEM_SETS

SOURCES = {path.stem: path for path in notebooks.sources()}
INDEX = (notebooks.ROOT / notebooks.ASSIGNMENTS / "index.md").read_text(encoding="utf-8")

each_set = pytest.mark.parametrize("name", SOURCES)


def graded_cells(name):
    """Return id, kind and points of every cell that gives points."""
    found = []
    for cell in notebooks.read(SOURCES[name]).cells:
        settings = cell.metadata.get("nbgrader", {})
        if settings.get("grade"):
            found.append((settings["grade_id"], cell.cell_type, settings["points"]))
    return found


def text(name):
    return "\n\n".join(cell.source for cell in notebooks.read(SOURCES[name]).cells)


def test_every_problem_set_has_a_notebook():
    assert set(SOURCES) == set(PROBLEM_SETS)


@each_set
def test_release_is_what_nbgrader_generates_from_the_source(name):
    release = notebooks.release_of(SOURCES[name])
    generated = releases.generate(SOURCES[name])
    assert release.read_text(encoding="utf-8") == generated, f"{name}: run `make notebooks`"


@each_set
def test_release_holds_no_answer(name):
    cells = {cell.id: cell for cell in notebooks.read(SOURCES[name]).cells}
    released = notebooks.read(notebooks.release_of(SOURCES[name])).cells
    stubs = {"code": "raise NotImplementedError()", "markdown": "YOUR ANSWER HERE"}
    solved = [cell for cell in released if cell.metadata.get("nbgrader", {}).get("solution")]
    assert solved
    for cell in solved:
        assert stubs[cell.cell_type] in cell.source
        if cell.cell_type == "code":
            before, answer, after = re.split(
                r"^ *### (?:BEGIN|END) SOLUTION", cells[cell.id].source, flags=re.MULTILINE
            )
            assert answer.strip() not in cell.source
            assert not after.strip(), "what follows an answer is never reached in the release"
            assert cell.source.startswith(before)
        else:
            assert cell.source == stubs["markdown"]


@each_set
def test_points_and_ids_of_the_notebook_are_those_of_the_checks(name):
    part = PROBLEM_SETS[name]
    expected = {q.id.replace(".", "-") + "-check": ("code", q.points) for q in part.questions}
    expected[part.read_by_hand.id.replace(".", "-")] = ("markdown", part.read_by_hand.points)
    found = graded_cells(name)
    assert {grade_id: rest for grade_id, *rest in found} == {k: [*v] for k, v in expected.items()}
    assert len(found) == len(expected)


@each_set
def test_every_question_has_a_text_an_answer_and_a_check(name):
    cells = {
        settings["grade_id"]: cell
        for cell in notebooks.read(SOURCES[name]).cells
        if (settings := cell.metadata.get("nbgrader"))
    }
    part = PROBLEM_SETS[name]
    for number, question in enumerate([*part.questions, part.read_by_hand], start=1):
        key = question.id.replace(".", "-")
        heading = f"## Question {int(key.rpartition('q')[2])}: "
        assert cells[f"{key}-text"].source.startswith(heading), number
        first_line = cells[f"{key}-text"].source.splitlines()[0]
        assert first_line.endswith(f"({question.points} points)")
        if question is not part.read_by_hand:
            assert cells[f"{key}-check"].source == f'check("{question.id}")'
            assert question.name in cells[f"{key}-text"].source


@each_set
def test_rubric_stands_in_the_question(name):
    part = PROBLEM_SETS[name]
    assert sum(points for points, _ in part.read_by_hand.rubric) == part.read_by_hand.points
    for points, reason in part.read_by_hand.rubric:
        assert f"* {points} points: {reason}" in text(name)


@each_set
def test_opening_names_title_goals_time_and_points(name):
    part = PROBLEM_SETS[name]
    opening = notebooks.read(SOURCES[name]).cells[0].source
    assert opening.startswith(f"# Problem set {name[2:]}: {part.title.lower()}\n")
    goals = re.search(r"After this set you can\n\n((?:\* .+\n)+)", opening)
    assert goals is not None
    assert len(goals[1].splitlines()) >= 3
    count = len(part.questions) + 1
    assert 5 <= count <= 8
    assert re.search(rf"{count} questions, 100 points, about \d+ minutes", opening)


@each_set
def test_row_of_the_overview_agrees_with_the_notebook(name):
    minutes = re.search(r"about (\d+) minutes", text(name))[1]
    row = next(line for line in INDEX.splitlines() if f"release/{name}/{name}.ipynb" in line)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    part = PROBLEM_SETS[name]
    assert cells[0] == f"[Set {name[2:]}](release/{name}/{name}.ipynb)"
    assert cells[1:5] == [str(len(part.questions) + 1), "100", minutes, part.title]


def chapters_in(text):
    """Return the numbers of the chapters that a cell of a table links to."""
    return [int(number) for number in re.findall(r"\[(\d+)\]\([^)]*\.ipynb\)", text)]


def test_plan_of_a_course_gives_no_set_before_its_chapters():
    guide = (notebooks.ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
    plan = guide.split("## A plan")[1].split("\n## ")[0]
    read, given = [], []
    for row in re.findall(r"^\| (\[.*) \|$", plan, re.MULTILINE):
        chapters, number, *_ = row.split("|")
        read += chapters_in(chapters)
        if number.strip():
            given.append(number.strip())
            (needs,) = re.findall(rf"^\| \[Set {given[-1]}\].*\| ([^|]*) \|$", INDEX, re.MULTILINE)
            assert set(chapters_in(needs)) <= set(read), row
    assert read == list(range(1, 12))
    assert given == [name.removeprefix("ps") for name in sorted(PROBLEM_SETS)]


@each_set
def test_last_cell_of_the_source_is_the_model_answer_in_words(name):
    last = notebooks.read(SOURCES[name]).cells[-1]
    settings = last.metadata["nbgrader"]
    assert (last.cell_type, settings["grade"], settings["solution"]) == ("markdown", True, True)
    assert settings["grade_id"] == PROBLEM_SETS[name].read_by_hand.id.replace(".", "-")
    assert len(last.source) > 400
