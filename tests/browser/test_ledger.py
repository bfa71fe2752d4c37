"""The ledger of the sources in a browser: what a reader types finds its row, and every link leads
somewhere."""

import re
from collections import Counter
from urllib.parse import unquote, urlsplit

import notebooks
import pytest
import yaml
from playwright.sync_api import expect

PAGE = "book/appendix-sources.html"
ROWS = yaml.load(  # libyaml's loader: the other one takes a second, in every worker
    (notebooks.ROOT / "book" / "sources.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)["rows"]
KINDS = Counter(row["kind"] for row in ROWS)
VISIBLE = """() => [...document.querySelectorAll(".tag_filterable tbody tr")]
    .filter((row) => !row.hidden).map((row) => row.lastElementChild.textContent)"""

FOCUSED = "document.activeElement.ariaLabel ?? document.activeElement.tagName"


@pytest.fixture(scope="module")
def opened(built_book, browser):
    page = browser.new_page()
    page.goto((built_book / PAGE).as_uri())
    yield page
    page.close()


@pytest.fixture
def page(opened):
    opened.get_by_role("button", name="Show all").click()
    return opened


def visible(page):
    return page.evaluate(VISIBLE)


def found(page):
    """The visible rows, as they stand in the ledger."""
    ids = set(visible(page))
    return [row for row in ROWS if row["id"] in ids]


def status(page):
    return page.get_by_role("status").inner_text()


def test_all_rows_are_there_and_counted(page):
    assert sorted(visible(page)) == sorted(row["id"] for row in ROWS)
    assert status(page) == f"{len(ROWS)} rows"


@pytest.mark.parametrize(
    ("typed", "right"),
    [("0.00066", "0.000438567734"), ("0.358", "0.358916480"), ("0.14967", "0.149780716")],
)
def test_printed_number_finds_its_row_with_the_right_value(page, typed, right):
    page.get_by_label("Find in the table").fill(typed)
    rows = found(page)
    assert any(row["printed"].endswith(typed) and right in row["right"] for row in rows)
    whole = re.compile(rf"(?<![\d.]){re.escape(typed)}")
    shown = ("place", "printed", "right", "why")
    assert all(whole.search(" ".join(row.get(name, "") for name in shown)) for row in rows)
    assert status(page) == f"{len(rows)} of {len(ROWS)} rows"


def test_every_number_of_the_worked_example_finds_its_rows(page):
    wanted = [
        (number, row["id"])
        for row in ROWS
        if row["chapter"] == "04-worked-example"
        for number in re.findall(r"(?<![\d.])\d+\.\d+", row["printed"])
    ]
    search = page.get_by_label("Find in the table")
    lost = search.evaluate(
        """(search, wanted) => wanted.filter(([number, id]) => {
          search.value = number;
          search.dispatchEvent(new Event("input", { bubbles: true }));
          return document.getElementById(id).closest("tr").hidden;
        })""",
        wanted,
    )
    assert len(wanted) > 50
    assert lost == []


@pytest.mark.parametrize(
    ("typed", "as_printed"), [("W5", "w₅"), ("e^(-0", "e^(−0"), ("0.05 * 0.15", "0.05 × 0.15")]
)
def test_signs_that_look_alike_are_alike(page, typed, as_printed):
    page.get_by_label("Find in the table").fill(as_printed)
    rows = visible(page)
    page.get_by_label("Find in the table").fill(typed)
    assert visible(page) == rows
    assert 0 < len(rows) < len(ROWS)


def test_kind_is_chosen_and_combined_with_a_word(page):
    page.get_by_label("kind").select_option("wrong")
    assert sorted(visible(page)) == sorted(row["id"] for row in ROWS if row["kind"] == "wrong")
    assert status(page) == f"{KINDS['wrong']} of {len(ROWS)} rows"
    page.get_by_label("source").select_option("stepbystep")
    page.get_by_label("Find in the table").fill("0.0013")
    assert 0 < len(visible(page)) < KINDS["wrong"]
    assert {row["kind"] for row in found(page)} == {"wrong"}
    page.get_by_role("button", name="Show all").click()
    assert len(visible(page)) == len(ROWS)


def test_nothing_found_is_said(page):
    page.get_by_label("Find in the table").fill("no such line")
    assert visible(page) == []
    expect(page.locator("#slides-168")).to_be_hidden()
    assert status(page) == f"0 of {len(ROWS)} rows"


def test_keyboard_reaches_field_choices_rows_and_what_follows(page):
    page.get_by_label("Find in the table").focus()
    page.keyboard.type("0.358")
    names = []
    for _ in range(6):
        page.keyboard.press("Tab")
        names.append(page.evaluate(FOCUSED))
    assert names == ["SELECT", "SELECT", "SELECT", "BUTTON", "A", "Rows of the table"]
    assert 0 < len(visible(page)) < 20


def test_link_to_a_hidden_row_shows_it(page):
    page.get_by_label("Find in the table").fill("no such line")
    page.evaluate("location.hash = 'slides-168'")
    expect(page.locator("#slides-168")).to_be_in_viewport()


def test_without_javascript_the_table_is_whole(built_book, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built_book / PAGE).as_uri())
    assert page.locator(".tag_filterable tbody tr").count() == len(ROWS)
    assert page.locator(".tag_filterable thead th").first.is_visible()
    context.close()


def test_every_link_has_a_target(page, built_book):
    links = page.evaluate(
        "[...document.querySelectorAll('.bd-article a[href]')].map((link) => link.href)"
    )
    texts, lost = {}, []
    for link in set(links):
        parts = urlsplit(link)
        if parts.scheme == "file":
            path = unquote(parts.path)
            texts.setdefault(path, (built_book / path).read_text(encoding="utf-8"))
            if parts.fragment and f'id="{unquote(parts.fragment)}"' not in texts[path]:
                lost.append(link)
    assert len(texts) > 1
    assert lost == []
