import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lib as bp
from backprop_lib import photocells
from backprop_lib.perceptron import learn

XOR = bp.datasets.xor()
AND = 2 * XOR[0].all(axis=1, keepdims=True) - 1
OR = 2 * XOR[0].any(axis=1, keepdims=True) - 1


def generator(seed=0):
    return np.random.default_rng(seed)


def test_first_corrections_of_and_are_as_worked_by_hand():
    found = learn(XOR[0], AND, epochs=2)
    # From 0 every response is 0, so (0, 0) is missed: b = −1. (0, 1) and (1, 0) are right. (1, 1)
    # answers −1: w = (1, 1), b = 0. Next epoch: (0, 0) answers 0: b = −1. (0, 1) answers 0:
    # w = (1, 0), b = −2. (1, 0) answers −1, right. (1, 1) answers −1: w = (2, 1), b = −1.
    np.testing.assert_array_equal(
        found.path, [[0, 0, 0], [0, 0, -1], [1, 1, 0], [1, 1, -1], [1, 0, -2], [2, 1, -1]]
    )
    assert found.mistakes == (2, 3)
    assert not found.converged
    assert found.cycle is None


@pytest.mark.parametrize("Y", [AND, OR, -AND], ids=["and", "or", "nand"])
def test_separable_functions_are_learnt(Y):
    found = learn(XOR[0], Y)
    assert found.converged
    assert found.mistakes[-1] == 0 < min(found.mistakes[:-1])
    assert sum(found.mistakes) == len(found.path) - 1
    np.testing.assert_array_equal(found(XOR[0]), Y)
    np.testing.assert_array_equal(found.path[-1], [*found.weights, found.bias])


def test_exclusive_or_is_seen_to_go_round_in_circles():
    found = learn(XOR[0], 2 * XOR[1] - 1)
    assert not found.converged
    assert found.cycle == 1
    np.testing.assert_array_equal(found.path[-1], found.path[0])
    assert found.bound(XOR[0], 2 * XOR[1] - 1) == np.inf


def test_cycle_that_begins_after_some_epochs_has_the_right_length():
    X, Y = [[2.0, 1.0], [1.0, 3.0], [3.0, 4.0], [0.0, 1.0]], [[1], [1], [-1], [-1]]
    found = learn(X, Y, epochs=500)
    ends = found.path[np.cumsum(found.mistakes)].tolist()  # the weights after each epoch
    assert found.cycle == 6
    assert len(ends) == 21
    assert ends.index(ends[-1]) == len(ends) - 1 - found.cycle  # no earlier and no later return


def test_shuffled_epochs_claim_no_cycle_and_end_at_the_limit():
    found = learn(XOR[0], 2 * XOR[1] - 1, epochs=50, rng=generator())
    assert len(found.mistakes) == 50
    assert found.cycle is None
    assert not found.converged
    assert min(found.mistakes) > 0


def test_shuffling_is_seeded():
    X, Y = photocells.images(80, generator(), shift=3)
    first, again, other = (learn(X, Y, rng=generator(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.path, again.path)
    assert first.path.shape != other.path.shape or (first.path != other.path).any()


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 40), d=st.integers(1, 6))
def test_mistakes_never_exceed_the_bound_of_novikoff(seed, n, d):
    rng = generator(seed)
    X, teacher = rng.normal(size=(n, d)), rng.normal(size=d + 1)
    score = X @ teacher[:-1] + teacher[-1]
    X, Y = X[abs(score) > 0.2], np.sign(score[abs(score) > 0.2])[:, None]
    if len(X):
        found = learn(X, Y, epochs=20_000)
        assert found.converged
        right = bp.perceptron.Perceptron(teacher[:-1], teacher[-1], (0,), True, None, np.empty(0))
        assert sum(found.mistakes) <= right.bound(X, Y) * (1 + 1e-12)
        assert sum(found.mistakes) <= found.bound(X, Y) * (1 + 1e-12) < np.inf


