"""A Sphinx extension: the book on paper. What moves on a page stands still there, and nothing is
wider than the paper: explorers become their first frame, tables and formulas shrink to fit, and
the rows of a table of many pages become cards, as they are in a browser.
"""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import glossary
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.texescape import escape

REMEDY = (
    "apt-get install --no-install-recommends latexmk texlive-xetex texlive-latex-extra "
    "texlive-fonts-recommended fonts-freefont-otf librsvg2-bin"
)
LONG = 40  # rows: those of a longer table become cards
FEW = 22  # letters: what is longer has a line of its own in a card
# What a page takes from the style sheets of the theme, which a picture on paper does not have.
COLOURS = {
    "--book-font-interface": "sans-serif",
    "--book-line": "#8a8f98",
    "--pst-color-surface": "#f5f6f7",
    "--pst-color-text-base": "#1b1f24",
    "--pst-color-text-muted": "#6a7078",
}
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
        self._put_headings_into_the_text()
        for cell in list(self.document.findall(nodes.container)):
            if "tag_hide-input" in cell["classes"]:  # the code of a picture
                for part in [p for p in cell.children if p.get("nb_element") == "cell_code_source"]:
                    cell.remove(part)
        for formula in list(self.document.findall(nodes.math_block)):
            formula.replace_self(self._raw(equation(formula.astext(), numbered(formula))))
        for cell in list(self.document.findall(nodes.entry)):
            if not cell.astext():
                cell.clear()  # an empty paragraph would be a line of its own
        for raw in list(self.document.findall(nodes.raw)):
            if raw["format"] != "html":
                continue
            text = raw.astext()
            if 'class="rooms"' in text:
                raw.replace_self(self._raw(self._rooms(text)))
            elif "data-explorer" in text:
                raw.replace_self(self._raw(self._explorer(text, self._page(raw))))
            elif 'class="playground"' in text:
                raw.replace_self(self._raw(self._playground(text, self._page(raw))))
            elif "<table" in text:
                raw.replace_self(self._raw(self._table(Reader(text).rows)))
            elif found := SUMMARY.search(text):
                raw.replace_self(nodes.paragraph("", "", nodes.strong(text=found[1].strip() + ".")))

    def _put_headings_into_the_text(self) -> None:
        """Make neither chapters of the first page's headings nor sections of the glossary's terms.

        They become bold text, which links still find.
        """
        for section in list(self.document.findall(nodes.section)):
            page = self._page(section)
            if page not in (self.config.root_doc, glossary.GLOSSARY):
                continue
            if isinstance(section.parent, nodes.section):
                title, *rest = section.children
                heading = nodes.paragraph("", "", nodes.strong(text=title.astext()))
                if len(rest) == 1 and isinstance(rest[0], nodes.paragraph):
                    heading += [nodes.Text(". "), *rest.pop().children]
                places = "".join(
                    f"\\label{{\\detokenize{{{page}:{name}}}}}" for name in section["ids"]
                )
                section.replace_self([self._raw(f"\\phantomsection{places}"), heading, *rest])

    def _page(self, node: nodes.Node) -> str | None:
        """Name the page that a node stands on; by its own file, as all pages are one document."""
        while node.parent is not None:
            node = node.parent
        return self.env.path2doc(node["source"])

    def _raw(self, latex: str) -> nodes.raw:
        return nodes.raw("", latex, format="latex")

    def _draw(self, name: str, svg: str) -> str:
        """Make a file that LaTeX takes, and return its name."""
        picture = Path(self.app.outdir, f"{name}.pdf")
        subprocess.run(
            ["rsvg-convert", "--format=pdf", f"--output={picture}"], input=svg.encode(), check=True
        )
        return picture.name

    def _rooms(self, html: str) -> str:
        style, svg = re.search(r"(<style>.*?</style>).*?(<svg.*</svg>)", html, re.DOTALL).groups()
        svg = svg.replace(">", f' xmlns="http://www.w3.org/2000/svg">{style}', 1)
        svg = re.sub(r"var\(([\w-]+)\)", lambda name: COLOURS.get(name[1], "black"), svg)
        return f"\\noindent\\includegraphics[width=\\linewidth]{{{self._draw('rooms', svg)}}}\n"

    def _explorer(self, html: str, page: str | None) -> str:
        said = Reader(html).named
        name = "explorer-" + re.search(r'data-explorer="([^"]+)"', html)[1]
        title = said["explorer-title"]
        caption = f"{title}{'' if title.endswith('?') else '.'} {said['explorer-sentence']}"
        figure = self._figure(name, html, caption, f"{page}.html\\#{name}", "It moves on the page.")
        return f"{figure}\\noindent\\emph{{{tex(said['explorer-question'])}}}\n"

    def _playground(self, html: str, page: str | None) -> str:
        said = Reader(html).named["playground-sentence"]
        return self._figure("playground", html, said, f"{page}.html", "It moves in the notebook.")

    def _figure(self, name: str, html: str, caption: str, where: str, moves: str) -> str:
        drawn = self._draw(name, unquote(PICTURE.search(html)[1]))
        return (
            f"\\begin{{figure}}[H]\\centering\n\\drawing[0.45]{{{drawn}}}\n"
            f"\\caption{{{tex(caption)} \\href{{{self.config.html_baseurl}{where}}}{{{moves}}}}}\n"
            "\\end{figure}\n"
        )

    def _table(self, rows: list[list[str]]) -> str:
        if len(rows) > LONG:
            return cards(rows)
        lines = [" & ".join(map(tex, row)) + " \\tabularnewline" for row in rows]
        body = "\n".join(["\\toprule", lines[0], "\\midrule", *lines[1:], "\\bottomrule"])
        return (
            "\\begin{center}\\small\\begin{adjustbox}{max width=\\linewidth}\n"
            f"\\begin{{tabular}}{{{'l' * len(rows[0])}}}\n{body}\n\\end{{tabular}}\n"
            "\\end{adjustbox}\\end{center}\n"
        )


