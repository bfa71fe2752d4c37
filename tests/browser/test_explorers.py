"""Every explorer of every page, moved as a reader moves it: it shows the right frames."""

import pagechecks
import pagedriver
import pageexplorers
import pytest


def test_keys_and_mouse_show_the_right_frame_everywhere(opened):
    assert pagedriver.drive(opened.page, opened.path, "by_keyboard", "by_mouse") == []


@pytest.mark.parametrize("chapter", ["04-worked-example", "11-playground"])
def test_fingers_show_the_right_frame_and_leave_the_page_in_its_place(built_book, phone, chapter):
    path = built_book / f"book/{chapter}.html"
    phone.goto(path.as_uri())
    phone.evaluate("window.MathJax?.startup.promise")
    assert pagedriver.drive(phone, path, "by_touch") == []


def test_paper_gets_the_first_frames_and_no_dead_controls(opened):
    assert pagedriver.printed(opened.page, opened.path) == []


def test_first_frame_stands_in_the_page_before_any_script_runs(opened):
    for explorer in pageexplorers.read(opened.path):
        assert explorer.still == explorer.frame(), explorer.name


def test_without_scripts_a_chapter_shows_first_frames_and_no_dead_control(built_book, browser):
    context = browser.new_context(java_script_enabled=False)
    page, path = context.new_page(), built_book / "book/04-worked-example.html"
    page.goto(path.as_uri())
    for explorer in pageexplorers.read(path):
        figure = page.locator(f"#explorer-{explorer.name}")
        assert figure.locator("img").bounding_box()["height"] > 100
        assert figure.locator("img").get_attribute("alt") == explorer.frame()[1]
        assert figure.locator(".explorer-sentence").inner_text() == explorer.frame()[1]
        assert not figure.locator(".explorer-controls").is_visible()
    context.close()


def test_moving_a_slider_changes_the_pixels(built_book, blank):
    path = built_book / "book/04-worked-example.html"
    blank.goto(path.as_uri())
    for explorer in pageexplorers.read(path):
        control = blank.locator(f"#explorer-{explorer.name} [data-control]").first
        picture = blank.locator(f"#explorer-{explorer.name} img:visible")
        control.press("Home")
        before = picture.screenshot()
        control.press("End")
        assert picture.screenshot() != before, explorer.name


def test_no_text_of_any_frame_is_cut_off_or_lies_on_another(opened, blank):
    for explorer in pageexplorers.read(opened.path):
        frames = dict(explorer.frames)
        found = pagechecks.frames(blank, list(frames))
        faults = {said: fault for said, fault in zip(frames.values(), found, strict=True) if fault}
        assert faults == {}, explorer.name


@pytest.mark.parametrize("chapter", range(1, 12))
def test_every_chapter_has_explorers(built_book, chapter):
    (path,) = (built_book / "book").glob(f"{chapter:02}-*.html")
    assert len(pageexplorers.read(path)) >= 1
