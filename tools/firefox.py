"""A Firefox of the system, driven over WebDriver BiDi, which it speaks by itself: no driver program
and no copy of the browser is needed. A page has the few methods that the checks of pages use."""

import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from websocket import WebSocket, create_connection

NAMES = ("firefox-esr", "firefox")
SECONDS = 60
# A first start without questions, and without a word to any other machine.
SETTINGS = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.activity-stream.feeds.system.topstories": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "data:,",
    "ui.prefersReducedMotion": 1,
}
# The keys that WebDriver knows by letters of a private part of Unicode.
KEYS = {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}
KEYS |= {"End": "\ue010", "Home": "\ue011"}

# Firefox tells of no request for a file; so the page itself notes what it does not get.
_WATCH = """() => {
  window.lost = [];
  addEventListener("error", ({ target }) => {
    const address = target.src ?? target.href;
    if (address) lost.push(address + " does not load");
  }, true);
}"""
_LOST = """() => [...lost, ...[...document.fonts].filter((font) => font.status === "error").map(
  (font) => font.family + " does not load")]"""


class Failed(Exception):
    """Firefox answers a command with an error."""


@contextlib.contextmanager
def launch() -> Iterator["Page | None"]:
    """Start Firefox and yield its page; None where it is not installed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as profile:
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in SETTINGS.items()]
        Path(profile, "user.js").write_text("\n".join(lines))
        options = ["--headless", "--remote-debugging-port=0", "--no-remote", "--profile", profile]
        log = Path(profile, "log")
        with log.open("w") as file:
            process = subprocess.Popen([path, *options], stdout=file, stderr=file)
        try:
            page = Page(_connect(process, log))
            yield page
            page.socket.close()
        finally:
            process.terminate()
            process.wait(timeout=SECONDS)


def _connect(process: subprocess.Popen, log: Path) -> WebSocket:
    """Wait until Firefox has said where it listens."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"BiDi listening on (ws://\S+)", log.read_text()):
            address = f"{found[1]}/session"
            return create_connection(address, timeout=SECONDS, suppress_origin=True)
        time.sleep(0.05)
    raise RuntimeError(f"Firefox does not start:\n{log.read_text()[-2000:]}")


class Page:
    """The one tab of a running Firefox.

    Attributes
    ----------
    requests : list of str
        Addresses on other machines asked for since the last ``goto``.
    """

    def __init__(self, socket: WebSocket) -> None:
        self.socket, self._number = socket, 0
        self._errors: list[str] = []
        self.requests: list[str] = []
        self.keyboard = SimpleNamespace(press=self._press)
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self._ask("script.addPreloadScript", functionDeclaration=_WATCH)
        (context,) = self._ask("browsingContext.getTree")["contexts"]
        self._context = {"context": context["context"]}

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; what happens meanwhile is noted."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        self.socket.send(json.dumps(command))
        while True:
            message = json.loads(self.socket.recv())
            if message["type"] == "event":
                self._note(message["method"], message["params"])
            elif message["id"] == self._number:
                if message["type"] == "error":
                    raise Failed(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def _note(self, event: str, facts: dict[str, Any]) -> None:
        if event == "log.entryAdded" and facts["level"] == "error":
            self._errors.append(facts["text"])
        elif event == "network.beforeRequestSent":
            address = facts["request"]["url"]
            if not address.startswith(("data:", "blob:", "file:")):
                self.requests.append(address)

    def goto(self, address: str) -> None:
        """Open a page and wait until it is loaded."""
        self._errors, self.requests = [], []
        self._ask("browsingContext.navigate", url=address, wait="complete", **self._context)

    def faults(self) -> list[str]:
        """Return the errors of the console, and what did not load, since the last ``goto``."""
        return self.evaluate(_LOST) + self._errors

    def evaluate(self, code: str, argument: Any = None) -> Any:
        """Call a function of the page, or evaluate an expression; wait for its promise."""
        call = f"async (text) => {{ const it = ({code}); " + (
            "return JSON.stringify(await (typeof it === 'function' ? it(JSON.parse(text)) : it)); }"
        )
        answer = self._ask(
            "script.callFunction",
            functionDeclaration=call,
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            target=self._context,
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise Failed(answer["exceptionDetails"]["text"])
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    def set_viewport_size(self, size: dict[str, int]) -> None:
        """Set width and height in pixels."""
        self._ask("browsingContext.setViewport", viewport=size, **self._context)

    def pdf(self) -> bytes:
        """Print the page, with its backgrounds."""
        printed = self._ask("browsingContext.print", background=True, **self._context)
        return b64decode(printed["data"])

    def _press(self, key: str) -> None:
        actions = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        keys = {"type": "key", "id": "keyboard", "actions": actions}
        self._ask("input.performActions", actions=[keys], **self._context)
