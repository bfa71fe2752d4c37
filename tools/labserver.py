"""A JupyterLab on loopback, with empty settings and a copy of the book's folder: what a reader gets
after installing, whatever this machine's Lab looks like. What the notebooks show, Lab computed."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import notebooks

SECONDS = 60
# A reader has no nbgrader, and to import it takes longer than Lab itself.
PARTS = ("formgrader", "validate_assignment", "assignment_list", "course_list")


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Run a server in an empty folder; yield its address."""
    for part in ("book", "benchmarks"):  # one chapter shows what a benchmark measured
        shutil.copytree(notebooks.ROOT / part, folder / part)
    for path in notebooks.notebooks():  # without outputs: else nobody sees that a cell did not run
        notebook = notebooks.read(path)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        copy = folder / path.relative_to(notebooks.ROOT)
        copy.write_text(notebooks.serialise(notebook), encoding="utf-8")
    no_news = {"fetchNews": "false", "checkForUpdates": False}
    settings = folder / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(no_news))
    places = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    environment = {name: text for name, text in os.environ.items() if name != "BACKPROP_BOOK"}
    environment |= {name: str(folder / place) for name, place in places.items()}
    log = folder / "server.log"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    options = [
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={folder}"),
        *("--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"),
        *(f"--ServerApp.jpserver_extensions=nbgrader.server_extensions.{p}=False" for p in PARTS),
    ]
    with log.open("w") as file:
        server = subprocess.Popen([*command, *options], env=environment, stdout=file, stderr=file)
    try:
        yield _address(server, folder / "runtime", log)
    finally:
        server.terminate()
        server.wait(timeout=SECONDS)


def _address(server: subprocess.Popen, runtime: Path, log: Path) -> str:
    """Wait until the server has written down where it listens."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and server.poll() is None:
        for record in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError):  # half written
                return json.loads(record.read_text())["url"]
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab does not start:\n{log.read_text()[-2000:]}")