def cards(rows: list[list[str]]) -> str:
    """Set each row as a paragraph: its name, which is its last cell, and then the others.

    A column of more than a few words has a line of its own.
    """
    header, *body = rows
    lengths = [sum(map(len, column)) / len(body) for column in zip(*body, strict=True)]
    pairs = pairwise([0.0, *lengths])
    gaps = ["\\newline " if max(pair) > FEW else "\\quad " for pair in pairs]
    written = []
    for row in body:
        *cells, name = (OPERATOR.sub(r"\1\\allowbreak{}", tex(cell)) for cell in row)
        written.append(f"\\card{{\\textbf{{{name}}}")
        for gap, column, cell in zip(gaps, header, cells, strict=False):
            written += [f"{gap}\\emph{{{tex(column)}}} {cell}"] if cell else []
        written.append("}\n")
    return "\\begin{cards}\n" + "".join(written) + "\\end{cards}\n"


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
    if "{matrix}" in body and "\\frac" in body:
        body = f"\\renewcommand{{\\arraystretch}}{{1.5}}{body}"  # else the fractions touch
    box = f"\\adjustbox{{max width=0.9\\linewidth}}{{$\\displaystyle {body}$}}"
    kind = "equation" if number else "equation*"
    return f"\\begin{{{kind}}}\n{box}\n\\end{{{kind}}}\n"


def lacking() -> str:
    """Say which programs are missing for a PDF, if any."""
    tools = ("xelatex", "latexmk", "rsvg-convert")
    return " and ".join(tool for tool in tools if not shutil.which(tool))


def check_tools(app: Sphinx) -> None:
    """Say at once what is missing, and how to get it."""
    if app.builder.format == "latex" and lacking():
        raise SystemExit(f"A PDF needs {lacking()}. On Debian or Ubuntu:\n  {REMEDY}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the parts."""
    app.add_post_transform(OnPaper)
    app.connect("builder-inited", check_tools, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
