"""Bad input gets a message at once that names the argument, what came, and what to do about it."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy as sp

import backprop_lib as bp
from backprop_lib import graph, schedules, symbolic

NET = bp.Network(sizes=(2, 3, 1), activations=(bp.tanh, bp.linear))
CLASSES = bp.Network(sizes=(2, 3), activations=(bp.softmax,))
P = NET.parameter_count
THETA = np.linspace(-1, 1, P)
X, Y = np.ones((4, 2)), np.zeros((4, 1))
TRACE = NET.forward(THETA, X)
OUT = bp.half_squared_error.gradient(TRACE.a[-1], Y)
BACK = NET.backward(THETA, TRACE, OUT)
OBJECTIVE = NET.objective(bp.half_squared_error, X, Y)
RNG = np.random.default_rng(0)
GD = bp.GradientDescent(0.1)
NAN = np.where(np.arange(P) == 5, np.nan, THETA)
W, B = [np.ones((2, 3)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]


class Bad(NamedTuple):
    """A call, its exception, and the pieces that the message must hold, in this order."""

    call: Callable[[], Any]
    error: type[Exception]
    names: str
    came: str


def fit(**changed: Any) -> Any:
    arguments: dict[str, Any] = {"net": NET, "loss": bp.half_squared_error, "theta": THETA}
    arguments |= {"X": X, "Y": Y, "optimizer": GD, "epochs": 1, "rng": RNG}
    return list(bp.fit(**(arguments | changed)))


TABLE: dict[str, Bad] = {
    # the shape of a network
    "sizes with inputs only": Bad(lambda: bp.Network((2,), ()), ValueError, "sizes", r"\(2,\)"),
    "sizes with a zero": Bad(lambda: bp.Network((2, 0), (bp.tanh,)), ValueError, "sizes", "0"),
    "sizes with a float": Bad(lambda: bp.Network((2, 1.5), (bp.tanh,)), ValueError, "sizes", "1.5"),
    "sizes with a bool": Bad(
        lambda: bp.Network((2, True), (bp.tanh,)), ValueError, "sizes", "True"
    ),
    "sizes as a number": Bad(lambda: bp.Network(3, (bp.tanh,)), TypeError, "sizes", "int|3"),
    "too few activations": Bad(
        lambda: bp.Network((2, 3, 1), (bp.tanh,)), ValueError, "activations", "1"
    ),
    "activation by its name": Bad(
        lambda: bp.Network((2, 1), ("tanh",)), TypeError, "activations", "tanh"
    ),
    # parameters
    "theta too short": Bad(lambda: NET.unpack(THETA[:-1]), ValueError, "theta", r"\(12,\)"),
    "theta with nan": Bad(lambda: NET.forward(NAN, X), ValueError, "theta", "nan at index 5"),
    "theta as text": Bad(lambda: NET.forward("theta", X), TypeError, "theta", "<U5|text|str"),
    "theta as None": Bad(lambda: NET.forward(None, X), TypeError, "theta", "None; give num"),
    "theta of objects with nan": Bad(
        lambda: NET.forward(NAN.astype(object), X), ValueError, "theta", "nan at index 5"
    ),
    "theta of objects with infinity": Bad(
        lambda: NET.forward([*THETA[1:], -sp.oo], X), ValueError, "theta", "-inf at index 12"
    ),
    "theta of truth values as objects": Bad(
        lambda: NET.forward((THETA > 0).astype(object), X),
        TypeError,
        "theta must hold numbers",
        "bool False at index 0; give numbers in an array",
    ),
    "theta of lists as objects": Bad(
        lambda: NET.forward(np.array([[1], [1, 2]], dtype=object), X),
        TypeError,
        "theta must hold numbers",
        r"list \[1\] at index 0; give every row the same number of entries",
    ),
    "a relation for a number": Bad(
        lambda: bp.relu([sp.Symbol("q") > 0]), TypeError, "z must hold numbers", "q > 0 at index 0"
    ),
    "theta ragged": Bad(lambda: NET.forward([[1.0], [1.0, 2.0]], X), TypeError, "theta", "unequal"),
    "a layer missing in W": Bad(lambda: NET.pack(W[:1], B), ValueError, "W", "1"),
    "a transposed W": Bad(lambda: NET.pack([W[0].T, W[1]], B), ValueError, r"W\[1\]", r"\(3, 2\)"),
    "a column for b": Bad(
        lambda: NET.pack(W, [B[0][:, None], B[1]]), ValueError, r"b\[1\]", r"\(3, 1\)"
    ),
    "infinite weight": Bad(
        lambda: NET.pack([W[0], W[1] * np.inf], B), ValueError, r"W\[2\]", "inf"
    ),
    "stacks of unlike length": Bad(
        lambda: NET.pack([np.ones((4, 2, 3)), np.ones((5, 3, 1))], B),
        ValueError,
        "W and b",
        r"\(5,\)",
    ),
    # data
    "X one-dimensional": Bad(lambda: NET.forward(THETA, X[0]), ValueError, "X", r"\(2,\)"),
    "X with another width": Bad(
        lambda: NET.forward(THETA, np.ones((4, 3))), ValueError, "X", r"\(4, 3\)"
    ),
    "X empty": Bad(lambda: NET.forward(THETA, np.ones((0, 2))), ValueError, "X", r"\(0, 2\)"),
    "X infinite": Bad(lambda: NET.forward(THETA, X * np.inf), ValueError, "X", "inf at index"),
    "Y one-dimensional": Bad(
        lambda: NET.objective(bp.half_squared_error, X, Y[:, 0]), ValueError, "Y", r"\(4,\)"
    ),
    "Y of another length": Bad(
        lambda: NET.objective(bp.half_squared_error, X, Y[1:]), ValueError, "Y", r"\(3, 1\)"
    ),
    "Y as words": Bad(
        lambda: NET.objective(bp.half_squared_error, X, [["a"]] * 4), TypeError, "Y", "U1"
    ),
    # losses
    "a and y that would broadcast": Bad(
        lambda: bp.half_squared_error(np.ones((4, 1)), np.ones(4)), ValueError, "a and y", r"\(4,\)"
    ),
    "rows that do not sum to 1": Bad(
        lambda: CLASSES.objective(bp.cross_entropy, X, np.full((4, 3), 0.5)),
        ValueError,
        "[yY]",
        "1.5 in row 0",
    ),
    "targets above 1": Bad(
        lambda: bp.binary_cross_entropy(np.full((2, 1), 0.5), [[0.0], [2.0]]), ValueError, "y", "2"
    ),
    "an infinite output among objects": Bad(
        lambda: bp.half_squared_error(np.array([[np.inf]], dtype=object), [[1.0]]),
        ValueError,
        "a must be finite",
        r"inf at index \(0, 0\)",
    ),
    "probabilities above 1": Bad(
        lambda: bp.cross_entropy([[1.5, -0.5]], [[1.0, 0.0]]), ValueError, "a", "1.5|-0.5"
    ),
    "loss that needs logits": Bad(
        lambda: CLASSES.objective(bp.softmax_cross_entropy, X, np.eye(3)[[0, 1, 2, 0]]),
        ValueError,
        "loss",
        "softmax",
    ),
    "loss that needs probabilities": Bad(
        lambda: NET.objective(bp.cross_entropy, X, Y + 1), ValueError, "loss", "linear"
    ),
    "label out of range": Bad(lambda: bp.one_hot([0, 3], classes=3), ValueError, "labels", "3"),
    "label below 0": Bad(lambda: bp.one_hot([0, -1], classes=3), ValueError, "labels", "-1"),
    "label between": Bad(
        lambda: bp.one_hot([0.5], classes=3), (TypeError, ValueError), "labels", "0.5|float"
    ),
    "no samples for a loss": Bad(
        lambda: bp.half_squared_error(np.ones((0, 2)), np.ones((0, 2))),
        ValueError,
        "a and y must hold",
        r"\(0, 2\)",
    ),
    "a negative probability": Bad(
        lambda: bp.binary_cross_entropy.gradient([[-0.1]], [[1.0]]),
        ValueError,
        "a must lie between 0 and 1",
        "-0.1",
    ),
    # the backward pass and reuse
    "gradient of another shape": Bad(
        lambda: NET.backward(THETA, TRACE, OUT[1:]), ValueError, "gradient", r"\(3, 1\)"
    ),
    "gradient with nan": Bad(
        lambda: NET.backward(THETA, TRACE, OUT * np.nan), ValueError, "gradient", "nan"
    ),
    "trace of another network": Bad(
        lambda: CLASSES.backward(np.ones(9), TRACE, OUT), ValueError, "trace", r"\[3, 1\]"
    ),
    "trace that is none": Bad(
        lambda: NET.backward(THETA, TRACE.a, OUT), TypeError, "trace", "list"
    ),
    "out of another shape": Bad(
        lambda: NET.forward(THETA, X[:2], out=TRACE), ValueError, "out", r"\(4, 3\)"
    ),
    "out of another dtype": Bad(
        lambda: NET.forward(THETA.astype("f4"), X.astype("f4"), out=TRACE),
        ValueError,
        "out",
        "float64",
    ),
    "out of another width inside": Bad(
        lambda: bp.Network((2, 4, 1), NET.activations).forward(np.ones(17), X, out=TRACE),
        ValueError,
        "out must come from this network",
        r"\[3, 1\]",
    ),
    "out of too many networks": Bad(
        lambda: NET.forward(np.stack([THETA] * 2), X, out=TRACE),
        ValueError,
        r"out\.z\[1\] must have shape \(2, 4, 3\)",
        r"\(4, 3\)",
    ),
    "out that is a Trace, for backward": Bad(
        lambda: NET.backward(THETA, TRACE, OUT, out=TRACE), TypeError, "out must be", "Trace"
    ),
    "out of single precision, for backward": Bad(
        lambda: NET.backward(
            THETA,
            TRACE,
            OUT,
            out=bp.Backward(
                BACK.gradient, [None, *np.float32([BACK.delta[2]] * 2)], [], [], BACK.blocks
            ),
        ),
        ValueError,
        "out",
        r"\[1, 1\]|float32",
    ),
    "trace that was put together by hand": Bad(
        lambda: NET.backward(THETA, bp.Trace(TRACE.z, TRACE.a), OUT),
        ValueError,
        "trace must come from this network",
        r"take it from net\.forward",
    ),
    "theta of other networks than the trace": Bad(
        lambda: NET.backward(np.stack([THETA] * 2), TRACE, OUT),
        ValueError,
        "theta must be the parameters that made the trace",
        r"\(2, 13\)",
    ),
    # activations
    "out of another length": Bad(
        lambda: bp.tanh([1.0, 2.0], out=np.zeros(3)), ValueError, "out must have shape", r"\(3,\)"
    ),
    "out as a list": Bad(
        lambda: bp.tanh([1.0], out=[0.0]), TypeError, "out must be an array", "list"
    ),
    "softmax of a number": Bad(lambda: bp.softmax(1.0), ValueError, "z must have", r"got \(\)"),
    "softmax of no units": Bad(
        lambda: bp.softmax(np.ones((2, 0))), ValueError, "z must have", r"\(2, 0\)"
    ),
    "epsilon of another kind": Bad(
        lambda: bp.leaky_relu.with_epsilon("0.1"), ValueError, "epsilon must be", "'0.1'"
    ),
    "activation of text": Bad(lambda: bp.sigmoid("z"), TypeError, "z", "U1"),
    "epsilon of 1": Bad(lambda: bp.leaky_relu.with_epsilon(1.0), ValueError, "epsilon", "1.0"),
    "epsilon for another": Bad(lambda: bp.relu.with_epsilon(0.1), TypeError, "relu", "leaky_relu"),
    # gradient check
    "objective without gradient": Bad(
        lambda: bp.check_gradient(lambda t: t.sum(-1), THETA), TypeError, "objective", ""
    ),
    "step of 0": Bad(
        lambda: bp.check_gradient(OBJECTIVE, THETA, step=0.0), ValueError, "step", "0"
    ),
    "theta as a matrix": Bad(
        lambda: bp.check_gradient(OBJECTIVE, THETA[None]), ValueError, "theta", r"\(1, 13\)"
    ),
    # initialisers, optimizers, schedules
    "seed for a generator": Bad(lambda: bp.glorot(NET, 0), TypeError, "rng", "int"),
    "scale below 0": Bad(lambda: bp.normal(NET, RNG, scale=-1.0), ValueError, "scale", "-1"),
    "learning rate of 0": Bad(lambda: bp.GradientDescent(0.0), ValueError, "learning_rate", "0"),
    "learning rate of nan": Bad(lambda: bp.Adam(np.nan), ValueError, "learning_rate", "nan"),
    "momentum of 1": Bad(lambda: bp.Momentum(0.1, momentum=1.0), ValueError, "momentum", "1"),
    "beta2 above 1": Bad(lambda: bp.Adam(0.1, beta2=1.5), ValueError, "beta2", "1.5"),
    "rho below 0": Bad(lambda: bp.RMSProp(0.1, rho=-0.5), ValueError, "rho", "-0.5"),
    "hessian that is no function": Bad(
        lambda: bp.Newton(np.eye(3)), TypeError, "hessian", "ndarray"
    ),
    "decay below 0": Bad(
        lambda: schedules.InverseTimeDecay(0.1, decay=-1.0), ValueError, "decay", "-1"
    ),
    # training
    "batch of 0": Bad(lambda: fit(batch_size=0), ValueError, "batch_size", "0"),
    "batch of 1.5": Bad(
        lambda: fit(batch_size=1.5), (TypeError, ValueError), "batch_size", "1.5|float"
    ),
    "epochs below 1": Bad(lambda: fit(epochs=-1), ValueError, "epochs", "-1"),
    "batches without rng": Bad(lambda: fit(rng=None, batch_size=2), TypeError, "rng", "None"),
    "optimizer as a class": Bad(lambda: fit(optimizer=bp.Adam), TypeError, "optimizer", ""),
    "net as sizes": Bad(lambda: fit(net=(2, 3, 1)), TypeError, "net", "tuple"),
    "start with infinity": Bad(lambda: fit(theta=THETA + np.inf), ValueError, "theta", "inf"),
    # graphs and proofs
    "graph of text": Bad(lambda: bp.variables(x="2"), TypeError, "x", "str|'2'"),
    "logarithm of 0": Bad(lambda: graph.log(bp.variables(x=0.0)[0]), ValueError, "log", "0"),
    "division by 0": Bad(lambda: 1 / bp.variables(x=0.0)[0], ValueError, "/|divi", "0"),
    "backward from a number": Bad(lambda: bp.backpropagate(3.0), TypeError, "", "float"),
    "a false step": Bad(
        lambda: symbolic.Derivation(sp.Symbol("x", real=True)).step(0, "no"),
        ValueError,
        "no",
        "x = ",
    ),
    "numbers missing": Bad(
        lambda: symbolic.Derivation(sp.Symbol("x", real=True)).numbers({}),
        ValueError,
        "values",
        "x",
    ),
    "proof across a kink": Bad(
        lambda: symbolic.prove(bp.Network((1, 1), (bp.relu,)), bp.half_squared_error),
        ValueError,
        "net",
        "relu",
    ),
    "columns of unlike length": Bad(
        lambda: bp.Table({"a": [1], "b": [1, 2]}), ValueError, "columns", "2"
    ),
    "a header that is no text": Bad(lambda: bp.Table({1: [2]}), TypeError, "columns", "{1: "),
    "a column that is no list": Bad(lambda: bp.Table({"a": 5}), TypeError, "columns", "{'a': 5}"),
    "a list of columns": Bad(lambda: bp.Table([[1]]), TypeError, "columns", r"\[\[1\]\]"),
    "digits below 0": Bad(lambda: bp.Table({"a": [1]}, -1), ValueError, "digits", "-1"),
}

# What NumPy or Python say when nobody looked first.
FOREIGN = re.compile(
    r"operands could not be broadcast|setting an array element|object is not (callable|iterable)"
    r"|has no attribute|unsupported operand|inhomogeneous shape|matmul: |could not convert"
    r"|missing \d+ required|unexpected keyword|cannot be interpreted|ufunc '"
)


@pytest.mark.parametrize("case", TABLE, ids=list(TABLE))
def test_bad_input_is_named_with_what_came_and_a_remedy(case: str) -> None:
    bad = TABLE[case]
    with pytest.raises(bad.error) as caught:
        bad.call()
    message = str(caught.value)
    assert not FOREIGN.search(message), message
    assert re.search(bad.names, message), message
    assert re.search(bad.came, message), message
    assert len(message.split()) >= 8, f"no remedy: {message}"


def test_numbers_that_stand_in_an_array_as_objects_are_numbers() -> None:
    exact = bp.relu(np.array([np.float32(0.5), np.int64(-2), Fraction(1, 3), 4], dtype=object))
    assert [float(entry) for entry in exact] == [0.5, 0, 1 / 3, 4]
    assert exact[2] == sp.Rational(1, 3)


@pytest.mark.parametrize("order", "<>")
def test_numbers_of_either_byte_order_are_brought_into_that_of_the_machine(order: str) -> None:
    theta = THETA.astype(f"{order}f8")
    want = fit(epochs=2)[-1].theta
    have = fit(theta=theta, X=X.astype(f"{order}f8"), epochs=2)[-1].theta
    assert have.dtype.isnative
    assert np.array_equal(have, want)
    assert bp.tanh(theta).dtype.isnative


def test_the_table_is_long_enough_to_cover_the_public_names() -> None:
    assert len(TABLE) >= 40
