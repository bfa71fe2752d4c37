"""Explorers: the right frame for every position, in the page and under a kernel; and the walk
through the worked example, whose numbers are compared with the network's."""

import base64
import html
import json
import re
import zlib
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import numpy as np
import pytest
from matplotlib.figure import Figure

import backprop_lib as bp
from backprop_lib.explorers import Choice, Explorer, Slider, worked_example_pass
from backprop_lib.explorers.frames import Frame, pack, unpack
from backprop_lib.explorers.walk import Walk, say
from backprop_lib.explorers.worked_example import mathtext

W1, W2 = [[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.45, 0.55]]
X, Y = [[0.05, 0.10]], [[0.01, 0.99]]


def draw(figure, shift, curve):
    ax = figure.subplots()
    x = np.linspace(-3, 3, 50)
    ax.plot(x, curve(x + shift))
    ax.set(xlabel="x", ylabel="a", ylim=(-1.1, 3.1))
    return f'At 0 the curve is {float(curve(np.float64(shift))):.3f} <high> & "wide".'


def explorer(**changes):
    given = {"name": "shift", "title": "Move <it>", "question": "Where to?"}
    slider = Slider("shift", (-1.5, 0, 1.5), label="Shift", text="{:g} m", start=0)
    curves = Choice("curve", {"tanh": bp.tanh, "relu": bp.relu}, label="Curve")
    return Explorer(draw, slider, curves, **given | changes)


@pytest.fixture(scope="module")
def small():
    return explorer()


@pytest.fixture(scope="module")
def net():
    return bp.Network(sizes=(2, 2, 2), activations=(bp.sigmoid, bp.sigmoid))


@pytest.fixture(scope="module")
def theta(net):
    return net.pack(W=[W1, W2], b=[[0.35, 0.35], [0.60, 0.60]])


@pytest.fixture(scope="module")
def walk(net, theta):
    return Walk(net, theta, X, Y, bp.half_squared_error, 0.5)


@pytest.fixture(scope="module")
def worked(net, theta):
    return worked_example_pass(net, theta, X, Y, bp.half_squared_error, 0.5)


# -- frames ----------------------------------------------------------------------------------------


def test_frames_are_the_grid_of_all_positions_last_control_fastest(small):
    assert [(frame.values["shift"], frame.values["curve"].name) for frame in small.frames] == [
        (-1.5, "tanh"),
        (-1.5, "relu"),
        (0, "tanh"),
        (0, "relu"),
        (1.5, "tanh"),
        (1.5, "relu"),
    ]
    assert small.frames[small.start].values == {"shift": 0, "curve": bp.tanh}


def test_frames_are_reproducible(small):
    assert small.frame(shift=1.5) == small.frame(shift=1.5)
    assert small.frame(shift=1.5) == small.frames[4]


def test_the_first_frame_is_drawn_once_and_is_what_a_later_drawing_gives(small):
    assert small.frame() is small.frame()
    later = small.frame(shift=0.0)
    assert later == small.frame()
    assert later is not small.frame()


def test_frame_takes_any_value_between_the_positions(small):
    assert small.frame(shift=0.25).sentence.startswith(f"At 0 the curve is {np.tanh(0.25):.3f}")
    with pytest.raises(TypeError, match="explorer 'shift' has no control 'shfit'"):
        small.frame(shfit=1)


def test_axes_stand_where_the_first_frame_has_them_whatever_their_labels():
    axes = []

    def draw(figure, end):
        axes.append(figure.subplots())
        axes[-1].set(ylim=(0, end), ylabel="y")
        return f"The axis ends at {end:g}."

    growing = Explorer(
        draw, Slider("end", (1, 1000, 1e5), start=1000), name="end", title="t", question="q"
    )
    assert len(growing.frames) == 3
    growing.frame(end=10.0)
    places = {ax.get_position().bounds for ax in axes}
    assert len(places) == 1
    left = places.pop()[0]
    assert 0.08 < left < 0.12, "1000 and y have room, and no more than that"


