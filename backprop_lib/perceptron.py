"""Rosenblatt's perceptron: the rule by which the motors of the Mark I turned its potentiometers.
It is corrected only when it errs, and if any weights are right, it errs only so often."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from .activations import sign
from .arrays import Array, as_real, require_count, require_generator, require_shape, show_shape


@dataclass(frozen=True, eq=False)
class Perceptron:
    r"""What ``learn`` has found: the response unit and how it came about.

    .. math:: \hat y = \operatorname{sign}(w \cdot x + b)

    Parameters
    ----------
    weights : ndarray, shape (d,)
        The w of the formula.
    bias : float
        The b of the formula.
    mistakes : tuple of int
        How often it erred in each epoch.
    converged : bool
        Whether the last epoch was without a mistake.
    cycle : int or None
        After that many epochs the weights repeat, so it will never converge. None if not seen.
    path : ndarray, shape (corrections + 1, d + 1)
        (w, b) at the start, all 0, and after every correction.
    """

    weights: Array
    bias: float
    mistakes: tuple[int, ...]
    converged: bool
    cycle: int | None
    path: Array = field(repr=False)

    def __call__(self, X: ArrayLike) -> Array:
        """Return the response (n, 1) to X (n, d): 1, −1, or 0 on the boundary itself."""
        X = as_real("X", X)
        require_shape("X", X, ("n", len(self.weights)), "give X one row a sample.")
        return sign((X @ self.weights + self.bias)[:, None])

    def bound(self, X: ArrayLike, Y: ArrayLike) -> float:
        r"""Return (R/γ)², which no number of corrections exceeds, whatever the order of samples.

        .. math:: R = \max_i \lVert (x_i, 1) \rVert, \qquad
                  \gamma = \min_i \frac{y_i\,(w \cdot x_i + b)}{\lVert (w, b) \rVert}

        Parameters
        ----------
        X : array_like, shape (n, d)
        Y : array_like, shape (n, 1)
            1 or −1.

        Returns
        -------
        float
            Any (w, b) that separates the classes gives a bound; these here give one of them. It is
            infinite if they do not separate.

        Raises
        ------
        TypeError, ValueError
            If X or Y has the wrong shape, X holds anything above 1e150 in size, or Y anything
            but ±1.

        References
        ----------
        A. Novikoff, On convergence proofs on perceptrons, Symposium on the Mathematical Theory of
        Automata 12 (1962), theorem 1.
        """
        inputs, targets = _checked(X, Y)
        unit = np.append(self.weights, self.bias)
        margin = (targets * (inputs @ unit)).min()
        if margin <= 0:
            return float("inf")
        return float((inputs**2).sum(axis=1).max() * (unit @ unit) / margin**2)


def learn(
    X: ArrayLike, Y: ArrayLike, epochs: int = 100, rng: np.random.Generator | None = None
) -> Perceptron:
    r"""Apply Rosenblatt's rule: add what was missed, take away what was wrongly accepted.

    .. math:: y_i\,(w \cdot x_i + b) \le 0 \quad\Longrightarrow\quad
              w \leftarrow w + y_i x_i, \qquad b \leftarrow b + y_i

    from w = 0 and b = 0. A learning rate would only scale w and b, never change a response.

    Parameters
    ----------
    X : array_like, shape (n, d)
    Y : array_like, shape (n, 1)
        1 or −1; ``2 * Y - 1`` turns 0 and 1 into that.
    epochs : int
        Passes over the samples, at most; it stops after one without a mistake, or when the weights
        return to what they were.
    rng : numpy.random.Generator, optional
        Shuffles the samples before every epoch. Without it their order is kept, and a repetition
        of the weights proves that there is no end.

    Returns
    -------
    Perceptron

    Raises
    ------
    TypeError, ValueError
        If X or Y has the wrong shape, X holds anything above 1e150 in size, Y anything but ±1,
        or epochs is not positive.

    References
    ----------
    F. Rosenblatt, The perceptron: a probabilistic model for information storage and organization in
    the brain, Psychological Review 65 (1958). M. Minsky and S. Papert, Perceptrons (1969), sections
    11.1 (convergence) and 11.10 (cycling).

    Examples
    --------
    >>> import backprop_lib as bp
    >>> X, Y = bp.datasets.xor()
    >>> conjunction = 2 * X.all(axis=1, keepdims=True) - 1
    >>> found = bp.perceptron.learn(X, conjunction)
    >>> found.weights, found.bias, found.converged
    (array([3., 2.]), -4.0, True)
    >>> bp.perceptron.learn(X, 2 * Y - 1).cycle  # exclusive or: after one epoch back at 0
    1
    """
    inputs, targets = _checked(X, Y)
    if rng is not None:
        require_generator(rng)
    unit = np.zeros(inputs.shape[1], inputs.dtype)
    path, mistakes, seen, cycle = [unit], [], {unit.tobytes(): 0}, None
    for epoch in range(1, require_count("epochs", epochs) + 1):
        order = np.arange(len(inputs)) if rng is None else rng.permutation(len(inputs))
        before = len(path)
        for i in order:
            if targets[i] * (inputs[i] @ path[-1]) <= 0:
                path.append(path[-1] + targets[i] * inputs[i])
        mistakes.append(len(path) - before)
        if not mistakes[-1]:
            break
        if rng is None and path[-1].tobytes() in seen:
            cycle = epoch - seen[path[-1].tobytes()]
            break
        seen[path[-1].tobytes()] = epoch
    *weights, bias = path[-1]
    return Perceptron(
        np.array(weights), float(bias), tuple(mistakes), not mistakes[-1], cycle, np.array(path)
    )


def _checked(X: ArrayLike, Y: ArrayLike) -> tuple[Array, Array]:
    """Return the samples with a 1 appended (n, d + 1), whose weight is the bias, and y (n,)."""
    X, Y = as_real("X", X).astype(np.float64), as_real("Y", Y)
    require_shape("X", X, ("n", "d"), "give X one row a sample and one column an input.")
    require_shape("Y", Y, (len(X), 1), "give Y one row a sample.")
    if not X.size:
        raise ValueError(
            f"X must hold samples, got shape {show_shape(X.shape)}; give it one row a sample."
        )
    if (largest := abs(X).max()) > 1e150:
        raise ValueError(
            f"X must be at most 1e150 in size, so that no product overflows, got {largest:g}; "
            f"divide X by its largest entry."
        )
    wrong = Y[abs(Y) != 1]
    if wrong.size:
        raise ValueError(
            f"Y must hold only 1 and -1, got {wrong[0]:g}; turn classes 0 and 1 into 2 * Y - 1."
        )
    return np.column_stack([X, np.ones(len(X))]), Y[:, 0]
