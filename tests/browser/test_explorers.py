"""Moving a slider changes the figure: its pixels, and the text that describes it."""

import notebooks
import pageexplorers
import pytest
from playwright.sync_api import Locator, Page, TimeoutError

CHAPTERS = [
    str(path.relative_to(notebooks.ROOT).with_suffix(".html")) for path in notebooks.notebooks()
]


@pytest.fixture(params=CHAPTERS)
def chapter(request, built_book, browser):
    page = browser.new_page(reduced_motion="reduce")  # else the page is still gliding when we aim
    page.goto((built_book / request.param).as_uri())
    yield page
    page.close()


def explorers(page: Page) -> list[Locator]:
    return page.locator("[data-explorer]").all()


def sliders(explorer: Locator) -> list[Locator]:
    return explorer.locator("input[type=range]").all()


def picture(explorer: Locator) -> Locator:
    return explorer.locator("img:visible").first


def seen(explorer: Locator) -> tuple[str, str]:
    """What the explorer shows now: the picture and its alt text."""
    return picture(explorer).get_attribute("src"), picture(explorer).get_attribute("alt")


def seen_after(explorer: Locator, before: tuple[str, str], place: str) -> tuple[str, str]:
    """Wait until picture and alt text are both others than before."""
    try:
        explorer.page.wait_for_function(
            "([image, src, alt]) => image.src !== src && image.alt !== alt",
            arg=[picture(explorer).element_handle(), *before],
            timeout=10_000,
        )
    except TimeoutError:
        now = seen(explorer)
        kept = [
            name
            for name, old, new in zip(("picture", "alt text"), before, now, strict=True)
            if old == new
        ]
        name = explorer.get_attribute("data-explorer")
        pytest.fail(f"explorer {name}, {place}: the {' and the '.join(kept)} did not change")
    return seen(explorer)


def seen_at_start(explorer: Locator, slider: Locator) -> tuple[str, str]:
    """What the explorer shows with this slider at its first place."""
    before, place = seen(explorer), slider.input_value()
    slider.press("Home")
    return before if slider.input_value() == place else seen_after(explorer, before, "Home")


def test_worked_example_has_an_explorer(built_book, browser):
    page = browser.new_page()
    page.goto((built_book / "book/04-worked-example.html").as_uri())
    assert len(explorers(page)) >= 1
    page.close()


def test_every_key_press_changes_figure_and_alt_text(chapter):
    for explorer in explorers(chapter):
        for slider in sliders(explorer):
            slider.scroll_into_view_if_needed()
            first = now = seen_at_start(explorer, slider)
            while slider.input_value() != slider.get_attribute("max"):
                slider.press("ArrowRight")
                now = seen_after(explorer, now, f"slider at {slider.input_value()}")
            assert now != first, "the slider has one place only"


def test_every_choice_changes_figure_and_alt_text(chapter):
    for explorer in explorers(chapter):
        for choice in explorer.locator("select[data-control]").all():
            for index in range(1, choice.locator("option").count()):
                before = seen(explorer)
                choice.select_option(index=index)
                seen_after(explorer, before, f"choice {index}")


def test_mouse_changes_figure(chapter):
    for explorer in explorers(chapter):
        for slider in sliders(explorer):
            slider.scroll_into_view_if_needed()
            first, pixels = seen_at_start(explorer, slider), picture(explorer).screenshot()
            slider.scroll_into_view_if_needed()  # the screenshot has moved the page
            box = slider.bounding_box()
            middle = box["y"] + box["height"] / 2
            chapter.mouse.move(box["x"] + 9, middle)
            chapter.mouse.down()
            chapter.mouse.move(box["x"] + box["width"] - 3, middle, steps=4)
            chapter.mouse.up()
            seen_after(explorer, first, "dragged by mouse")
            assert pixels != picture(explorer).screenshot(), "the pixels did not change"


LETTERS = """(picture) => {
  document.body.innerHTML = picture;
  const room = document.querySelector("svg").getBoundingClientRect();
  const letters = [...document.querySelectorAll("use")].filter(
    (use) => use.getAttribute("xlink:href").startsWith("#DejaVu"));
  const cut = letters.map((letter) => letter.getBoundingClientRect()).filter((box) =>
    box.left < room.left || box.right > room.right ||
    box.top < room.top || box.bottom > room.bottom);
  return [letters.length, cut.length];
}"""


@pytest.mark.parametrize("address", CHAPTERS)
def test_no_letter_of_any_frame_is_cut_off(address, built_book, browser):
    page = browser.new_page()
    for explorer in pageexplorers.read(built_book / address):
        for picture, sentence in dict(explorer.frames).items():
            letters, cut = page.evaluate(LETTERS, picture)
            assert letters > 0, f"{sentence}: neither words nor numbers"
            assert cut == 0, f"{sentence}: {cut} of {letters} letters leave the picture"
    page.close()


def test_first_frame_shows_without_scripts(chapter, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(chapter.url)
    for explorer in explorers(page):
        assert picture(explorer).bounding_box()["height"] > 100
        assert picture(explorer).get_attribute("alt")
    context.close()
