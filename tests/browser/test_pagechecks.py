"""The checks themselves: a page with planted faults is found out."""

import pagechecks
import pagedriver
import pytest

from backprop_lib.explorers import Choice, Explorer, Slider

BAD = """<!doctype html><html lang="en"><head><title>Bad</title>
<link rel="stylesheet" href="https://example.invalid/style.css"></head><body><main>
<h1>Bad</h1><p style="color: #ccc">Pale, with raw $$ a $$ and \\(b\\).</p>
<p><span class="math">\\frac12</span></p>
<mjx-merror data-mjx-error="Undefined control sequence"></mjx-merror>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<img src="nowhere.png" alt="0123456789abcdef0123456789abcdef">
<figure class="explorer" id="explorer-tiny"><img alt="A line." width="700" style="width: 300px"
src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"></figure>
<p><span style="color: #111">Dark.</span> <span style="color: #ddd">Paler.</span></p>
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
        (pagechecks.letters, "explorer-tiny: 12 points are 7.1 pixels"),
        (pagechecks.accessibility, 'color-contrast: <p style="color: #ccc'),
        (pagechecks.accessibility, 'color-contrast: <span style="color: #ddd'),
    ],
)
def test_planted_fault_is_found(bad_page, check, expected):
    assert any(expected in text for text in check(bad_page)), check(bad_page)


# -- the driver of explorers -----------------------------------------------------------------------

PLANTED = {
    "": "",
    "new frames were asked for": ("show();\n    });", "});"),  # the buttons move nothing
    "the picture is not that of": ("index += k * c", "index += Math.min(k, 1) * c"),
    "the alt text is not that of": ("img.alt = text", "img.alt = img.alt"),
    "the sentence is not that of": ("sentence.textContent = text", "sentence.title = text"),
    "is read as": ('c.setAttribute("aria-valuetext", text)', '""'),
    "paper gets no first frame": ("    paper();\n", ""),
    "paper gets a dead <button": (".explorer-controls, .explorer-still,", ".explorer-still,"),
}


def draw(figure, k, sign):
    figure.add_axes((0, 0, 1, 1)).plot([0, 1], [0, k * sign])
    return f"The line climbs by {k * sign}."


@pytest.mark.parametrize("complaint", PLANTED)
def test_fault_planted_in_the_script_of_an_explorer_is_found(browser, tmp_path, complaint):
    slider, sign = Slider("k", range(4), start=1), Choice("sign", {"plus": 1, "minus": -1})
    html = Explorer(draw, slider, sign, name="a", title="t", question="q").html()
    if complaint:
        assert html.count(PLANTED[complaint][0]) == 1
        html = html.replace(*PLANTED[complaint])
    path = tmp_path / "page.html"
    path.write_text(f'<!doctype html><meta charset="utf-8"><main>{html}</main>', encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    pagedriver.SECONDS = 1
    found = pagedriver.drive(page, path, "by_keyboard", "by_mouse")
    page.emulate_media(media="print")
    found += pagedriver.printed(page, path)
    page.close()
    assert [text for text in found if complaint in text] if complaint else found == []
