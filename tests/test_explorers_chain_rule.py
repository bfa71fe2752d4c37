"""Chapter 3's explorers say what a computation made apart from them finds."""

import re

import numpy as np
import pytest

import backprop_lib as bp
from backprop_lib import explorers


def formula(x):
    x, y, z = bp.variables(x=x, y=5.0, z=-4.0)
    return (x + y) * z


def number(text):
    return float(text.replace("−", "-"))


@pytest.fixture(scope="module")
def sweep():
    return explorers.reverse_sweep({"2": formula(2.0), "−2": formula(-2.0)})


def test_reverse_sweep_tells_every_message_of_the_library(sweep):
    for label, x in (("2", 2.0), ("−2", -2.0)):
        messages = bp.backpropagate(formula(x)).messages
        for k, message in enumerate(messages, 1):
            sentence = sweep.frame(sent=k, formula=label).sentence
            told = re.search(r"sends (\S+) × (\S+) = (\S+) to (\S+), which", sentence)
            upstream, local, product = (number(told[n].strip("()")) for n in (1, 2, 3))
            assert (upstream, local, product) == (message.upstream, message.local, message.product)
            assert told[4] == (message.parent.name or message.parent.operation)


def test_reverse_sweep_begins_with_nothing_sent_and_can_choose(sweep):
    assert sweep.frame(sent=0).sentence.startswith("Nothing is sent yet: only × holds 1")
    assert [control.name for control in sweep.controls] == ["sent", "formula"]
    assert list(sweep.controls[0].values) == [0, 1, 2, 3, 4]


def test_reverse_sweep_adds_at_a_fork():
    (a,) = bp.variables(a=3.0)
    b = (a + a).named("b")
    explorer = explorers.reverse_sweep({"c": (b + b).named("c")})
    held = [explorer.frame(sent=k).sentence.split("holds ")[1] for k in range(1, 5)]
    assert held == ["1.", "2.", "2.", "4."]
    assert len(explorer.controls) == 1


def test_reverse_sweep_refuses_formulas_of_different_length():
    (a,) = bp.variables(a=3.0)
    with pytest.raises(ValueError, match="one number of messages"):
        explorers.reverse_sweep({"short": a + a, "long": (a + a) * a})


def test_difference_step_says_the_quotient_and_its_error():
    def forward(f, x, h):
        return (f(x + h) - f(x)) / h

    explorer = explorers.difference_step(np.square, 6.0, 3.0, {
        "forward": (forward, (0, 1)), "double": (lambda f, x, h: 2 * forward(f, x, h), (0, 1))
    })  # fmt: skip
    sentence = explorer.frame(power=12, method="forward").sentence
    assert f"difference is {6 + 2.0**-12:.10f}" in sentence  # of a square: 2x + h
    assert "relative error is 4·10⁻⁵." in sentence
    assert round(2.0**-12 / 6, 5) == 4e-5
    assert "relative error is 1." in explorer.frame(power=12, method="double").sentence
    assert max(explorer.controls[0].values) == 54


def test_sweep_costs_say_what_was_measured():
    explorer = explorers.sweep_costs(lambda n, m: (10 * n + m, 1000 * n, 7 * m), sizes=(1, 3))
    sentence = explorer.frame(inputs=3, outputs=1).sentence
    assert "3 in, 1 out" in sentence
    assert "31 operations" in sentence
    assert "3,000 by forward sweeps and 7 by reverse sweeps" in sentence
