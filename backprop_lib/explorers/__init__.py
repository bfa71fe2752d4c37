"""Figures that the reader moves: ``Explorer``, its controls, and the book's own explorers."""

from typing import TYPE_CHECKING, Any

from .activations import activation_slopes, number_of_units, one_unit_at_a_time, temperature
from .board import trainings
from .chain_rule import difference_step, reverse_sweep, sweep_costs
from .controls import Choice, Slider
from .delta import matrix_pass, paths_of_delta, planted_bugs
from .downhill import saddle_escape, valley_momentum, valley_rate
from .explorer import Explorer
from .frames import Frame
from .hidden_units import hidden_units
from .neuron import firing, lessons, one_line
from .one_weight import one_weight
from .racing import batch_size, race
from .scratch import hidden_unit, moved_digit, workshop_fit
from .setting import Setting
from .sigmoid import saturated_unit, sigmoid_slope, slope_walk
from .symmetry import first_steps, start_scale, twin_arrows
from .vanishing import gradients_by_layer, hold_the_level, update_ratios
from .worked_example import worked_example_pass

if TYPE_CHECKING:
    from .playground import Playground

__all__ = [
    "Choice",
    "Explorer",
    "Frame",
    "Playground",
    "Setting",
    "Slider",
    "activation_slopes",
    "batch_size",
    "difference_step",
    "firing",
    "first_steps",
    "gradients_by_layer",
    "hidden_unit",
    "hidden_units",
    "hold_the_level",
    "lessons",
    "matrix_pass",
    "moved_digit",
    "number_of_units",
    "one_line",
    "one_unit_at_a_time",
    "one_weight",
    "paths_of_delta",
    "planted_bugs",
    "race",
    "reverse_sweep",
    "saddle_escape",
    "saturated_unit",
    "sigmoid_slope",
    "slope_walk",
    "start_scale",
    "sweep_costs",
    "temperature",
    "trainings",
    "twin_arrows",
    "update_ratios",
    "valley_momentum",
    "valley_rate",
    "worked_example_pass",
    "workshop_fit",
]


def __getattr__(name: str) -> Any:
    if name == "Playground":  # it brings ipywidgets, which nothing else here needs to be imported
        from .playground import Playground

        return Playground
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
