"""Answers are compared as a patient reader would, and inputs drawn so that no two answers agree."""

import itertools

import numpy as np
import pytest

from backprop_lib.check.compare import difference, show
from backprop_lib.check.notebook import Here
from backprop_lib.check.question import Mistake, Question, judge, practice_input, told_apart
from backprop_lib.check.wire import Formula

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "expected", "same"),
    [
        ([NAN, 2.0], [NAN, 2.0], True),
        ([NAN, 2.0], [NAN, 2.1], False),
        ([NAN, 2.0], [1.0, 2.0], False),
        ([1.0, 2.0], [NAN, 2.0], False),
        ([np.inf, 2.0], [np.inf, 2.0], True),
        ([np.inf, 2.0], [-np.inf, 2.0], False),
    ],
)
def test_nan_is_equal_only_to_nan_in_the_same_place(value, expected, same):
    found = difference(np.array(value), np.array(expected), 1e-6)
    assert (found == "") is same


NUMBERS = (0.0, 0.5, 0.5 + 1e-7, 0.501, -0.5, 1e-5, 3.0, 1e308, -1e308, np.inf, -np.inf, NAN)


@pytest.mark.parametrize("tell", [True, False])
@pytest.mark.parametrize("kind", [float, np.float64])
@pytest.mark.parametrize("tolerance", [1e-9, 1e-3])
def test_two_numbers_are_compared_like_two_arrays_of_one_number(tolerance, kind, tell):
    for value, expected in itertools.product(NUMBERS, NUMBERS):
        alone = difference(kind(value), expected, tolerance, tell)
        array = difference(np.array(value), np.array(expected), tolerance, tell)
        assert alone == array, (value, expected)


def test_a_tuple_of_arrays_of_unlike_shapes_is_compared_value_by_value():
    wanted = ([np.ones((2, 3)), np.ones(4)], 1.0)
    assert difference(([np.ones((2, 3)), np.ones(4)], 1.0), wanted, 1e-6) == ""
    assert "value 1: value 2" in difference(([np.ones((2, 3)), np.zeros(4)], 1.0), wanted, 1e-6)
    assert "expected 2 values" in difference({"a": 1}, wanted, 1e-6)


def test_a_mistake_that_ends_in_nan_is_named():
    def mean(x, n):
        return x / n

    def from_zero(x, n):
        return x / (n - 1) * 0

    slip = Mistake("counted from 0", "Where does n begin?", from_zero)
    question = Question("ps0.q1", 1, mean, lambda rng: (rng.normal(size=3), np.ones(3)), (slip,))
    with np.errstate(all="ignore"):
        verdict = judge(question, Here({"mean": from_zero}), "anne")
    assert (verdict.status, verdict.mistake) == ("wrong", "counted from 0")


def test_inputs_are_drawn_again_until_all_answers_differ():
    def square(x):
        return x * x

    slips = (Mistake("doubled", "", lambda x: 2 * x), Mistake("cubed", "", lambda x: x**3))
    draw = told_apart(lambda rng: (float(rng.integers(-2, 4)),), square, slips)
    drawn = {draw(np.random.default_rng(seed))[0] for seed in range(200)}
    assert drawn == {-2.0, -1.0, 3.0}  # at 0 and 2 a double, at 1 a cube is the square


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.61, "0.61 came, which is not right yet."), (NAN, "not finite: nan came, which is not")],
)
def test_a_number_worked_by_hand_is_not_told(value, text):
    def heat(x):
        return {"a": 0.59327, "b": 0.25}

    question = Question("ps0.q1", 1, heat, lambda rng: (0.0,), by_hand=True)
    verdict = judge(question, Here({"heat": {"a": value, "b": 0.25}}), "anne")
    assert verdict.text.startswith(f'heat: entry "a": {text}')
    assert "0.593" not in verdict.text


def test_the_number_of_a_long_array_worked_by_hand_is_not_told():
    value, wanted = np.zeros(20), np.full(20, 0.59327)
    assert "0.59327 was expected" in difference(value, wanted, 1e-6)
    assert "0.59" not in difference(value, wanted, 1e-6, tell=False)


@pytest.mark.parametrize(("value", "close"), [(0.59, True), (0.61, False), (-0.59, False)])
def test_digits_are_asked_for_only_where_a_number_worked_by_hand_is_close(value, close):
    found = difference(value, np.float64(0.59327), 1e-6, tell=False)
    assert found.startswith(f"{value} came, which is not right yet")
    assert ("the digits that you keep" in found) is close


