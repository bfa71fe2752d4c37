"""Every picture of the course: ``f(..., ax=None) -> ax``, in one visual language (``style``)."""

from . import style
from .curves import curves, tangent
from .names import default_names
from .network import network

__all__ = ["curves", "default_names", "network", "style", "tangent"]
