"""Running the notebooks: failures are named, and the cache belongs to one library."""

import notebooks
import pytest
import yaml
from nbformat import v4


def write(path, *sources):
    cells = [v4.new_markdown_cell("Text."), *map(v4.new_code_cell, sources)]
    path.write_text(notebooks.serialise(v4.new_notebook(cells=cells)), encoding="utf-8")
    return path


def test_failing_cells_are_named_and_the_other_notebooks_run_on(tmp_path):
    paths = [
        write(tmp_path / "bad.ipynb", "x = 1", "y = 0  # the denominator\nx / y"),
        write(tmp_path / "loud.ipynb", "import sys\nsys.stderr.write('careful')"),
        write(tmp_path / "good.ipynb", "6 * 7"),
    ]
    done = {}
    with pytest.raises(notebooks.CellFailed) as failure:
        notebooks.run(paths, lambda path, notebook: done.update({path: notebook}), for_book=False)
    message = str(failure.value)
    assert (
        f"{paths[0]}, code cell 2 of 2:\n    y = 0  # the denominator\nZeroDivisionError" in message
    )
    assert f"{paths[1]}, code cell 1 of 1:\n    import sys\nit wrote to stderr:\ncareful" in message
    assert set(done) == {paths[2]}
    assert done[paths[2]].cells[1].outputs[0].data["text/plain"] == "42"


@pytest.mark.parametrize("for_book", [True, False])
def test_kernels_know_whether_they_work_for_the_book(tmp_path, monkeypatch, for_book):
    monkeypatch.setenv("BACKPROP_BOOK", "left over")
    path = write(tmp_path / "asks.ipynb", "import os\nos.environ.get('BACKPROP_BOOK')")
    done = []
    notebooks.run([path], lambda path, notebook: done.append(notebook), for_book=for_book)
    shown = [output.data["text/plain"] for output in done[0].cells[1].outputs]
    assert shown == (["'1'"] if for_book else [])


def test_cache_is_another_when_library_or_pins_change(tmp_path):
    (tmp_path / "backprop_lib" / "plots").mkdir(parents=True)
    module = tmp_path / "backprop_lib" / "plots" / "style.py"
    pins = tmp_path / "constraints.txt"
    module.write_text("INK = 1")
    pins.write_text("numpy==1")
    folders = [notebooks.cache_folder(tmp_path), notebooks.cache_folder(tmp_path)]
    module.write_text("INK = 2")
    folders.append(notebooks.cache_folder(tmp_path))
    pins.write_text("numpy==2")
    folders.append(notebooks.cache_folder(tmp_path))
    module.rename(module.with_name("colour.py"))
    folders.append(notebooks.cache_folder(tmp_path))
    assert folders[0] == folders[1]
    assert len(set(folders)) == 4


def test_pages_follow_the_contents(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nparts:\n- caption: One\n  chapters:\n"
        "  - file: book/02-b\n    sections:\n    - file: book/01-a\n"
    )
    (tmp_path / "book").mkdir()
    for name in ("index.md", "01-a.ipynb", "02-b.ipynb", "03-not-listed.ipynb"):
        (tmp_path / "book" / name).touch()
    names = [page.name for page in notebooks.pages(tmp_path)]
    assert names == ["index.md", "02-b.ipynb", "01-a.ipynb"]
    assert [page.name for page in notebooks.notebooks(tmp_path)] == names[1:]


def test_chapters_are_numbered_as_their_files_are():
    chapters, others = yaml.safe_load((notebooks.ROOT / "_toc.yml").read_text())["parts"]
    assert chapters["numbered"] == 1
    numbers = [int(chapter["file"].removeprefix("book/")[:2]) for chapter in chapters["chapters"]]
    assert numbers == list(range(1, len(list((notebooks.ROOT / "book").glob("[0-9]*.ipynb"))) + 1))
    assert "numbered" not in others


def test_missing_page_is_named(tmp_path):
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    with pytest.raises(FileNotFoundError, match="book/index"):
        notebooks.pages(tmp_path)
