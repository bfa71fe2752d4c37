"""A class to try the grader with: honest, wrong, hostile and damaged notebooks of the problem sets.

The tests and the benchmarks of grading take their submissions from here; the same seed gives the
same class.
"""

from __future__ import annotations

import codecs
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import notebooks
import numpy as np

Notebook = dict[str, Any]

HOSTILE = (
    "class Equal:\n    __eq__ = lambda *given: True\nanswer = lambda *given: Equal()",
    "import os\ndef answer(*given):\n    os._exit(0)",
    "import numpy as np\nnp.allclose = np.array_equal = lambda *given: True\nanswer = np.sin",
    "answer = lambda *given: open('/etc/passwd').read()",
    "answer = lambda *given: 'x' * 10**7",
    "import os\nif os.fork() == 0:\n    os.setsid()\nanswer = lambda *given: 0.0",
)


def model(name: str) -> Notebook:
    """The model solution of a problem set."""
    path = notebooks.ROOT / "book" / "assignments" / "source" / name / f"{name}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def submission(kind: str, name: str, rng: np.random.Generator) -> bytes:
    """A notebook file of one kind: "honest", "wrong", "hostile" or "damaged"."""
    notebook = model(name)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells[0]["source"] = [*cells[0]["source"], f"\n# {rng.integers(1 << 60)}"]  # none is alike
    answers = [cell for cell in cells if "def " in "".join(cell["source"])]
    if kind == "wrong":
        cell = answers[rng.integers(len(answers))]
        cell["source"] = "".join(cell["source"]).replace("return ", "return -1 * ", 1)
    elif kind == "hostile":
        names = [line.split("def ")[1].split("(")[0] for cell in answers for line in cell["source"]
                 if line.startswith("def ")]  # fmt: skip
        attack = HOSTILE[rng.integers(len(HOSTILE))]
        code = attack + "".join(f"\n{function} = answer" for function in names)
        notebook["cells"].append({"cell_type": "code", "source": code, "metadata": {}})
    data = json.dumps(notebook).encode()
    return damaged(data, rng) if kind == "damaged" else data


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """The file after one to three accidents."""
    for accident in rng.choice(len(ACCIDENTS), rng.integers(1, 4)):
        data = ACCIDENTS[accident](data, rng)
    return data


def put(folder: Path, student: str, name: str, data: bytes) -> None:
    """Hand in a file, in the layout of nbgrader."""
    place = folder / student / name / f"{name}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_bytes(data)


# -- accidents: to the bytes of a file, to its cells, to any part of it ----------------------------


def _cut(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: rng.integers(len(data) + 1)]


def _stray_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(len(data), size=rng.integers(1, 20)) if data else ():
        changed[place] = rng.integers(256)
    return bytes(changed)


def _other_encoding(data: bytes, rng: np.random.Generator) -> bytes:
    text = data.decode(errors="replace")
    named = ("utf-16", "utf-32", "utf-8-sig", "cp1252", "utf-16-be", "koi8-r")
    return text.encode(named[rng.integers(len(named))], errors="replace")


def _doubled(data: bytes, rng: np.random.Generator) -> bytes:
    return (data + data, b"[" + data + b"]", codecs.BOM_UTF8 * 2 + data)[rng.integers(3)]


def _on_cells(change: Callable[[Notebook, list[Any], np.random.Generator], Any]):
    def accident(data: bytes, rng: np.random.Generator) -> bytes:
        try:
            notebook = json.loads(data)
            change(notebook, notebook["cells"], rng)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return data  # an earlier accident left no cells
        return json.dumps(notebook).encode()

    return accident


def _split(notebook: Notebook, cells: list[Any], rng: np.random.Generator) -> None:
    place = rng.integers(len(cells))
    lines = "".join(cells[place]["source"]).splitlines(keepends=True)
    cut = rng.integers(len(lines) + 1)
    halves = [copy.deepcopy(cells[place]) | {"source": part} for part in (lines[:cut], lines[cut:])]
    cells[place : place + 1] = halves


def _retyped(notebook: Notebook, cells: list[Any], rng: np.random.Generator) -> None:
    kinds = ("markdown", "raw", "code", "heading", None, 7)
    cells[rng.integers(len(cells))]["cell_type"] = kinds[rng.integers(len(kinds))]


def _no_metadata(notebook: Notebook, cells: list[Any], rng: np.random.Generator) -> None:
    notebook.pop("metadata", None)
    for cell in cells:
        cell.pop("metadata", None)


def _foreign_kernel(notebook: Notebook, cells: list[Any], rng: np.random.Generator) -> None:
    notebook["metadata"] = {"kernelspec": {"name": "ir", "language": "R"}, "language_info": 3}


def _huge_outputs(notebook: Notebook, cells: list[Any], rng: np.random.Generator) -> None:
    text = "x" * int(rng.integers(1, 3_000_000))
    cells[rng.integers(len(cells))]["outputs"] = [{"output_type": "stream", "text": text}]


def _shuffled(notebook: Notebook, cells: list[Any], rng: np.random.Generator) -> None:
    order = rng.permutation(len(cells))
    cells[:] = [cells[place] for place in order]


def _letters(notebook: Notebook, cells: list[Any], rng: np.random.Generator) -> None:
    cell = cells[rng.integers(len(cells))]
    text, odd = "".join(cell["source"]), "\u200b\u202e\ud800\0\r\x1b\u2028“”−é"
    place = rng.integers(len(text) + 1)
    cell["source"] = text[:place] + odd[rng.integers(len(odd))] + text[place:]


def _any_part(notebook: Notebook, cells: list[Any], rng: np.random.Generator) -> None:
    part: Any = notebook
    while rng.random() < 0.8 and isinstance(part, dict | list) and part:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = keys[rng.integers(len(keys))]
        if not isinstance(part[key], dict | list):
            break
        part = part[key]
    keys = list(part) if isinstance(part, dict) else list(range(len(part)))
    values = (None, True, -1, 1e308, "", "x", [], {}, [[]], {"a": []}, float("nan"))
    part[keys[rng.integers(len(keys))]] = values[rng.integers(len(values))]


ACCIDENTS: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (
    _cut,
    _stray_bytes,
    _other_encoding,
    _doubled,
    *map(
        _on_cells,
        (_split, _retyped, _no_metadata, _foreign_kernel, _huge_outputs, _shuffled, _letters),
    ),
    *[_on_cells(_any_part)] * 4,
)