def test_bound_is_the_formula():
    X, Y = np.array([[3.0], [-1.0]]), np.array([[1], [-1]])
    found = bp.perceptron.Perceptron(np.array([2.0]), 1.0, (0,), True, None, np.empty(0))
    # R² = 9 + 1; the scores are 7 and −1, so γ = 1/√5
    assert found.bound(X, Y) == pytest.approx(10 * 5)


def test_response_on_the_boundary_is_0():
    found = bp.perceptron.Perceptron(np.array([1.0]), -1.0, (0,), True, None, np.empty(0))
    np.testing.assert_array_equal(found([[0.0], [1.0], [2.0]]), [[-1], [0], [1]])


# Photocells


@pytest.mark.parametrize("name", ["T", "L", "X", "+"])
def test_every_letter_lights_36_of_400_cells(name):
    field = photocells.letter(name)
    assert field.shape == (20, 20)
    assert field.sum() == 36
    assert not field[:5].any()
    assert not field[15:].any()


def test_letters_are_what_they_are_called():
    T, L, X, plus = (photocells.letter(name) for name in "TLX+")
    assert T[5:7, 5:15].all()
    assert T[5:15, 9:11].all()
    assert L[13:15, 5:15].all()
    assert L[5:15, 5:7].all()
    np.testing.assert_array_equal(X, X.T)
    np.testing.assert_array_equal(X, X[::-1])
    np.testing.assert_array_equal(plus, plus[::-1])
    assert plus[9:11, 5:15].all()


def test_images_are_shifted_letters_with_the_noise_asked_for():
    X, Y = photocells.images(400, generator(), letters=("X", "+"), shift=3, noise=0)
    assert X.shape == (400, 400)
    assert set(np.unique(X)) == {0, 1}
    assert Y.sum() == 0
    moves = set()
    for image, target in zip(X.reshape(-1, 20, 20), Y[:, 0], strict=True):
        field = photocells.letter("X" if target == 1 else "+")
        rows, columns = (np.flatnonzero(image.any(axis=axis))[0] - 5 for axis in (1, 0))
        np.testing.assert_array_equal(image, np.roll(field, (rows, columns), axis=(0, 1)))
        moves.add((rows, columns))
    assert {max(abs(r), abs(c)) for r, c in moves} == {0, 1, 2, 3}
    noisy, _ = photocells.images(400, generator(), letters=("X", "+"), shift=3, noise=0.1)
    assert abs(noisy - X).mean() == pytest.approx(0.1, abs=0.005)


