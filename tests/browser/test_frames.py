"""The frames of every explorer in the built book, read without a browser: no two are alike, and
whoever moves a slider is told something else."""

from dataclasses import replace
from itertools import product

import notebooks
import pageexplorers
import pytest

PAGES = [str(page.relative_to(notebooks.ROOT).with_suffix(".html")) for page in notebooks.pages()]


def alike(explorer: pageexplorers.PageExplorer) -> list[str]:
    """Return what a reader could take for a control that does nothing."""
    faults = []
    if len(set(explorer.frames)) < len(explorer.frames):
        faults.append(f"{explorer.name}: two frames are the same")
    for places in product(*(range(control.places) for control in explorer.controls)):
        here = {control.name: k for control, k in zip(explorer.controls, places, strict=True)}
        for control in explorer.controls:
            k = here[control.name]
            if (
                control.is_slider
                and k
                and (explorer.frame(**here)[1] == explorer.frame(**here | {control.name: k - 1})[1])
            ):
                faults.append(f"{explorer.name}: at {here}, {control.name} changes no word")
    return faults


@pytest.mark.parametrize("name", PAGES)
def test_every_frame_is_another(built_book, name):
    assert [fault for it in pageexplorers.read(built_book / name) for fault in alike(it)] == []


def test_a_frame_shown_twice_is_found(built_book):
    explorer = pageexplorers.read(built_book / "book/04-worked-example.html")[0]
    first, second, *others = explorer.frames
    twice = replace(explorer, frames=(first, first, *others))
    unsaid = replace(explorer, frames=(first, (second[0], first[1]), *others))
    assert len(alike(twice)) == 2
    assert "changes no word" in " ".join(alike(unsaid))
