"""A Sphinx extension: how to cite and to install the book, and the licences of what it is built on.

The directive `{citation}` reads CITATION.cff and `{install}` pyproject.toml; `{licences}` asks the
installed packages themselves.
"""

import itertools
import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import website
import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parent.parent
UNDERSTOOD = ("BSD", "MIT", "Apache", "MPL", "ISC", "Python Software Foundation", "0BSD", "Zlib")
# Packages that say nothing about their licence where pip looks; found in their own repositories.
SAID_ELSEWHERE = {"axe-playwright-python": "MIT"}


def citation() -> dict:
    """Return what CITATION.cff says."""
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def name(author: dict, *, last_first: bool) -> str:
    """Write a person as `Family, G.` or `Family, Given`; a group by its name."""
    if "name" in author:
        return author["name"] if last_first else f"{{{author['name']}}}"
    given = author["given-names"]
    initials = " ".join(f"{part[0]}." for part in given.split())
    return f"{author['family-names']}, {initials if last_first else given}"


def sentence(facts: dict, address: str) -> str:
    """Return a citation in the manner of the APA, as Markdown.

    >>> facts = {"authors": [{"name": "A group"}], "title": "T", "version": "1.0"}
    >>> sentence(facts | {"date-released": "2026-01-31"}, "https://example.org/t")
    'A group (2026). *T* (Version 1.0) [Computer software]. <https://example.org/t>'
    """
    people = [name(author, last_first=True) for author in facts["authors"]]
    authors = " & ".join(filter(None, [", ".join(people[:-1]), people[-1]]))
    return (
        f"{authors} ({facts['date-released'][:4]}). *{facts['title']}* "
        f"(Version {facts['version']}) [Computer software]. <{address}>"
    )


def bibtex(facts: dict, address: str) -> str:
    """Return an entry for a bibliography in LaTeX."""
    people = " and ".join(name(author, last_first=False) for author in facts["authors"])
    fields = {
        "author": people,
        "title": f"{{{facts['title']}}}",
        "year": facts["date-released"][:4],
        "note": f"Version {facts['version']}",
        "howpublished": f"\\url{{{address}}}",
    }
    key = re.sub(r"\W", "", facts["title"]).lower() + fields["year"]
    rows = "".join(f"  {field} = {{{text}}},\n" for field, text in fields.items())
    return f"@misc{{{key},\n{rows}}}"


def licence(package: str) -> str:
    """Return the licence that an installed package names, in the shortest of its ways to say it."""
    said = metadata(package)
    if "License-Expression" in said:
        return said["License-Expression"]
    classified = [
        text.rpartition(" :: ")[2]
        for text in said.get_all("Classifier") or []
        if text.startswith("License ::")
    ]
    return " and ".join(classified) or said.get("License") or SAID_ELSEWHERE.get(package, "")


def is_understood(text: str) -> bool:
    """Whether every part of a licence is one that lets the book be used, changed and passed on."""
    parts = re.split(r"\bAND\b|\band\b|[()]", text)
    return bool(text) and all(
        any(part.strip().startswith(known) for known in (*UNDERSTOOD, "CC0"))
        for part in parts
        if part.strip()
    )


def dependencies(*extras: str) -> dict[str, str]:
    """Return the packages that pyproject.toml lists, each with the reason that stands beside it.

    Those of the library come first, then those of the named extras.
    """
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][name] for name in extras)]
    found = {}
    for requirement in itertools.chain(*lists):
        reason = re.search(rf'"{re.escape(requirement)}",[ ]*#[ ](.+)', text)
        found[re.match(r"[\w.-]+", requirement)[0]] = reason[1] if reason else ""
    return found


def install() -> str:
    """Return what pip installs: the library, and what its notebooks need, from the repository."""
    return f"{website.project()['name']}[book] @ git+{website.repository()}"


class Citation(SphinxDirective):
    """The ways to cite the book."""

    def run(self) -> list[nodes.Node]:
        """Called by docutils."""
        self.env.note_dependency(str(ROOT / "CITATION.cff"))
        facts = citation()
        entry = f"```bibtex\n{bibtex(facts, website.site())}\n```"
        text = f"{sentence(facts, website.site())}\n\n{entry}\n"
        return self.parse_text_to_nodes(text)


class Install(SphinxDirective):
    """The command that installs the library."""

    def run(self) -> list[nodes.Node]:
        """Called by docutils."""
        self.env.note_dependency(str(ROOT / "pyproject.toml"))
        command = f'$ pip install "{install()}"'
        return [nodes.literal_block(command, command, language="console")]


class Licences(SphinxDirective):
    """A list of the packages of the library and of the book."""

    def run(self) -> list[nodes.Node]:
        """Called by docutils."""
        self.env.note_dependency(str(ROOT / "pyproject.toml"))
        rows = [
            f"* `{package}`: {reason}. {licence(package)}."
            for package, reason in dependencies("book").items()
        ]
        return self.parse_text_to_nodes("\n".join(rows))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("citation", Citation)
    app.add_directive("install", Install)
    app.add_directive("licences", Licences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
