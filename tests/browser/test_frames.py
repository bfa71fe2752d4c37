"""The frames of every explorer in the built book, read without a browser: no two are alike, and
whoever moves a slider is told something else."""

import re
from dataclasses import replace
from itertools import product

import notebooks
import pageexplorers
import pytest

# Explorers in which two places rightly show one picture (a line outside of its square, a training
# that is lost), and those in which they have one sentence (slopes that are the same).
EXCUSED = ({"one-line", "planted-bugs", "rate", "batch"}, {"first-sweep"})
BYTES = 125_000
PAGES = [str(page.relative_to(notebooks.ROOT).with_suffix(".html")) for page in notebooks.pages()]


def alike(explorer: pageexplorers.PageExplorer) -> list[str]:
    """Return what a reader could take for a control that does nothing."""
    faults = []
    if len(set(explorer.frames)) < len(explorer.frames):
        faults.append(f"{explorer.name}: two frames are the same")
    for parts, excused in zip(zip(*explorer.frames, strict=True), EXCUSED, strict=True):
        if explorer.name not in excused and len(set(parts)) < len(parts):
            faults.append(f"{explorer.name}: two pictures or two sentences are the same")
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


@pytest.mark.parametrize("name", PAGES)
def test_every_explorer_is_light(built_book, name):
    text = (built_book / name).read_text(encoding="utf-8")
    figures = re.findall(r'<figure class="explorer.*?</figure>', text, re.DOTALL)
    assert len(figures) == len(pageexplorers.read(built_book / name))
    assert [figure[:80] for figure in figures if len(figure.encode()) > BYTES] == []


def test_a_frame_shown_twice_is_found(built_book):
    explorer = pageexplorers.read(built_book / "book/04-worked-example.html")[0]
    first, second, *others = explorer.frames
    twice = replace(explorer, frames=(first, first, *others))
    unsaid = replace(explorer, frames=(first, (second[0], first[1]), *others))
    assert len(alike(twice)) == 4  # frames, pictures, sentences, and a slider without a word
    assert "changes no word" in " ".join(alike(unsaid))


def test_the_first_page_lets_the_worked_example_run(built_book):
    (first,) = pageexplorers.read(built_book / "book/index.html")
    assert first in pageexplorers.read(built_book / "book/04-worked-example.html")
