"""What the playground can be set to: data, network, start, optimizer and batch. A setting makes all
of these, and writes down the lines of code that make them too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from .. import datasets
from ..activations import ACTIVATIONS, linear, sigmoid
from ..adaptive import AdaGrad, Adam, AMSGrad, RMSProp
from ..arrays import Array
from ..initializers import constant, glorot, he, normal, zeros
from ..losses import Loss, binary_cross_entropy, half_squared_error
from ..network import Network
from ..optimizers import GradientDescent, Momentum
from ..steps import Optimizer

MAX_LAYERS: Final = 8
MAX_UNITS: Final = 16

# Beside each way to make a thing, the code that makes it: a test runs both and compares the bits.
DATA: Final[dict[str, tuple[str, Callable[[], tuple[Array, Array]]]]] = {
    "XOR": ("bp.datasets.xor()", datasets.xor),
    "moons": (
        "bp.datasets.moons(100, np.random.default_rng(0))",
        lambda: datasets.moons(100, np.random.default_rng(0)),
    ),
    "circles": (
        "bp.datasets.circles(100, np.random.default_rng(0))",
        lambda: datasets.circles(100, np.random.default_rng(0)),
    ),
    "spirals": (
        "bp.datasets.spirals(200, np.random.default_rng(0), turns=1)",
        lambda: datasets.spirals(200, np.random.default_rng(0), turns=1),
    ),
    "sine (regression)": (
        "bp.datasets.noisy_sine(50, np.random.default_rng(0))",
        lambda: datasets.noisy_sine(50, np.random.default_rng(0)),
    ),
}
REGRESSION: Final = "sine (regression)"
STARTS: Final[dict[str, tuple[str, Callable[[Network, np.random.Generator], Array]]]] = {
    "Glorot": ("bp.glorot(net, rng)", glorot),
    "He": ("bp.he(net, rng)", he),
    "normal, 1": ("bp.normal(net, rng)", normal),
    "normal, 0.01": (
        "bp.normal(net, rng, scale=0.01)",
        lambda net, rng: normal(net, rng, scale=0.01),
    ),
    "all weights ½": ("bp.constant(net, 0.5)", lambda net, rng: constant(net, 0.5)),
    "zeros": ("bp.zeros(net)", lambda net, rng: zeros(net)),
}
OPTIMIZERS: Final[dict[str, Callable[[float], Optimizer]]] = {
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "AdaGrad": AdaGrad,
    "RMSProp": RMSProp,
    "Adam": Adam,
    "AMSGrad": AMSGrad,
}
UNITS: Final = tuple(name for name, phi in ACTIVATIONS.items() if phi.coupled_pullback is None)


@dataclass(frozen=True)
class Setting:
    """One position of every control of the playground.

    Parameters
    ----------
    data : str
        A key of ``DATA``.
    hidden : tuple of int
        Units of each hidden layer, at most 8 layers of at most 16; () for none.
    activation : str
        Of all hidden layers; the name of any that acts on each unit alone.
    start : str
        How the first weights are made: a key of ``STARTS``.
    optimizer : str
        A key of ``OPTIMIZERS``.
    learning_rate : float
    batch_size : int
        Samples a step; as many as there are, or more, for all of them.
    seed : int
        Of the first weights and of the order of the samples.

    Raises
    ------
    ValueError
        If a name is not known, or a number is out of its range.

    Examples
    --------
    >>> from backprop_lib.explorers import Setting
    >>> Setting(data="circles", hidden=(3,)).net.sizes
    (2, 3, 1)
    """

    data: str = "moons"
    hidden: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    start: str = "Glorot"
    optimizer: str = "gradient descent"
    learning_rate: float = 0.3
    batch_size: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        for name, known in (
            ("data", DATA),
            ("activation", UNITS),
            ("start", STARTS),
            ("optimizer", OPTIMIZERS),
        ):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} must be one of {', '.join(known)}; got {getattr(self, name)!r}."
                )
        fits = all(isinstance(units, int) and 1 <= units <= MAX_UNITS for units in self.hidden)
        if not fits or len(self.hidden) > MAX_LAYERS:
            raise ValueError(
                f"hidden must be at most {MAX_LAYERS} layers of 1 to {MAX_UNITS} units, got "
                f"{self.hidden}."
            )
        if self.batch_size < 1 or self.seed < 0:
            raise ValueError(
                f"batch_size must be at least 1 and seed at least 0, got {self.batch_size} and "
                f"{self.seed}."
            )
        OPTIMIZERS[self.optimizer](self.learning_rate)  # raises unless the rate is above 0

    @property
    def net(self) -> Network:
        """The network: an output between 0 and 1 for a class, any number for a regression."""
        phi, last = ACTIVATIONS[self.activation], linear if self.regression else sigmoid
        sizes = (1 if self.regression else 2, *self.hidden, 1)
        return Network(sizes, (*[phi] * len(self.hidden), last))

    @property
    def regression(self) -> bool:
        """Whether the target is a number, not a class."""
        return self.data == REGRESSION

    @property
    def loss(self) -> Loss:
        """The binary cross entropy for a class, half the squared error for a regression."""
        return half_squared_error if self.regression else binary_cross_entropy

    def samples(self) -> tuple[Array, Array]:
        """Return X (n, d_0) and Y (n, 1), the same for every seed."""
        return DATA[self.data][1]()

    def begin(self) -> tuple[Array, np.random.Generator]:
        """Return the first θ, and the generator that goes on to draw the batches."""
        rng = np.random.default_rng(self.seed)
        return STARTS[self.start][1](self.net, rng), rng

    def make_optimizer(self) -> Any:
        """Return the optimizer with its learning rate."""
        return OPTIMIZERS[self.optimizer](self.learning_rate)

    def code(self, epochs: int) -> str:
        """Return the lines that make this setting and train it for some epochs.

        Parameters
        ----------
        epochs : int
            0 for the start alone.

        Returns
        -------
        str
            Afterwards ``theta`` is that of the playground, bit by bit.
        """
        names = ", ".join(f"bp.{a.name}" for a in self.net.activations)
        phi = f"({names})" if self.hidden else f"({names},)"
        maker = type(self.make_optimizer()).__name__
        lines = [
            "import numpy as np",
            "import backprop_lib as bp",
            "",
            f"X, Y = {DATA[self.data][0]}",
            f"net = bp.Network(sizes={self.net.sizes}, activations={phi})",
            f"rng = np.random.default_rng({self.seed})",
            f"theta = {STARTS[self.start][0]}",
        ]
        if epochs:
            lines += [
                f"optimizer = bp.{maker}(learning_rate={self.learning_rate!r})",
                f"for epoch in bp.fit(net, bp.{self.loss.name}, theta, X, Y, optimizer,",
                f"                    epochs={epochs}, batch_size={self.batch_size}, rng=rng):",
                "    theta = epoch.theta",
            ]
        return "\n".join([*lines, f"net.objective(bp.{self.loss.name}, X, Y)(theta)[0]"])
