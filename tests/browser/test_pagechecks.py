"""The checks themselves: a page with planted faults is found out."""

import pagechecks
import pytest

BAD = """<!doctype html><html lang="en"><head><title>Bad</title>
<link rel="stylesheet" href="https://example.invalid/style.css"></head><body><main>
<h1>Bad</h1><p style="color: #ccc">Pale, with raw $$ a $$ and \\(b\\).</p>
<p><span class="math">\\frac12</span></p>
<mjx-merror data-mjx-error="Undefined control sequence"></mjx-merror>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<img src="nowhere.png" alt="0123456789abcdef0123456789abcdef">
<div style="width: 2000px">wide</div></main></body></html>"""


@pytest.fixture(scope="module")
def bad_page(browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "bad.html"
    path.write_text(BAD)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(path.as_uri())
    yield page
    page.close()


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (pagechecks.maths, "not typeset: \\frac12"),
        (pagechecks.maths, "error in a formula: Undefined control sequence"),
        (pagechecks.maths, "raw TeX: Pale"),
        (pagechecks.images, "no alt text"),
        (pagechecks.images, "alt text that says nothing: 0123"),
        (pagechecks.images, "does not load"),
        (pagechecks.overflow, "the page scrolls sideways"),
        (pagechecks.foreign, "https://example.invalid/style.css"),
        (pagechecks.accessibility, "color-contrast"),
    ],
)
def test_planted_fault_is_found(bad_page, check, expected):
    assert any(expected in text for text in check(bad_page)), check(bad_page)
