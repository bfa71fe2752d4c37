"""Every picture of the course: ``f(..., ax=None) -> ax``, in one visual language (``style``)."""

from . import style
from .curves import curves, tangent
from .graph import graph
from .names import default_names
from .network import network

__all__ = ["curves", "default_names", "graph", "network", "style", "tangent"]
