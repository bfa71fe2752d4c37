"""Every notebook in a real JupyterLab: it runs from top to bottom, and each of its explorers, moved
by keyboard and by mouse, computes the very picture that the page shows for that place."""

from functools import partial

import nbformat
import notebooks
import pageexplorers
import pytest
from labserver import serve
from playwright.sync_api import Locator, expect

LOW, HIGH = ({"width": 1280, "height": height} for height in (250, 900))
PATHS = [path.relative_to(notebooks.ROOT) for path in notebooks.notebooks()]

RUN = """async (path) => {
  const { commands } = jupyterapp;
  const run = async () => {
    const panel = window.panel = await commands.execute("docmanager:open", { path });
    await panel.sessionContext.ready; // never, if Lab asks for a kernel
    await commands.execute("notebook:run-all-cells");
  };
  const late = new Promise((_, fail) => setTimeout(fail, 300_000, new Error(`${path}: no end`)));
  await Promise.race([run(), late]);
  const wrong = ({ output_type, name }) => output_type === "error" || name === "stderr";
  return panel.content.widgets.filter(({ model }) => model.type === "code").map(({ model }, k) => {
    const output = model.outputs.toJSON().find(wrong);
    const fault = output?.evalue ?? output?.text ?? (model.executionCount ? "" : "did not run");
    return fault && `code cell ${k + 1}, ${model.sharedModel.getSource().slice(0, 60)}: ${fault}`;
  }).filter(Boolean);
}"""
# Pairs of the index of a cell and the name of its explorer; the playground has none.
EXPLORERS = """() => panel.content.widgets.flatMap(({ model }, index) =>
  (model.type === "code" ? model.outputs.toJSON() : []).flatMap(({ data }) => {
    const text = data?.["application/vnd.jupyter.widget-view+json"] ? data["text/plain"] : "";
    const name = [text].flat().join("").match(/^(?:Explorer ([\\w-]+)|Playground):/);
    return name ? [[index, name[1] ?? ""]] : [];
  }))"""
# Lab draws only the cells that are in view.
BRING = """async (index) => {
  panel.content.activeCellIndex = index;
  await panel.content.scrollToItem(index, "start");
}"""
CLOSE = """async () => {
  await panel.sessionContext.shutdown();
  panel.context.model.dirty = false; // else Lab asks whether to save
  panel.dispose();
}"""
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
SECONDS = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def lab(browser, folder):
    with serve(folder) as address:
        page = browser.new_page()
        page.set_default_timeout(1000 * SECONDS)
        page.goto(f"{address}lab")
        page.wait_for_function("window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')")
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


def changes(box: Locator, move, place: str) -> None:
    """Move something: picture and sentence both become others."""
    before = box.evaluate(SEEN)
    move()
    now = box.evaluate(WAIT, [*before, False, SECONDS])
    assert now is None, f"{place}: picture or sentence did not change; now {now!r}"


def becomes(box: Locator, frame: tuple[str, str], place: str) -> None:
    """Wait for this picture and this sentence."""
    now = box.evaluate(WAIT, [*frame, True, SECONDS])
    assert now is None, f"{place}: not the frame of the page, {frame[1]!r}; now {now!r}"


def choose_next(row: Locator) -> None:
    """Open a menu and choose the next option, by keyboard. Closed, Lab takes its arrow keys."""
    for key in ("Space", "ArrowDown", "Enter"):
        row.locator("select").press(key)


