"""Mathematics that proves itself: derivations line by line, and the backward pass on symbols."""

from .backward import Proof, parameter_symbols, prove
from .derivation import Derivation, chain, function, sigma
from .refutation import FalseStepError

__all__ = [
    "Derivation",
    "FalseStepError",
    "Proof",
    "chain",
    "function",
    "parameter_symbols",
    "prove",
    "sigma",
]
