"""Every explorer in a real JupyterLab: moved by keyboard and by mouse, it computes the very picture
that the page shows for that place. One notebook is run whole, as a reader runs it; of the others
those cells that their explorers need, since other tests run them all."""

from functools import partial

import labdriver
import nbformat
import notebooks
import pageexplorers
import pytest
import slices
from labserver import serve
from playwright.sync_api import ElementHandle, Page, expect

PATHS = [path.relative_to(notebooks.ROOT) for path in notebooks.notebooks()]
SHOWN = {
    path: [
        name
        for cell in notebooks.read(notebooks.ROOT / path).cells
        for name in slices.explorers(cell)
    ]
    for path in PATHS
}
WHOLE = "11-playground"  # its outputs are of all kinds, and they do not take long

SEEN = """async (box) => [await (await fetch(box.querySelector("img").src)).text(),
  box.querySelector("[role=status]").textContent]"""
# Looks again whenever the explorer shows something else, and only then: to look costs.
WAIT = f"""async (box, [svg, sentence, equal, seconds]) => {{
  const seen = {SEEN}, until = performance.now() + 1000 * seconds;
  for (;;) {{
    const changed = new Promise((go) => {{
      const watch = new MutationObserver(() => (watch.disconnect(), go()));
      watch.observe(box, {{ subtree: true, childList: true, attributeFilter: ["src"] }});
      setTimeout(go, Math.max(0, until - performance.now()));
    }});
    const now = await seen(box);
    if (equal ? now[0] === svg && now[1] === sentence : now[0] !== svg && now[1] !== sentence)
      return null;
    if (performance.now() >= until) return now[1];
    await changed;
  }}
}}"""
# A picture that is taken away, blank or of another size for a moment is seen to change its size.
WATCH = """(box) => {
  box.picture = box.querySelector("img"), box.sizes = [];
  const note = ({ contentRect: { width, height } }) => box.sizes.push(`${width} × ${height}`);
  new ResizeObserver((changed) => changed.forEach(note)).observe(box.picture);
}"""
SIZES = "(box) => box.picture === box.querySelector('img') ? box.sizes : ['another picture']"
NUMBER = "xpath=following-sibling::*[1][contains(@class, 'widget-text')]//input"
SECONDS = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def lab(browser, folder):
    with serve(folder) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(1000 * SECONDS)
        labdriver.start(page, address)
        yield page
        page.close()


@pytest.fixture
def complaints(lab):
    """Errors of the open Lab, and what it asks of another machine."""
    told = []
    own = tuple(f"{scheme}://127.0.0.1:" for scheme in ("http", "ws"))
    listeners = {
        "pageerror": lambda error: told.append(str(error)),
        "request": lambda r: r.url.startswith((*own, "data:", "blob:")) or told.append(r.url),
    }
    for event, listener in listeners.items():
        lab.on(event, listener)
    yield told
    for event, listener in listeners.items():
        lab.remove_listener(event, listener)


def find(lab: Page, kind: str) -> ElementHandle:
    """Find the live half in the active cell, and watch its picture from now on."""
    box = labdriver.find(lab, kind)
    box.evaluate(WATCH)
    return box


def is_steady(box: ElementHandle, place: str) -> None:
    """One picture was there since it was found, and never changed its size."""
    assert len(box.evaluate(SIZES)) == 1, f"{place}: the picture flickers"


def changes(box: ElementHandle, move, place: str) -> None:
    """Move something: picture and sentence both become others."""
    before = box.evaluate(SEEN)
    move()
    now = box.evaluate(WAIT, [*before, False, SECONDS])
    assert now is None, f"{place}: picture or sentence did not change; now {now!r}"


def becomes(box: ElementHandle, frame: tuple[str, str], place: str) -> None:
    """Wait for this picture and this sentence."""
    now = box.evaluate(WAIT, [*frame, True, SECONDS])
    assert now is None, f"{place}: not the frame of the page, {frame[1]!r}; now {now!r}"


def choose_next(row: ElementHandle) -> None:
    """Open a menu and choose the next option, by keyboard. Closed, Lab takes its arrow keys."""
    menu = row.query_selector("select")
    for key in ("Space", "ArrowDown", "Enter"):
        menu.press(key)


def write(field: ElementHandle, text: str) -> None:
    """Type into a field, by keyboard."""
    field.fill(text)
    field.press("Enter")


def move(box: ElementHandle, explorer: pageexplorers.PageExplorer) -> None:
    """Move each control: menus by keyboard, sliders by keyboard and mouse, and type numbers."""
    places: dict[str, int] = {}

    def is_at(control: pageexplorers.PageControl, place: int) -> None:
        places[control.name] = place
        name = f"explorer {explorer.name}, {control.name} at {control.texts[place]}"
        becomes(box, explorer.frame(**places), name)

    rows = box.query_selector_all(":is(.widget-hslider, .widget-dropdown)")
    for row, control in zip(rows, explorer.controls, strict=True):
        if not control.is_slider:
            choose_next(row)
            is_at(control, control.start + 1)
            continue
        name, last = f"explorer {explorer.name}, {control.name}", control.places - 1
        handle, number = row.query_selector(".noUi-handle"), row.query_selector(NUMBER)
        if number:  # it ends elsewhere than the page's: places are reached by their number
            write(number, control.keys[0 if control.start else last])
            is_at(control, 0 if control.start else last)
            changes(box, partial(handle.press, "End" if control.start else "Home"), name)
        else:
            handle.press("Home")
            is_at(control, 0)
        changes(box, partial(click, row.query_selector(".noUi-base")), f"{name} clicked by mouse")
        if number:
            write(number, control.keys[last])
        else:
            handle.press("End")
        is_at(control, last)
    is_steady(box, f"explorer {explorer.name}")


