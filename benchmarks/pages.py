"""What does a page of the book weigh, and how soon does an explorer answer?

``python benchmarks/pages.py`` reads the built book and prints, for every page, what a reader loads
for it, and for every explorer its frames, its weight, and three medians in milliseconds: of
processor time from a key to the new picture in the page (in Chromium) and from a moved slider to
the new picture in a kernel; of time by the clock from a key to the new picture in a real
JupyterLab, kernel and way there and back included, which only an idle machine gives.
``python benchmarks/pages.py weights`` prints the weights alone. The exit status is 1 if the book is
heavier, or a live picture later, than we promise.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

for library in ("OMP", "OPENBLAS", "MKL"):  # before NumPy starts its threads
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import labdriver  # noqa: E402
import notebooks  # noqa: E402
import pageexplorers  # noqa: E402
from IPython.core.interactiveshell import InteractiveShell  # noqa: E402
from labserver import serve  # noqa: E402
from playwright.sync_api import Browser, ElementHandle, Page, sync_playwright  # noqa: E402

import backprop_lib as bp  # noqa: E402
from backprop_lib.explorers import Explorer  # noqa: E402

SITE = notebooks.ROOT / "_build" / "html"
SITE_MB, LIVE_MS = 15, 100
MOVES = 7
FIGURE, IMAGE = r'(?s)<figure class="explorer.*?</figure>', r'src="[./]*(_images/[^"]+)"'


def weights() -> float:
    """Print what each page weighs; return the megabytes of the whole site."""
    columns: dict[str, list[Any]] = {name: [] for name in ("page", "HTML, kB", "images, kB")}
    columns |= {"explorers": [], "frames": [], "heaviest, kB": []}
    for source in notebooks.pages():
        path = SITE / source.relative_to(notebooks.ROOT).with_suffix(".html")
        text = path.read_text(encoding="utf-8")
        explorers = pageexplorers.read(path)
        images = {SITE / name for name in re.findall(IMAGE, text)}
        heaviest = max((len(figure.encode()) for figure in re.findall(FIGURE, text)), default=0)
        row = (
            path.relative_to(SITE).as_posix(),
            round(path.stat().st_size / 1000),
            round(sum(image.stat().st_size for image in images) / 1000),
            len(explorers),
            sum(len(explorer.frames) for explorer in explorers),
            round(heaviest / 1000),
        )
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    print(bp.Table(columns))
    site = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file()) / 1e6
    print(f"the whole site: {site:.1f} MB")
    return site


# -- from a key to the picture, in the page --------------------------------------------------------

_FOCUS = """(name) => {
  const figure = document.getElementById("explorer-" + name);
  (figure.querySelector("input[type=range]") ?? figure.querySelector("select")).focus();
}"""
_SETTLED = """async (name) => {
  const [img] = document.querySelectorAll(`#explorer-${name} img:not(.explorer-print)`);
  await img.decode();
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}"""


def key_ms(page: Page, name: str) -> float:
    """Return the median processor time of the page's thread for a key press."""
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        found = metrics.send("Performance.getMetrics")["metrics"]
        return next(1000 * fact["value"] for fact in found if fact["name"] == "TaskDuration")

    page.evaluate(_FOCUS, name)
    times = []
    for key in ("Home", "End", *["ArrowLeft", "ArrowRight"] * MOVES):
        before = busy()
        page.keyboard.press(key)
        page.evaluate(_SETTLED, name)
        times.append(busy() - before)
    return median(times[2:])  # the first unpacks the frames


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open a browser."""
    path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def in_pages() -> dict[tuple[str, str], tuple[int, float]]:
    """Return the frames and the milliseconds of every explorer, by page and name."""
    found = {}
    with chromium() as browser:
        for source in notebooks.notebooks():
            file = SITE / source.relative_to(notebooks.ROOT).with_suffix(".html")
            if explorers := pageexplorers.read(file):
                page = browser.new_page()
                page.goto(file.as_uri())
                page.evaluate("window.MathJax?.startup.promise")
                for explorer in explorers:
                    frames = len(explorer.frames)
                    found[source.stem, explorer.name] = frames, key_ms(page, explorer.name)
                page.close()
    return found


# -- from a key to the picture, in JupyterLab ------------------------------------------------------

# From the key, or the choice in a menu, until the picture is decoded; null if it stays as it is.
_MOVED = """(box, control) => {
  const img = box.querySelector("img");
  const begin = control.matches("select") ? "change" : "keydown";
  box.moved = new Promise((tell) => {
    setTimeout(tell, 2000, null);
    control.addEventListener(begin, () => {
      const start = performance.now();
      img.addEventListener("load", async () => {
        await img.decode();
        tell(performance.now() - start);
      }, { once: true });
    }, { once: true, capture: true });
  });
}"""


def lab_ms(box: ElementHandle) -> float:
    """Return the median time by the clock of a key on the first slider, else of a choice."""
    handle = box.query_selector(".noUi-handle")
    control = handle or box.query_selector("select")
    count = len(control.query_selector_all("option"))
    times = []
    for k in range(2 * MOVES):
        box.evaluate(_MOVED, control)
        if handle:
            control.press("Home" if not k else "ArrowLeft" if k % 4 == 3 else "ArrowRight")
        else:
            control.select_option(index=(k + 1) % count)
        times.append(box.evaluate("(box) => box.moved"))
    return median(time for time in times if time is not None)


def in_lab() -> dict[tuple[str, str], float]:
    """Run every chapter in a JupyterLab; return the milliseconds of the explorers that it shows."""
    found = {}
    with chromium() as browser, TemporaryDirectory() as folder, serve(Path(folder)) as address:
        page = browser.new_page()
        labdriver.start(page, address)
        for source in notebooks.notebooks():
            wrong = page.evaluate(labdriver.RUN, str(source.relative_to(notebooks.ROOT)))
            if wrong:
                raise RuntimeError(f"{source.name} does not run: {wrong}")
            for index, name in page.evaluate(labdriver.EXPLORERS):
                if name:
                    page.evaluate(labdriver.BRING, index)
                    found[source.stem, name] = lab_ms(labdriver.find(page, f"explorer-{name}"))
            page.evaluate(labdriver.CLOSE)
        page.close()
    return found


# -- from a slider to the picture, in a kernel -----------------------------------------------------


def live_ms(explorer: Explorer) -> float:
    """Return the median processor time of a move of the first slider."""

    def parts(widget: Any) -> list[Any]:
        return [
            widget,
            *(part for child in getattr(widget, "children", ()) for part in parts(child)),
        ]

    moved = [part for part in parts(explorer.widget()) if hasattr(part, "options")]
    mover = next((part for part in moved if type(part).__name__ == "SelectionSlider"), moved[0])
    places = len(mover.options)
    times = []
    for place in [mover.index + 1 + k * max(1, places // MOVES) for k in range(MOVES)]:
        start = process_time()
        mover.index = place % places
        times.append(1000 * (process_time() - start))
    return median(times)


def under_a_kernel() -> dict[tuple[str, str], float]:
    """Run every chapter in this process; return the milliseconds of the explorers that it shows."""
    found: dict[tuple[str, str], float] = {}
    shown: list[Explorer] = []
    Explorer._repr_mimebundle_ = lambda self, **_: shown.append(self) or {"text/plain": self.name}
    shell = InteractiveShell.instance(colors="nocolor")
    for source in notebooks.notebooks():
        os.chdir(source.parent)
        shell.reset()
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
            for cell in notebooks.read(source).cells:
                if cell.cell_type == "code":
                    shell.run_cell(cell.source).raise_error()
        found |= {(source.stem, explorer.name): live_ms(explorer) for explorer in shown}
        shown.clear()
    return found


def main() -> int:
    """Print both tables; return 1 if a promise is not kept."""
    site = weights()
    if sys.argv[1:] == ["weights"]:
        return int(site > SITE_MB)
    pages, live, lab = in_pages(), under_a_kernel(), in_lab()
    rows = [
        (*place, frames, *map(round, (ms, live[place], lab[place])))
        for place, (frames, ms) in pages.items()
    ]
    heads = ("chapter", "explorer", "frames", "key, ms", "kernel, ms", "Lab, ms")
    columns = zip(heads, map(list, zip(*rows, strict=True)), strict=True)
    print(bp.Table(dict(columns)))
    slowest = max(rows, key=lambda row: row[-1])
    print(
        f"median in the Lab: {median(lab.values()):.0f} ms; slowest: {slowest[1]}, {slowest[-1]} ms"
    )
    return int(site > SITE_MB or slowest[-1] > LIVE_MS)


if __name__ == "__main__":
    sys.exit(main())
