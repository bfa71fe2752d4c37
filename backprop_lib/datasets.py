"""Data to learn from: small enough to see, seeded so that everyone sees the same, never downloaded.
Rows are samples: X is (n, d_0) and Y is (n, d_L), ready for a network."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, as_array, as_real, require_count, require_generator, require_number


def one_hot(labels: ArrayLike, classes: int) -> Array:
    """Turn class numbers into rows with a single 1: targets for a softmax.

    Parameters
    ----------
    labels : array_like of int, shape (n,)
        0 … classes − 1.
    classes : int

    Returns
    -------
    ndarray, shape (n, classes)

    Raises
    ------
    TypeError, ValueError
        If a label is no whole number or out of range, or the labels are no vector.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> bp.one_hot([2, 0], classes=3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    classes, found = require_count("classes", classes), as_real("labels", labels)
    if found.ndim != 1:
        raise ValueError(f"labels must have shape (n,), got {found.shape}; write labels.ravel().")
    bad = np.flatnonzero((found < 0) | (found >= classes) | (found % 1 != 0))
    if len(bad):
        raise ValueError(
            f"labels must be whole numbers from 0 to {classes - 1}, got {found[bad[0]]} at index "
            f"{bad[0]}; raise classes, or number the labels from 0."
        )
    return np.equal.outer(found, np.arange(classes)).astype(np.float64)


def xor() -> tuple[Array, Array]:
    """Return exclusive or, which no single neuron can learn: X (4, 2) and Y (4, 1) of 0 and 1.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> X, Y = bp.datasets.xor()
    >>> Y.ravel()
    array([0., 1., 1., 0.])
    """
    return np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])


