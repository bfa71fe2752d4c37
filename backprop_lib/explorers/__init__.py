"""Figures that the reader moves: ``Explorer``, its controls, and the book's own explorers."""

from .controls import Choice, Slider
from .explorer import Explorer
from .frames import Frame
from .one_weight import one_weight
from .worked_example import worked_example_pass

__all__ = ["Choice", "Explorer", "Frame", "Slider", "one_weight", "worked_example_pass"]
