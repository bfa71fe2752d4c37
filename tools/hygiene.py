"""The rules that a notebook must keep, as functions from its text to a list of complaints.

Two of them hold the promise of the book. A formula that claims something is the output of a proof,
so display maths typed by hand may only define. A number in the prose is the rounding of a number
that the same notebook computed.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from statistics import median

from nbformat import NotebookNode

MAX_LINES = 25
MAX_MEDIAN_LINES = 10

# -- display maths ---------------------------------------------------------------------------------

DEFINES = (r"\vcentcolon=", r"\coloneqq", ":=")
CLAIMS = (
    *("=", "<", ">", "≠", "≈", "≤", "≥", "≡", "∝", "⇒", "⇔", "→", "↦", "∼", "≃", "≅", "⊂", "⊆"),
    *(r"\ne", r"\neq", r"\approx", r"\equiv", r"\sim", r"\simeq", r"\cong", r"\propto"),
    *(r"\le", r"\leq", r"\leqslant", r"\ge", r"\geq", r"\geqslant", r"\lt", r"\gt", r"\ll", r"\gg"),
    *(r"\to", r"\mapsto", r"\longmapsto", r"\rightarrow", r"\longrightarrow", r"\leadsto"),
    *(r"\Rightarrow", r"\Longrightarrow", r"\implies", r"\Leftarrow", r"\impliedby", r"\therefore"),
    *(
        r"\Leftrightarrow",
        r"\Longleftrightarrow",
        r"\iff",
        r"\leftarrow",
        r"\gets",
        r"\xrightarrow",
    ),
    *(r"\prec", r"\succ", r"\subset", r"\subseteq", r"\doteq", r"\triangleq", r"\asymp"),
)
_CLAIM = re.compile(
    "|".join(
        re.escape(claim) + (r"(?![A-Za-z])" if claim.startswith("\\") else "")
        for claim in sorted(CLAIMS, key=len, reverse=True)
    )
)
_ENVIRONMENTS = "equation|align|alignat|gather|multline|eqnarray|flalign|displaymath|math"
_DISPLAY = re.compile(
    r"\$\$(?P<dollars>.+?)\$\$"
    r"|(?<!\\)\\\[(?P<brackets>.+?)\\\]"
    rf"|\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}(?P<environment>.+?)\\end\{{(?P=name)\}}",
    re.DOTALL,
)
_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,}|:{3,})\s*(?P<info>.*)")
_CODE_DIRECTIVES = ("{code", "{literalinclude", "{eval-rst", "{mermaid")
_CODE_SPAN = re.compile(r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
_SILENT = re.compile(
    rf"[_^]\s*(?:{_GROUP}|\\[A-Za-z]+|\S)"  # sub- and superscripts: bounds of a sum, indices
    rf"|\\(?:text|textrm|textit|mathrm|mbox|label|tag|ref|eqref|operatorname)\*?{_GROUP}"
    r"|\\(?:left|right|[bB]igg?[lr]?)\s*[<>]"  # brackets
    r"|(?<!\\)%[^\n]*"  # comments
    r"|^:\w+:.*$",  # options of a directive
    re.MULTILINE,
)
# In a case distinction, what follows the & is the condition of the case, not a claim.
_CASES = re.compile(r"\\begin\{cases\}.+?\\end\{cases\}", re.DOTALL)
_CONDITION = re.compile(r"&.*?(?=\\\\|\Z)", re.DOTALL)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def without_code(text: str) -> str:
    """Blank the code of a Markdown text, line by line; a fence of {math} becomes $$."""
    lines, closing, shown = [], "", ""
    for line in text.split("\n"):
        match = _FENCE.fullmatch(line)
        if closing:
            ends = match and match["fence"].startswith(closing) and not match["info"]
            lines.append(shown if ends or shown == "" else line)
            closing = "" if ends else closing
        elif match and match["info"].startswith("{math}"):
            closing, shown = match["fence"], "$$"
            lines.append("$$" + match["info"].removeprefix("{math}"))
        elif match and match["fence"][0] != ":" and _is_code(match["info"]):
            closing, shown = match["fence"], ""
            lines.append("")
        else:
            lines.append(line)
    return _CODE_SPAN.sub(_blank, "\n".join(lines))


def _is_code(info: str) -> bool:
    return not info.startswith("{") or info.startswith(_CODE_DIRECTIVES)


def display_claims(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield (line, relation) for each relation but := in the hand-typed display maths of Markdown.

    >>> list(display_claims("We define\n$$\nz := w x + b\n$$"))
    []
    >>> list(display_claims("We claim\n$$\nz = w x + b\n$$"))
    [(3, '=')]
    """
    text = without_code(text)
    for display in _DISPLAY.finditer(text):
        group = next(
            name for name in ("dollars", "brackets", "environment") if display[name] is not None
        )
        formula = _SILENT.sub(_blank, display[group])
        formula = _CASES.sub(lambda cases: _CONDITION.sub(_blank, cases[0]), formula)
        for define in DEFINES:
            formula = formula.replace(define, " " * len(define))
        for claim in _CLAIM.finditer(formula):
            yield text.count("\n", 0, display.start(group) + claim.start()) + 1, claim[0]


