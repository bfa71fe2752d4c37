"""How the samples come to training: each once an epoch, in batches that are drawn anew every time.
``batches`` gives their numbers; ``dealer`` gives ``fit`` the samples themselves, from a buffer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from .arrays import Array, require_count, require_generator
from .objective import Objective
from .passes import with_ones

BUFFER = 131_072  # numbers: a large copy costs less than many small ones if it stays in the cache


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


def dealer(
    data: Objective, size: int, rng: np.random.Generator | None
) -> Callable[[], Iterable[tuple[Array, Array]]]:
    """Return a function that gives [X 1] and Y of every batch of an epoch, drawn anew each time."""
    X, Y, n = data.X, data.Y, len(data.X)
    if rng is None:
        whole = [(data.inputs, Y)]
        return lambda: whole
    # The batches are views of a buffer, which is filled anew when it is used up.
    rows = size * max(1, min(-(-n // size), BUFFER // (size * X.shape[1])))
    x, y = (
        with_ones(np.empty_like(X, shape=(rows, X.shape[1]))),
        np.empty_like(Y, shape=(rows, Y.shape[1])),
    )
    parts = {
        k: [(x[i : min(k, i + size)], y[i : min(k, i + size)]) for i in range(0, k, size)]
        for k in {rows, n % rows or rows}
    }

    def deal() -> Iterator[tuple[Array, Array]]:
        order = rng.permutation(n)
        for start in range(0, n, rows):
            some = order[start : start + rows]
            x[: len(some), :-1], y[: len(some)] = X[some], Y[some]
            yield from parts[len(some)]

    return deal
