"""Model solutions with one thing changed: none that answers otherwise gets full marks.

What is changed: an operator, a comparison, a constant, a keyword; an operand, a call, a statement
is left out. A mutant that passes must give the numbers of the solution on many other inputs.
"""

import ast
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from backprop_lib.check import QUESTIONS
from backprop_lib.check.compare import difference
from backprop_lib.check.notebook import Here
from backprop_lib.check.question import Question, practice_input

SECONDS = 5  # a mutant may never end
OTHER_INPUTS = 200
SWAPPED = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node."""
    for other in SWAPPED.get(type(node), ()):
        yield other()
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.Call):
        yield from node.args[:1]
        for place in range(len(node.keywords)):
            rest = node.keywords[:place] + node.keywords[place + 1 :]
            yield ast.Call(node.func, node.args, rest)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
        yield ast.Pass()


def mutants(code: str) -> Iterator[str]:
    """Yield the code with one thing changed, for each thing."""
    tree = ast.parse(code)
    known = {ast.unparse(tree)}
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            for place, child in enumerate(value if isinstance(value, list) else [value]):
                for other in changes(child) if isinstance(child, ast.AST) else ():
                    if isinstance(value, list):
                        value[place] = other
                    else:
                        setattr(parent, field, other)
                    mutant = ast.unparse(ast.fix_missing_locations(tree))
                    if isinstance(value, list):
                        value[place] = child
                    else:
                        setattr(parent, field, child)
                    if mutant not in known:
                        known.add(mutant)
                        yield mutant


@contextmanager
def limited() -> Iterator[None]:
    """Stop what never ends."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def passes(notebook, question: Question, code: str) -> bool:
    """Whether code gets full marks in the place of the model solution."""
    with limited():
        try:
            names = notebook.run(code)
        except Exception:
            return False
        return notebook.ask(question, names).status == "passed"


def same(notebook, question: Question, code: str, other: str) -> bool:
    """Whether two codes answer alike wherever we look, up to rounding, or both rightly."""
    students = [Here(notebook.run(text)) for text in (code, other)]
    for case in range(OTHER_INPUTS):
        arguments = practice_input(question, "bert", case)
        with notebook.quietly(), limited():
            value, right = (who.call(question.name, arguments).value for who in students)
        if question.verify:  # there are many right answers
            wrong = question.verify(value, *arguments)
        else:
            wrong = difference(value, right, 1e-9)
        if wrong:
            return False
    return True


@pytest.fixture(scope="module")
def counted():
    """Count the mutants that answer otherwise than the solution; the last test looks at it."""
    return {}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_mutant_of_a_model_solution_gets_full_marks(notebook, counted, name):
    question = notebook.replayed(QUESTIONS[name], "anne")
    before, solution = (text + "\n\n" for text in notebook.solutions[name])
    assert passes(notebook, question, before + solution)
    counted[name] = 0
    for mutant in mutants(solution):
        if not passes(notebook, question, before + mutant):
            counted[name] += 1
        elif not question.by_hand:  # numbers that are right are right, wherever from
            assert same(notebook, QUESTIONS[name], before + mutant, before + solution), mutant
    assert counted[name] > 0


def test_mutants_were_many(counted):
    if set(counted) == set(QUESTIONS):  # not when only some were chosen
        assert sum(counted.values()) >= 1500


def test_mutants_change_one_thing_each():
    found = set(mutants("def f(x):\n    y = 2 * x\n    return g(y, axis=1) if y > 0 else -y"))
    for line in ("y = 3 * x", "y = 1 * x", "y = 2", "y = x", "y = 2 / x", "pass"):
        assert any(f"    {line}\n" in mutant for mutant in found), line
    for end in (
        *("g(y, axis=1) if y >= 0 else -y", "g(y, axis=1) if y < 0 else -y", "g(y, axis=1)", "-y"),
        *("g(y) if y > 0 else -y", "y if y > 0 else -y", "g(y, axis=1) if y > 0 else y"),
        *("g(y, axis=2) if y > 0 else -y", "g(y, axis=1) if y > 1 else -y"),
    ):
        assert any(mutant.endswith(f"return {end}") for mutant in found), end


def test_two_codes_are_told_apart_by_what_they_answer_not_by_how_they_look(notebook):
    for name, are_same in (("ps1.q4", True), ("ps1.q5", False)):  # at 0: no matter; a kink
        _, code = notebook.solutions[name]
        other = code.replace("z > 0", "z >= 0")
        assert other != code
        assert same(notebook, QUESTIONS[name], code, other) is are_same
