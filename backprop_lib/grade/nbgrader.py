"""For nbgrader: cells are graded in the jail instead of being run in a kernel.
It stands where ``Execute`` stands, and writes what nbgrader reads points from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_output
from traitlets import Unicode

from .. import check
from .command import course_secret
from .jail import Limits
from .marking import judged
from .selftest import self_test
from .submission import code_cells


class GradeInJail(Preprocessor):
    """A preprocessor for ``c.Autograde.autograde_preprocessors``, in the place of ``Execute``.

    If the jail fails, the questions are left for a person: no points, neither good nor bad.
    """

    secret = Unicode("backprop.secret", help="The file of the course's secret.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Write the verdict of each question into its test cell."""
        student = resources["nbgrader"]["student"]
        name = resources["nbgrader"]["assignment"]
        if name not in check.PROBLEM_SETS:
            known = ", ".join(check.PROBLEM_SETS)
            raise ValueError(f"{name} is none of the problem sets that have checks: {known}.")
        problem_set = check.PROBLEM_SETS[name]
        try:
            self_test(Limits())
            key = course_secret(Path(self.secret))
            verdicts, facts = judged(problem_set, code_cells(dict(nb)), student, key, Limits())
        except Exception as error:
            self.log.error("%s of %s has no score: %s", name, student, error)
            verdicts, facts = [], [f"no score yet: {error}"]
        said = {verdict.question: verdict for verdict in verdicts}
        for cell in nb.cells:
            mark = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code" or not mark.get("grade"):
                continue
            question = str(mark.get("grade_id")).removesuffix("-check").replace("-", ".", 1)
            verdict = said.get(question)
            if verdict is None:
                cell.cell_type = "markdown"  # nbgrader leaves such a cell to a person
                cell.source = "\n".join(facts) or f"There is no question {question}."
                del cell["outputs"], cell["execution_count"]
                continue
            points = verdict.points / verdict.out_of * float(mark["points"])
            cell.outputs = [
                new_output("stream", name="stdout", text="\n".join([str(verdict), *facts])),
                new_output("execute_result", {"text/plain": f"{points:g}"}, execution_count=1),
            ]
        return nb, resources
