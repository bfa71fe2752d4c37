"""Who handed in what is read from paths alone, and cells from whatever a file holds."""

import codecs
import json
import os
from pathlib import Path

import pytest

from backprop_lib.grade.submission import Unreadable, code_cells, find, read

SETS = ("ps1", "ps2")


def put(folder, *paths):
    for path in paths:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("{}")
    return folder


def names(found):
    return [(s.student, s.set, s.path.name if s.path else s.reason) for s in found]


@pytest.mark.parametrize(
    "path",
    [
        "anne/ps1/ps1.ipynb",
        "anne/ps1.ipynb",
        "anne/week 3/PS1 (final).ipynb",
        "anne/ps1/Untitled.ipynb",
        "Anne_12345_assignsubmission_file_/ps1.ipynb",
        "Anne_12345_assignsubmission_file/ps1-2.IPYNB",
    ],
)
def test_layouts_of_hubs_and_of_downloads_are_known(tmp_path, path):
    ((student, which, _),) = names(find(put(tmp_path, path), SETS))
    assert (student.lower(), which) == ("anne", "ps1")


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("anne.ipynb", "anne"),
        ("doeanne_12345_678901_homework.ipynb", "doeanne"),
        ("doeanne_LATE_12345_678901_ps1-1.ipynb", "doeanne"),
    ],
)
def test_flat_files_belong_to_the_set_that_was_asked_for(tmp_path, path, student):
    assert names(find(put(tmp_path, path), SETS, "ps1")) == [(student, "ps1", path)]


def test_only_one_set_is_graded_if_one_was_asked_for(tmp_path):
    put(tmp_path, "anne/ps1.ipynb", "anne/ps2.ipynb", "ben/ps2.ipynb")
    assert names(find(tmp_path, SETS, "ps2")) == [
        ("anne", "ps2", "ps2.ipynb"),
        ("ben", "ps2", "ps2.ipynb"),
    ]


def test_several_files_of_one_student_are_several_notebooks(tmp_path):
    put(tmp_path, "doeanne_1_2_ps1.ipynb", "doeanne_1_3_ps1-2.ipynb", "doeanne_1_4_ps2.ipynb")
    first, second = find(tmp_path, SETS)
    assert (first.student, first.set, first.path) == ("doeanne", "ps1", None)
    assert (second.student, second.set, second.path.name[-9:]) == ("doeanne", "ps2", "ps2.ipynb")


def test_a_path_that_is_too_long_to_open_is_a_reason(tmp_path, monkeypatch):
    (tmp_path / "eve").mkdir()
    monkeypatch.chdir(tmp_path / "eve")
    left = 4090 - len(str(tmp_path / "eve"))
    for length in (*[200] * (left // 201), left % 201 - 1):
        os.mkdir("x" * length)
        os.chdir("x" * length)
    put(Path(), "ps1.ipynb")
    (found,) = find(tmp_path, SETS)
    with pytest.raises(Unreadable, match="name too long"):
        read(found.path, 1000)


def test_what_was_not_handed_in_is_passed_over(tmp_path):
    put(tmp_path, "anne/ps1/ps1.ipynb", "anne/ps1/.ipynb_checkpoints/ps1-checkpoint.ipynb")
    put(tmp_path, "__MACOSX/anne/ps1.ipynb", ".git/ps1.ipynb", "anne/ps1/._ps1.ipynb", "list.csv")
    assert names(find(tmp_path, SETS)) == [("anne", "ps1", "ps1.ipynb")]


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (["anne/essay.pdf"], "no notebook was handed in"),
        (["anne/homework.ipynb"], "tells no problem set"),
        (["anne/ps10.ipynb"], "tells no problem set"),
        (["anne/ps1/a.ipynb", "anne/ps1/b.ipynb"], "several notebooks were handed in: a.ipynb, b"),
    ],
)
def test_reason_is_named_when_there_is_nothing_to_grade(tmp_path, paths, reason):
    (found,) = find(put(tmp_path, *paths), SETS)
    assert (found.student, found.path) == ("anne", None)
    assert reason in found.reason


