"""A work has one name in the book, and no other work has it."""

import citations
import notebooks
from pybtex.database import Entry, Person, parse_file


def labels(entries):
    style = citations.References()
    entries = style.sort(entries)
    return dict(zip([entry.key for entry in entries], style.format_labels(entries), strict=True))


def work(key, year, *people):
    fields = {"title": key} | ({"year": year} if year else {})
    entry = Entry("misc", fields, {"author": [Person(name) for name in people]})
    entry.key = key
    return entry


def test_every_work_of_the_book_has_a_name_of_its_own():
    found = labels(parse_file(notebooks.ROOT / "book" / "references.bib").entries.values())
    assert len(found) > 100
    assert len(set(found.values())) == len(found)
    assert found["rumelhart1986"] == "Rumelhart et al., 1986b"
    assert found["cajal1888"] == "Ramón y Cajal, 1888"
    assert found["micrograd68"] == "micrograd, 2024a"


def test_letters_tell_apart_only_what_would_be_alike():
    two, three = ("Ann Ash", "Bea Birch"), ("Ann Ash", "Bea Birch", "Cy Cox")
    works = [work("b", "1999", *two), work("a", "1999", *two), work("c", "2000", *three)]
    assert labels([*works, work("d", "", "{Some notes}"), work("e", "1990", "Zoe Zed")]) == {
        "a": "Ash and Birch, 1999a",
        "b": "Ash and Birch, 1999b",
        "c": "Ash et al., 2000",
        "d": "Some notes, n.d.",
        "e": "Zed, 1990",
    }


def test_order_is_that_of_the_alphabet_also_for_groups():
    works = [work("a", "2000", "Zoe Zed"), work("b", "", "{some notes}"), work("c", "1", "A Ash")]
    assert list(labels(works)) == ["c", "b", "a"]