def test_the_first_entry_that_is_not_finite_is_shown_of_a_long_array():
    value, wanted = np.ones((5, 4)), np.full((5, 4), 1.25)
    value[2, 1] = NAN
    assert difference(value, wanted, 1e-6) == (
        "not finite: entry (2, 1): nan came, 1.25 was expected."
    )


def test_a_list_counted_by_layers_is_spoken_of_by_its_index():
    wanted = ([None, np.ones(2), np.ones(3)], 1.0)
    assert "value 1: entry [2]: " in difference(([None, np.ones(2), np.zeros(3)], 1.0), wanted, 0.1)
    missing = difference(([np.ones(2), np.ones(3)], 1.0), wanted, 0.1)
    assert missing.startswith("value 1: expected 3 values, the first of them None, got ")


def test_none_is_right_only_where_it_is_expected():
    wanted = [None, np.ones(2)]
    assert difference([None, np.ones(2)], wanted, 1e-6) == ""
    assert difference([np.ones(2), np.ones(2)], wanted, 1e-6).startswith("entry [0]: expected None")
    assert difference([None, None], wanted, 1e-6).startswith("entry [1]: it returns nothing")


def test_a_question_may_go_on_with_the_numbers_of_another():
    def total(x):
        return x.sum()

    def draw(rng):
        return (rng.normal(size=3),)

    first, second, other = (
        Question("ps0.q1", 1, total, draw),
        Question("ps0.q2", 1, total, draw, numbers_of="ps0.q1"),
        Question("ps0.q3", 1, total, draw),
    )
    numbers = [practice_input(question, "anne")[0] for question in (first, second, other)]
    np.testing.assert_array_equal(numbers[0], numbers[1])
    assert not np.array_equal(numbers[0], numbers[2])


@pytest.mark.parametrize(
    ("count", "shown"), [(2, "total([0.5, 1.5], [0.5, 1.5])"), (30, "total(...)")]
)
def test_the_call_that_failed_is_shown_if_it_is_short(count, shown):
    def total(*values):
        return sum(value.sum() for value in values)

    question = Question("ps0.q1", 1, total, lambda rng: (np.arange(2) + 0.5,) * count)
    verdict = judge(question, Here({"total": lambda *values: 0.25}), "anne")
    assert verdict.text.startswith(f"{shown}: 0.25 came, ")
    assert 'inputs("ps0.q1", 0)' in verdict.text


@pytest.mark.parametrize(
    ("names", "opening", "shows_input"),
    [
        ({}, "half: there is no function", False),
        ({"half": lambda x, y: x}, "half(3): it raises TypeError: ", True),
        ({"half": lambda x: x["a"]}, "half(3): it raises TypeError: ", True),
    ],
)
def test_what_a_function_raised_on_can_be_had_again(names, opening, shows_input):
    def half(x):
        return x / 2

    text = judge(Question("ps0.q1", 1, half, lambda rng: (3.0,)), Here(names), "anne").text
    assert text.startswith(opening)
    assert ('inputs("ps0.q1", 0)' in text) is shows_input
    assert "function(*given)" not in text


@pytest.mark.parametrize(
    ("value", "expected", "said"),
    [
        (np.float64(1 / 3 + 2e-9), 1 / 3, "0.33333334 came, 0.33333333 was expected."),
        (
            np.array([1.70301, 1.44]),
            np.array([1.70302, 1.44]),
            "[1.70301, 1.44] came, [1.70302, 1.44] was expected.",
        ),
        ([1.0, 2.5], np.array([1.0, 2.4]), "[1, 2.5] came, [1, 2.4] was expected."),
        (1.0 + 2**-52, 1.0, "1.0000000000000002 came, 1 was expected."),
    ],
)
def test_numbers_that_look_alike_are_shown_to_the_digit_that_differs(value, expected, said):
    assert difference(value, expected, 1e-17) == said


def test_a_text_is_shown_in_quotes_and_a_function_is_not():
    assert difference("0.0168", 0.0168, 1e-6) == "expected a number, got '0.0168'."
    assert difference(["+", "a"], np.ones(2), 1e-6).endswith("got ['+', 'a'].")
    assert difference("left", "right", 1e-6) == "'left' came, 'right' was expected."
    assert show(Formula("lambda w: w")) == "lambda w: w"


def test_who_makes_a_known_mistake_is_not_sent_to_look_at_digits():
    def heat(x):
        return 0.59327

    slip = Mistake("not heated", "What does the heat do?", lambda x: 0.59)
    question = Question("ps0.q1", 1, heat, lambda rng: (0.0,), (slip,), by_hand=True)
    texts = [judge(question, Here({"heat": value}), "anne").text for value in (0.59, 0.592)]
    assert "digits" not in texts[0]
    assert "not heated" in texts[0]
    assert "digits" in texts[1]
