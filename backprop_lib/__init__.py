"""Back-propagation, proved on symbols and run on arrays: the companion of the book.
The public names stand here; the modules behind them can be read in an evening."""

from . import datasets, perceptron, photocells, schedules
from .activation import Activation
from .activations import (
    ACTIVATIONS,
    leaky_relu,
    linear,
    piecewise_linear,
    relu,
    sigmoid,
    sign,
    softmax,
    softplus,
    step,
    tanh,
)
from .adaptive import AdaGrad, Adam, AMSGrad, RMSProp
from .datasets import one_hot
from .dealing import batches
from .epochs import Diverged, Epoch
from .gradcheck import GradientCheck, check_gradient, hessian
from .graph import backpropagate, variables
from .initializers import constant, glorot, he, normal, zeros
from .losses import (
    LOSSES,
    Loss,
    binary_cross_entropy,
    cross_entropy,
    half_squared_error,
    mean_squared_error,
    softmax_cross_entropy,
)
from .network import Network
from .objective import Objective
from .optimizers import GradientDescent, Momentum, Newton
from .passes import Backward, Trace
from .tables import Table
from .training import fit, minimize

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "AMSGrad",
    "Activation",
    "AdaGrad",
    "Adam",
    "Backward",
    "Diverged",
    "Epoch",
    "GradientCheck",
    "GradientDescent",
    "Loss",
    "Momentum",
    "Network",
    "Newton",
    "Objective",
    "RMSProp",
    "Table",
    "Trace",
    "backpropagate",
    "batches",
    "binary_cross_entropy",
    "check_gradient",
    "constant",
    "cross_entropy",
    "fit",
    "glorot",
    "half_squared_error",
    "he",
    "hessian",
    "leaky_relu",
    "linear",
    "mean_squared_error",
    "minimize",
    "normal",
    "one_hot",
    "piecewise_linear",
    "relu",
    "sigmoid",
    "sign",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "step",
    "tanh",
    "variables",
    "zeros",
]

_LAZY = ("plots", "explorers", "symbolic")  # they import matplotlib or SymPy: at first use only


def __getattr__(name: str) -> object:
    if name in _LAZY:
        from importlib import import_module

        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