# -- numbers in the prose --------------------------------------------------------------------------

# Decimal numbers that are names, not results.
_NAMES = re.compile(
    r"\b(?:Python|NumPy|SymPy|SciPy|Matplotlib|JupyterLab|PyTorch|version|CC BY(?:-SA)?"
    r"|[Cc]hapters?|[Ss]ections?|[Ee]xercises?|[Ee]quations?|[Ee]q\.|[Ff]igures?|[Ff]ig\."
    r"|[Tt]ables?|[Tt]heorems?)[\s~]*\(?v?\d+(?:\.\d+)+\)?"
    r"|\bv\d+(?:\.\d+)+"
    r"|(?:[a-z]+://|doi:|arXiv:)\S+"  # addresses
    r"|\]\([^)]*\)"  # targets of links
    r"|\{[a-z:]+\}`[^`]*`"  # roles: citations and references
    r"|</?[A-Za-z][^>]*>"  # tags of HTML and their attributes
    r"|^\([\w-]+\)=\s*$"  # labels
    r"|^:[\w-]+:.*$",  # options of a directive
    re.MULTILINE,
)
_THIN_SPACE = re.compile(r"(?<=\d)(?:\\,|\{,\}|[\u2009\u202f])(?=\d)")
_NUMBER = re.compile(
    r"""(?<![\w.\\])
    (?P<digits>\d{1,3}(?:,\d{3})+\.\d+ | \d*\.\d+ | \d+)
    (?:
        [eE](?P<e>[+-]?\d+)
      | \s*(?:\\times|\\cdot|×|·)\s*10
        (?:\^\{?(?P<ten>[-−+]?\d+)\}? | (?P<raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))
    )?
    (?!\d|\.\d)
    (?P<percent>(?:\s|\\,)*\\?%|\sper\scent)?""",
    re.VERBOSE,
)
# A minus is a sign where no operand stands before it; typeset formulas put a space behind it.
_SIGN = re.compile(r"(?<![\w)}\]])[-−]$")
_SPACED_SIGN = re.compile(r"[-−](?:\s|\\,)*$")
_WIDE = Context(prec=1000)  # from the smallest to the largest float, without rounding
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


@dataclass(frozen=True)
class Number:
    """A decimal number as it is printed: its value, and the weight of its last digit."""

    printed: str
    value: Decimal
    unit: Decimal
    negative: bool
    percent: bool

    def rounds(self, source: "Number") -> bool:
        """Whether this is `source` rounded; the source prints at least as many digits."""
        if self.negative and not source.negative:
            return False
        for scale in (1, 100) if self.percent else (1,):
            if source.unit * scale > self.unit:
                continue
            steps = _WIDE.divide(source.value * scale, self.unit)
            for rounding in (ROUND_HALF_EVEN, ROUND_HALF_UP):
                rounded = steps.quantize(Decimal(1), rounding, _WIDE)
                if _WIDE.multiply(rounded, self.unit) == self.value:
                    return True
        return False

    def equals(self, source: "Number") -> bool:
        """Whether this is `source`, whatever the number of zeros at the end."""
        return self.value == source.value and (source.negative or not self.negative)


def numbers(text: str, *, source: bool = False) -> Iterator[Number]:
    """Yield the decimal numbers of a text; of a source of numbers, the integers too.

    >>> [number.printed for number in numbers("2 steps, E = 0.2984, 1e-6 and 12.3 %")]
    ['0.2984', '1e-6', '12.3 %']
    """
    text = _THIN_SPACE.sub("", text)
    for match in _NUMBER.finditer(text):
        digits = match["digits"].replace(",", "")
        raised = (match["raised"] or "").translate(_SUPERSCRIPTS)
        exponent = (match["e"] or match["ten"] or raised).replace("−", "-")
        if not (source or "." in digits or exponent):
            continue
        power = int(exponent or 0)
        decimals = len(digits.partition(".")[2])
        sign = (_SPACED_SIGN if source else _SIGN).search(
            text[max(0, match.start() - 9) : match.start()]
        )
        yield Number(
            ("−" if sign else "") + match[0].strip(),
            Decimal(digits).scaleb(power),
            Decimal(1).scaleb(power - decimals),
            bool(sign),
            bool(match["percent"]),
        )


@lru_cache(maxsize=2)  # every cell of a notebook is held against the same outputs and code
def _source(text: str) -> frozenset[Number]:
    return frozenset(numbers(text, source=True))


def unsupported_numbers(prose: str, outputs: str, code: str) -> Iterator[str]:
    """Yield each decimal number of the prose that no output rounds to and no code contains.

    >>> list(unsupported_numbers("The error is 0.298.", "0.298371109", "rate = 0.5"))
    []
    >>> list(unsupported_numbers("The error is 0.289.", "0.298371109", "rate = 0.5"))
    ['0.289']
    """
    printed, given = _source(outputs), _source(code)
    for number in numbers(_NAMES.sub(_blank, prose)):
        is_printed = any(number.rounds(source) for source in printed)
        if not is_printed and not any(number.equals(source) for source in given):
            yield number.printed


