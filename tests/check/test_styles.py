"""Correct programs in any reasonable style pass: styles/psN.txt holds one under each headline."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from backprop_lib.check import QUESTIONS
from backprop_lib.check.notebook import Here
from backprop_lib.check.question import judge

STYLES = []
for path in sorted((Path(__file__).parent / "styles").glob("*.txt")):
    for block in ("\n" + path.read_text(encoding="utf-8")).split("\n#% ")[1:]:
        headline, _, code = block.partition("\n")
        number, _, style = headline.partition(" ")
        STYLES.append(pytest.param(f"{path.stem}.{number}", code, id=f"{path.stem}.{headline}"))


def test_there_are_fifty_styles_and_some_for_every_question():
    assert len(STYLES) >= 50
    assert len({style.id for style in STYLES}) == len(STYLES)
    assert {style.values[0] for style in STYLES} == set(QUESTIONS)


@pytest.mark.parametrize(("question", "code"), STYLES)
def test_correct_program_passes_whatever_its_style(notebook, question, code):
    for student in ("anne", "bert", "Ζήνων"):
        verdict = notebook.ask(question, notebook.run(code, student), student)
        assert verdict.status == "passed", str(verdict)


@pytest.mark.parametrize(
    ("question", "code"), [style.values for style in STYLES if "it warns" in style.id]
)
def test_a_warning_costs_nothing(notebook, question, code):
    names = notebook.run(code)
    with np.errstate(all="warn"), warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        verdict = judge(QUESTIONS[question], Here(names), "anne")
    assert "overflow" in str(shown[0].message)
    assert verdict.points == verdict.out_of
