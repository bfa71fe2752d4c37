"""A Sphinx extension: the first use of each term of the glossary on a page leads to its entry.

The chapters stay free of such links, and a term that gets an entry is found wherever it is used.
"""

import re
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

GLOSSARY = "book/glossary"
# Links of their own, mathematics, code, headings, captions and tables stay as they are.
CLOSED = (nodes.reference, nodes.literal, nodes.math, nodes.title, nodes.caption, nodes.table)
# How a term is used when not by its title or with an s.
ALIASES = {
    "Activation function": ["activation", "activations"],
    "Automatic differentiation": ["automatic"],
    "Back-propagation": ["back-propagate", "back-propagates", "back-propagated"],
    "Clipping": ["clip", "clips"],
    "Dead unit": ["dead"],
    "Delta": ["δ"],
    "Glorot's start": ["Glorot's"],
    "Hadamard product": ["⊙"],
    "He's start": ["He's"],
    "Held-out data": ["held-out"],
    "Hessian": ["Hessian matrix"],
    "Initialisation": ["initialise", "initialised"],
    "Kink": ["kinked"],
    "Linear separability": ["linearly separable"],
    "Loss": ["losses", "cost"],
    "Mean squared error": ["squared error", "squared errors"],
    "Newton's method": ["Newton's step"],
    "Normalisation": ["normalise", "normalised"],
    "Order of convergence": ["order 1", "order 2"],
    "Residual layer": ["residual"],
    "Saddle point": ["saddle", "saddles"],
    "Saturation": ["saturated", "saturates", "saturate"],
    "Stochastic gradient": ["stochastic gradient descent"],
    "Twins": ["twin"],
}
# Spellings that a page uses in their everyday sense only.
EVERYDAY = {
    "book/03-chain-rule": {"cost"},
    "book/06-delta-recursion": {"cost", "message"},
    "book/appendix-scale": {"message", "messages"},
    "book/assignments/release/ps1/ps1": {"cost"},
}


@cache
def spellings(root: Path) -> dict[str, str]:
    """Every spelling of every term, in lower case, with the id of its entry."""
    text = (root / f"{GLOSSARY}.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    return {
        spelling.lower(): nodes.make_id(title)
        for title in titles
        for spelling in (title, f"{title}s", *ALIASES.get(title, []))
    }


def link_first_uses(app: Sphinx, document: nodes.document, page: str) -> None:
    """Turn the first use of each term in the prose of a notebook's page into a link."""
    if not app.env.doc2path(page).endswith(".ipynb"):
        return
    terms, everyday, linked = spellings(Path(app.srcdir)), EVERYDAY.get(page, set()), set()
    address = app.builder.get_relative_uri(page, GLOSSARY)
    for text in list(document.findall(nodes.Text)):
        if any(isinstance(above, CLOSED) for above in _above(text)) or not _in_prose(text):
            continue
        pieces: list[nodes.Node] = []
        whole, done = str(text), 0
        # A term inside a longer one, as in "cross entropy", is no use of it.
        for use in _pattern(frozenset(terms)).finditer(whole):
            entry = terms[use[0].lower()]
            if use[0].lower() in everyday or entry in linked:
                continue
            linked.add(entry)
            link = nodes.reference("", use[0], refuri=f"{address}#{entry}", internal=True)
            link["classes"].append("glossary-term")
            pieces += [nodes.Text(whole[done : use.start()]), link]
            done = use.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(whole[done:])])


@cache
def _pattern(words: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])", re.IGNORECASE)


def _above(node: nodes.Node) -> list[nodes.Node]:
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def _in_prose(text: nodes.Text) -> bool:
    return any(isinstance(above, (nodes.paragraph, nodes.term)) for above in _above(text))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("doctree-resolved", link_first_uses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