# -- cells -----------------------------------------------------------------------------------------


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Every code cell."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def output_text(cell: NotebookNode) -> str:
    """Everything that a cell printed or showed, as text; the tags of tables removed."""
    texts = []
    for output in cell.get("outputs", []):
        texts.append(output.get("text", ""))
        for mime, text in output.get("data", {}).items():
            texts.append(re.sub(r"<[^>]*>", " ", text) if mime == "text/html" else text)
    return "\n".join(texts)


def prose(cell: NotebookNode) -> str:
    """What a reader reads in a cell: Markdown, or the caption and the alt text of a figure."""
    if cell.cell_type == "markdown":
        return cell.source
    settings = cell.metadata.get("mystnb", {})
    return "\n".join(
        [settings.get("figure", {}).get("caption", ""), settings.get("image", {}).get("alt", "")]
    )


def makes_image(cell: NotebookNode) -> bool:
    """Whether a code cell shows a picture; its text form stays in the committed notebook."""
    return any(
        "image/svg+xml" in data or data.get("text/plain", "").startswith("<Figure size")
        for data in (output.get("data", {}) for output in cell.outputs)
    )


def has_import(source: str) -> bool:
    """Whether a cell imports, at any depth."""
    lines = (line if not line.startswith(("%", "!")) else "pass" for line in source.splitlines())
    tree = ast.parse("\n".join(lines))
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree))


def complaints(notebook: NotebookNode) -> Iterator[str]:
    """Yield everything that is wrong with a notebook, each with the number of its cell."""
    cells = code_cells(notebook)
    outputs = "\n".join(map(output_text, cells))
    code = "\n".join(cell.source for cell in cells)
    lengths = [len(cell.source.splitlines()) for cell in cells]
    if lengths and median(lengths) > MAX_MEDIAN_LINES:
        yield f"the median code cell has {median(lengths)} lines, more than {MAX_MEDIAN_LINES}"
    number = 0
    for position, cell in enumerate(notebook.cells, start=1):
        where = f"cell {position}"
        if cell.cell_type == "code":
            number += 1
            where = f"cell {position} (code cell {number}: {cell.source.strip().splitlines()[0]!r})"
            yield from (f"{where}: {text}" for text in _code_complaints(cell, number))
        elif cell.cell_type == "markdown":
            for line, claim in display_claims(cell.source):
                at = f"{where}, line {line}"
                yield f"{at}: display maths claims by {claim!r}: prove it in a cell"
        for printed in unsupported_numbers(prose(cell), outputs, code):
            yield f"{where}: no output of this notebook rounds to {printed}"
    yield from _solution_complaints(notebook)


def _code_complaints(cell: NotebookNode, number: int) -> Iterator[str]:
    lines, tags = cell.source.splitlines(), cell.metadata.get("tags", [])
    if len(lines) > MAX_LINES:
        yield f"{len(lines)} lines, more than {MAX_LINES}"
    if has_import(cell.source) != (number == 1):
        yield "the first code cell imports, and no other does"
    if cell.execution_count != number:
        yield f"execution count {cell.execution_count} instead of {number}: run `make notebooks`"
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"an error is committed: {output.ename}"
        if output.output_type == "stream" and output.name == "stderr":
            yield f"it wrote to stderr: {output.text!r}"
    if re.search(r"\bat 0x[0-9a-f]{6,}", output_text(cell)):
        yield "a memory address is in its output"
    if "[checked to " in output_text(cell):
        yield "a line of its derivation is only checked in digits: prove it, with a step between"
    unchecked = {"nbval-skip", "nbval-ignore-output", "raises-exception", "skip-execution"} & set(
        tags
    )
    if unchecked or re.search(r"#\s*(?:NBVAL_|PYTEST_VALIDATE)", cell.source):
        yield f"it escapes the comparison of outputs: {sorted(unchecked) or 'by a comment'}"
    if makes_image(cell):
        settings = cell.metadata.get("mystnb", {})
        if not settings.get("image", {}).get("alt", "").strip():
            yield "its figure has no alt text (metadata mystnb.image.alt)"
        if not settings.get("figure", {}).get("caption", "").strip():
            yield "its figure has no caption (metadata mystnb.figure.caption)"
        if not {"hide-input", "hide-cell", "remove-input"} & set(tags):
            yield "the input of a figure is folded (tag hide-input)"


def _solution_complaints(notebook: NotebookNode) -> Iterator[str]:
    """The text of a solution is folded in its cell, and so is the code that follows it."""
    in_solution = False
    for position, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            if in_solution and "hide-cell" not in cell.metadata.get("tags", []):
                yield f"cell {position}: the code of a solution is folded (tag hide-cell)"
            continue
        text = without_code(cell.source)
        folds = re.findall(r"<details|</details>", text)
        if folds != ["<details", "</details>"] * (len(folds) // 2):
            yield f"cell {position}: a fold must begin and end in one cell: <details> … </details>"
        in_solution = text.rstrip().endswith("</details>")
