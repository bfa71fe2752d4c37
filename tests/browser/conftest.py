"""The built book, one browser for all tests of its pages, and each page opened once."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import notebooks
import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PAGES = [str(page.relative_to(notebooks.ROOT).with_suffix(".html")) for page in notebooks.pages()]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the Lab come first: whoever took some of its tests later would start a second one."""
    items.sort(key=lambda item: "lab" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def built_book() -> Path:
    """Return the folder of the pages; what is stale is built, unless workers share the tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:  # they would build side by side; `make test` built it
        return notebooks.ROOT / "_build" / "html"
    made = subprocess.run(["make", "book"], cwd=notebooks.ROOT, capture_output=True, text=True)
    if made.returncode:
        pytest.fail(f"make book fails:\n{made.stdout}{made.stderr}", pytrace=False)
    return notebooks.ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def browser(missing: Callable[[str, str], NoReturn]) -> Iterator[Browser]:
    """A Chromium of the system, else the one that Playwright installed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error:
            missing(
                "No Chromium: the built pages were not opened in a browser",
                "apt-get install chromium, or .venv/bin/playwright install chromium",
            )
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page, and what it said and asked for since it was opened."""

    page: Page
    path: Path = Path()
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen."""
        self.page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self.requests.append(asked.url))


@pytest.fixture(scope="session")
def tab(browser) -> Opened:
    """One tab for all pages: a new one has to read MathJax and the theme anew."""
    return Opened(browser.new_page(reduced_motion="reduce"))  # else it still glides when we aim


@pytest.fixture(scope="session", params=[*PAGES, "search.html", "404.html"])
def opened(request, built_book, tab) -> Opened:
    """Open a page once for all tests; pytest runs those of one page one after the other."""
    tab.page.goto("about:blank")
    tab.page.set_viewport_size({"width": 1440, "height": 900})
    tab.path = built_book / request.param
    tab.complaints.clear()
    tab.requests.clear()
    tab.page.goto(tab.path.as_uri())
    tab.page.evaluate("window.MathJax?.startup.promise")
    return tab


@pytest.fixture(scope="session")
def blank(browser) -> Page:
    """A tab for pictures alone."""
    return browser.new_page()


@pytest.fixture(scope="session")
def phone(browser) -> Page:
    """A tab as wide as a phone, moved by fingers."""
    screen = {"width": 390, "height": 844}
    return browser.new_page(
        viewport=screen, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
