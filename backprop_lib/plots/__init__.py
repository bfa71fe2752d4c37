"""Every picture of the course: ``f(..., ax=None) -> ax``, in one visual language (``style``)."""

from . import style
from .activations import activation, hinges, softmax_bars
from .chain_rule import difference_errors, magnified, sweep_costs
from .curves import curves, tangent
from .delta import beside_differences, matrices, path_sum, triangle
from .digits import answer_bars, confusion, digit_images, signed_bars
from .downhill import descent, losses, slide
from .graph import graph
from .names import default_names
from .network import network
from .neuron import half_plane, nerve_cell, regression
from .photocells import photocells, wiring
from .playground import answer_map, unit_maps
from .progress import gradient_sizes, history
from .sigmoid import (
    answer_slope,
    saturation_answers,
    saturation_deltas,
    sigmoid_tangent,
    slope_field,
    slope_walk,
)
from .speed import speed
from .symmetry import arrows, ridge, unit_weights
from .vanishing import by_layer, signal_levels, slope_window, unit_row

__all__ = [
    "activation",
    "answer_bars",
    "answer_map",
    "answer_slope",
    "arrows",
    "beside_differences",
    "by_layer",
    "confusion",
    "curves",
    "default_names",
    "descent",
    "difference_errors",
    "digit_images",
    "gradient_sizes",
    "graph",
    "half_plane",
    "hinges",
    "history",
    "losses",
    "magnified",
    "matrices",
    "nerve_cell",
    "network",
    "path_sum",
    "photocells",
    "regression",
    "ridge",
    "saturation_answers",
    "saturation_deltas",
    "sigmoid_tangent",
    "signal_levels",
    "signed_bars",
    "slide",
    "slope_field",
    "slope_walk",
    "slope_window",
    "softmax_bars",
    "speed",
    "style",
    "sweep_costs",
    "tangent",
    "triangle",
    "unit_maps",
    "unit_row",
    "unit_weights",
    "wiring",
]
