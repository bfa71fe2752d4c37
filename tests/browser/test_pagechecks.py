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
<p><span style="color: #111">Dark.</span> <span style="color: #ddd">Paler.</span></p>
<figure class="explorer" id="explorer-dull"><button style="width: 3em; height: 20px">x</button>
<p class="explorer-question">Look.</p></figure>
<div style="color: #bbb"><article>Palest.
<p style="color: #111"><i>One</i> <i>two</i> <i>three</i> <i class="night">four</i> <b>five</b></p>
</article></div>
<style>[data-theme=dark] .night { color: #eee } b { color: #ddd }
@media (max-width: 600px) { b { display: none } }</style><select></select>
<p><button class="dot">i</button><button class="dot">j</button></p>
<style>.dot { width: 9px; height: 9px; padding: 0; border: 0 }</style>
<div style="width: 2000px">wide</div></main></body></html>"""


@pytest.fixture(scope="module")
def bad_page(browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "bad.html"
    path.write_text(BAD)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(path.as_uri())
    yield page
    page.close()


def accessibility_again(page):
    pagechecks.show(page, width=1440, theme="dark")
    return pagechecks.accessibility(page, again=True)


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
        (pagechecks.accessibility, 'color-contrast: <p style="color: #ccc'),
        (pagechecks.accessibility, 'color-contrast: <span style="color: #ddd'),
        (pagechecks.accessibility, 'target-size: <button class="dot">i'),
        (pagechecks.questions, "explorer-dull asks nothing: Look."),
        (pagechecks.targets, "20: <button"),
        (accessibility_again, "color-contrast: <article"),
        (accessibility_again, 'color-contrast: <i class="night"'),
        (accessibility_again, "color-contrast: <b>"),
        (accessibility_again, "select-name: <select>"),
    ],
)
def test_planted_fault_is_found(bad_page, check, expected):
    assert any(expected in text for text in check(bad_page)), check(bad_page)


def writing(*texts):
    """An explorer with these texts, as (x, y, text, points), in its second frame."""

    def draw(figure, k):
        for x, y, text, points in texts[: k * len(texts)]:
            figure.text(x, y, text, size=points)
        return f"Frame {k}."

    slider = Slider("k", (0, 1))
    return Explorer(draw, slider, name="tiny", title="t", question="q", size=(7, 1))


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ([(0.1, 0.5, "one", 12), (0.5, 0.5, "two", 12)], []),
        ([], ["neither words nor numbers"]),
        ([(0.98, 0.5, "one", 12)], ["a text leaves the picture"]),
        ([(0.1, 0.5, "one", 12), (0.12, 0.5, "two", 12)], ["two texts overlap"]),
    ],
)
def test_faults_in_the_texts_of_a_frame_are_found(browser, texts, fault):
    page = browser.new_page()
    assert pagechecks.frames(page, [writing(*texts).frame(k=1).svg]) == [fault]
    page.close()


@pytest.mark.parametrize(("points", "readable"), [(11, False), (12, True)])
def test_letters_too_small_for_a_phone_are_found_in_any_frame(browser, tmp_path, points, readable):
    path = tmp_path / "page.html"
    small = writing((0.1, 0.5, "one", points))
    path.write_text(f'<meta charset="utf-8">{small.html()}', encoding="utf-8")
    page = browser.new_page(viewport={"width": 406, "height": 800})
    page.goto(path.as_uri())
    found = pagechecks.letters(page, path)
    page.close()
    assert found == [] if readable else found == ["tiny: 11 points are 8.5 pixels"]


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


@pytest.fixture(scope="module")
def explorer():
    slider, sign = Slider("k", range(4), start=1), Choice("sign", {"plus": 1, "minus": -1})
    html = Explorer(draw, slider, sign, name="a", title="t", question="q").html()
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return f"<!doctype html>{head}<main>{html}</main>"


@pytest.fixture
def planted(explorer, tmp_path, monkeypatch):
    """A function that writes the page of an explorer with a fault in it."""
    monkeypatch.setattr(pagedriver, "SECONDS", 1)

    def write(fault):
        assert not fault or explorer.count(fault[0]) == 1
        path = tmp_path / "page.html"
        path.write_text(explorer.replace(*fault) if fault else explorer, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("complaint", PLANTED)
def test_fault_planted_in_the_script_of_an_explorer_is_found(blank, planted, complaint):
    path = planted(PLANTED[complaint])
    blank.goto(path.as_uri())
    found = pagedriver.drive(blank, path, "by_keyboard", "by_mouse")
    found += pagedriver.printed(blank, path)
    assert [text for text in found if complaint in text] if complaint else found == []


@pytest.mark.parametrize("complaint", ["", *[text for text in PLANTED if "is not" in text]])
def test_a_few_keys_find_a_wrong_frame_too(blank, planted, complaint):
    path = planted(PLANTED[complaint])
    blank.goto(path.as_uri())
    found = pagedriver.drive(blank, path, "by_few_keys")
    assert [text for text in found if complaint in text] if complaint else found == []


UNTOUCHED = {
    "": "",
    "k tapped: 1 new": ("<main>", "<main ontouchstart='event.preventDefault()'>"),
    "k drawn by a finger: 1 new": ('"input", () => (stop', '"click", () => (stop'),
    "a finger moves the page sideways": (
        "<main>",
        "<style>input { touch-action: auto; pointer-events: none }</style>"
        "<main style='width: 2000px'>",
    ),
}


@pytest.mark.parametrize("complaint", UNTOUCHED)
def test_fault_that_fingers_meet_is_found(phone, planted, complaint):
    path = planted(UNTOUCHED[complaint])
    phone.goto(path.as_uri())
    found = pagedriver.drive(phone, path, "by_touch")
    assert [text for text in found if complaint in text] if complaint else found == []
