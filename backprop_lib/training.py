"""Training: forward, backward, step, and again. ``fit`` walks through the samples in mini-batches
and hands out every epoch; ``minimize`` takes the same steps on any objective θ → (J, ∇J)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, as_array, require_count, require_generator, require_number
from .epochs import Epoch, quiet, run
from .losses import Loss
from .network import Network
from .parameters import views
from .steps import Optimizer, State


def batches(n: int, batch_size: int, rng: np.random.Generator) -> Iterator[Array]:
    """Split the samples 0 … n−1 at random into batches, for one epoch.

    Parameters
    ----------
    n : int
        The number of samples.
    batch_size : int
        Samples a batch; the last batch holds what remains.
    rng : numpy.random.Generator

    Returns
    -------
    iterator of ndarray, shape (batch_size,)
        Indices of samples; every sample is in exactly one batch.

    Raises
    ------
    TypeError, ValueError
        If n or the batch size is no positive integer, or rng no Generator.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> [rows.tolist() for rows in bp.batches(5, 2, np.random.default_rng(0))]
    [[2, 4], [3, 0], [1]]
    """
    n, batch_size = require_count("n", n), require_count("batch_size", batch_size)
    order = require_generator(rng).permutation(n)
    return (order[start : start + batch_size] for start in range(0, n, batch_size))


def fit(
    net: Network,
    loss: Loss,
    theta: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike,
    optimizer: Optimizer,
    epochs: int = 100,
    batch_size: int | None = 32,
    rng: np.random.Generator | None = None,
    tolerance: float | None = None,
    progress: bool = False,
) -> Iterator[Epoch]:
    r"""Train a network, or a stack of networks, epoch by epoch.

    .. math:: g_t = \frac{1}{|B_t|} \sum_{i \in B_t} \nabla \ell_i(\theta_{t-1})

    for batches B_1, B_2, … that hold every sample once an epoch and are drawn anew for each. The
    optimizer turns g_t into θ_t. The last batch may be shorter; its mean is over its own samples.

    Parameters
    ----------
    net : Network
    loss : Loss
    theta : array_like, shape (..., p)
        The start; it is not changed. Its dtype is that of the computation. A stack trains that many
        networks at once, all on the same batches.
    X : array_like, shape (n, d_0)
    Y : array_like, shape (n, d_L)
    optimizer : Optimizer
    epochs : int
        Passes over the samples, at most.
    batch_size : int, optional
        Samples a step. None, or n or more, means all of them in their own order: one step an epoch.
    rng : numpy.random.Generator, optional
        Draws the batches, so only needed if there are several. Equal seeds give equal bits.
    tolerance : float, optional
        Stop after the first epoch with max_k |∂J/∂θ_k| ≤ tolerance, over all samples and all
        networks. This costs one more forward and backward pass an epoch.
    progress : bool
        Show a progress bar, in a terminal or notebook.

    Returns
    -------
    iterator of Epoch

    Raises
    ------
    Diverged
        When θ is no longer finite. In a stack, a network that diverges becomes nan (θ and loss) and
        the others train on; the error comes when none is left.
    TypeError, ValueError
        At once, if an argument does not fit the others.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    >>> X = np.arange(4.0).reshape(4, 1)
    >>> for epoch in bp.fit(net, bp.half_squared_error, bp.zeros(net), X, 2 * X + 1,
    ...                     bp.GradientDescent(learning_rate=0.3), epochs=200, batch_size=None):
    ...     pass
    >>> epoch
    Epoch(number=200, theta=array([2., 1.]))
    >>> bool(epoch.loss < 1e-12)
    True
    """
    if not isinstance(net, Network):
        raise TypeError(
            f"net must be a Network, got {type(net).__name__}; make one by bp.Network(...)."
        )
    theta, state = _start(theta, optimizer, tolerance)
    W, b = net.unpack(theta)  # views: as θ is moved in place, they are made once
    data = net.objective(loss, X, Y)
    X, Y = data.X.astype(theta.dtype, copy=False), data.Y.astype(theta.dtype, copy=False)
    n = len(X)
    size = n if batch_size is None else min(n, require_count("batch_size", batch_size))
    shuffled = require_generator(rng) if size < n else None
    x, y = (np.empty_like(X), np.empty_like(Y)) if shuffled else (X, Y)
    work = {}  # a trace and a result to overwrite, for each length of batch: full and last
    for k in {size, n % size or size}:
        with quiet():
            trace = net._forward(W, b, X[:k])
        work[k] = trace, net._new_backward(trace, trace.a[-1])
    parts = [(x[i : i + size], y[i : i + size]) for i in range(0, n, size)]

    def advance() -> None:
        nonlocal state
        if shuffled:
            order = shuffled.permutation(n)
            np.take(X, order, axis=0, out=x, mode="clip")  # the other modes copy once more
            np.take(Y, order, axis=0, out=y, mode="clip")
        for inputs, targets in parts:
            trace, back = work[len(inputs)]
            net._forward(W, b, inputs, trace)
            slope = loss.gradient_value(trace.a[-1], targets, back.delta[-1])
            net._backward(W, trace, slope, back)
            moved, state = optimizer.step(theta, back.gradient, state, out=(theta, state))
            if moved is not theta:  # an optimizer of your own may make a new one
                theta[...] = moved

    def value(theta: Array) -> Any:
        return loss.value(net._forward(*views(net.sizes, theta), X).a[-1], Y)

    def gradient(theta: Array) -> Array:
        W, b = views(net.sizes, theta)
        trace = net._forward(W, b, X)
        return net._backward(W, trace, loss.gradient_value(trace.a[-1], Y, None)).gradient

    def record(number: int) -> Epoch:
        return Epoch(number, theta.copy(), value, gradient)

    return run(theta, advance, record, require_count("epochs", epochs), tolerance, progress)


def minimize(
    objective: Callable[[Any], tuple[Any, Any]],
    theta: ArrayLike,
    optimizer: Optimizer,
    steps: int = 100,
    tolerance: float | None = None,
    progress: bool = False,
) -> Iterator[Epoch]:
    """Walk down any objective, step by step, with exactly one evaluation a step.

    Parameters
    ----------
    objective : callable
        θ (..., p) → (J (...), ∇J (..., p)): from ``net.objective``, or any formula of your own.
    theta, optimizer, tolerance, progress
        As for ``fit``.
    steps : int
        Steps to take, at most.

    Returns
    -------
    iterator of Epoch
        One a step; asking for its loss and gradient costs nothing extra.

    Raises
    ------
    Diverged, TypeError, ValueError
        As for ``fit``.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> bowl = lambda theta: ((theta**2).sum(-1), 2 * theta)
    >>> [float(s.loss) for s in bp.minimize(bowl, [4.0], bp.GradientDescent(0.25), steps=3)]
    [4.0, 1.0, 0.25]
    """
    if not callable(objective):
        raise TypeError(
            f"objective must be a function theta -> (J, gradient), got "
            f"{type(objective).__name__}; take net.objective(loss, X, Y)."
        )
    theta, state = _start(theta, optimizer, tolerance)
    evaluate = _at(objective, theta)

    def advance() -> None:
        nonlocal state, evaluate
        theta[...], state = optimizer.step(theta, evaluate()[1], state, out=(theta, state))
        evaluate = _at(objective, theta)

    def record(number: int) -> Epoch:
        here = evaluate
        return Epoch(number, theta.copy(), lambda theta: here()[0], lambda theta: here()[1])

    return run(theta, advance, record, require_count("steps", steps), tolerance, progress)


def _at(objective: Callable[[Any], tuple[Any, Any]], theta: Array) -> Callable[[], Any]:
    """Return the objective at a copy of θ, to be evaluated at most once; nan where θ is lost."""
    theta = theta.copy()

    @cache
    def evaluate() -> tuple[Any, Array]:
        lost = np.asarray(~np.isfinite(theta).all(axis=-1))
        result = objective(np.where(lost[..., None], 0, theta))
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                f"objective must return the pair (J, gradient), got {type(result).__name__}."
            )
        if not lost.any():
            return result[0], np.asarray(result[1], dtype=theta.dtype)
        J, gradient = result
        return np.where(lost, np.nan, J), np.where(lost[..., None], np.nan, gradient)

    return evaluate


def _start(theta: ArrayLike, optimizer: Optimizer, tolerance: float | None) -> tuple[Array, State]:
    """Return a copy of θ to work on and the optimizer's state, if the arguments are sound."""
    if isinstance(optimizer, type) or not hasattr(optimizer, "init"):
        raise TypeError(
            f"optimizer must be an optimizer with its settings, such as bp.Adam(0.01), got "
            f"{optimizer!r}."
        )
    if tolerance is not None and require_number("tolerance", tolerance) < 0:
        raise ValueError(f"tolerance must be at least 0, got {tolerance}; leave it away to go on.")
    theta = as_array("theta", theta).copy()
    return theta, optimizer.init(theta)