def test_a_frame_with_other_subplots_than_the_first_gets_its_own_places():
    figures = []

    def draw(figure, count):
        figures.append(figure)
        for ax in np.atleast_1d(figure.subplots(1, int(count))):
            ax.set(ylim=(0, 1e5), ylabel="y", xlabel="x")
        return f"{count} subplots."

    for frame in Explorer(
        draw, Slider("count", (1, 2, 3)), name="count", title="t", question="q"
    ).frames:
        figure = figures[frame.values["count"] - 1]
        boxes = [ax.get_tightbbox() for ax in figure.axes]
        assert len(boxes) == frame.values["count"]
        assert boxes[0].x0 > 0
        assert boxes[0].y0 > 0
        assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_packing_loses_nothing_and_keeps_equal_lines_once(small):
    assert unpack(pack(small.frames)) == [(f.svg, f.sentence) for f in small.frames]
    line = base64.b64encode(np.random.default_rng(0).bytes(9000)).decode()
    once, twice = ([Frame({}, f"{line}\n{k}", "A.") for k in range(n)] for n in (1, 8))
    assert len(pack(twice)) < 1.02 * len(pack(once))


def test_equal_pictures_are_stored_once():
    frames = [Frame({}, "<svg>a</svg>", f"Sentence {k}.") for k in range(3)]
    assert [sentence for _, sentence in unpack(pack(frames))] == [f.sentence for f in frames]
    assert json.loads(zlib_text(pack(frames)))["pictures"] == [[0]]


def zlib_text(packed):
    return zlib.decompress(base64.b64decode(packed), -zlib.MAX_WBITS)


def test_rounding_keeps_small_numbers_of_a_drawing():
    svg = (
        Explorer(
            lambda figure, k: figure.add_axes((0, 0, 1, 1)).plot([0, 1], [0, k]) and "A line.",
            Slider("k", (1, 2)),
            name="line",
            title="t",
            question="q",
        )
        .frames[0]
        .svg
    )
    assert "scale(0.015625)" in svg or "0.015625" in svg
    assert not re.search(r"[1-9]\.\d{3}", svg)


# -- a draw that fails -----------------------------------------------------------------------------


def failing(wrong):
    """An explorer whose draw goes wrong at −1, for tanh only: there it does ``wrong()``."""

    def draw(figure, shift, curve):
        ax = figure.subplots()
        if shift == -1 and curve is bp.tanh:
            return wrong()
        ax.plot([0, 1], [0, shift])
        return f"The line climbs by {shift:g}."

    shift = Slider("shift", (0, -1, 1))
    curve = Choice("curve", {"tanh": bp.tanh, "relu": bp.relu})
    return Explorer(draw, shift, curve, name="steep", title="t", question="q")


WRONG = {
    "TypeError: draw must return a sentence that says what its figure shows, got None": lambda: (
        None
    ),
    "TypeError: draw must return a sentence that says what its figure shows, got ' '": lambda: " ",
    "ZeroDivisionError: division by zero": lambda: 1 / 0,
    "AttributeError: 'NoneType' object has no attribute 'plot'": lambda: (None).plot(),
}


@pytest.mark.parametrize(("why", "wrong"), WRONG.items(), ids=[why[:30] for why in WRONG])
def test_a_draw_that_fails_is_told_with_explorer_values_and_remedy(why, wrong):
    told = re.escape(
        f"explorer 'steep' cannot draw shift = -1, curve = tanh: {why}. "
        "Repair draw for these values, or take them out of its controls."
    )
    for ask in (
        lambda it: it.frames,
        lambda it: it.html(),
        lambda it: it.frame(shift=-1),
        lambda it: it.frame(shift=np.float64(-1.0), curve=bp.tanh),
    ):
        with pytest.raises(RuntimeError, match=told) as caught:
            ask(failing(wrong))
        assert caught.value.__cause__ is not None, "the author's own error is at hand"


def test_values_outside_of_the_controls_are_told_too():
    with pytest.raises(RuntimeError, match=r"cannot draw k = 0\.25, kind = \[1\]: KeyError: 0\.25"):
        Explorer(
            lambda figure, k, kind: {1: "One.", 2: "Two."}[k],
            *(Slider("k", (1, 2)), Choice("kind", "ab")),
            **{"name": "x", "title": "t", "question": "q"},
        ).frame(k=0.25, kind=[1])


