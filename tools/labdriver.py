"""What a script does in the page of an open JupyterLab: run a notebook, find its explorers, bring
one into view, close the notebook. Tests move the explorers then, and a benchmark times them."""

from playwright.sync_api import ElementHandle, Page

RUN = """async (path) => {
  const { commands, shell } = jupyterapp;
  const run = async () => {
    window.panel?.dispose(); // of a test that failed
    // Behind another tab, where Lab has little to draw.
    const behind = { path, options: { activate: false } };
    const panel = window.panel = await commands.execute("docmanager:open", behind);
    await panel.sessionContext.ready; // never, if Lab asks for a kernel
    await commands.execute("notebook:run-all-cells", { activate: false });
    shell.activateById(panel.id);
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


def start(page: Page, address: str) -> None:
    """Open Lab and its launcher, behind which notebooks run."""
    page.goto(f"{address}lab")
    page.wait_for_function("window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')")
    page.evaluate("async () => void await jupyterapp.commands.execute('launcher:create')")


def find(page: Page, kind: str) -> ElementHandle:
    """Find the live half in the active cell. A handle, since Lab's page is long: to find a locator
    again at every key takes as much time as the key."""
    return page.wait_for_selector(f".jp-NotebookPanel .jp-mod-active .{kind}", strict=True)
