"""Moving a slider changes the figure: its pixels, and the text that describes it."""

import notebooks
import pytest
from playwright.sync_api import Locator, Page

CHAPTERS = [
    str(path.relative_to(notebooks.ROOT).with_suffix(".html")) for path in notebooks.notebooks()
]


@pytest.fixture(params=CHAPTERS)
def chapter(request, built_book, browser):
    page = browser.new_page()
    page.goto((built_book / request.param).as_uri())
    yield page
    page.close()


def explorers(page: Page) -> list[Locator]:
    return page.locator("[data-explorer]").all()


def sliders(explorer: Locator) -> list[Locator]:
    return explorer.locator("input[type=range]").all()


def seen(explorer: Locator) -> tuple[str, str]:
    """What the explorer shows now: the picture and its alt text."""
    image = explorer.locator("img:visible").first
    return image.evaluate("image => image.decode().then(() => image.src)"), image.get_attribute(
        "alt"
    )


def test_worked_example_has_an_explorer(built_book, browser):
    page = browser.new_page()
    page.goto((built_book / "book/04-worked-example.html").as_uri())
    assert len(explorers(page)) >= 1
    page.close()


def test_every_key_press_changes_figure_and_alt_text(chapter):
    for explorer in explorers(chapter):
        for slider in sliders(explorer):
            slider.scroll_into_view_if_needed()
            slider.press("Home")
            before, frames = seen(explorer), 1
            while frames < 400:
                slider.press("ArrowRight")
                value = slider.input_value()
                now = seen(explorer)
                if now == before:
                    break
                assert now[0] != before[0], f"at {value} only the alt text changes"
                assert now[1] != before[1], f"at {value} only the picture changes"
                before, frames = now, frames + 1
            assert slider.input_value() == slider.get_attribute("max"), "a step changes nothing"
            assert frames > 1


def test_mouse_changes_figure(chapter):
    for explorer in explorers(chapter):
        for slider in sliders(explorer):
            slider.scroll_into_view_if_needed()
            slider.press("Home")
            first, pixels = seen(explorer), explorer.locator("img:visible").first.screenshot()
            box = slider.bounding_box()
            middle = box["y"] + box["height"] / 2
            chapter.mouse.move(box["x"] + 9, middle)
            chapter.mouse.down()
            chapter.mouse.move(box["x"] + box["width"] - 3, middle, steps=4)
            chapter.mouse.up()
            last = seen(explorer)
            assert first[0] != last[0]
            assert first[1] != last[1]
            assert pixels != explorer.locator("img:visible").first.screenshot()


def test_first_frame_shows_without_scripts(chapter, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(chapter.url)
    for explorer in explorers(page):
        image = explorer.locator("img:visible").first
        assert image.bounding_box()["height"] > 100
        assert image.get_attribute("alt")
    context.close()