def test_a_first_frame_that_fails_is_blamed_on_its_own_values():
    def draw(figure, k):
        return f"A line to {1 / (k - 1)}."

    first = Explorer(draw, Slider("k", (1, 2)), name="x", title="t", question="q")
    with pytest.raises(RuntimeError, match="cannot draw k = 1: ZeroDivisionError"):
        first.frame(k=2)


def test_under_a_kernel_a_frame_that_fails_is_told_in_its_place_and_the_next_one_is_drawn():
    it = failing(lambda: 1 / 0)
    found = parts(it.widget())
    (image,), (slider,), (menu,) = found["Image"], found["SelectionSlider"], found["Dropdown"]
    slider.value = -1
    assert image.layout.visibility == "hidden", "no picture beside values that it does not show"
    (said,) = (text.value for text in found["HTML"] if 'role="status"' in text.value)
    assert "explorer &#x27;steep&#x27; cannot draw shift = -1, curve = tanh: ZeroDivision" in said
    menu.value = bp.relu
    assert image.layout.visibility == "visible"
    assert image.value == it.frame(shift=-1, curve=bp.relu).svg.encode()
    assert any("The line climbs by -1." in text.value for text in found["HTML"])


def test_under_a_kernel_a_first_frame_that_fails_ends_the_cell():
    with pytest.raises(RuntimeError, match="explorer 'x' cannot draw k = 1: TypeError: draw must"):
        Explorer(
            lambda figure, k: None, Slider("k", (1, 2)), name="x", title="t", question="q"
        ).widget()


# -- limits ----------------------------------------------------------------------------------------


def test_too_many_frames_are_refused_before_any_is_drawn():
    calls = []
    with pytest.raises(ValueError, match=r"8 × 9 = 72 frames, at most 60.*give 'b' fewer values"):
        Explorer(
            lambda figure, a, b: calls.append(a),
            Slider("a", range(8)),
            Slider("b", range(9)),
            name="x",
            title="t",
            question="q",
        )
    assert calls == []


def test_too_large_a_page_is_refused():
    def noise(figure, k):
        values = np.random.default_rng(k).normal(size=20_000).cumsum()
        figure.subplots().scatter(range(20_000), values)
        return f"Walk {k}."

    heavy = Explorer(noise, Slider("k", (1, 2)), name="noise", title="t", question="q")
    with pytest.raises(ValueError, match=r"needs \d+ kB with its 2 frames, at most 400 kB"):
        heavy.html()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: explorer(name="Shift it"), ValueError, "name must be lower-case letters"),
        (lambda: explorer(name=None), TypeError, "name must be a text that is not empty, got None"),
        (lambda: explorer(title=None), TypeError, "title must be a text .* got None"),
        (lambda: explorer(question=" "), TypeError, "question must be a text .* got ' '"),
        (
            lambda: Explorer(None, Slider("k", (1, 2)), name="x", title="t", question="q"),
            TypeError,
            "draw must be a function .* got None",
        ),
        (lambda: Slider("k", None), TypeError, "Slider 'k': values must be finite numbers, got No"),
        (lambda: Slider("k", ("a", "b")), TypeError, "got 'a'; give names to a Choice"),
        (lambda: Slider("k", (1, np.nan)), TypeError, "values must be finite numbers, got nan"),
        (lambda: Slider("k", (1, 2), live=None), TypeError, "live must be finite numbers, got N"),
        (lambda: Choice("k", None), TypeError, "Choice 'k': options must be names, or a mapping"),
        (lambda: Slider("k", (1,)), ValueError, "Slider 'k' must have two values or more"),
        (lambda: Slider("a b", (1, 2)), ValueError, "name must be a Python name"),
        (lambda: Slider("k", (1, 2), start=3), ValueError, "must be one of its values, got 3"),
        (lambda: Slider("k", (1, 1.04), text="{:.1f}"), ValueError, "look alike"),
        (lambda: Choice("k", ("a",)), ValueError, "two values or more, got .*'a'"),
        (lambda: Choice("k", ("a", "b", "a")), ValueError, "equal options: .*; name each once"),
        *(
            (lambda text=text: Slider("k", (1, 2.5), text=text), ValueError, "a format with one f")
            for text in ("{} {}", "{", "{x}", "{:d}", "{.x}")
        ),
        (
            lambda: Explorer(draw, name="x", title="t", question="q"),
            TypeError,
            "controls must be Sliders and Choices, at least one",
        ),
        (
            lambda: Explorer(
                draw, Slider("k", (1, 2)), Choice("k", "ab"), name="x", title="t", question="q"
            ),
            ValueError,
            "controls must have different names",
        ),
    ],
)
def test_impossible_explorers_say_what_is_wrong(make, error, message):
    with pytest.raises(error, match=message):
        make()