def move(box: Locator, explorer: pageexplorers.PageExplorer) -> None:
    """Move each control: menus by keyboard, sliders by keyboard and mouse, and type numbers."""
    places: dict[str, int] = {}

    def is_at(control: pageexplorers.PageControl, place: int) -> None:
        places[control.name] = place
        name = f"explorer {explorer.name}, {control.name} at {control.texts[place]}"
        becomes(box, explorer.frame(**places), name)

    rows = box.locator(":is(.widget-hslider, .widget-dropdown)").all()
    for row, control in zip(rows, explorer.controls, strict=True):
        if not control.is_slider:
            choose_next(row)
            is_at(control, control.start + 1)
            continue
        name, last = f"explorer {explorer.name}, {control.name}", control.places - 1
        handle, number = row.locator(".noUi-handle"), row.locator("xpath=..").locator("input")
        if number.count():  # it ends elsewhere than the page's: places are reached by their number
            number.fill(control.keys[0 if control.start else last])
            number.press("Enter")
            is_at(control, 0 if control.start else last)
            changes(box, partial(handle.press, "End" if control.start else "Home"), name)
        else:
            handle.press("Home")
            is_at(control, 0)
        changes(box, partial(click, row.locator(".noUi-base")), f"{name} clicked by mouse")
        if number.count():
            number.fill(control.keys[last])
            number.press("Enter")
        else:
            handle.press("End")
        is_at(control, last)


def click(track: Locator) -> None:
    """Click a slider at seven tenths of its way."""
    track.click(position={"x": 0.7 * track.bounding_box()["width"], "y": 2})


def play(playground: Locator) -> None:
    """Take a step in the playground, and choose other data, by keyboard."""
    step = playground.get_by_role("button", name="Step", exact=True)
    changes(playground, lambda: step.press("Space"), "playground, Step")
    data = playground.locator(".widget-dropdown").first
    changes(playground, lambda: choose_next(data), "playground, data")


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_notebook_runs_from_top_to_bottom_and_its_explorers_move(lab, complaints, built_book, path):
    lab.set_viewport_size(LOW)  # while it runs, Lab has little to draw
    assert lab.evaluate(RUN, str(path)) == []
    lab.set_viewport_size(HIGH)
    page = built_book / path.with_suffix(".html")
    waiting = {explorer.name: explorer for explorer in pageexplorers.read(page)}
    cell = lab.locator(".jp-NotebookPanel .jp-Cell.jp-mod-active")
    for index, name in lab.evaluate(EXPLORERS):
        lab.evaluate(BRING, index)
        if name:
            move(cell.locator(f".explorer-{name}"), waiting.pop(name))
        else:
            play(cell.locator(".playground"))
    assert list(waiting) == []
    assert complaints == []
    lab.evaluate(CLOSE)


FAULTY = """from backprop_lib.explorers import Explorer, Slider
def draw(figure, k):
    figure.subplots().plot([0, 1], [0, max(k, 2)])
    return None if k == 3 else f"The line climbs by {k}."
Explorer(draw, Slider("k", (1, 2, 3, 4)), name="faulty", title="t", question="Why?")"""


def test_a_picture_that_stands_still_is_found_and_one_that_fails_is_told(lab, folder, monkeypatch):
    monkeypatch.setitem(globals(), "SECONDS", 1)
    cells = [nbformat.v4.new_code_cell(FAULTY)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    faulty = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(faulty, folder / "faulty.ipynb")
    assert lab.evaluate(RUN, "faulty.ipynb") == []
    lab.set_viewport_size(HIGH)
    lab.evaluate(BRING, 0)
    box = lab.locator(".jp-NotebookPanel .explorer-faulty")
    on = partial(box.locator(".noUi-handle").press, "ArrowRight")
    with pytest.raises(AssertionError, match=r"did not change; now 'The line climbs by 2\.'"):
        changes(box, on, "two pictures alike")
    with pytest.raises(AssertionError, match="not the frame of the page"):
        becomes(box, ("<svg/>", "The line climbs by 2."), "another picture")
    on()
    told = "explorer 'faulty' cannot draw k = 3: TypeError: draw must return a sentence"
    expect(box.get_by_role("status")).to_contain_text(told)
    expect(box.locator("img")).to_be_hidden()
    on()
    expect(box.get_by_role("status")).to_have_text("The line climbs by 4.")
    expect(box.locator("img")).to_be_visible()
    lab.evaluate(CLOSE)
