"""A training that waits for the reader: it stands before a step, with the batch that the step will
use already drawn, and knows every loss since it began."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..dealing import batches
from ..epochs import quiet
from ..passes import Backward, Trace
from ..plots import style
from ..plots.names import default_names
from ..tables import Table
from .setting import Setting


class Training:
    """A setting in the course of training; ``step`` and ``epoch`` move it on.

    Parameters
    ----------
    setting : Setting

    Attributes
    ----------
    theta : ndarray, shape (p,)
        The parameters now; always finite.
    steps, epochs : int
        Steps taken, and epochs that are complete.
    losses : list of float
        J over all samples, at the start and after each step.
    lost : bool
        Whether the last step left the finite numbers; then no further step is taken.

    Examples
    --------
    >>> from backprop_lib.explorers import Setting
    >>> from backprop_lib.explorers.training import Training
    >>> training = Training(Setting(data="XOR", start="zeros"))
    >>> training.epoch()
    >>> training.sentence()
    'Epoch 1, step 1: J = 0.693; 0 of 4 right.'
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.net, self.loss = setting.net, setting.loss
        self.X, self.Y = setting.samples()
        self.theta, self._rng = setting.begin()
        self._optimizer = setting.make_optimizer()
        self._state = self._optimizer.init(self.theta)
        self._objective = self.net.objective(self.loss, self.X, self.Y)
        self.steps, self.epochs, self.lost = 0, 0, False
        self.losses = [self._J()]
        self._queue = self._batches()

    def _batches(self) -> list[Array]:
        """The batches of the epoch that begins, drawn as ``fit`` draws them."""
        n = len(self.X)
        if self.setting.batch_size >= n:
            return [np.arange(n)]
        return list(batches(n, self.setting.batch_size, self._rng))

    def _J(self) -> float:
        with quiet():
            return float(self.loss.value(self._forward(self.X).a[-1], self.Y))

    def _forward(self, X: Array) -> Trace:
        # Without the checks of net.forward, which would cost more than the formulas: X is ours,
        # and theta is finite.
        return self.net._forward_from(self.theta, X)

    @property
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has."""
        return -(-len(self.X) // self.setting.batch_size)

    @property
    def batch(self) -> Array:
        """The rows of the samples that the next step will use."""
        return self._queue[0]

    def passes(self) -> tuple[Trace, Backward]:
        """Return both passes over the next batch; the next step uses this very gradient."""
        with quiet():
            trace = self._forward(self.X[self.batch])
            slope = self.loss.gradient_value(trace.a[-1], self.Y[self.batch], None)
            return trace, self.net._backward_from(self.theta, trace, slope)

    def step(self) -> None:
        """Take one step, unless training is lost."""
        if self.lost:
            return
        gradient = self.passes()[1].gradient
        with quiet():
            theta, state = self._optimizer.step(self.theta, gradient, self._state)
        if not np.isfinite(theta).all():
            self.lost = True
            return
        self.theta, self._state = theta, state
        self.steps += 1
        self.losses.append(self._J())
        self._queue = self._queue[1:]
        if not self._queue:
            self.epochs += 1
            self._queue = self._batches()

    def epoch(self) -> None:
        """Take steps until an epoch is complete, or training is lost."""
        until = self.epochs + 1
        while self.epochs < until and not self.lost:
            self.step()

    def norms(self) -> list[float]:
        """Return ‖∂J/∂Wˡ‖ over all samples for each layer l."""
        with quiet():
            gradient = self._objective(self.theta)[1]
            W = self.net.unpack(np.nan_to_num(gradient))[0]
            return [float(np.linalg.norm(slope)) for slope in W[1:]]

    def right(self) -> int:
        """Return how many answers are on the right side of ½, by more than a thousandth."""
        with quiet():
            answer = self._forward(self.X).a[-1]
        return int(((answer - 0.5) * np.sign(self.Y - 0.5) > 1e-3).sum())

    def numbers(self) -> Table:
        """Return a table of all weights and biases, and of the slopes that the next step uses."""
        names, net = default_names(self.net.sizes), self.net
        label = np.empty(net.parameter_count, dtype=object)
        W, b = net.unpack(np.arange(net.parameter_count, dtype=float))
        for l in range(1, net.depth + 1):
            for (i, j), k in np.ndenumerate(W[l]):
                ends = f"{names['unit', l - 1, i]} → {names['unit', l, j]}"
                label[int(k)] = f"{names['W', l, i, j]}, {ends}"
            for j, k in enumerate(b[l]):
                label[int(k)] = f"{names['b', l, j]} of {names['unit', l, j]}"
        slopes = self.passes()[1].gradient
        columns = {"parameter": list(label), "value": list(self.theta), "slope of J": list(slopes)}
        return Table(columns, digits=4)

    def code(self) -> str:
        """Return the lines of code that lead here, or to the last whole epoch before."""
        return self.setting.code(self.epochs)

    def sentence(self) -> str:
        """Say where the training stands, in plain words also where it is lost."""
        J = self.losses[-1]
        where = f"Epoch {self.epochs}, step {self.steps:,}"
        if self.lost:
            return (
                f"Diverged: step {self.steps + 1} would leave the finite numbers, from J = "
                f"{size(J)}. Take a smaller learning rate."
            )
        if self.setting.regression:
            return f"{where}: J = {size(J)}."
        return f"{where}: J = {size(J)}; {self.right()} of {len(self.Y)} right."


def size(value: float) -> str:
    """Write a loss with three digits, or say that it is beyond the floats.

    Examples
    --------
    >>> size(0.69314718), size(1.5e43), size(float("inf"))
    ('0.693', '1.5·10⁴³', 'more than any float')
    """
    return style.number(value, 3) if np.isfinite(value) else "more than any float"