def test_the_right_name_goes_before_others(tmp_path):
    (found,) = find(put(tmp_path, "anne/ps1/ps1.ipynb", "anne/ps1/copy.ipynb"), SETS)
    assert found.path.name == "ps1.ipynb"
    assert found.facts == ("also handed in: copy.ipynb",)


def test_two_people_of_one_name_stay_two(tmp_path):
    put(tmp_path, *(f"Anne Lee_{n}_assignsubmission_file/ps1.ipynb" for n in (11, 22)))
    assert len({s.student for s in find(tmp_path, SETS)}) == 2


def test_links_and_devices_are_not_opened(tmp_path):
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    with pytest.raises(Unreadable, match="it is a link"):
        read(tmp_path / "link.ipynb", 100)
    for name in ("pipe.ipynb", "folder.ipynb"):
        with pytest.raises(Unreadable, match=r"no ordinary file|directory"):
            read(tmp_path / name, 100)


def test_a_linked_folder_is_not_entered(tmp_path):
    put(tmp_path / "elsewhere", "ps1/ps1.ipynb")
    (tmp_path / "sub" / "anne").mkdir(parents=True)
    (tmp_path / "sub" / "anne" / "ps1").symlink_to(tmp_path / "elsewhere" / "ps1")
    (tmp_path / "sub" / "ben").symlink_to(tmp_path / "elsewhere")
    anne, ben = find(tmp_path / "sub", SETS)
    assert (anne.path, anne.reason) == (None, "no notebook was handed in.")
    assert (ben.path, ben.reason) == (None, "it is a link; hand in the file.")


def test_too_large_a_file_is_not_read(tmp_path):
    (tmp_path / "ps1.ipynb").write_bytes(b" " * 2_000_000)
    with pytest.raises(Unreadable, match="it has 1 MB; 0 are allowed"):
        read(tmp_path / "ps1.ipynb", 1_000_000)


CELL = {"cell_type": "code", "source": ["x = 1\n", "y = 'é'"], "metadata": {}}
NOTEBOOK = {"cells": [CELL], "nbformat": 4}
TEXT = json.dumps(NOTEBOOK, ensure_ascii=False)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-32"),
        json.dumps({"nbformat": 3, "worksheets": [{"cells": [CELL]}]}).encode(),
        json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1\ny = 'é'"}]}]})
        .encode(),
        json.dumps({"cells": [None, 3, {}, {"cell_type": "markdown"}, CELL]}).encode(),
        json.dumps({"cells": [CELL], "metadata": {"kernelspec": {"name": "ir"}}}).encode(),
    ],
)  # fmt: skip
def test_cells_are_read_from_any_encoding_and_version(data):
    assert code_cells(data) == ["x = 1\ny = 'é'"]


def test_a_stray_byte_costs_one_letter():
    assert code_cells(TEXT.encode("latin-1")) == ["x = 1\ny = '\ufffd'"]


def test_an_answer_cell_counts_as_code_whatever_it_was_turned_into():
    mark = {"nbgrader": {"solution": True, "grade": False}}
    cell = {"cell_type": "raw", "source": "x = 1", "metadata": mark}
    assert code_cells({"cells": [cell]}) == ["x = 1"]
    mark["nbgrader"]["grade"] = True  # an explanation, for a person
    assert code_cells({"cells": [cell]}) == []


@pytest.mark.parametrize("source", [None, 3, {"a": 1}, [None, 3]])
def test_a_source_that_is_no_text_is_empty(source):
    assert code_cells({"cells": [CELL | {"source": source}]}) == [""]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON, it begins with ''"),
        (b"print('x = 1')", "not JSON, it begins with \"print('x"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"cells": ' + b"1" * 5000 + b"}", "not JSON"),
        (b"[1]", "holds no object"),
        (b"null", "holds no object"),
        (b"{}", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"worksheets": [3]}', "no list of cells"),
    ],
)
def test_reason_is_named_when_a_file_is_no_notebook(data, reason):
    with pytest.raises(Unreadable) as refusal:
        code_cells(data)
    assert reason in str(refusal.value)
