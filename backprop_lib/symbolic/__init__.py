"""Mathematics that proves itself: derivations line by line, and the backward pass on symbols."""

from .backward import Proof, parameter_symbols, prove
from .derivation import Derivation, function, sigma
from .refutation import FalseStepError
from .writing import chain, plus, times

__all__ = [
    "Derivation",
    "FalseStepError",
    "Proof",
    "chain",
    "function",
    "parameter_symbols",
    "plus",
    "prove",
    "sigma",
    "times",
]
