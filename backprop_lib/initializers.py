"""Where training starts. Equal units stay equal, so weights are drawn at random; and they are drawn
at a scale at which a signal neither dies nor explodes on its way through the layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from .arrays import Array, require_count, require_generator, require_number
from .network import Network

Size: TypeAlias = int | tuple[int, ...] | None
Scale: TypeAlias = Callable[[int, int], float]  # of the numbers of units d_{l−1} and d_l


def zeros(net: Network, size: Size = None, dtype: DTypeLike = np.float64) -> Array:
    """Return θ = 0: the start from which no hidden unit ever differs from its neighbour.

    Parameters
    ----------
    net : Network
    size : int or tuple of int, optional
        Leading axes: K or (..., K) networks. None gives one vector of shape (p,).
    dtype : float64 or float32

    Returns
    -------
    ndarray, shape (..., p)

    Raises
    ------
    TypeError, ValueError
        If net, size or dtype is something else.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    >>> bp.zeros(net, size=3).shape
    (3, 2)
    """
    return constant(net, 0.0, size, dtype)


def constant(net: Network, value: float, size: Size = None, dtype: DTypeLike = np.float64) -> Array:
    """Return θ with every weight equal to ``value`` and every bias 0.

    Parameters
    ----------
    net : Network
    value : float
    size, dtype
        As for ``zeros``.

    Returns
    -------
    ndarray, shape (..., p)

    Raises
    ------
    TypeError, ValueError
        If an argument is something else, or the value is not finite in that precision.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> net = bp.Network(sizes=(2, 1), activations=(bp.linear,))
    >>> bp.constant(net, 0.5)
    array([0.5, 0.5, 0. ])
    """
    value = require_number("value", value)
    with np.errstate(over="ignore"):
        theta = _finite(_weights(net, lambda m, n: value, dtype), "value", value)
    return np.broadcast_to(theta, _shape(net, size)).copy()


def normal(
    net: Network,
    rng: np.random.Generator,
    scale: float = 1.0,
    size: Size = None,
    dtype: DTypeLike = np.float64,
) -> Array:
    r"""Draw every weight from a normal distribution of the same width; biases are 0.

    .. math:: w_{ij}^l \sim N(0, s^2)

    Parameters
    ----------
    net : Network
    rng : numpy.random.Generator
    scale : float
        s, the standard deviation, 0 or more.
    size, dtype
        As for ``zeros``; K networks are the same as K draws in a row.

    Returns
    -------
    ndarray, shape (..., p)

    Raises
    ------
    TypeError, ValueError
        If an argument is something else, or the scale is negative or too large for the dtype.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> net = bp.Network(sizes=(2, 1), activations=(bp.linear,))
    >>> bp.normal(net, np.random.default_rng(0), scale=0.1).round(4)
    array([ 0.0126, -0.0132,  0.    ])
    """
    if require_number("scale", scale) < 0:
        raise ValueError(f"scale must be at least 0, got {scale}; it is a standard deviation.")
    with np.errstate(over="ignore", invalid="ignore"):
        return _finite(_normal(net, rng, lambda m, n: scale, size, dtype), "scale", scale)


def glorot(
    net: Network, rng: np.random.Generator, size: Size = None, dtype: DTypeLike = np.float64
) -> Array:
    r"""Draw weights for layers that are nearly linear around 0, such as tanh; biases are 0.

    .. math:: w_{ij}^l \sim U(-r_l, r_l), \qquad r_l = \sqrt{\frac{6}{d_{l-1} + d_l}}, \qquad
              \operatorname{Var} w_{ij}^l = \frac{2}{d_{l-1} + d_l}

    Variance 1/d_{l−1} would keep the size of the signals going forward, 1/d_l that of the
    gradients going back; this is the compromise.

    Parameters
    ----------
    net : Network
    rng : numpy.random.Generator
    size, dtype
        As for ``zeros``; K networks are the same as K draws in a row.

    Returns
    -------
    ndarray, shape (..., p)

    Raises
    ------
    TypeError, ValueError
        If an argument is something else.

    References
    ----------
    X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural
    networks, AISTATS 2010, eqs. (12) and (16).

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> net = bp.Network(sizes=(2, 1), activations=(bp.tanh,))
    >>> bp.glorot(net, np.random.default_rng(0)).round(4)
    array([ 0.3874, -0.6511,  0.    ])
    """
    radius = _weights(net, lambda m, n: np.sqrt(6 / (m + n)), dtype)
    uniform = require_generator(rng).random(_shape(net, size), dtype=radius.dtype)
    theta: Array = (2 * uniform - 1) * radius
    return theta + 0.0  # turns biases of −0 into 0


def he(
    net: Network, rng: np.random.Generator, size: Size = None, dtype: DTypeLike = np.float64
) -> Array:
    r"""Draw weights for ReLU layers, which lose half of the signal; biases are 0.

    .. math:: w_{ij}^l \sim N\!\left(0, \frac{2}{d_{l-1}}\right)

    Parameters
    ----------
    net : Network
    rng : numpy.random.Generator
    size, dtype
        As for ``zeros``; K networks are the same as K draws in a row.

    Returns
    -------
    ndarray, shape (..., p)

    Raises
    ------
    TypeError, ValueError
        If an argument is something else.

    References
    ----------
    K. He et al., Delving deep into rectifiers, ICCV 2015, eq. (10).

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> net = bp.Network(sizes=(2, 1), activations=(bp.relu,))
    >>> bp.he(net, np.random.default_rng(0)).round(4)
    array([ 0.1257, -0.1321,  0.    ])
    """
    return _normal(net, rng, lambda m, n: np.sqrt(2 / m), size, dtype)


def _normal(net: Network, rng: np.random.Generator, scale: Scale, size: Size, dtype: Any) -> Array:
    # The biases are drawn too and then multiplied by 0: so a stack is K draws in a row.
    width = _weights(net, scale, dtype)
    theta: Array = require_generator(rng).standard_normal(_shape(net, size), width.dtype) * width
    return theta + 0.0  # turns biases of −0 into 0


def _finite(theta: Array, name: str, value: float) -> Array:
    if not np.isfinite(theta).all():
        raise ValueError(
            f"{name} must be small enough for {theta.dtype}, got {value}; with it a weight is no "
            f"finite number."
        )
    return theta


def _weights(net: Network, scale: Scale, dtype: Any) -> Array:
    """Return θ (p,) with scale(d_{l−1}, d_l) at every weight of layer l, and 0 at the biases."""
    if not isinstance(net, Network):
        raise TypeError(
            f"net must be a Network, got {type(net).__name__}; make one by bp.Network(...)."
        )
    try:
        known = np.dtype(dtype) in (np.float64, np.float32)
    except (TypeError, ValueError):
        known = False
    if not known:
        raise TypeError(f"dtype must be float64 or float32, got {dtype!r}; leave it away for 64.")
    theta = np.zeros(net.parameter_count, dtype)
    for weights in net.unpack(theta)[0][1:]:
        weights[...] = scale(*weights.shape)
    return theta


def _shape(net: Network, size: Size) -> tuple[int, ...]:
    if isinstance(size, tuple):
        return (*(require_count("size", k) for k in size), net.parameter_count)
    return (() if size is None else (require_count("size", size),)) + (net.parameter_count,)
