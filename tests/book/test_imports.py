"""The imports of the library point one way only; which way is written down here."""

import sys
from graphlib import TopologicalSorter
from pathlib import Path

import notebooks
import pytest
from architecture import imports, room_of

LIBRARY = notebooks.ROOT / "backprop_lib"

# Module -> what it may import from the library. A package counts as one module; __init__ only
# gathers the public names and may know them all. A new module is placed here first.
MAY_IMPORT: dict[str, set[str]] = {
    "arrays": set(),
    "tables": {"arrays"},
    "activation": {"arrays"},
    "activations": {"activation", "arrays"},
    "losses": {"arrays", "activations"},
    "parameters": {"arrays"},
    "objective": {"arrays", "losses", "parameters", "passes"},
    "passes": {"arrays", "parameters"},
    "network": {"activation", "arrays", "losses", "objective", "parameters", "passes", "tables"},
    "gates": set(),
    "graph": {"gates"},
    "gradcheck": {"arrays", "objective"},
    "initializers": {"arrays", "network"},
    "datasets": {"arrays"},
    "schedules": {"arrays"},
    "steps": {"arrays", "schedules"},
    "optimizers": {"arrays", "steps"},
    "adaptive": {"arrays", "steps"},
    "epochs": {"arrays"},
    "journal": set(),
    "workers": set(),
    "parallel": {"arrays", "journal", "losses", "network", "objective", "workers"},
    "dealing": {"arrays", "objective", "passes"},
    "training": {
        *("arrays", "dealing", "epochs", "losses", "network", "parameters", "passes", "steps"),
    },
    "perceptron": {"arrays", "activations"},
    "photocells": {"arrays"},
    "symbolic": {
        "activation",
        "activations",
        "arrays",
        "graph",
        "losses",
        "network",
        "objective",
        "parameters",
    },
    "plots": {
        "activation",
        "activations",
        "arrays",
        "graph",
        "losses",
        "network",
        "objective",
        "passes",
        "training",
    },
    "explorers": {
        "dealing",
        "adaptive",  # chapter 7 walks with the optimizers
        "datasets",  # chapter 11 makes everything that a training needs
        "epochs",
        "initializers",
        "parameters",
        "steps",
        "tables",
        "optimizers",
        "schedules",
        "training",
        "activation",
        "activations",
        "arrays",
        "graph",
        "losses",
        "network",
        "objective",
        "passes",
        "plots",
    },
}

# The checks know the answers, so they may use all of the numeric library.
MAY_IMPORT["check"] = {
    *("activations", "adaptive", "arrays", "gates", "gradcheck", "graph", "initializers"),
    *("losses", "network", "optimizers", "parameters", "schedules", "tables", "training"),
}

MAY_IMPORT["grade"] = {"check", "journal"}

# What only annotations name, under `if TYPE_CHECKING`: nothing runs, so a circle does no harm.
FOR_ANNOTATIONS = {"objective": {"network"}}

# Outside of the library: the standard library, these two, and what is granted by name.
EVERYWHERE = {"numpy", "sympy", *sys.stdlib_module_names}
GRANTED = {
    "matplotlib": {"plots", "explorers"},
    "cycler": {"plots"},  # a part of matplotlib
    "ipywidgets": {"explorers"},
    "IPython": {"explorers"},
    "networkx": {"plots"},
    "tqdm": {"epochs", "grade", "parallel"},
    "nbconvert": {"grade/nbgrader.py"},  # of a package, one file
    "nbformat": {"grade/nbgrader.py"},
    "nbgrader": {"grade/nbgrader.py"},
    "traitlets": {"grade/nbgrader.py"},
    "distributed": {"grade/scale.py"},
}


FILES = sorted(path for path in LIBRARY.rglob("*.py") if path != LIBRARY / "__init__.py")


def faults(path: Path) -> list[str]:
    """Say what a file imports against the rules."""
    module, found = room_of(path, LIBRARY), imports(path, LIBRARY)
    inside = found.inside | (found.annotated - FOR_ANNOTATIONS.get(module, set()))
    if module not in MAY_IMPORT:
        return [f"{module} has no place in MAY_IMPORT yet"]
    faulty = sorted(inside - MAY_IMPORT[module])
    said = [f"{module} may not import {name}" for name in faulty]
    for name in sorted(found.outside - EVERYWHERE):
        if name == LIBRARY.name:
            said.append(f"{module} imports the library by its own name; use a relative import")
        elif not {module, shown(path)} & GRANTED.get(name, set()):
            said.append(f"{module} may not import {name}")
    return said


def shown(path: Path) -> str:
    return str(path.relative_to(LIBRARY))


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_module_imports_what_its_place_allows(path):
    assert faults(path) == []


def test_places_form_no_circle():
    TopologicalSorter(MAY_IMPORT).prepare()


def test_every_place_is_taken():
    assert set(MAY_IMPORT) == {room_of(path) for path in FILES}


@pytest.mark.parametrize(
    ("module", "line", "fault"),
    [
        ("arrays.py", "from .network import Network", "arrays may not import network"),
        ("losses.py", "from . import network", "losses may not import network"),
        ("plots/new.py", "from ..explorers.explorer import E", "plots may not import explorers"),
        (
            "network.py",
            "def f():\n    import matplotlib.pyplot",
            "network may not import matplotlib",
        ),
        ("plots/new.py", "import ipywidgets", "plots may not import ipywidgets"),
        ("network.py", "from backprop_lib.losses import Loss", "by its own name"),
        ("grade/farm.py", "from distributed import Client", "grade may not import distributed"),
        ("brand_new.py", "import numpy", "has no place"),
    ],
)
def test_planted_import_is_named(tmp_path, monkeypatch, module, line, fault):
    monkeypatch.setattr(sys.modules[__name__], "LIBRARY", tmp_path / "backprop_lib")
    path = tmp_path / "backprop_lib" / module
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert any(fault in text for text in faults(path))
