"""Where does the time of a cold build go?

``python benchmarks/book.py`` runs the notebooks as the build does, but one after the other, and
prints the processor seconds of each and of the slowest cells. Name notebooks to run only those.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psutil
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import notebooks

SLOWEST = 20
Cell = tuple[float, str, int, str]
"""Processor seconds, name of the notebook, number among its code cells, and the first line."""


def processor_seconds(path: Path) -> tuple[float, list[Cell]]:
    """Run a notebook for its page; return the seconds of its kernel, and those of the cells."""
    cells: list[Cell] = []
    total = 0.0

    class Timed(NotebookClient):
        async def async_execute_cell(self, cell: Any, *arguments: Any, **settings: Any) -> Any:
            nonlocal total
            before = self.seconds()
            done = await super().async_execute_cell(cell, *arguments, **settings)
            total = self.seconds()
            if cell.cell_type == "code":
                first = cell.source.strip().splitlines()[0]
                cells.append((total - before, path.stem, len(cells) + 1, first))
            return done

        def seconds(self) -> float:
            return sum(psutil.Process(self.km.provisioner.pid).cpu_times()[:4])

    notebooks.run([path], lambda *_: None, for_book=True, client=Timed)
    return total, cells


def main() -> None:
    """Print a line for each notebook, then the slowest cells of all."""
    paths = [Path(name).resolve() for name in sys.argv[1:]] or notebooks.notebooks()
    total, slowest = 0.0, []
    print("processor seconds")
    for path in paths:
        seconds, cells = processor_seconds(path)
        print(f"{seconds:7.1f}  {path.stem}, {len(cells)} cells", flush=True)
        total += seconds
        slowest += cells
    print(f"{total:7.1f}  all\n\nthe slowest cells")
    for seconds, name, number, line in sorted(slowest, reverse=True)[:SLOWEST]:
        print(f"{seconds:7.1f}  {name}, code cell {number}: {line[:50]}")


if __name__ == "__main__":
    main()
