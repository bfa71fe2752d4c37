"""Run the book's notebooks side by side, and reduce them to the one form that is committed.

A committed notebook holds its text and LaTeX outputs, which the tests compare digit by digit, and
no images: those are made when the book is built, into a cache that is dropped with its library.
"""

import argparse
import asyncio
import copy
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import releases
import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
CACHES = ROOT / "_build" / ".jupyter_cache"
ASSIGNMENTS = "book/assignments"  # with the two folders of nbgrader, source and release
CELL_SECONDS = 300

KEPT_MIME_TYPES = ("text/plain", "text/latex", "text/markdown", "text/html", "image/svg+xml")
KEPT_METADATA = ("kernelspec", "language_info", "mystnb")
KEPT_CELL_METADATA = ("tags", "mystnb", "jupyter", "nbgrader", "editable", "deletable")
# HTML with any of these moves, or is a picture: it belongs to a page, not to a commit.
PAGE_ONLY_HTML = ("<script", "<img", "data-explorer", "data:image")


class CellFailed(Exception):
    """A cell raised, hung or wrote to stderr; the message names notebook, cell and error."""


# -- which notebooks -------------------------------------------------------------------------------


def pages(root: Path = ROOT) -> list[Path]:
    """Every page named in the table of contents, in the order of reading."""

    def walk(entry: dict) -> list[str]:
        found = [entry[key] for key in ("root", "file") if key in entry]
        for key in ("parts", "chapters", "sections"):
            for child in entry.get(key, []):
                found += walk(child)
        return found

    def file(name: str) -> Path:
        for suffix in (".ipynb", ".md"):
            if (path := root / f"{name}{suffix}").is_file():
                return path
        raise FileNotFoundError(
            f"_toc.yml names {name}, but there is no {name}.ipynb and no {name}.md"
        )

    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [file(name) for name in walk(contents)]


def notebooks(root: Path = ROOT) -> list[Path]:
    """Every notebook among the pages that is run for its page: the chapters."""
    released = {release_of(source) for source in sources(root)}
    return [page for page in pages(root) if page.suffix == ".ipynb" and page not in released]


def sources(root: Path = ROOT) -> list[Path]:
    """The notebook of every problem set with its answers: tested, but no page of the book."""
    return sorted((root / ASSIGNMENTS / "source").glob("*/*.ipynb"))


def release_of(source: Path) -> Path:
    """Where the same notebook stands without its answers: shown as a page, never run."""
    return source.parents[2] / "release" / source.parent.name / source.name


# -- the committed form ----------------------------------------------------------------------------


def read(path: Path) -> NotebookNode:
    """Read a notebook and refuse one that is not valid."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def answers(source: Path) -> dict[str, str]:
    """The code with which the notebook of a problem set answers each question: "ps1.q1" -> code."""
    found = {}
    for cell in read(source).cells:
        settings = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and settings.get("solution"):
            found[settings["grade_id"].replace("-", ".")] = cell.source
    return found


def serialise(notebook: NotebookNode) -> str:
    """The text of a notebook file."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def committed_form(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without images, widget state, empty cells and metadata that differ by run."""
    notebook = copy.deepcopy(notebook)
    kept = {key: value for key, value in notebook.metadata.items() if key in KEPT_METADATA}
    kept["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    kept["language_info"] = {"name": "python"}
    notebook.metadata = nbformat.from_dict(kept)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    count = 0
    for number, cell in enumerate(notebook.cells, start=1):
        cell.setdefault("id", f"cell-{number}")
        kept = {key: value for key, value in cell.metadata.items() if key in KEPT_CELL_METADATA}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type != "code":
            cell.pop("attachments", None)
            continue
        count += 1
        if cell.execution_count is not None:
            cell.execution_count = count
        reduced = (_committed_output(output, count) for output in cell.outputs)
        cell.outputs = [output for output in reduced if output is not None]
    return notebook


def _committed_output(output: NotebookNode, count: int) -> NotebookNode | None:
    if output.output_type not in ("display_data", "execute_result"):
        return output
    output.data = nbformat.from_dict(
        {
            mime: text
            for mime, text in output.data.items()
            if mime in KEPT_MIME_TYPES
            and not (mime == "text/html" and any(mark in text for mark in PAGE_ONLY_HTML))
        }
    )
    output.metadata = NotebookNode()
    if output.output_type == "execute_result":
        output.execution_count = count
    return output if output.data else None


# -- running ---------------------------------------------------------------------------------------


def run(
    paths: list[Path],
    then: Callable[[Path, NotebookNode], None],
    *,
    for_book: bool,
    client: type[NotebookClient] = NotebookClient,
) -> None:
    """Run notebooks side by side, one kernel a core, and hand each to `then` when it is done.

    A failing notebook does not stop the others; CellFailed, at the end, describes every failure.
    The variable BACKPROP_BOOK is set in the kernels exactly when `for_book`: explorers then print
    frames for a page without a kernel.
    """
    environment = {name: text for name, text in os.environ.items() if name != "BACKPROP_BOOK"}
    environment |= dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
    )
    if for_book:
        environment["BACKPROP_BOOK"] = "1"
    failures: list[str] = []

    async def run_all() -> None:
        free = asyncio.Semaphore(os.cpu_count() or 1)

        async def run_next(path: Path) -> None:
            async with free:
                print(f"running {_shown(path)}", file=sys.stderr, flush=True)
                try:
                    then(path, await _run_one(path, environment, client))
                except CellFailed as failure:
                    failures.append(str(failure))

        await asyncio.gather(*map(run_next, paths))

    asyncio.run(run_all())
    if failures:
        raise CellFailed("\n\n".join(failures))


