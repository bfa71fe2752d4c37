"""Every question of every set: its model solution passes, its mistakes are named, and only they."""

import itertools

import numpy as np
import pytest

from backprop_lib.check import PROBLEM_SETS, QUESTIONS
from backprop_lib.check.compare import differ
from backprop_lib.check.notebook import Here
from backprop_lib.check.question import judge, practice_input

STUDENTS = [f"student {number}" for number in range(100)]
WRONG_ANSWERS = 10_000
MISTAKES = [
    pytest.param(question, mistake, id=f"{question.id}: {mistake.name}")
    for question in QUESTIONS.values()
    for mistake in question.mistakes
]

each_question = pytest.mark.parametrize("name", QUESTIONS)


def test_mistakes_are_many_and_have_names_of_their_own():
    everywhere = set()
    for part in PROBLEM_SETS.values():
        names = {q.id: [mistake.name for mistake in q.mistakes] for q in part.questions}
        for question, found in names.items():
            assert len(found) == len(set(found)), question
        in_set = set().union(*names.values())
        assert len(in_set) >= 8, part.id
        everywhere |= in_set
    assert len(everywhere) >= 7.5 * len(PROBLEM_SETS)  # 45 in six sets


@pytest.mark.parametrize(("question", "mistake"), MISTAKES)
def test_advice_is_a_sentence_or_two(question, mistake):
    assert mistake.name == mistake.name.strip(" .")
    assert mistake.advice[0].isupper()
    assert mistake.advice[-1] in ".?"


@each_question
def test_model_solution_gets_full_marks_for_100_students(notebook, name):
    question = QUESTIONS[name]
    solution = "\n\n".join(notebook.solutions[name])
    for student in STUDENTS:
        names = notebook.run(solution, student)
        with np.errstate(all="raise", under="ignore"):
            verdict = judge(question, Here(names), student)
        assert (verdict.status, verdict.points) == ("passed", question.points), str(verdict)


@each_question
def test_who_makes_a_mistake_is_told_its_name(notebook, name):
    for student in STUDENTS[:20]:
        question = notebook.replayed(QUESTIONS[name], student)
        for mistake in question.mistakes:
            names = notebook.names_of(question, mistake.answer, student)
            verdict = notebook.ask(question, names, student)
            assert (verdict.status, verdict.points) == ("wrong", 0), mistake.name
            assert verdict.mistake == mistake.name
            assert mistake.name in verdict.text
            assert mistake.advice in verdict.text


@each_question
def test_no_two_answers_agree_on_any_input(name):
    question = QUESTIONS[name]
    for student in STUDENTS[:40]:
        arguments = practice_input(question, student)
        answers = {"the right one": question.answer(*arguments)}
        with np.errstate(all="ignore"):
            answers |= {slip.name: slip.answer(*arguments) for slip in question.mistakes}
        for one, other in itertools.combinations(answers, 2):
            apart = differ(answers[one], answers[other], question.tolerance)
            assert apart, f"{student}: {one} = {other}"


# -- wrong in a way that has no name ---------------------------------------------------------------


def spoil(value, rng):
    """Return a value of the same form with other numbers in it."""
    if isinstance(value, dict):
        return {key: spoil(entry, rng) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [spoil(entry, rng) for entry in value]
    if isinstance(value, str):
        return value[::-1] + "?"
    array = np.array(value, dtype=float)
    size = np.abs(array).max(initial=0.0) or 1.0
    noise = rng.normal(size=array.shape) * size
    kind = rng.integers(5)
    if kind == 0:
        array = noise
    elif kind == 1:
        array = array + 10 ** rng.uniform(-3, 1) * noise
    elif kind == 2:
        array = array * rng.uniform(1.01, 4) ** rng.choice([-1, 1])
    elif kind == 3:
        array = array + 10 ** rng.uniform(-3, 1) * size
    elif array.size:
        array.flat[rng.integers(array.size)] += 10 ** rng.uniform(-3, 1) * size
    return float(array) if array.ndim == 0 else array


@each_question
def test_no_random_wrong_answer_gets_a_name(notebook, name):
    question = notebook.replayed(QUESTIONS[name], "anne", cases=2)
    for seed in range(-(-WRONG_ANSWERS // len(QUESTIONS))):
        rng = np.random.default_rng(seed)
        inputs = [practice_input(question, "anne", case) for case in range(2)]
        replies = [spoil(question.answer(*arguments), rng) for arguments in inputs]
        answer = replies[0] if question.by_hand else lambda *_, left=replies: left.pop(0)
        verdict = notebook.ask(question, {question.name: answer})
        assert verdict.status == "wrong" or question.verify, seed
        assert verdict.mistake == "", seed