def click(track: ElementHandle) -> None:
    """Click a slider at seven tenths of its way."""
    track.click(position={"x": 0.7 * track.bounding_box()["width"], "y": 2})


def play(playground: ElementHandle) -> None:
    """Press the buttons of the playground, and change one control of each kind."""

    def button(name: str) -> ElementHandle:
        return playground.wait_for_selector(f"button:text-is('{name}')")

    def press(name: str) -> None:
        changes(playground, partial(button(name).press, "Space"), f"playground, {name}")

    def row(name: str) -> ElementHandle:
        return playground.query_selector(f".widget-inline-hbox:has(label:text-is('{name}'))")

    first = playground.evaluate(SEEN)
    press("Step")
    press("Run")
    for _ in range(2):
        changes(playground, lambda: None, "playground, running")
    button("Pause").press("Space")
    button("Run")  # after the last picture
    still = playground.evaluate(SEEN)
    assert playground.evaluate(WAIT, [*still, False, 0.5]), "playground: a pause does not stop it"
    press("Reset")
    button("Reset").press("Space")
    becomes(playground, first, "playground, Reset and again")

    pictures = []
    for name, change in {
        "Data": choose_next,
        "Hidden layers, as 4, 2": lambda row: write(row.query_selector("input"), "3"),
        "Hidden units": choose_next,
        "Optimizer": choose_next,
        "Learning rate η": lambda row: row.query_selector(".noUi-handle").press("ArrowLeft"),
        "Seed": lambda row: row.query_selector(".noUi-handle").press("End"),
    }.items():
        press("Epoch")
        pictures.append(playground.evaluate(SEEN)[0])
        changes(playground, partial(change, row(name)), f"playground, {name}")
    press("Epoch")
    pictures.append(playground.evaluate(SEEN)[0])
    assert len({*pictures}) == len(pictures), "playground: two settings train alike"
    is_steady(playground, "playground")


@pytest.mark.parametrize("path", [path for path in PATHS if SHOWN[path]], ids=str)
def test_explorers_of_a_notebook_run_and_move(lab, folder, complaints, built_book, path):
    if path.stem != WHOLE:
        part = slices.for_explorers(notebooks.read(notebooks.ROOT / path))
        (folder / path).write_text(notebooks.serialise(part), encoding="utf-8")
    assert lab.evaluate(labdriver.RUN, str(path)) == []
    found = lab.evaluate(labdriver.EXPLORERS)
    assert [name for _, name in found] == SHOWN[path]
    page = built_book / path.with_suffix(".html")
    waiting = {explorer.name: explorer for explorer in pageexplorers.read(page)}
    for index, name in found:
        lab.evaluate(labdriver.BRING, index)
        if name:
            move(find(lab, f"explorer-{name}"), waiting.pop(name))
        else:
            play(find(lab, "playground"))
    assert list(waiting) == []
    assert complaints == []
    lab.evaluate(labdriver.CLOSE)


FAULTY = """from backprop_lib.explorers import Explorer, Slider
def draw(figure, k):
    figure.subplots().plot([0, 1], [0, max(k, 2)])
    figure.set_figheight(max(k, 4))
    return None if k == 3 else f"The line climbs by {k}."
Explorer(draw, Slider("k", (1, 2, 3, 5)), name="faulty", title="t", question="Why?")"""
DEAF = """from backprop_lib.explorers import Playground
class Deaf(Playground):
    def _changed(self, _=None):
        pass
Deaf()"""


def test_what_fails_stands_still_is_deaf_or_changes_its_size_is_found(lab, folder, monkeypatch):
    monkeypatch.setitem(globals(), "SECONDS", 1)
    cells = map(nbformat.v4.new_code_cell, [FAULTY, DEAF, "1 / 0", "2"])
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    faulty = nbformat.v4.new_notebook(cells=[*cells], metadata=kernel)
    nbformat.write(faulty, folder / "faulty.ipynb")
    fails, left = "code cell 3, 1 / 0: division by zero", "code cell 4, 2: did not run"
    assert lab.evaluate(labdriver.RUN, "faulty.ipynb") == [fails, left]
    lab.evaluate(labdriver.BRING, 0)
    box, shown = find(lab, "explorer-faulty"), lab.locator(".explorer-faulty")
    on = partial(box.query_selector(".noUi-handle").press, "ArrowRight")
    with pytest.raises(AssertionError, match=r"did not change; now 'The line climbs by 2\.'"):
        changes(box, on, "two pictures alike")
    with pytest.raises(AssertionError, match="not the frame of the page"):
        becomes(box, ("<svg/>", "The line climbs by 2."), "another picture")
    on()
    told = "explorer 'faulty' cannot draw k = 3: TypeError: draw must return a sentence"
    expect(shown.get_by_role("status")).to_contain_text(told)
    expect(shown.locator("img")).to_be_hidden()
    is_steady(box, "hidden, of one size")
    on()
    expect(shown.get_by_role("status")).to_have_text("The line climbs by 5.")
    expect(shown.locator("img")).to_be_visible()
    with pytest.raises(AssertionError, match="a higher picture: the picture flickers"):
        is_steady(box, "a higher picture")
    lab.evaluate(labdriver.BRING, 1)
    with pytest.raises(AssertionError, match="playground, Data: picture or sentence did not"):
        play(find(lab, "playground"))
    lab.evaluate(labdriver.CLOSE)
