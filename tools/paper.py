"""A Sphinx extension: the book on paper. What moves on a page stands still there, and nothing is
wider than the paper: explorers become their first frame, tables and formulas shrink to fit.
"""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.texescape import escape

REMEDY = (
    "apt-get install --no-install-recommends latexmk texlive-xetex texlive-latex-extra "
    "texlive-fonts-recommended fonts-freefont-otf librsvg2-bin"
)
LONG = 40  # rows: a longer table must break over pages
LINE = 150  # letters of the smallest size on a line of paper laid on its side
WORD = 14  # letters; a longer word is broken
PICTURE = re.compile(r'src="data:image/svg\+xml,([^"]+)"')
OPERATOR = re.compile(
    r"([*/+(),=−]|(?<=[a-z])\.)(?=[^\s&])"
)  # where a long formula may go on in a new line
SUMMARY = re.compile(r"<summary>(.*?)</summary>", re.DOTALL)


class Reader(HTMLParser):
    """Reads from the HTML of an output the rows of its table, or the sentences of its explorer."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.named: dict[str, str] = {}
        self._class = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Open a row, a cell, or a named text."""
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        self._class = dict(attributes).get("class") or ""

    def handle_endtag(self, tag: str) -> None:
        """Close a named text."""
        self._class = ""

    def handle_data(self, text: str) -> None:
        """Take the text."""
        if self._class:
            self.named[self._class] = self.named.get(self._class, "") + text
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += text


class OnPaper(SphinxPostTransform):
    """Turns what LaTeX would drop or let run off the page into what it can set."""

    default_priority = 6  # after the outputs of the cells have been chosen
    formats = ("latex",)

    def run(self, **_: object) -> None:
        """Change the one document that all pages have become."""
        self._leave_first_page_whole()
        for cell in list(self.document.findall(nodes.container)):
            if "tag_hide-input" in cell["classes"]:  # the code of a picture
                for part in [p for p in cell.children if p.get("nb_element") == "cell_code_source"]:
                    cell.remove(part)
        for formula in list(self.document.findall(nodes.math_block)):
            formula.replace_self(self._raw(equation(formula.astext(), numbered(formula))))
        for raw in list(self.document.findall(nodes.raw)):
            if raw["format"] != "html":
                continue
            text = raw.astext()
            if "data-explorer" in text:
                raw.replace_self(self._raw(self._explorer(text, self._page(raw))))
            elif "<table" in text:
                raw.replace_self(self._raw(self._table(Reader(text).rows)))
            elif found := SUMMARY.search(text):
                raw.replace_self(nodes.paragraph("", "", nodes.strong(text=found[1].strip() + ".")))

    def _leave_first_page_whole(self) -> None:
        """Keep the headings of the first page from becoming the chapters 1 to 4."""
        for section in list(self.document.findall(nodes.section)):
            first = self._page(section) == self.config.root_doc
            if first and isinstance(section.parent, nodes.section):
                title, *rest = section.children
                heading = nodes.paragraph("", "", nodes.strong(text=title.astext()))
                section.replace_self([heading, *rest])

    def _page(self, node: nodes.Node) -> str | None:
        """Name the page that a node stands on; by its own file, as all pages are one document."""
        while node.parent is not None:
            node = node.parent
        return self.env.path2doc(node["source"])

    def _raw(self, latex: str) -> nodes.raw:
        return nodes.raw("", latex, format="latex")

    def _explorer(self, html: str, page: str | None) -> str:
        said = Reader(html).named
        name = re.search(r'data-explorer="([^"]+)"', html)[1]
        picture = Path(self.app.outdir, f"explorer-{name}.pdf")
        subprocess.run(
            ["rsvg-convert", "--format=pdf", f"--output={picture}"],
            input=unquote(PICTURE.search(html)[1]).encode(),
            check=True,
        )
        address = f"{self.app.config.html_baseurl}{page}.html\\#explorer-{name}"
        caption = f"{said['explorer-title']}. {said['explorer-sentence']}"
        return (
            "\\begin{figure}[H]\\centering\n"
            f"\\includegraphics[max width=\\linewidth]{{{picture.name}}}\n"
            f"\\caption{{{tex(caption)} \\href{{{address}}}{{It moves on the page.}}}}\n"
            "\\end{figure}\n"
            f"\\noindent\\emph{{{tex(said['explorer-question'])}}}\n"
        )

    def _table(self, rows: list[list[str]]) -> str:
        lines = [" & ".join(map(tex, row)) + " \\tabularnewline" for row in rows]
        body = "\n".join(["\\toprule", lines[0], "\\midrule", *lines[1:], "\\bottomrule"])
        if len(rows) > LONG:
            body = OPERATOR.sub(r"\1\\allowbreak{}", body)
            columns = "".join(f"L{{{share:.3f}}}" for share in shares(rows))
            return (
                f"\\begin{{landscape}}\\begin{{longtable}}{{{columns}}}\n{body}\n"
                "\\end{longtable}\\end{landscape}\n"
            )
        return (
            "\\begin{center}\\small\\begin{adjustbox}{max width=\\linewidth}\n"
            f"\\begin{{tabular}}{{{'l' * len(rows[0])}}}\n{body}\n\\end{{tabular}}\n"
            "\\end{adjustbox}\\end{center}\n"
        )


def shares(rows: list[list[str]]) -> list[float]:
    """Split the width of the paper among columns: room for the longest word, the rest by length."""
    words = [
        min(WORD, max(len(word) for cell in column for word in cell.split() or [""])) + 2
        for column in zip(*rows, strict=True)
    ]
    lengths = [(sum(map(len, column)) / len(rows)) ** 0.5 for column in zip(*rows, strict=True)]
    rest = max(0, LINE - sum(words))
    widths = [
        word + rest * length / sum(lengths) for word, length in zip(words, lengths, strict=True)
    ]
    return [width / sum(widths) for width in widths]


def tex(text: str) -> str:
    """Write plain text for LaTeX."""
    return escape(" ".join(text.split()), "xelatex")


def numbered(formula: nodes.math_block) -> bool:
    """Say whether a formula was derived in a cell; definitions in the text carry no number."""
    parent = formula.parent
    while parent is not None and not isinstance(parent, nodes.document):
        if parent.get("nb_element") in ("cell_code_output", "mime_bundle"):
            return True
        parent = parent.parent
    return False


def equation(text: str, number: bool) -> str:
    """Set a formula so that it is never wider than the line."""
    body = text.strip().replace("\\small\\text{", "\\text{\\small ")
    if "\\\\" in body and "\\begin{" not in body:
        body = f"\\begin{{aligned}}{body}\\end{{aligned}}"
    box = f"\\adjustbox{{max width=0.9\\linewidth}}{{$\\displaystyle {body}$}}"
    kind = "equation" if number else "equation*"
    return f"\\begin{{{kind}}}\n{box}\n\\end{{{kind}}}\n"


def check_tools(app: Sphinx) -> None:
    """Say at once what is missing for a PDF, and how to get it."""
    tools = ("xelatex", "latexmk", "rsvg-convert")
    missing = [tool for tool in tools if not shutil.which(tool)]
    if app.builder.format == "latex" and missing:
        raise SystemExit(f"A PDF needs {' and '.join(missing)}. On Debian or Ubuntu:\n  {REMEDY}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the parts."""
    app.add_post_transform(OnPaper)
    app.connect("builder-inited", check_tools, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
