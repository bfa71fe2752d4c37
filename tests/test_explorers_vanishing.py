"""The explorers of chapter 8: what their sentences say is what a second computation finds."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from pageexplorers import numbers

import backprop_lib as bp
from backprop_lib import explorers

DATA = bp.datasets.digits(np.random.default_rng(0))
X, Y = DATA.X[:16], DATA.Y[:16]
STARTS = {"Glorot": bp.glorot, "standard normal": bp.normal}
RUNS = {
    "sigmoid": (np.array([[1e-8, 1e-3], [2e-8, 3e-3]]), np.array([2.4, 2.3])),
    "tanh": (np.array([[0.002, 0.004], [0.03, 0.01]]), np.array([2.3, 0.4])),
}
MADE = {
    "gradients-by-layer": lambda: explorers.gradients_by_layer(X, Y, STARTS, width=8),
    "hold-the-level": lambda: explorers.hold_the_level(depth=6, width=16, networks=2),
    "update-ratios": lambda: explorers.update_ratios(RUNS, [0, 5]),
}


def test_axes_stay_where_they_are():
    for name, make in MADE.items():
        explorer = make()
        limits = set()
        for frame in (explorer.frames[0], explorer.frames[-1]):
            figure = Figure()
            explorer.draw(figure, **frame.values)
            limits.add(tuple((ax.get_xlim(), ax.get_ylim()) for ax in figure.axes))
        assert len(limits) == 1, name


@pytest.mark.parametrize("units", ["sigmoid", "tanh", "ReLU"])
def test_gradient_of_layer_1_is_that_of_the_median_network(units):
    sentence = MADE["gradients-by-layer"]().frame(depth=3, units=units).sentence
    phi = bp.ACTIVATIONS[units.lower()]
    net = bp.Network((64, 8, 8, 10), (phi, phi, bp.linear))
    expected = []
    for start in STARTS.values():
        rng, norms = np.random.default_rng(0), []
        for _ in range(5):  # a stack of five is five draws in a row
            theta = start(net, rng)
            trace = net.forward(theta, X)
            back = net.backward(theta, trace, bp.softmax_cross_entropy.gradient(trace.a[3], Y))
            norms.append(np.sqrt((back.W[1] ** 2).sum()))
        expected.append(np.median(norms))
    layers, first, glorot, normal = numbers(sentence)
    assert (layers, first) == (3, 1)
    assert [glorot, normal] == pytest.approx(expected, rel=0.06)


def test_linear_units_change_by_the_root_of_the_multiple_in_every_layer():
    explorer = explorers.hold_the_level(depth=20, width=40, networks=5)
    for v in (0.5, 1, 2):
        *_, forward, backward = numbers(explorer.frame(v=v, units="linear").sentence)
        assert (forward * backward) ** (1 / 38) == pytest.approx(np.sqrt(v), rel=0.02)


def test_relu_holds_the_level_at_2_and_the_scale_is_exact():
    explorer = explorers.hold_the_level(depth=20, width=40, networks=5)
    *_, forward, backward = numbers(explorer.frame(v=2, units="ReLU").sentence)
    assert 0.2 < forward < 5
    assert 0.2 < backward < 5
    *_, half, back = numbers(explorer.frame(v=0.5, units="ReLU").sentence)
    # The same draws, scaled: a ReLU of half the weights has half of the signal, 19 times over.
    assert [half / forward, back / backward] == pytest.approx([0.5**19] * 2, rel=0.1)


def test_ratios_of_the_epoch_are_drawn_and_told():
    explorer = MADE["update-ratios"]()
    assert numbers(explorer.frame(epoch=5).sentence)[0] == 5
    assert numbers(explorer.frame(epoch=5).sentence)[2:] == pytest.approx([2e-8, 0.03])
    figure = Figure()
    explorer.draw(figure, epoch=5)
    above, below = figure.axes
    np.testing.assert_allclose(above.lines[0].get_ydata(), np.log10([2e-8, 3e-3]))
    np.testing.assert_array_equal(below.lines[1].get_ydata(), [2.3, 0.4])
    assert list(below.lines[2].get_xdata()) == [5, 5]
