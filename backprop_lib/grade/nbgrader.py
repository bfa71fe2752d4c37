"""For nbgrader: its commands work as always, but notebooks are graded in the jail, not in a kernel.
A preprocessor stands where ``Execute`` stood, and writes what nbgrader reads points from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from traitlets import Bool, Unicode

from .. import check
from ..check.question import Verdict
from .command import course_secret
from .jail import Limits
from .marking import judged
from .selftest import self_test
from .submission import code_cells

# Formgrader shows a student's text as a web page, with the rights of the teacher who reads it.
TAG = re.compile(r"<(?=[a-zA-Z/!?])")


class OurMarks(Preprocessor):
    """Before nbgrader reads what a cell is marked as: as it was released, once, or not at all.

    On marks that were made up, copied with their cell or deleted with it, nbgrader gives up.
    """

    enabled = Bool(True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Set the marks of all cells from the gradebook, and append the checks that are gone."""
        place = resources["nbgrader"]
        with Gradebook(place["db_url"]) as book:
            released = _released(book.find_notebook(place["notebook"], place["assignment"]))
        for cell in nb.cells:
            theirs = cell.metadata.pop("nbgrader", None)
            name = str(theirs.get("grade_id")) if isinstance(theirs, dict) else ""
            if name in released:
                cell.metadata["nbgrader"] = released.pop(name).metadata["nbgrader"]
        for cell in released.values():
            if cell.metadata["nbgrader"]["grade"]:
                if nb.nbformat_minor < 5:
                    del cell["id"]
                nb.cells.append(cell)
        return nb, resources


def _released(notebook: Any) -> dict[str, Any]:
    """Return the marked cells of the release by their names, from the gradebook."""
    make = {"code": new_code_cell, "markdown": new_markdown_cell}
    answers = {cell.name for cell in notebook.solution_cells}
    points = {cell.name: {"points": cell.max_score} for cell in notebook.grade_cells}
    cells = {}
    for cell in notebook.source_cells:
        mark = {"grade_id": cell.name, "schema_version": 3, "task": False}
        mark |= {"grade": cell.name in points, "solution": cell.name in answers}
        mark |= {"locked": cell.locked, "checksum": cell.checksum, "cell_type": cell.cell_type}
        mark |= points.get(cell.name, {})
        cells[cell.name] = make[cell.cell_type](cell.source, metadata={"nbgrader": mark})
    return cells


class GradeInJail(Preprocessor):
    """The preprocessor. If the jail fails, the questions are left to a person: no points."""

    enabled = Bool(True).tag(config=True)
    secret = Unicode(
        "backprop.secret", help="The file with the secret of the course, from the course's folder."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Write the verdict of each question into its test cell."""
        student, name = (resources["nbgrader"][what] for what in ("student", "assignment"))
        if name not in check.PROBLEM_SETS:
            known = ", ".join(check.PROBLEM_SETS)
            raise ValueError(f"{name} is none of the problem sets that have checks: {known}.")
        verdicts: dict[str, Verdict] = {}
        try:
            self_test(Limits())
            key = course_secret(Path(self.config.CourseDirectory.get("root") or "", self.secret))
            said, facts = judged(
                check.PROBLEM_SETS[name], code_cells(dict(nb)), student, key, Limits()
            )
            verdicts = {verdict.question: verdict for verdict in said}
        except Exception as error:
            self.log.error("%s of %s has no score: %s", name, student, error)
            facts = [f"No score yet: {error}"]
        for cell in nb.cells:
            mark = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code" and not mark.get("locked"):
                cell.source = TAG.sub("&lt;", cell.source)
            if cell.cell_type == "code" and mark.get("grade"):
                question = str(mark.get("grade_id")).removesuffix("-check").replace("-", ".", 1)
                _write(cell, verdicts.get(question), float(mark["points"]), facts)
        return nb, resources


class AsCode(Preprocessor):
    """After the grades are saved: a check that was left to a person is code again."""

    enabled = Bool(True)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Undo what :class:`GradeInJail` did to a cell that it had no verdict for."""
        if "outputs" in cell:
            cell.cell_type = "code"
        return cell, resources


def configure(c: Any) -> None:
    """Tell nbgrader to grade in the jail; call it in ``nbgrader_config.py``.

    Parameters
    ----------
    c : Config
        What ``get_config()`` returned.
    """
    c.Autograde.autograde_preprocessors = [
        GradeInJail,
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        AsCode,
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        OurMarks,
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]


def _write(cell: Any, verdict: Verdict | None, most: float, facts: list[str]) -> None:
    lines = [str(verdict), *facts] if verdict else facts
    cell.outputs = [new_output("stream", name="stdout", text="\n".join(lines))]
    if verdict is None:
        cell.cell_type = "markdown"  # which nbgrader leaves to a person
        return
    points = f"{most * verdict.points / verdict.out_of:g}"
    cell.outputs.append(new_output("execute_result", {"text/plain": points}, execution_count=1))
