"""Chapter 2's explorers say what a computation made apart from them finds."""

import numpy as np
import pytest
from pageexplorers import numbers

import backprop_lib as bp
from backprop_lib import explorers


@pytest.fixture(scope="module")
def build():
    """Interpolate by least squares: the coefficients are solved for, not read off the slopes."""

    def build(f, knots):
        units = len(knots) - 1
        hinge = np.maximum(knots[:, None] - knots[:-1], 0)
        columns = np.hstack([hinge, np.ones((units + 1, 1))])
        *c, bias = np.linalg.lstsq(columns, f(knots), rcond=None)[0]
        net = bp.Network(sizes=(1, units, 1), activations=(bp.relu, bp.linear))
        W = [np.ones((1, units)), np.reshape(c, (units, 1))]
        return net, net.pack(W=W, b=[-knots[:-1], [bias]])

    return build


@pytest.mark.parametrize(
    ("name", "z", "value", "slope"),
    [
        ("sigmoid", -1, 1 / (1 + np.e), np.e / (1 + np.e) ** 2),
        ("tanh", 2, np.tanh(2), 1 / np.cosh(2) ** 2),
        ("sign", -4, -1, 0),
        ("softplus", 0, np.log(2), 0.5),
        ("leaky_relu", -4, -0.04, 0.01),
    ],
)
def test_activation_slopes_say_value_and_slope(name, z, value, slope):
    sentence = explorers.activation_slopes().frame(activation=name, z=z).sentence
    at, *said = numbers(sentence.replace("gradient of 1", "gradient"))
    assert at == z
    np.testing.assert_allclose(said, [value, slope, slope], rtol=5e-3, atol=5e-6)


def test_activation_slopes_offer_the_nine_that_act_alone():
    choice, _ = explorers.activation_slopes().controls
    assert sorted(choice.values) == sorted({*bp.ACTIVATIONS} - {"softmax"})


def test_one_unit_at_a_time_says_bend_slope_and_error(build):
    knots = np.array([0.0, 0.5, 2.0, 3.0])
    explorer = explorers.one_unit_at_a_time(build, np.square, knots, limits=(-1, 9))
    assert explorer.frame(units=0).sentence == "No unit yet: the sum is f(0) everywhere."
    # x² between p and q: slope p + q, so the bend at p is q minus the knot before p;
    # the error is at most a quarter of the squared width.
    for units, (p, bend, slope, q, error) in enumerate(
        [(0, 0.5, 0.5, 0.5, 1 / 16), (0.5, 2, 2.5, 2, 9 / 16), (2, 2.5, 5, 3, 9 / 16)], start=1
    ):
        number, *said = numbers(explorer.frame(units=units).sentence)
        assert number == units
        np.testing.assert_allclose(said, [p, bend, slope, q, error], rtol=5e-3, atol=1e-9)


def test_one_unit_at_a_time_says_where_nothing_bends(build):
    knots = np.array([0.0, 0.5, 2.0, 3.0])
    explorer = explorers.one_unit_at_a_time(build, lambda x: 3 * x, knots, limits=(-1, 9))
    assert "Unit 1 bends the sum at x = 0 by 3" in explorer.frame(units=1).sentence
    for units, knot in ((2, "0.5"), (3, "2")):
        said = f"Unit {units} does not bend the sum at x = {knot}; its slope stays 3."
        assert explorer.frame(units=units).sentence.startswith(said)


def test_units_that_have_not_joined_do_not_bend(build):
    knots = np.linspace(0, 1, 5)
    explorer = explorers.one_unit_at_a_time(build, np.square, knots, limits=(-1, 2))
    frames = [explorer.frame(units=units) for units in range(5)]
    assert len({frame.svg for frame in frames}) == 5
    # An N-unit build is left as it is: the last frame does not depend on those before it.
    assert explorer.frame(units=4).sentence == frames[4].sentence


def test_number_of_units_says_the_largest_error_and_its_fall(build):
    explorer = explorers.number_of_units(
        build,
        {"square": np.square, "cube": lambda x: x**3},
        interval=(0, 2),
        limits=(0, 4),
        counts=(1, 2, 4),
    )
    # h²/8 · max |f″| is exact for a parabola, with h = 2/N and f″ = 2.
    for units, error in ((1, 1), (2, 1 / 4), (4, 1 / 16)):
        sentence = explorer.frame(function="square", units=units).sentence
        count, said, *ratio = numbers(sentence)
        assert count == units
        assert said == pytest.approx(error, rel=5e-3)
        assert ratio == ([] if units == 1 else [0.25])


def test_number_of_units_takes_counts_that_the_book_has_not(build):
    explorer = explorers.number_of_units(
        build,
        {"square": np.square, "cube": lambda x: x**3},
        interval=(0, 1),
        limits=(0, 1),
        counts=(1, 2, 4),
    )
    sentence = explorer.frame(function="square", units=5).sentence
    assert sentence == "With 5 units the largest error of the square is 0.01."


def test_temperature_changes_the_softmax_and_a_shift_does_not():
    explorer = explorers.temperature([1.0, 0.0])
    said = {
        (T, c): explorer.frame(T=T, c=c).sentence.partition(": ")[2]
        for T in (0.5, 1, 5)
        for c in (-3, 0, 1000)
    }
    for T in (0.5, 1, 5):
        assert len({said[T, c] for c in (-3, 0, 1000)}) == 1
        a = 1 / (1 + np.exp(-1 / T))
        entropy = -a * np.log(a) - (1 - a) * np.log(1 - a)
        np.testing.assert_allclose(
            numbers(said[T, 0]), [a, 1 - a, entropy, np.log(2)], rtol=5e-3, atol=5e-6
        )
