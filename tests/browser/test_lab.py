"""Every notebook in a real JupyterLab: it runs from top to bottom, and each of its explorers, moved
by keyboard and by mouse, computes the very picture that the page shows for that place."""

import notebooks
import pageexplorers
import pytest
from labserver import serve
from playwright.sync_api import Locator, TimeoutError

LOW, HIGH = ({"width": 1280, "height": height} for height in (250, 900))
PATHS = [path.relative_to(notebooks.ROOT) for path in notebooks.notebooks()]

RUN = """async (path) => {
  const { commands } = jupyterapp;
  const panel = window.panel = await commands.execute("docmanager:open", { path });
  await panel.sessionContext.ready;
  await commands.execute("notebook:run-all-cells");
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
IS = f"""async ([box, svg, sentence]) => {{
  const seen = await ({SEEN})(box);
  return seen[0] === svg && seen[1] === sentence;
}}"""
IS_NOT = f"""async ([box, svg, sentence]) => {{
  const seen = await ({SEEN})(box);
  return seen[0] !== svg && seen[1] !== sentence;
}}"""


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("lab")) as address:
        page = browser.new_page()
        page.set_default_timeout(30_000)
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
    _wait(box, IS_NOT, before, f"{place}: picture or sentence did not change")


def becomes(box: Locator, frame: tuple[str, str], place: str) -> None:
    """Wait for this picture and this sentence."""
    _wait(box, IS, frame, f"{place}: not the frame of the page, {frame[1]!r}")


def _wait(box: Locator, condition: str, frame, fault: str) -> None:
    try:
        box.page.wait_for_function(condition, arg=[box.element_handle(), *frame])
    except TimeoutError:
        pytest.fail(f"{fault}; now {box.evaluate(SEEN)[1]!r}", pytrace=False)


def choose_next(row: Locator) -> None:
    """Open a menu and choose the next option, by keyboard. Closed, Lab takes its arrow keys."""
    for key in ("Space", "ArrowDown", "Enter"):
        row.locator("select").press(key)


def move(box: Locator, explorer: pageexplorers.PageExplorer) -> None:
    """Move each control: menus by keyboard, sliders to both ends by keyboard and by mouse."""
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
        handle, last = row.locator(".noUi-handle"), control.places - 1
        handle.press("Home")
        is_at(control, 0)
        track = row.locator(".noUi-base")
        at = {"x": 0.7 * track.bounding_box()["width"], "y": 2}
        name = f"explorer {explorer.name}, {control.name} clicked by mouse"
        changes(box, lambda track=track, at=at: track.click(position=at), name)
        handle.press("End")
        is_at(control, last)


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
