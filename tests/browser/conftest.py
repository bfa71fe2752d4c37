"""The built book and one browser for all tests of its pages."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import notebooks
import pytest
from playwright.sync_api import Browser, Error, sync_playwright

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
