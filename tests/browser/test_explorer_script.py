"""The script of an explorer, on a page of its own opened from a file: whatever moves it, the frame
shown is the one that belongs to the controls."""

import contextlib
import re
import zlib
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe

from backprop_lib.explorers import Choice, Explorer, Slider

LAST = 4


def draw(figure, k, sign):
    ax = figure.add_axes((0, 0, 1, 1))
    ax.plot([0, 1], [0, k * sign])
    ax.patch.set_color((0, k / 5, 1))  # so that a frame is known by its colour, also on paper
    return f"The line climbs by {k * sign}."


EXPLORER = Explorer(
    draw,
    Choice("sign", {"plus": 1, "minus": -1}),
    Slider("k", range(LAST + 1), label="Climb", text="{} m", start=1),
    name="line",
    title="Tilt the line",
    question="Which way does it climb?",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "page.html"
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>An explorer</title>'
    path.write_text(
        f"{head}<main><h1>A page</h1>{EXPLORER.html()}<p style='height:200vh'></p></main>",
        encoding="utf-8",
    )
    return path.as_uri()


@pytest.fixture
def open_page(browser, address):
    """Open the page in a new context; complaints and requests that leave the file end the test."""
    contexts, complaints = [], []

    def open_page(fragment="", **settings):
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:"))
                else complaints.append(request.url)
            ),
        )
        page.goto(address + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def shows(page, k, sign=1):
    """Wait until the page shows the frame of these values; picture, texts and read-out."""
    index = k + (LAST + 1) * (sign < 0)
    frame = EXPLORER.frames[index]
    page.wait_for_function(
        "([index, alt]) => { const figure = document.querySelector('.explorer');"
        " return figure.dataset.frame === index &&"
        " figure.querySelector('img:not(.explorer-print)').alt === alt; }",
        arg=[str(index), frame.sentence],
    )
    img = page.locator(".explorer img:visible")
    assert unquote(img.get_attribute("src").partition(",")[2]) == frame.svg
    assert img.get_attribute("alt") == frame.sentence
    assert page.inner_text(".explorer-sentence:visible") == frame.sentence
    assert page.inner_text("output") == f"{k} m"
    slider = page.locator("input[type=range]")
    assert slider.input_value() == str(k)
    assert slider.get_attribute("aria-valuetext") == f"{k} m"
    assert img.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0


def test_arrows_home_and_end_move_the_figure(open_page):
    page = open_page()
    slider = page.locator("input[type=range]")
    for key, k in [("ArrowRight", 2), ("End", LAST), ("ArrowLeft", LAST - 1), ("Home", 0)]:
        slider.press(key)
        shows(page, k)


def test_choice_and_slider_together_select_the_frame(open_page):
    page = open_page()
    page.select_option("select[data-control=sign]", "minus")
    shows(page, 1, sign=-1)
    page.locator("input[type=range]").press("End")
    shows(page, LAST, sign=-1)


def test_buttons_step_and_stop_at_the_ends(open_page):
    page = open_page()
    for label, k in [("Next", 2), ("Previous", 1), ("Previous", 0), ("Previous", 0)]:
        page.get_by_label(f"{label} frame").click()
        shows(page, k)


def test_play_runs_to_the_end_and_space_pauses_it(open_page):
    page = open_page()
    play, slider = page.locator("[data-play]"), page.locator("input[type=range]")
    assert "frame" not in page.locator(".explorer").evaluate("f => ({...f.dataset})")
    page.select_option("[data-pace]", "slow")  # a frame stays long enough to be looked at
    slider.press("Space")
    assert play.inner_text() == "Pause"
    shows(page, 2)
    slider.press("Space")
    assert play.inner_text() == "Play"
    page.wait_for_timeout(3500)
    shows(page, 2)
    page.select_option("[data-pace]", "fast")
    play.click()
    shows(page, LAST)
    assert play.inner_text() == "Play"
    page.select_option("[data-pace]", "slow")
    play.click()
    shows(page, 0)  # from the end it starts anew


def test_reduced_motion_takes_single_steps(open_page):
    page = open_page(reduced_motion="reduce")
    play = page.locator("[data-play]")
    assert play.inner_text() == "Next"
    play.click()
    shows(page, 2)
    page.wait_for_timeout(1800)
    shows(page, 2)


def test_link_restores_the_state_and_brings_it_into_view(open_page):
    page = open_page()
    page.select_option("select[data-control=sign]", "minus")
    page.locator("input[type=range]").press("ArrowRight")
    fragment = page.get_attribute(".explorer-link", "href")
    assert fragment == "#explorer-line:sign=minus,k=2"
    other = open_page(fragment)
    shows(other, 2, sign=-1)
    assert other.input_value("select[data-control=sign]") == "minus"
    other.evaluate("scrollTo(0, 1e6); location.hash = '#explorer-line:k=3'")
    shows(other, 3, sign=-1)
    other.wait_for_function("document.querySelector('.explorer').getBoundingClientRect().top >= 0")


@pytest.mark.parametrize(
    "fragment", ["#explorer-line:k=99", "#explorer-other:k=3", "#explorer-line", "#explorer-line:%"]
)
def test_foreign_links_leave_the_first_frame(open_page, fragment):
    page = open_page(fragment)
    assert page.get_attribute(".explorer img", "alt") == EXPLORER.frames[1].sentence


def test_without_scripts_the_first_frame_and_no_dead_control(open_page):
    page = open_page(java_script_enabled=False)
    assert page.get_attribute(".explorer img", "alt") == EXPLORER.frames[1].sentence
    assert page.locator(".explorer img").bounding_box()["height"] > 100
    assert not page.is_visible(".explorer-controls")
    assert page.is_visible(".explorer-still")


def colours(pdf):
    """The colours in which a printed page fills its surfaces, as red, green and blue."""
    found = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            text = zlib.decompressobj().decompress(stream)
            found |= {
                tuple(round(float(number), 2) for number in colour.split()[:3])
                for colour in re.findall(rb"[\d.]+ [\d.]+ [\d.]+ (?:rg|scn)\b", text)
            }
    return found


def test_paper_gets_the_first_frame_and_no_dead_control(open_page):
    page = open_page()
    first, last = (0, 0.2, 1), (0, 0.8, 1)
    assert colours(page.pdf(print_background=True)) & {first, last} == {first}
    page.locator("input[type=range]").press("End")
    shows(page, LAST)
    assert colours(page.pdf(print_background=True)) & {first, last} == {first}
    page.emulate_media(media="print")
    assert page.get_attribute(".explorer img:visible", "alt") == EXPLORER.frames[1].sentence
    assert page.inner_text(".explorer-sentence:visible") == EXPLORER.frames[1].sentence
    assert not page.is_visible(".explorer-controls")
    assert not page.is_visible(".explorer-still")
    page.emulate_media(media="screen")
    shows(page, LAST)


@pytest.mark.parametrize("width", [390, 1440])
def test_page_is_accessible_and_does_not_scroll_sideways(open_page, width):
    page = open_page(viewport={"width": width, "height": 800})
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_focus_can_be_seen(open_page):
    page = open_page()
    for selector in ["select[data-control]", "input[type=range]", "[data-play]", ".explorer-link"]:
        page.keyboard.press("Tab")
        while not page.locator(selector).evaluate("element => element === document.activeElement"):
            page.keyboard.press("Tab")
        style = page.locator(selector).evaluate("element => getComputedStyle(element).outline")
        assert re.search(r"[23]px", style), selector