def test_images_are_seeded_and_mixed():
    (X, Y), (again, _), (other, _) = (photocells.images(50, generator(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(X, again)
    assert (other != X).any()
    assert abs(np.diff(Y[:, 0])).sum() > 10


@pytest.mark.parametrize("pair", [("T", "L"), ("X", "+"), ("T", "X")])
def test_letters_in_place_are_learnt_and_recognised_later(pair):
    rng = generator()
    found = learn(*photocells.images(100, rng, pair, shift=1))
    X, Y = photocells.images(200, rng, pair, shift=1)
    assert found.converged
    assert (found(X) == Y).mean() > 0.95


def test_letters_at_all_places_cannot_be_told_apart():
    X, Y = photocells.everywhere(("X", "+"))
    assert X.shape == (800, 400)
    assert len(np.unique(X, axis=0)) == 800
    # The proof: the sum of y·x over all images is 0, with the bias, so Σ y (w·x + b) = 0 always.
    np.testing.assert_array_equal((Y * np.column_stack([X, np.ones(800)])).sum(axis=0), 0)
    assert not learn(X, Y, epochs=30).converged


def test_association_units_are_wired_as_told_and_fire_at_the_threshold():
    units = photocells.wire(generator(), units=64, excitatory=7, inhibitory=3, threshold=2)
    assert units.wiring.shape == (400, 64)
    assert ((units.wiring == 1).sum(axis=0) == 7).all()
    assert ((units.wiring == -1).sum(axis=0) == 3).all()
    assert len(np.unique(units.wiring, axis=1).T) == 64
    X, _ = photocells.images(30, generator())
    by_hand = [[float(sum(x * c) >= 2) for c in units.wiring.T] for x in X]
    np.testing.assert_array_equal(units(X), by_hand)
    assert 0 < units(X).mean() < 1
    assert repr(units) == "<64 association units on 400 photocells, threshold 2>"


def test_perceptron_learns_behind_association_units():
    rng = generator()
    units = photocells.wire(rng)
    X, Y = photocells.images(100, rng, shift=2)
    found = learn(units(X), Y)
    later, targets = photocells.images(200, rng, shift=2)
    assert found.converged
    assert (found(units(later)) == targets).mean() > 0.9


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: learn(XOR[0], XOR[1]), ValueError, r"only 1 and -1, got 0; .* 2 \* Y - 1"),
        (
            lambda: learn(XOR[0] * 1e200, AND),
            ValueError,
            "at most 1e150 in size.* got 1e\\+200; div",
        ),
        (lambda: learn(XOR[0] * 1j, AND), TypeError, "X must hold real numbers, got dtype compl"),
        (lambda: learn(XOR[0], AND + 0j), TypeError, "Y must hold real numbers, got dtype compl"),
        (lambda: learn(XOR[0], AND)(XOR[0] + 0j), TypeError, "X must hold real numbers, got dt"),
        (lambda: learn(XOR[0], AND.ravel()), ValueError, r"Y must have shape \(4, 1\), got \(4,\)"),
        (lambda: learn(XOR[0].ravel(), AND), ValueError, r"X must have shape \(n, d\), got \(8,\)"),
        (lambda: learn(XOR[0][:0], AND[:0]), ValueError, "X must hold samples"),
        (lambda: learn(XOR[0] * np.inf, AND), ValueError, "X must be finite"),
        (lambda: learn(XOR[0], AND, epochs=0), ValueError, "epochs must be a positive integer"),
        (lambda: learn(XOR[0], AND, rng=3), TypeError, "rng must be a numpy Generator, got int"),
        (lambda: learn(XOR[0], AND)([[1.0]]), ValueError, r"X must have shape \(n, 2\), got \(1,"),
        (lambda: learn(XOR[0], AND).bound(XOR[0], AND[1:]), ValueError, r"shape \(4, 1\), got \(3"),
        (lambda: photocells.letter("Q"), ValueError, "name must be one of .* X, .*, got 'Q'"),
        (lambda: photocells.images(9, generator(), "TL"), ValueError, "letters must be two"),
        (lambda: photocells.images(9, generator(), ("T",)), ValueError, "letters must be two"),
        (lambda: photocells.images(0, generator()), ValueError, "n must be a positive integer"),
        (lambda: photocells.images(9, 0), TypeError, "rng must be a numpy Generator"),
        (lambda: photocells.images(9, generator(), shift=11), ValueError, "shift must be a whole"),
        (lambda: photocells.images(9, generator(), shift=-1), ValueError, "shift must be a whole"),
        (lambda: photocells.images(9, generator(), shift=0.5), ValueError, "shift must be a whole"),
        (lambda: photocells.images(9, generator(), noise=0.6), ValueError, "noise must lie betwee"),
        (lambda: photocells.images(9, generator(), noise=-0.1), ValueError, "noise must lie betw"),
        (lambda: photocells.everywhere(("T", "O")), ValueError, "letters must be two of"),
        (lambda: photocells.wire(0), TypeError, "rng must be a numpy Generator"),
        (lambda: photocells.wire(generator(), units=0), ValueError, "units must be a positive"),
        (lambda: photocells.wire(generator(), excitatory=0), ValueError, "excitatory must be a po"),
        (lambda: photocells.wire(generator(), inhibitory=391), ValueError, "at most 400 cells"),
        (
            lambda: photocells.wire(generator(), threshold=np.nan),
            ValueError,
            "threshold must be a finite number",
        ),
        (
            lambda: photocells.wire(generator())(XOR[0]),
            ValueError,
            r"X must have shape \(n, 400\), got \(4, 2\)",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with np.errstate(invalid="ignore"), pytest.raises(error, match=message):
        call()
