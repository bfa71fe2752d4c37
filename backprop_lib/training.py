"""Training: forward, backward, step, and again. ``fit`` walks through the samples in mini-batches
and hands out every epoch; ``minimize`` takes the same steps on any objective θ → (J, ∇J)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .arrays import (
    Array,
    as_array,
    as_real,
    require_count,
    require_generator,
    require_number,
    show_shape,
)
from .dealing import dealer
from .epochs import Epoch, run
from .losses import Loss
from .network import Network
from .parameters import blocks
from .passes import Backward, Trace, laid_out, new_backward, new_layers, new_trace
from .steps import Optimizer

CACHE = 262_144  # bytes of a vector that a step works on at a time: some ten such vectors fit


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
    theta = net.checked_theta(_start(theta, optimizer, tolerance))
    data = net.objective(loss, as_real("X", X), as_real("Y", Y))
    if data.X.dtype != theta.dtype or data.Y.dtype != theta.dtype:
        data = net.objective(loss, data.X.astype(theta.dtype), data.Y.astype(theta.dtype))
    n = len(data.X)
    size = n if batch_size is None else min(n, require_count("batch_size", batch_size))
    deal = dealer(data, size, require_generator(rng) if size < n else None)
    theta = laid_out(net.sizes, size, theta)
    layers, (W, _) = blocks(net.sizes, theta), net.unpack(theta)  # views: θ is moved in place
    gradient = np.empty_like(theta)
    parts = [(theta[..., some], gradient[..., some]) for some in _parts(theta, optimizer)]
    states = [optimizer.init(part) for part, _ in parts]

    def arrays(k: int) -> tuple[Trace, Backward]:
        delta = new_layers(net.sizes, k, theta)
        return new_trace(net.sizes, k, theta), new_backward(net.sizes, delta, gradient)

    work = {k: arrays(k) for k in {size, n % size or size}}  # for full batches and the last one

    def advance() -> None:
        for x, y in deal():
            trace, back = work[len(x)]
            net._forward(layers, x, trace)
            slope = loss.gradient_value(trace.a[-1], y, back.delta[-1])
            net._backward(W, trace, slope, back)
            for k, (part, slopes) in enumerate(parts):
                moved, states[k] = optimizer.step(part, slopes, states[k], out=(part, states[k]))
                if moved is not part:  # an optimizer of your own may make a new one
                    part[...] = moved

    def record(number: int) -> Epoch:
        return Epoch(number, theta.copy(), data._value, data._gradient)

    return run(theta, advance, record, require_count("epochs", epochs), tolerance, progress)


def _parts(theta: Array, optimizer: Optimizer) -> list[slice]:
    """Cut θ into parts that fit into the cache, if the optimizer treats every entry alone."""
    p = theta.shape[-1]
    length = p
    maker = next((c for c in type(optimizer).__mro__ if "step" in vars(c)), object)
    if vars(maker).get("entrywise", False):  # inherited, it would speak of another step
        length = max(1, CACHE * p // theta.nbytes)
    return [slice(start, start + length) for start in range(0, p, length)]


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
    theta = _start(theta, optimizer, tolerance)
    state = optimizer.init(theta)
    evaluate = _at(objective, theta)

    def advance() -> None:
        nonlocal state, evaluate
        theta[...], state = optimizer.step(theta, evaluate()[1], state, out=(theta, state))
        evaluate = _at(objective, theta)

    def record(number: int) -> Epoch:
        here = evaluate
        return Epoch(number, theta.copy(), lambda theta: here()[0], lambda theta: here()[1].copy())

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
        J, gradient = result
        if np.iscomplexobj(gradient):
            raise TypeError("objective must return a real gradient, got complex numbers.")
        gradient = np.asarray(gradient, dtype=theta.dtype)
        if not lost.any():
            return J, gradient
        return np.where(lost, np.nan, J), np.where(lost[..., None], np.nan, gradient)

    return evaluate


def _start(theta: ArrayLike, optimizer: Optimizer, tolerance: float | None) -> Array:
    """Return a copy of θ to work on, if the arguments are sound."""
    complete = hasattr(optimizer, "init") and hasattr(optimizer, "step")
    if isinstance(optimizer, type) or not complete:
        raise TypeError(
            f"optimizer must be an optimizer with its settings, such as bp.Adam(0.01), got "
            f"{optimizer!r}."
        )
    if tolerance is not None and require_number("tolerance", tolerance) < 0:
        raise ValueError(f"tolerance must be at least 0, got {tolerance}; leave it away to go on.")
    theta = as_array("theta", theta)
    if not theta.size:
        raise ValueError(
            f"theta must hold at least one number, got shape {show_shape(theta.shape)}."
        )
    return theta.copy()