def moons(n: int, rng: np.random.Generator, noise: float = 0.1) -> tuple[Array, Array]:
    """Return two half circles that reach into each other.

    Parameters
    ----------
    n : int
        Samples, as many of either class (one more of class 0 if n is odd).
    rng : numpy.random.Generator
    noise : float
        Standard deviation of what is added to both coordinates; the radius is 1.

    Returns
    -------
    X : ndarray, shape (n, 2)
    Y : ndarray, shape (n, 1)
        The class, 0 or 1.

    Raises
    ------
    TypeError, ValueError
        If n is no positive integer, the noise is negative, or rng is no Generator.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> X, Y = bp.datasets.moons(5, np.random.default_rng(0))
    >>> X.shape, Y.ravel()
    ((5, 2), array([0., 0., 0., 1., 1.]))
    """
    label = _labels(n, 2, rng, noise)
    angle = np.pi * rng.random(n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    X = np.where(label == 0, upper, [1.0, 0.5] - upper)
    return X + noise * rng.standard_normal((n, 2)), label


def circles(n: int, rng: np.random.Generator, noise: float = 0.05) -> tuple[Array, Array]:
    """Return a circle of radius 1 (class 0) and one of radius ½ inside it (class 1).

    Parameters
    ----------
    n, rng, noise
        As for ``moons``, errors included.

    Returns
    -------
    X : ndarray, shape (n, 2)
    Y : ndarray, shape (n, 1)
        The class, 0 or 1.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> X, Y = bp.datasets.circles(4, np.random.default_rng(0), noise=0)
    >>> np.hypot(*X.T).round(9)
    array([1. , 1. , 0.5, 0.5])
    """
    label = _labels(n, 2, rng, noise)
    X = _polar(np.where(label == 0, 1.0, 0.5), 2 * np.pi * rng.random((n, 1)))
    return X + noise * rng.standard_normal((n, 2)), label


def spirals(
    n: int, rng: np.random.Generator, noise: float = 0.02, turns: float = 1.5, classes: int = 2
) -> tuple[Array, Array]:
    """Return arms that wind around each other, from the centre to radius 1.

    Parameters
    ----------
    n, rng, noise
        As for ``moons``.
    turns : float
        How often an arm goes round, above 0 and below 10¹², where its angle is all rounding.
    classes : int
        The number of arms.

    Returns
    -------
    X : ndarray, shape (n, 2)
    Y : ndarray, shape (n, 1)
        The class; for more than two, ``one_hot(Y.ravel(), classes)`` makes rows of it.

    Raises
    ------
    TypeError, ValueError
        As for ``moons``, or if turns or classes are out of range.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> X, Y = bp.datasets.spirals(6, np.random.default_rng(0), classes=3)
    >>> Y.ravel()
    array([0., 0., 1., 1., 2., 2.])
    """
    if not 0 < require_number("turns", turns) < 1e12:
        raise ValueError(f"turns must be positive and below 1e12, got {turns}.")
    label = _labels(n, require_count("classes", classes), rng, noise)
    radius = np.sqrt(rng.random((n, 1)))  # the root spreads the samples evenly along the arm
    X = _polar(radius, 2 * np.pi * (turns * radius + label / classes))
    return X + noise * rng.standard_normal((n, 2)), label


def noisy_sine(n: int, rng: np.random.Generator, noise: float = 0.1) -> tuple[Array, Array]:
    """Return y = sin x + noise for x between −π and π, in ascending order.

    Parameters
    ----------
    n, rng, noise
        As for ``moons``, errors included; the noise is added to y.

    Returns
    -------
    X, Y : ndarray, shape (n, 1)

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> X, Y = bp.datasets.noisy_sine(50, np.random.default_rng(0), noise=0)
    >>> bool(np.allclose(Y, np.sin(X)))
    True
    """
    _labels(n, 1, rng, noise)
    X = np.sort(rng.uniform(-np.pi, np.pi, (n, 1)), axis=0)
    return X, np.sin(X) + noise * rng.standard_normal((n, 1))


def piecewise(
    n: int,
    breaks: Sequence[float] = (-2, -1, 0, 0, 1, 2),
    values: Sequence[float] = (0, 1, 0.5, -0.5, -1, 0),
) -> tuple[Array, Array]:
    """Return a function made of straight pieces, at n evenly spaced points.

    Parameters
    ----------
    n : int
        At least 2.
    breaks : sequence of float, length k
        Where the pieces meet, ascending; a place that stands twice is a jump.
    values : sequence of float, length k
        The function there; at a jump the left limit, then the right one, which holds at the jump.

    Returns
    -------
    X, Y : ndarray, shape (n, 1)

    Raises
    ------
    TypeError, ValueError
        If n is below 2, breaks and values do not fit each other, or the breaks do not ascend.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> X, Y = bp.datasets.piecewise(5, breaks=(0, 1, 2), values=(0, 1, 0))
    >>> X.ravel(), Y.ravel()
    (array([0. , 0.5, 1. , 1.5, 2. ]), array([0. , 0.5, 1. , 0.5, 0. ]))
    """
    x, y = as_array("breaks", breaks), as_array("values", values)
    if require_count("n", n) < 2 or x.ndim != 1 or len(x) < 2 or x.shape != y.shape:
        raise ValueError(
            f"breaks and values must be two sequences of the same length, and n and that length at "
            f"least 2, got n={n} and shapes {x.shape} and {y.shape}."
        )
    if (np.diff(x) < 0).any() or x[0] == x[-1]:
        raise ValueError(f"breaks must ascend, got {breaks}.")
    X = np.linspace(x[0], x[-1], n)
    near = x[abs(X[:, None] - x).argmin(axis=1)]  # rounding may leave a point beside a jump
    X = np.where(abs(X - near) <= 8 * np.spacing(abs(x).max()), near, X)
    return X[:, None], np.interp(X, x, y)[:, None]


class Digits(NamedTuple):
    """Handwritten digits, split: images (n, 64) in [0, 1], row by row; classes (n, 10) one-hot."""

    X: Array
    Y: Array
    X_test: Array
    Y_test: Array


def digits(rng: np.random.Generator, held_out: int = 360) -> Digits:
    """Return the 1,797 handwritten digits of 8×8 pixels that ship inside scikit-learn.

    Parameters
    ----------
    rng : numpy.random.Generator
        Chooses which images are held out for testing.
    held_out : int
        How many.

    Returns
    -------
    Digits

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    TypeError, ValueError
        If held_out is not between 1 and 1,796, or rng is no Generator.

    References
    ----------
    E. Alpaydin and C. Kaynak, Optical recognition of handwritten digits, UCI Machine Learning
    Repository (1998).

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> data = bp.datasets.digits(np.random.default_rng(0))
    >>> data.X.shape, data.Y_test.shape
    ((1437, 64), (360, 10))
    """
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise ImportError("the digits ship inside scikit-learn; run: pip install scikit-learn")
    # Read, not asked of load_digits: its import takes longer than all else a page does with them.
    file = Path(package.origin).parent / "datasets/data/digits.csv.gz"
    table = np.loadtxt(file, delimiter=",")
    images, labels = table[:, :-1], table[:, -1]
    order = require_generator(rng).permutation(len(images))
    if not require_count("held_out", held_out) < len(images):
        raise ValueError(f"held_out must be below {len(images)}, got {held_out}.")
    X, Y = images[order] / 16, one_hot(labels[order], 10)
    return Digits(X[held_out:], Y[held_out:], X[:held_out], Y[:held_out])


def _labels(n: int, classes: int, rng: np.random.Generator, noise: float) -> Array:
    """Return the classes (n, 1), in blocks, after a look at the arguments that all share."""
    require_count("n", n)
    require_generator(rng)
    if require_number("noise", noise) < 0:
        raise ValueError(f"noise must be at least 0, got {noise}; it is a standard deviation.")
    return np.floor(np.arange(n) * classes / n)[:, None]


def _polar(radius: Array, angle: Array) -> Array:
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
