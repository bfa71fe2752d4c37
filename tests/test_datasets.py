import sys

import numpy as np
import pytest
import sympy as sp

import backprop_lib as bp
from backprop_lib import datasets

SEEDED = {
    "moons": datasets.moons,
    "circles": datasets.circles,
    "spirals": datasets.spirals,
    "noisy_sine": datasets.noisy_sine,
}


def generator(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("make", SEEDED.values(), ids=SEEDED)
def test_equal_seeds_give_equal_samples(make):
    first, again, other = (make(50, generator(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not (first[0] == other[0]).any()


@pytest.mark.parametrize("make", SEEDED.values(), ids=SEEDED)
@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_rows_are_samples(make, n):
    X, Y = make(n, generator())
    assert X.shape == (n, 1 if make is datasets.noisy_sine else 2)
    assert Y.shape == (n, 1)
    assert X.dtype == Y.dtype == np.float64


@pytest.mark.parametrize("make", [datasets.moons, datasets.circles, datasets.spirals])
@pytest.mark.parametrize(("n", "ones"), [(100, 50), (7, 3), (1, 0)])
def test_classes_are_of_equal_size(make, n, ones):
    assert make(n, generator())[1].sum() == ones


@pytest.mark.parametrize("make", SEEDED.values(), ids=SEEDED)
def test_noise_has_the_standard_deviation_that_was_asked_for(make):
    clean, noisy = (make(2000, generator(), noise=noise) for noise in (0.0, 0.3))
    added = noisy[0] - clean[0] if make is not datasets.noisy_sine else noisy[1] - clean[1]
    assert added.std() == pytest.approx(0.3, rel=0.1)
    assert abs(added.mean()) < 0.03


def test_moons_are_half_circles():
    X, Y = datasets.moons(400, generator(), noise=0)
    upper, lower = X[Y[:, 0] == 0], X[Y[:, 0] == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    assert np.ptp(upper[:, 0]) > 1.9


def test_circles_have_radius_one_and_a_half():
    X, Y = datasets.circles(100, generator(), noise=0)
    np.testing.assert_allclose(np.hypot(*X.T), np.where(Y[:, 0] == 1, 0.5, 1))
    assert (np.sign(X).sum(axis=0) < 30).all()  # all around


def test_spirals_wind_as_often_as_told_and_arms_are_turned_copies():
    X, Y = datasets.spirals(3000, generator(), noise=0, turns=2, classes=3)
    radius, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    expected = 2 * np.pi * (2 * radius + Y[:, 0] / 3)
    np.testing.assert_allclose(np.cos(angle - expected), 1)
    assert np.bincount(Y[:, 0].astype(int)).tolist() == [1000] * 3
    assert 0.99 < radius.max() <= 1
    assert (radius**2).mean() == pytest.approx(0.5, abs=0.03)


def test_sine_is_a_sine_in_ascending_order():
    X, Y = datasets.noisy_sine(300, generator(), noise=0)
    np.testing.assert_array_equal(Y, np.sin(X))
    assert (np.diff(X[:, 0]) > 0).all()
    assert -np.pi <= X.min() < -3
    assert 3 < X.max() <= np.pi


def test_piecewise_goes_through_its_points_straight():
    X, Y = datasets.piecewise(9, breaks=(0, 1, 2), values=(1, 3, 0))
    np.testing.assert_allclose(X[:, 0], np.arange(9) / 4)
    np.testing.assert_allclose(Y[:, 0], [1, 1.5, 2, 2.5, 3, 2.25, 1.5, 0.75, 0])


def test_piecewise_jumps_where_a_break_stands_twice():
    X, Y = datasets.piecewise(5, breaks=(0, 1, 1, 2), values=(0, 0, 1, 1))
    np.testing.assert_array_equal(Y[:, 0], [0, 0, 1, 1, 1])
    X, Y = datasets.piecewise(401)
    assert abs(np.diff(Y[:, 0])).max() > 0.9
    assert (X[0, 0], X[-1, 0]) == (-2, 2)


def test_piecewise_jumps_at_the_jump_wherever_rounding_puts_its_points():
    for n in range(3, 2000, 2):
        assert datasets.piecewise(n)[1][n // 2] == -0.5
    X, Y = datasets.piecewise(7, (0, 5 / 6, 5 / 6, 1), (0, 0, 1, 1))
    assert (X[5, 0], Y[5, 0]) == (5 / 6, 1)
    for parts in range(2, 200):
        k = np.arange(parts + 1) / parts * 3 - 1.7
        X, Y = datasets.piecewise(parts + 1, np.repeat(k, 2)[1:-1], np.arange(2 * parts) // 2)
        np.testing.assert_array_equal(Y[:, 0], [*range(parts), parts - 1])


def test_xor_is_exclusive_or():
    X, Y = datasets.xor()
    assert [(int(a) ^ int(b)) for a, b in X] == Y.ravel().tolist()
    assert len(np.unique(X, axis=0)) == 4


def test_one_hot_has_its_one_at_the_label():
    labels = np.array([3, 0, 2, 2])
    rows = bp.one_hot(labels, classes=5)
    assert rows.shape == (4, 5)
    np.testing.assert_array_equal(rows.argmax(axis=1), labels)
    np.testing.assert_array_equal(rows.sum(axis=1), 1)
    np.testing.assert_array_equal(bp.one_hot([1.0, 0.0], 2), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(bp.one_hot([True, False], 2), [[0, 1], [1, 0]])


def test_one_row_of_a_million_classes_takes_no_square_of_them():
    assert bp.one_hot([7], classes=10**6).argmax() == 7


def test_digits_are_split_scaled_and_labelled():
    from sklearn.datasets import load_digits

    data = datasets.digits(generator())
    assert [a.shape for a in data] == [(1437, 64), (1437, 10), (360, 64), (360, 10)]
    assert data.X.min() == data.X_test.min() == 0
    assert data.X.max() == data.X_test.max() == 1

    def rows(X, Y):  # image and label of every digit, in an order of their own
        return sorted(np.column_stack([X * 16, Y.argmax(axis=1)]).astype(int).tolist())

    ours = rows(np.concatenate([data.X, data.X_test]), np.concatenate([data.Y, data.Y_test]))
    images, labels = load_digits(return_X_y=True)
    assert ours == rows(images / 16, np.eye(10)[labels])
    again, other = datasets.digits(generator()), datasets.digits(generator(1), held_out=100)
    np.testing.assert_array_equal(data.X, again.X)
    assert len(other.X_test) == 100
    assert not (other.X[:100] == data.X[:100]).all()


def test_missing_scikit_learn_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match="run: pip install scikit-learn"):
        datasets.digits(generator())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: datasets.moons(0, generator()), ValueError, "n must be a positive integer, got 0"),
        (lambda: datasets.moons(2.5, generator()), ValueError, "n must be a positive integer"),
        (lambda: datasets.moons(9, 0), TypeError, "rng must be a numpy Generator, got int"),
        (lambda: datasets.moons(9, generator(), noise=-1), ValueError, "noise must be at least 0"),
        (lambda: datasets.circles(9, None), TypeError, "rng must be a numpy Generator"),
        (lambda: datasets.circles(9, generator(), noise="a"), ValueError, "noise must be a finite"),
        (lambda: datasets.spirals(9, generator(), turns=0), ValueError, "turns must be positive"),
        (lambda: datasets.spirals(9, generator(), turns=1e308), ValueError, "turns must be posi"),
        (lambda: datasets.spirals(9, generator(), classes=0), ValueError, "classes must be a pos"),
        (lambda: datasets.spirals(9, 1), TypeError, "rng must be a numpy Generator"),
        (lambda: datasets.noisy_sine(-1, generator()), ValueError, "n must be a positive integer"),
        (lambda: datasets.noisy_sine(9, "seed"), TypeError, "rng must be a numpy Generator"),
        (lambda: datasets.piecewise(1), ValueError, "at least 2, got n=1"),
        (lambda: datasets.piecewise(9, breaks=(0, 1)), ValueError, r"shapes \(2,\) and \(6,\)"),
        (lambda: datasets.piecewise(9, (0, 2, 1), (0, 1, 2)), ValueError, "breaks must ascend"),
        (lambda: datasets.piecewise(9, (1, 1), (0, 1)), ValueError, "breaks must ascend"),
        (lambda: datasets.piecewise(9, (0, np.nan), (0, 1)), ValueError, "breaks must be finite"),
        (lambda: datasets.digits(0), TypeError, "rng must be a numpy Generator"),
        (lambda: datasets.digits(generator(), 0), ValueError, "held_out must be a positive"),
        (lambda: datasets.digits(generator(), 1797), ValueError, "held_out must be below 1797"),
        (lambda: bp.one_hot([0, 3], 3), ValueError, "from 0 to 2, got 3.0 at index 1"),
        (lambda: bp.one_hot([-1, 0], 3), ValueError, "from 0 to 2, got -1.0 at index 0"),
        (lambda: bp.one_hot([0, 1.5], 3), ValueError, "whole numbers from 0 to 2, got 1.5"),
        (lambda: bp.one_hot([2.0000001], 3), ValueError, r"got 2\.0000001 at index 0"),
        (lambda: bp.one_hot([sp.Symbol("q")], 3), TypeError, "labels must hold real numbers"),
        (lambda: bp.one_hot([2**70], 3), TypeError, "labels must hold real numbers"),
        (lambda: bp.one_hot([1 + 0j], 3), TypeError, "labels must hold real numbers"),
        (lambda: bp.one_hot([0, np.nan], 3), ValueError, "labels must be finite, got nan"),
        (lambda: bp.one_hot([[0], [1]], 3), ValueError, r"shape \(n,\), got \(2, 1\)"),
        (lambda: bp.one_hot(["cat"], 3), TypeError, "labels must be an array of numbers"),
        (lambda: bp.one_hot([0], 0), ValueError, "classes must be a positive integer, got 0"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