async def _run_one(
    path: Path, environment: dict[str, str], client: type[NotebookClient]
) -> NotebookNode:
    notebook = read(path)
    metadata = copy.deepcopy(notebook.metadata)
    started: list[NotebookNode] = []

    def note_start(cell: NotebookNode, cell_index: int) -> None:
        if cell.cell_type == "code":
            started.append(cell)

    running = client(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        on_cell_start=note_start,
        record_timing=False,  # times in the metadata would hide the notebook from the cache
        extra_arguments=[
            "--log-level=ERROR"
        ],  # else ipykernel warns that loopback sockets are not encrypted
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        await running.async_execute(env=environment)
    except (CellControlSignal, DeadKernelError) as error:
        raise CellFailed(_describe(path, notebook, started[-1], _reason(error))) from error
    for cell in started:
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                raise CellFailed(
                    _describe(path, notebook, cell, f"it wrote to stderr:\n{output.text}")
                )
    notebook.metadata = metadata  # nbclient edits it, and the cache looks a notebook up by it
    return notebook


def _reason(error: Exception) -> str:
    name, value = (
        getattr(error, "ename", type(error).__name__),
        getattr(error, "evalue", str(error)),
    )
    return f"{name}: {value}"


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _describe(path: Path, notebook: NotebookNode, cell: NotebookNode, reason: str) -> str:
    code_cells = [other for other in notebook.cells if other.cell_type == "code"]
    number = next(n for n, other in enumerate(code_cells, start=1) if other is cell)
    first_line = cell.source.strip().splitlines()[0]
    return f"{_shown(path)}, code cell {number} of {len(code_cells)}:\n    {first_line}\n{reason}"


# -- the cache of the book -------------------------------------------------------------------------


def cache_folder(root: Path = ROOT) -> Path:
    """The cache that belongs to this library, these pins, this Python and the data of the book.

    jupyter-cache looks at the code of a notebook only; without this key, a page would keep the
    numbers of yesterday's library.
    """
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    library = (path for path in (root / "backprop_lib").rglob("*") if path.is_file())
    data = sorted((root / "book").glob("*.yml"))
    for path in [root / "constraints.txt", Path(__file__), *data, *sorted(library)]:
        if "__pycache__" not in path.parts:
            name = path.relative_to(root) if path.is_relative_to(root) else path.name
            digest.update(f"{name}".encode() + b"\0" + path.read_bytes() + b"\0")
    return CACHES / digest.hexdigest()[:12]


def fill_cache(root: Path = ROOT) -> None:
    """Run every notebook whose code is not in the cache; drop the caches of older libraries."""
    folder = cache_folder(root)
    for old in CACHES.glob("*"):
        if old != folder:
            shutil.rmtree(old)
    cache = get_cache(str(folder))
    cache.change_cache_limit(100)

    def is_missing(path: Path) -> bool:
        try:
            cache.match_cache_notebook(read(path))
        except KeyError:
            return True
        return False

    def store(path: Path, notebook: NotebookNode) -> None:
        bundle = CacheBundleIn(notebook, str(path))
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

    run([path for path in notebooks(root) if is_missing(path)], store, for_book=True)
    lost = [path.name for path in notebooks(root) if is_missing(path)]
    assert not lost, f"stored and not found again: {lost}"


# -- command line ----------------------------------------------------------------------------------


def main() -> None:
    """`run` executes in place and strips; `strip` only strips. Both release problem sets anew."""
    parser = argparse.ArgumentParser(description="Run or strip the notebooks of the book.")
    parser.add_argument("action", choices=("run", "strip"))
    parser.add_argument("paths", nargs="*", type=Path, help="default: chapters and problem sets")
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.paths] or notebooks() + sources()

    def save(path: Path, notebook: NotebookNode) -> None:
        path.write_text(serialise(committed_form(notebook)), encoding="utf-8")
        if path in sources():
            release_of(path).parent.mkdir(parents=True, exist_ok=True)
            release_of(path).write_text(releases.generate(path), encoding="utf-8")

    if arguments.action == "strip":
        for path in paths:
            save(path, read(path))
        return
    try:
        run(paths, save, for_book=False)
    except CellFailed as failure:
        sys.exit(f"\n{failure}")


if __name__ == "__main__":
    main()
