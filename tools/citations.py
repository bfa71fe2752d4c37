"""A Sphinx extension: a work is called the same in a sentence and in the list of references.

Its name is who and when; a letter tells apart what the same people wrote in the same year.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from string import ascii_lowercase

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.alpha import Style
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.sorting import BaseSortingStyle
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.plugin import register_plugin as register_references
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.label import LabelReferenceStyle

STYLE = "author-year"


def people(entry: Entry) -> str:
    """Return one family name, two, or the first of more."""
    first, *others = (
        " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
        for person in entry.persons["author"]
    )
    return f"{first} et al." if len(others) > 1 else " and ".join([first, *others])


class AuthorYear(BaseLabelStyle):
    """Labels such as `Rumelhart et al., 1986a`."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        """Return the label of each entry, in their order."""
        names = [f"{people(entry)}, {entry.fields.get('year', 'n.d.')}" for entry in sorted_entries]
        total, letters = Counter(names), {name: count() for name in names}
        for name in names:
            yield name + (ascii_lowercase[next(letters[name])] if total[name] > 1 else "")


class ByPeople(BaseSortingStyle):
    """The order of an alphabet, also for groups, whose names stand in braces."""

    def sorting_key(self, entry: Entry) -> tuple[str, ...]:
        """Return what decides where an entry stands."""
        fields = entry.fields
        return people(entry).lower(), fields.get("year", ""), fields["title"]


class References(Style):
    """The list of references in this order and under these labels."""

    default_label_style, default_sorting_style = AuthorYear, ByPeople


@dataclass
class InSentences(LabelReferenceStyle):
    """References by these labels, several in one pair of brackets."""

    bracket_parenthetical: BracketStyle = field(default_factory=lambda: BracketStyle(sep="; "))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    register_plugin("pybtex.style.formatting", STYLE, References)
    register_references("sphinxcontrib.bibtex.style.referencing", STYLE, InSentences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
