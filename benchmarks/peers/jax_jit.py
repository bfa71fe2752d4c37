"""JAX: each step compiled ("step"), or a compiled loop over many steps ("scan")."""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from workloads import Problem, Workload, batches, flat

jax.config.update("jax_enable_x64", True)
UNITS = {"sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "relu": jax.nn.relu, "linear": lambda z: z}


def loss(work: Workload, layers: Any, x: jax.Array, y: jax.Array) -> jax.Array:
    """Return J."""
    a = x
    for (W, b), name in zip(layers, work.activations, strict=True):
        a = UNITS[name](a @ W + b)
    if work.loss == "softmax_cross_entropy":
        return -(y * jax.nn.log_softmax(a)).sum() / len(x)
    return ((a - y) ** 2).sum() / (2 * len(x))


def descend(work: Workload, state: Any, x: jax.Array, y: jax.Array) -> Any:
    """Take one step of gradient descent."""
    (layers,) = state
    slopes = jax.grad(partial(loss, work))(layers, x, y)
    return (jax.tree.map(lambda p, g: p - work.rate * g, layers, slopes),)


def adam(work: Workload, state: Any, x: jax.Array, y: jax.Array) -> Any:
    """Take one step of Adam."""
    layers, m, v, t = state
    t = t + 1
    slopes = jax.grad(partial(loss, work))(layers, x, y)
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, slopes)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, slopes)
    rate, scale = work.rate / (1 - 0.9**t), 1 / (1 - 0.999**t)
    moved = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(scale * v) + 1e-8), layers, m, v)
    return moved, m, v, t


def prepare(work: Workload, data: Problem, variant: str) -> tuple[Callable[[int], None], Any]:
    """Return what does the work, and what gives its result; None for the check."""
    X, Y = jnp.asarray(data.X), jnp.asarray(data.Y)
    layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in zip(data.W, data.b, strict=True)]
    if work.task in ("train", "stack"):
        return train(work, X, Y, layers, variant)
    if variant == "scan" or work.task == "check":
        return None
    theta, unravel = ravel_pytree(layers)
    kind = jax.hessian if work.task == "hessian" else jax.grad
    slope, found = jax.jit(kind(lambda theta: loss(work, unravel(theta), X, Y))), None

    def advance(turns: int) -> None:
        nonlocal found
        for _ in range(turns):
            found = slope(theta)
        found.block_until_ready()

    return advance, lambda: found


def train(work: Workload, X: Any, Y: Any, layers: Any, variant: str) -> Any:
    """Train, step by step or many steps in one call."""
    state: Any = (layers,)
    if work.optimizer == "Adam":
        zeros = jax.tree.map(jnp.zeros_like, layers)
        state = (layers, zeros, zeros, jnp.zeros((), X.dtype))
    one = partial(adam if work.optimizer == "Adam" else descend, work)
    if work.task == "stack":
        one = jax.vmap(one, in_axes=(0, None, None))
    order = batches(work)

    @jax.jit
    def step(state: Any, X: Any, Y: Any, rows: Any) -> Any:
        return one(state, X, Y) if rows is None else one(state, X[rows], Y[rows])

    @partial(jax.jit, static_argnums=4)
    def scan(state: Any, X: Any, Y: Any, rows: Any, length: int) -> Any:
        return jax.lax.scan(lambda s, r: (step(s, X, Y, r), None), state, rows, length)[0]

    def by_step(turns: int) -> None:
        nonlocal state
        for _ in range(turns * work.steps_per_turn):
            state = step(state, X, Y, next(order) if work.steps_per_turn > 1 else None)
        jax.block_until_ready(state)

    def by_scan(turns: int) -> int:
        nonlocal state
        length = min(turns, 100)  # each length is compiled anew
        for _ in range(turns // length if work.steps_per_turn == 1 else 0):
            state = scan(state, X, Y, None, length)
        for _ in range(turns if work.steps_per_turn > 1 else 0):
            rows = [next(order) for _ in range(work.steps_per_turn)]
            last = rows.pop() if work.samples % work.batch else None
            state = scan(state, X, Y, np.array(rows), len(rows))
            state = state if last is None else step(state, X, Y, last)
        jax.block_until_ready(state)
        return turns // length * length if work.steps_per_turn == 1 else turns

    return by_scan if variant == "scan" else by_step, lambda: flat(
        [W for W, _ in state[0]], [b for _, b in state[0]]
    )
