"""The page on the architecture: its picture is the code's, its walk one that a training takes."""

import re
import sys
from itertools import pairwise

import architecture
import networkx as nx
import notebooks
import numpy as np
import pytest

import backprop_lib as bp

USES = architecture.rooms()
PLACES, PATHS, WIDTH = architecture.place(USES)


def test_arrows_say_neither_more_nor_less_than_the_imports():
    drawn = nx.DiGraph((path[0], path[-1]) for path in PATHS)
    imported = nx.DiGraph((user, used) for user in USES for used in USES[user])
    assert set(nx.transitive_closure(drawn).edges) == set(nx.transitive_closure(imported).edges)


def test_every_arrow_points_down_storey_by_storey():
    for path in PATHS:
        steps = [PLACES[below][1] - PLACES[above][1] for above, below in pairwise(path)]
        assert set(steps) == {architecture.STOREY}


def test_rooms_and_bends_of_a_storey_stand_apart():
    rows = {}
    for thing, (x, y) in PLACES.items():
        half = architecture._width(thing) / 2
        rows.setdefault(y, []).append((x - half, x + half))
    for row in rows.values():
        for (_, right), (left, _) in pairwise(sorted(row)):
            assert left - right > architecture.GAP / 2
    assert min(left for row in rows.values() for left, _ in row) >= -1
    assert max(right for row in rows.values() for _, right in row) <= WIDTH + 1


def test_new_import_and_new_room_change_the_picture(tmp_path):
    library = tmp_path / "lib"
    (library / "pictures").mkdir(parents=True)
    (library / "__init__.py").write_text("from .top import f")
    (library / "ground.py").write_text('"""The ground. It bears."""')
    (library / "top.py").write_text("def f():\n    from . import ground")
    (library / "pictures" / "__init__.py").write_text('"""Pictures of ``x``."""')
    (library / "pictures" / "one.py").write_text(
        "from typing import TYPE_CHECKING\nfrom ..ground import g\n"
        "if TYPE_CHECKING:\n    from ..top import f"
    )
    assert architecture.rooms(library) == {
        "ground": set(),
        "top": {"ground"},
        "pictures": {"ground"},
    }
    (library / "top.py").write_text("from .pictures.one import g")
    assert architecture.rooms(library)["top"] == {"pictures"}
    svg = architecture.drawing(architecture.rooms(library))
    assert svg.count("<a class=") == 3
    assert 'class="of-top of-pictures"' in svg
    assert architecture.story("pictures", library) == "Pictures of `x`."


@pytest.mark.parametrize("room", USES)
def test_every_room_opens_with_a_story(room):
    text = architecture.story(room)
    assert text.endswith(".")
    assert 40 < len(text) < 300


def walk() -> list[str]:
    """The functions that the page's numbered list names."""
    text = (notebooks.ROOT / "book" / "architecture.md").read_text(encoding="utf-8")
    return re.findall(r"^\d+\. (?:\{py:\w+\})?`([\w.]+)", text, re.MULTILINE)


def calls() -> list[str]:
    """Every function of the library that a training calls, in order."""
    seen = []
    nameless = {loss.gradient_value.__code__: "Loss.gradient_value" for loss in bp.LOSSES.values()}

    def note(frame, event, argument):
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith("backprop_lib."):
            name = nameless.get(frame.f_code, frame.f_code.co_qualname)
            if frame.f_code.co_name == "__init__":  # of a record: it has no name of its own
                name = type(frame.f_locals["self"]).__qualname__
            seen.append(f"{module.removeprefix('backprop_lib.')}.{name}")

    X, Y = bp.datasets.xor()
    rng = np.random.default_rng(0)
    net = bp.Network(sizes=(2, 3, 1), activations=(bp.tanh, bp.sigmoid))
    theta, optimizer = bp.glorot(net, rng), bp.Adam(0.1)
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        list(bp.fit(net, bp.half_squared_error, theta, X, Y, optimizer, epochs=1, rng=rng))
    finally:
        sys.setprofile(before)
    return seen


def lost(steps: list[str], seen: list[str]) -> list[str]:
    """Return the steps of a walk that are not met, in their order, among the calls."""
    rest = iter(seen)
    return [step for step in steps if step not in rest]


def test_a_training_takes_the_walk_of_the_page():
    assert len(walk()) == 12
    assert lost(walk(), calls()) == []


def test_a_wrong_walk_is_noticed():
    seen = calls()
    backward, forward = "network.Network._backward", "network.Network._forward"
    assert lost([backward, "adaptive.Adam.init"], seen) == ["adaptive.Adam.init"]
    assert lost([forward, "network.Network.nowhere"], seen) == ["network.Network.nowhere"]