# -- the static half -------------------------------------------------------------------------------


class Elements(HTMLParser):
    """All start tags of a page, with their attributes, and the text inside each kind of tag."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self._open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._open.append(tag)

    def handle_data(self, data):
        self.texts.append((self._open[-1] if self._open else "", data.strip()))

    def of(self, tag, **wanted):
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]


@pytest.fixture(scope="module")
def page(small):
    return Elements(small.html())


def test_page_has_one_picture_which_is_the_start_frame(small, page):
    (img,) = page.of("img")
    start = small.frames[small.start]
    assert unquote(img["src"].removeprefix("data:image/svg+xml,")) == start.svg
    assert img["alt"] == start.sentence
    assert img["width"] == "700"
    assert start.sentence in [html.unescape(text) for _, text in page.texts]


def test_page_carries_every_frame_for_its_script(small, page):
    (packed,) = [text for tag, text in page.texts if tag == "script" and text.startswith('"')]
    assert unpack(json.loads(packed)) == [(f.svg, f.sentence) for f in small.frames]


def test_every_control_has_a_label_and_says_its_value(page):
    (slider,) = page.of("input")
    (menu,) = page.of("select", **{"data-control": "curve"})
    for control, text in [(slider, "Shift"), (menu, "Curve")]:
        assert page.of("label", **{"for": control["id"]})
        assert ("label", text) in page.texts
    assert slider["type"] == "range"
    assert (slider["min"], slider["max"], slider["value"]) == ("0", "2", "1")
    assert slider["aria-valuetext"] == "0 m"
    assert json.loads(slider["data-texts"]) == ["−1.5 m", "0 m", "1.5 m"]
    assert json.loads(slider["data-keys"]) == ["-1.5", "0", "1.5"]
    assert page.of("output", **{"for": slider["id"]})
    assert [text for tag, text in page.texts if tag == "option"][:2] == ["tanh", "relu"]


def test_page_has_no_dead_controls_without_its_script(page):
    (controls,) = page.of("div", **{"class": "explorer-controls"})
    assert "hidden" in controls
    assert page.of("p", **{"class": "explorer-still"})


def test_page_asks_for_nothing(small):
    static = small.html().replace("http://www.w3.org/", "")  # names of formats, never fetched
    assert "http:" not in static
    assert "https:" not in static
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", static)


def test_text_of_the_author_cannot_break_the_page(small):
    page = small.html()
    assert "<it>" not in page
    assert "<high>" not in page
    assert Elements(page).of("figure")[0]["aria-label"] == "Move <it>"


def test_text_form_is_the_same_every_time_and_holds_the_numbers(small):
    text = repr(explorer())
    assert text == repr(small)
    assert text.splitlines() == [
        "Explorer shift: Move <it>",
        "  Shift: 3 positions, −1.5 m … 1.5 m",
        "  Curve: 2 positions, tanh … relu",
        f"  First: {small.frames[2].sentence}",
        f"  Last: {small.frames[-1].sentence}",
    ]


def test_book_gets_html_and_a_kernel_gets_a_widget(small, monkeypatch):
    monkeypatch.setenv("BACKPROP_BOOK", "1")
    in_book = small._repr_mimebundle_()
    assert in_book["text/html"] == small.html()
    monkeypatch.delenv("BACKPROP_BOOK")
    live = small._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in live
    assert "text/html" not in live
    assert live["text/plain"] == in_book["text/plain"] == repr(small)


# -- the live half ---------------------------------------------------------------------------------


def parts(box):
    """The widgets inside a box, by kind."""
    found = {}
    for child in getattr(box, "children", ()):
        found.setdefault(type(child).__name__, []).append(child)
        for kind, inner in parts(child).items():
            found.setdefault(kind, []).extend(inner)
    return found


def live_explorer(live=()):
    slider = Slider("shift", (-1.5, 0, 1.5), start=0, live=live)
    curves = Choice("curve", {"tanh": bp.tanh, "relu": bp.relu})
    return Explorer(draw, slider, curves, name="shift", title="t", question="q")


def test_moving_a_live_control_changes_picture_and_sentence():
    it = live_explorer()
    found = parts(it.widget())
    (image,), (slider,), (menu,) = found["Image"], found["SelectionSlider"], found["Dropdown"]
    assert image.value == it.frame().svg.encode()
    slider.value = 1.5
    assert image.value == it.frame(shift=1.5).svg.encode()
    menu.value = bp.relu
    wanted = it.frame(shift=1.5, curve=bp.relu)
    assert image.value == wanted.svg.encode()
    assert any(html.escape(wanted.sentence) in text.value for text in found["HTML"])


def test_live_slider_is_finer_than_the_frames():
    found = parts(live_explorer(np.linspace(-2, 2, 41)).widget())
    (slider,) = found["SelectionSlider"]
    values = [value for _, value in slider.options]
    assert values == sorted(values)
    assert {-1.5, 0, 1.5} <= set(values)
    assert len(values) == 41
    assert 0.3 in values  # not 0.30000000000000004
    assert slider.value == 0


def test_any_value_can_be_typed_and_is_kept():
    it = live_explorer(np.linspace(-2, 2, 41))
    found = parts(it.widget())
    (slider,), (box,), (image,) = (
        found["SelectionSlider"],
        found["BoundedFloatText"],
        found["Image"],
    )
    box.value = 0.333
    assert box.value == 0.333
    assert slider.value == 0.3
    assert image.value == it.frame(shift=0.333).svg.encode()
    slider.value = 1.2
    assert box.value == 1.2
    assert image.value == it.frame(shift=1.2).svg.encode()
    box.value = 99
    assert box.value == slider.value == 2


def test_live_slider_falls_where_the_slider_of_the_page_falls():
    slider = Slider("shift", (1.5, 0, -1.5), live=np.linspace(-1, 1, 5))
    curve = Choice("curve", {"tanh": bp.tanh, "relu": bp.relu})
    found = parts(Explorer(draw, slider, curve, name="a", title="t", question="q").widget())
    options = [value for _, value in found["SelectionSlider"][0].options]
    assert options == [1.5, 1, 0.5, 0, -0.5, -1, -1.5]
    assert (found["BoundedFloatText"][0].min, found["BoundedFloatText"][0].max) == (-1.5, 1.5)


# -- the walk through the worked example -----------------------------------------------------------


def test_walk_takes_every_edge_once_each_way(walk, net):
    edges = {("W", l, i, j) for l in (1, 2) for i in (0, 1) for j in (0, 1)}
    forward = [e for s in walk.steps if s.phase == "Forward" for e in s.strong or () if e in edges]
    assert sorted(forward) == sorted(edges)
    assert [e for e in forward if e[1] == 2] == forward[4:]
    found = [s.found for s in walk.steps if s.phase == "Backward" and s.found]
    assert {part for part in found if part[0] == "W"} == edges
    assert len(found) == len(set(found)) == net.parameter_count + 4
    layers = [part[1] for part in found]
    assert layers == sorted(layers, reverse=True)


def test_walk_finds_nothing_before_what_it_needs(walk):
    step_of = {step.found: k for k, step in enumerate(walk.steps)}
    for l in (1, 2):
        for j in (0, 1):
            assert step_of["z", l, j] < step_of["a", l, j] < step_of["delta", l, j]
            for i in (0, 1):
                assert step_of["delta", l, j] < step_of["W", l, i, j]
                if l == 2:
                    assert step_of["a", 1, i] < step_of["z", 2, j]
                    assert step_of["delta", 2, j] < step_of["delta", 1, i]


@pytest.mark.parametrize("l", [1, 2])
@pytest.mark.parametrize("j", [0, 1])
def test_sentences_end_in_the_numbers_of_the_network(walk, net, theta, l, j):
    trace = net.forward(theta, X)
    back = net.backward(theta, trace, bp.half_squared_error.gradient(trace.a[-1], Y))
    sentence = {step.found: step.sentence for step in walk.steps}
    for part, value in [
        (("z", l, j), trace.z[l][0, j]),
        (("a", l, j), trace.a[l][0, j]),
        (("delta", l, j), back.delta[l][0, j]),
        (("W", l, 0, j), back.W[l][0, j]),
        (("W", l, 1, j), back.W[l][1, j]),
        (("b", l, j), back.b[l][j]),
    ]:
        assert sentence[part].endswith(f"= {say(value)}."), part


NUMBER = re.compile(r"−?\d+(?:\.\d+)?(?:e[+−]\d+)?")


def evaluate(text):
    """Work out a line such as ``0.3575 + 0.2 × 0.1``."""
    plain = text.replace("−", "-").replace("×", "*").replace("½", "0.5 *").replace("²", "**2")
    sigmoid = re.sub(r"σ\(([^)]*)\)", r"(1 / (1 + 2.718281828459045 ** -(\1)))", plain)
    assert re.fullmatch(r"[-+*/() .\de]+", sigmoid), text
    return eval(sigmoid)


def test_every_line_of_the_walk_is_true_arithmetic(walk):
    checked = 0
    for step in walk.steps:
        line = step.numbers.removesuffix(" so far")
        if step.phase not in ("Forward", "Error", "Backward") or line.count("=") != 2:
            continue
        left, right = line.removeprefix("= ").split(" = ")
        assert evaluate(left) == pytest.approx(evaluate(right), rel=1e-6, abs=2e-9), line
        checked += 1
    assert checked == len(walk.steps) - 2 - 4  # all but Given, Update and the biases


def known_quantities(walk):
    """Every name that a formula of the walk uses, and its value in the network."""
    known = {}
    for part, name in walk.names.items():
        if part[0] == "unit":
            _, l, j = part
            if l == 0:
                known[name] = walk.trace.a[0][0, j]
                continue
            z, delta = walk.trace.z[l][0, j], walk.back.delta[l][0, j]
            known[f"z({name})"], known[name] = z, walk.trace.a[l][0, j]
            known[f"σ(z({name}))"], known[f"σ′(z({name}))"] = (
                bp.sigmoid(z),
                bp.sigmoid.derivative(z),
            )
            known[f"δ({name})"], known[f"∂E/∂{name}"] = delta, delta / bp.sigmoid.derivative(z)
        elif part[0] == "W":
            known[name] = walk.W[part[1]][part[2:]]
        elif part[0] == "b":
            known[name] = walk.b[part[1]][part[2]]
    known |= {f"t{k}": t for k, t in zip("₁₂", walk.Y[0], strict=True)}
    known |= {f"E{k}": E for k, E in zip("₁₂", walk.E, strict=True)}
    return sorted(known.items(), key=lambda item: -len(item[0]))


def test_every_formula_of_the_walk_gives_its_number(walk):
    known, checked = known_quantities(walk), 0
    for step in walk.steps:
        if step.phase not in ("Forward", "Error", "Backward"):
            continue
        rule = step.formula.removesuffix(" + …").partition(" = ")[2].replace("·", "×")
        for name, value in known:
            rule = rule.replace(name, f"({float(value):.15f})")
        result = step.numbers.removesuffix(" so far").rpartition("= ")[2]
        assert evaluate(rule) == pytest.approx(evaluate(result), rel=1e-6, abs=2e-9), step.formula
        checked += 1
    assert checked == len(walk.steps) - 2


def test_both_paths_into_a_hidden_unit_are_told_with_their_signs(walk):
    paths = [s for s in walk.steps if s.formula.startswith("∂E/∂h₁")]
    assert [s.strong for s in paths] == [
        {("unit", 1, 0), ("W", 2, 0, 0), ("unit", 2, 0)},
        {("unit", 1, 0), ("W", 2, 0, 1), ("unit", 2, 1)},
    ]
    assert paths[1].formula == "∂E/∂h₁ = δ(o₁) · w₅ + δ(o₂) · w₇"
    assert "(−0.038098237) × 0.5" in paths[1].numbers


def test_update_tells_the_error_after_one_step(walk, net, theta):
    objective = net.objective(bp.half_squared_error, X, Y)
    before, gradient = objective(theta)
    after, _ = objective(theta - 0.5 * gradient)
    assert walk.steps[-1].sentence.endswith(f"takes E from {say(before)} to {say(after)}.")


def test_frames_show_only_what_is_known_so_far(worked, walk):
    for step, absent, present in [(2, "0.5933", "z 0.3775"), (3, "z 0.3925", "0.5933")]:
        figure = Figure(figsize=worked.size)
        worked.draw(figure, step=step)
        written = {text.get_text() for text in figure.axes[0].texts}
        assert present in written
        assert absent not in written
        assert not any(text.startswith(("δ", "∂")) for text in written)


def test_walk_works_for_other_networks_activations_and_losses():
    net = bp.Network(sizes=(3, 2, 4, 1), activations=(bp.tanh, bp.relu, bp.sigmoid))
    theta = bp.glorot(net, np.random.default_rng(1))
    X, Y = [[0.5, -1.0, 2.0]], [[1.0]]
    walk = Walk(net, theta, X, Y, bp.binary_cross_entropy, 0.1)
    found = {step.found for step in walk.steps}
    assert {("W", 3, i, 0) for i in range(4)} <= found
    loss, gradient = net.objective(bp.binary_cross_entropy, X, Y)(theta)
    assert (walk.back.gradient == gradient).all()
    assert any(step.sentence == f"Error: E₁ = {say(loss)}." for step in walk.steps)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X": [[0.05, 0.1], [0, 1]], "Y": [[0, 1], [1, 0]]}, "X must hold one sample"),
        ({"activations": (bp.sigmoid, bp.softmax)}, "must act on each unit alone, got softmax"),
    ],
)
def test_what_cannot_be_walked_is_named(changes, message):
    given = {"X": X, "Y": Y, "activations": (bp.sigmoid, bp.sigmoid)} | changes
    net = bp.Network(sizes=(2, 2, 2), activations=given["activations"])
    theta = net.pack(W=[W1, W2], b=[[0.35, 0.35], [0.60, 0.60]])
    with pytest.raises(ValueError, match=message):
        Walk(net, theta, given["X"], given["Y"], bp.half_squared_error, 0.5)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("z(h₁) = b₁ + w₁ · i₁", r"$z_{h_{1}} = b_{1} + w_{1}\,i_{1}$"),
        ("δ(o₂) = ∂E/∂o₂ · σ′(z(o₂))", r"$δ_{o_{2}} = ∂E/∂o_{2}\,σ'(z_{o_{2}})$"),
        ("∂E/∂b₁ through h₂ = δ(h₂)", r"$∂E/∂b_{1}\ \mathrm{through}\ h_{2} = δ_{h_{2}}$"),
    ],
)
def test_formulas_become_mathtext(line, wanted):
    assert mathtext(line) == wanted


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [([1e-3, 1.0, 1e4], ["10⁻³", "1", "10⁴"]), ([1.0, 4.0, 512.0], ["1", "4", "512"])],
)
def test_ticks_of_a_logarithmic_axis_say_their_number(ticks, labels):
    shown = []

    def draw(figure, b):
        ax = figure.subplots()
        ax.plot(ticks, ticks)
        ax.set(xscale="log", xticks=ticks)
        shown.append(ax)
        return f"b is {b}."

    Explorer(draw, Slider("b", (0, 1)), name="log", title="t", question="q").frame()
    assert [label.get_text() for label in shown[0].get_xticklabels()] == labels
