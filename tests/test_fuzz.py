"""Everything that the page of the library documents, fed with what nobody expects: each argument in
its turn with what hypothesis thinks up, and never more than a message that names it comes back."""

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn

import backprop_lib as bp
from backprop_lib import datasets, graph, parallel, perceptron, photocells, schedules, symbolic
from backprop_lib.check import check, inputs
from backprop_lib.explorers import Choice, Explorer, Slider
from backprop_lib.journal import Journal

# -- the heart of the library ---------------------------------------------------------------------

NET = bp.Network(sizes=(2, 3, 1), activations=(bp.tanh, bp.linear))
THETA = np.linspace(-1, 1, NET.parameter_count)
X, Y = np.ones((4, 2)), np.zeros((4, 1))
TRACE = NET.forward(THETA, X)
OUT = bp.half_squared_error.gradient(TRACE.a[-1], Y)
BACK = NET.backward(THETA, TRACE, OUT)
OBJECTIVE = NET.objective(bp.half_squared_error, X, Y)
RNG = np.random.default_rng(0)
GD = bp.GradientDescent(0.1)
W, B = [np.ones((2, 3)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]


def fit(**given: Any) -> Any:
    return list(bp.fit(**given))


MATRIX = np.full((2, 2), 0.5)
SETTINGS = {"beta1": 0.9, "beta2": 0.9, "epsilon": 1e-8}
PLACES = {"size": None, "dtype": np.float64}
SQUARE = {"a": MATRIX, "y": MATRIX}
DATA = {"loss": bp.half_squared_error, "X": X, "Y": Y}
CORE: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Network": (bp.Network, {"sizes": (2, 1), "activations": (bp.tanh,)}),
    "pack": (NET.pack, {"W": W, "b": B}),
    "unpack": (NET.unpack, {"theta": THETA}),
    "forward": (NET.forward, {"theta": THETA, "X": X, "out": None}),
    "backward": (NET.backward, {"theta": THETA, "trace": TRACE, "gradient": OUT, "out": None}),
    "objective": (NET.objective, DATA),
    "Objective": (bp.Objective, {"net": NET, **DATA}),
    "objective(theta)": (OBJECTIVE, {"theta": THETA}),
    **{name: (phi, {"z": [1.0, 2.0], "out": None}) for name, phi in bp.ACTIVATIONS.items()},
    **{f"{name}'": (phi.derivative, {"z": [1.0, 2.0]}) for name, phi in bp.ACTIVATIONS.items()},
    "with_epsilon": (bp.leaky_relu.with_epsilon, {"epsilon": 0.1}),
    **{name: (loss, SQUARE) for name, loss in bp.LOSSES.items()},
    **{f"{name}'": (loss.gradient, SQUARE) for name, loss in bp.LOSSES.items()},
    "check_gradient": (
        bp.check_gradient,
        {"objective": OBJECTIVE, "theta": THETA, "step": None, "method": "central"},
    ),
    "hessian": (bp.hessian, {"objective": OBJECTIVE, "theta": THETA}),
    "one_hot": (bp.one_hot, {"labels": [0, 1], "classes": 2}),
    "zeros": (bp.zeros, {"net": NET, **PLACES}),
    "constant": (bp.constant, {"net": NET, "value": 1.0, **PLACES}),
    "normal": (bp.normal, {"net": NET, "rng": RNG, "scale": 1.0, **PLACES}),
    "glorot": (bp.glorot, {"net": NET, "rng": RNG, **PLACES}),
    "he": (bp.he, {"net": NET, "rng": RNG, **PLACES}),
    "GradientDescent": (bp.GradientDescent, {"learning_rate": 0.1}),
    "Momentum": (bp.Momentum, {"learning_rate": 0.1, "momentum": 0.9}),
    "Newton": (bp.Newton, {"hessian": len, "damping": 0.0}),
    "AdaGrad": (bp.AdaGrad, {"learning_rate": 0.1, "epsilon": 1e-8}),
    "RMSProp": (bp.RMSProp, {"learning_rate": 0.1, "rho": 0.9, "epsilon": 1e-8}),
    "Adam": (bp.Adam, {"learning_rate": 0.1, **SETTINGS}),
    "AMSGrad": (bp.AMSGrad, {"learning_rate": 0.1, **SETTINGS}),
    "batches": (bp.batches, {"n": 4, "batch_size": 2, "rng": RNG}),
    "fit": (
        fit,
        {"net": NET, **DATA, "theta": THETA, "optimizer": GD, "epochs": 1, "batch_size": 2,
         "rng": RNG, "tolerance": None},
    ),
    "minimize": (
        lambda **given: list(bp.minimize(**given)),
        {"objective": OBJECTIVE, "theta": THETA, "optimizer": GD, "steps": 1, "tolerance": None},
    ),
    "variables": (bp.variables, {"x": 1.0}),
    "backpropagate": (bp.backpropagate, {"f": bp.variables(x=2.0)[0] * 3, "upstream": 1.0}),
    "Table": (bp.Table, {"columns": {"a": [1]}}),
}  # fmt: skip

WRONG = [
    None, "text", b"bytes", object(), True, 0, -1, 3, 1.5, 1j, np.nan, np.inf, np.float32(0.3),
    [], (2,), (2, -3), (2, 3, 1), range(3), {}, {"a": 1}, set(), [[1.0], [1.0, 2.0]],
    [np.nan, 1.0], np.array([[np.nan, 1.0], [0.0, 0.0]]), np.ones(0), np.ones((3, 0)), np.ones(7),
    np.ones((2, 2, 2, 2)), np.array([None, 1]), np.array(["a"]), np.array(5.0), np.array([5]),
    np.datetime64("2020-01-01"), sp.Symbol("q"), "tanh", ("tanh",), NET, TRACE, BACK, bp.sigmoid,
]  # fmt: skip

BUILTIN = re.compile(
    r"operands could not be broadcast|setting an array element|inhomogeneous shape|matmul: |ufunc '"
    r"|has no attribute|unsupported operand|could not convert|missing \d+ required"
    r"|unexpected keyword|cannot be interpreted|object is not|not supported between|truth value"
    r"|out of bounds|cannot convert|not understood|invalid literal|Cannot interpret"
)

# -- the rest of what its page documents -----------------------------------------------------------

PAGE = (Path(__file__).parents[1] / "book" / "api.md").read_text(encoding="utf-8")
FOLDER = Path(mkdtemp())
CORNERS, XOR = bp.datasets.xor()
SIGNS = 2 * XOR - 1
ONE, THREE = np.ones((2, 2)), np.ones(3)
SMALL = bp.Network(sizes=(2, 1), activations=(bp.tanh,))
x = sp.Symbol("x", real=True)
u, v = bp.variables(u=2.0, v=3.0)
UNIT = perceptron.learn(CORNERS, 2 * CORNERS.all(axis=1, keepdims=True) - 1)
WORKER = ThreadPoolExecutor(1)
SHARDED = {"net": SMALL, "loss": bp.half_squared_error, "shards": 2, "executors": WORKER}
OPTIMIZERS = (
    *(kind(0.1) for kind in (bp.GradientDescent, bp.Momentum, bp.AdaGrad, bp.RMSProp)),
    *(kind(0.1) for kind in (bp.Adam, bp.AMSGrad)),
    bp.Newton(lambda theta: np.eye(len(theta))),
)


def load(k: int) -> Any:
    return CORNERS, XOR


def side(**setting: float) -> int:
    return 1


def draw(figure: Any, b: float) -> str:
    figure.subplots().plot([0, b])
    return "A line."


def step(expression: Any, reason: Any) -> Any:
    return symbolic.Derivation(sp.Derivative(x**2, x)).step(expression, reason)


def explorer(control: Any, **given: Any) -> Explorer:
    return Explorer(given.pop("draw"), control, **given)


LINE = partial(symbolic.Derivation, x**2)
PULLED = {"gradient": ONE, "a": ONE / 2, "out": None}
DECAY = {"learning_rate": 0.1, "factor": 0.5}
OPERAND, FACTORS = "operand|log", "times, plus and chain|chain needs"
# The call, its sound arguments, and the word by which a message may speak of the argument instead.
MORE: dict[str, tuple[Callable[..., Any], dict[str, Any], str]] = {
    "Activation.pullback": (partial(bp.tanh.pullback, z=ONE), PULLED, ""),
    "softmax.pullback": (partial(bp.softmax.pullback, z=ONE), PULLED, "z"),
    **{
        f"{type(each).__name__}.init": (each.init, {"theta": THREE}, "") for each in OPTIMIZERS
    },
    **{
        f"{type(each).__name__}.step": (
            each.step,
            {"theta": THREE, "gradient": THREE, "state": each.init(THREE), "out": None},
            "gradient",
        )
        for each in OPTIMIZERS
    },
    "StepDecay": (schedules.StepDecay, {**DECAY, "every": 2}, ""),
    "ExponentialDecay": (schedules.ExponentialDecay, DECAY, ""),
    "InverseTimeDecay": (schedules.InverseTimeDecay, {"learning_rate": 0.1, "decay": 0.5}, ""),
    "schedule(t)": (schedules.ExponentialDecay(0.1, 0.5), {"t": 3}, ""),
    "checked_rate": (schedules.checked_rate, {"learning_rate": 0.1}, ""),
    "learn": (perceptron.learn, {"X": CORNERS, "Y": SIGNS, "epochs": 2, "rng": None}, "Y"),
    "Perceptron": (UNIT, {"X": CORNERS}, ""),
    "Perceptron.bound": (UNIT.bound, {"X": CORNERS, "Y": SIGNS}, "Y"),
    "ShardedObjective": (parallel.ShardedObjective, {**SHARDED, "load": load, "attempts": 2}, ""),
    "sharded(theta)": (parallel.ShardedObjective(**SHARDED, load=load), {"theta": THREE}, ""),
    "sweep": (
        parallel.sweep,
        {"function": side, "settings": [{"a": 1}], "executors": WORKER, "attempts": 1,
         "store": FOLDER / "sweep.jsonl", "progress": False},
        "",
    ),
    "Journal": (Journal, {"path": FOLDER / "a.jsonl"}, ""),
    "Journal.append": (Journal(FOLDER / "b.jsonl").append, {"record": {"a": 1}}, ""),
    **{
        gate.__name__: (gate, {"x": u}, OPERAND)
        for gate in (graph.exp, graph.log, graph.tanh, graph.sigmoid, graph.relu)
    },
    "maximum": (graph.maximum, {"x": u, "y": v}, OPERAND),
    "u + other": (lambda other: u + other, {"other": v}, OPERAND),
    "u / other": (lambda other: u / other, {"other": 2.0}, OPERAND + "|/"),
    "u ** other": (lambda other: u**other, {"other": 2.0}, OPERAND + r"|\*\*"),
    "Node": (u.named, {"name": "u"}, ""),
    "tangent": (graph.tangent, {"f": u * v, "x": u}, ""),
    "topological_order": (graph.topological_order, {"f": u * v}, ""),
    "Derivation": (symbolic.Derivation, {"start": x**2, "where": None}, "a line|symbols"),
    "Derivation.step": (step, {"expression": 2 * x, "reason": "power"}, "this step|a line|shape"),
    "Derivation.numbers": (
        lambda **given: LINE().numbers(**given), {"values": {x: 2.0}, "digits": 9}, "",
    ),
    "Derivation.value": (LINE().value, {"values": {x: 2.0}}, ""),
    "Derivation.check": (
        symbolic.Derivation(sp.tanh(x)).check,
        {"target": np.tanh, "at": None, "over": (-8, 8)},
        "values|differ",
    ),
    "chain": (lambda y, x: symbolic.chain(y, x), {"y": sp.Symbol("y"), "x": x}, FACTORS),
    "times": (lambda a, b: symbolic.times(a, b), {"a": x, "b": x}, FACTORS),
    "plus": (lambda a, b: symbolic.plus(a, b), {"a": x, "b": x}, FACTORS),
    "function": (symbolic.function, {"activation": bp.relu, "name": "r"}, ""),
    "prove": (
        symbolic.prove,
        {"net": bp.Network((1, 1), (bp.tanh,)), "loss": bp.half_squared_error, "samples": 1},
        "",
    ),
    "check": (check, {"question": "ps1.q1"}, ""),
    "inputs": (inputs, {"question": "ps1.q1", "case": 0}, ""),
    **{
        make.__name__: (make, {"n": 4, "rng": RNG, "noise": 0.1}, "")
        for make in (datasets.moons, datasets.circles, datasets.noisy_sine)
    },
    "spirals": (
        datasets.spirals, {"n": 4, "rng": RNG, "noise": 0.1, "turns": 1.0, "classes": 2}, "",
    ),
    "piecewise": (
        datasets.piecewise, {"n": 4, "breaks": (-1, 0, 1), "values": (0, 1, 2)}, "breaks",
    ),
    "digits": (datasets.digits, {"rng": RNG, "held_out": 360}, ""),
    "letter": (photocells.letter, {"name": "T"}, ""),
    "images": (
        photocells.images,
        {"n": 2, "rng": RNG, "letters": ("T", "L"), "shift": 0, "noise": 0.1},
        "",
    ),
    "everywhere": (photocells.everywhere, {"letters": ("T", "L")}, ""),
    "wire": (
        photocells.wire,
        {"rng": RNG, "units": 3, "excitatory": 2, "inhibitory": 2, "threshold": 1.0},
        "",
    ),
    "AssociationUnits": (photocells.wire(RNG, units=3), {"X": np.ones((2, 400))}, ""),
    "Slider": (
        Slider,
        {"name": "b", "values": (1.0, 2.0), "label": "B", "text": "{:g}", "start": 1.0, "live": ()},
        "look alike|format|text",
    ),
    "Choice": (Choice, {"name": "b", "options": ("up", "down"), "label": "B"}, "two values"),
    "Explorer": (
        explorer,
        {"draw": draw, "control": Slider("b", (1, 2)), "name": "a", "title": "T", "question": "Q?",
         "size": (4.0, 3.0), "wide": False},
        "controls",
    ),
}  # fmt: skip
TRIED = {
    **{name: (call, sound, "") for name, (call, sound) in CORE.items()},
    **MORE,
}
# Records that others make, what takes nothing, and errors.
NOT_TRIED = {
    *("Trace", "Backward", "Epoch", "GradientCheck", "Message", "Sweep", "Proof", "Digits"),
    *("Loss", "Activation", "xor", "Diverged", "WorkersLost", "FalseStepError", "NotYet"),
}
BIG = st.integers(-(2**70), 2**70)  # no number of samples or steps that could be made
NUMBERS = st.floats(width=64) | st.sampled_from([0, 1, -1, True, 1e300, 1e-300])
ARRAYS = hn.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.bool_, np.complex128, "U2", object]),
    hn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
PLAIN = st.none() | NUMBERS | BIG.filter(lambda n: abs(n) > 10**6) | st.text(max_size=4)
ANYTHING = (
    st.recursive(
        PLAIN | st.complex_numbers() | st.binary(max_size=3),
        lambda parts: (
            st.lists(parts, max_size=3)
            | st.tuples(parts, parts)
            | st.dictionaries(st.text(max_size=2), parts, max_size=2)
        ),
        max_leaves=5,
    )
    | ARRAYS
    | st.sampled_from(WRONG)
)


@pytest.fixture(autouse=True, scope="module")
def elsewhere() -> Iterator[None]:
    """Let what takes the name of a file make it in a folder of its own."""
    with contextlib.chdir(FOLDER):
        yield


def documented() -> set[str]:
    """The names that the page of the library documents, without the pictures."""
    found = set(re.findall(r"auto(?:class|function|exception):: [\w.]+\.(\w+)", PAGE))
    for module, wanted in re.findall(r"automodule:: ([\w.]+)\n   :members:(.*)", PAGE):
        there = import_module(module)
        names = re.findall(r"\w+", wanted) or [
            name
            for name, thing in vars(there).items()
            if not name.startswith("_")
            and (inspect.isclass(thing) or inspect.isfunction(thing))
            and thing.__module__ == module
        ]
        found |= set(names) if module != "backprop_lib.plots" else set()
    return found


def test_everything_on_the_page_of_the_library_is_tried() -> None:
    names = documented()
    assert len(names) > 60
    assert names - {re.split(r"[.'(]", name)[0] for name in TRIED} - NOT_TRIED == set()
    assert {"Network", "prove", "spirals", "tangent", "Slider", "ShardedObjective"} <= names


@pytest.mark.parametrize("name", TRIED)
def test_what_does_not_belong_is_refused_by_name(name: str) -> None:
    call, sound, word = TRIED[name]
    if name != "check":  # it looks for an answer in the module that asks
        call(**sound)
    for argument in sound:
        refused = [thing for thing in WRONG if refusal(call, sound, argument, thing, word)]
        assert len(refused) >= (12 if name in CORE else 6), argument


@pytest.mark.parametrize("name", TRIED)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_comes_there_is_an_answer_or_a_message(name: str, data: st.DataObject) -> None:
    call, sound, word = TRIED[name]
    argument = data.draw(st.sampled_from(sorted(sound)))
    refusal(call, sound, argument, data.draw(ANYTHING), word)


def refusal(call: Any, sound: dict[str, Any], argument: str, thing: Any, word: str) -> bool:
    """Say whether a thing is refused; fail if that is done by anything but a message of our own."""
    try:
        call(**{**sound, argument: thing})
    except (TypeError, ValueError) as error:
        said = str(error)
        assert re.search(rf"\b{argument}\b|{word or argument}", said), (argument, thing, said)
        own = said.partition("JSON can hold")[0]  # what JSON says itself is passed on
        assert not BUILTIN.search(own), said
        return True
    except (
        bp.Diverged,
        FloatingPointError,
        OverflowError,
    ):  # finite, but too large to compute with
        return False
    return False


def test_a_callable_that_looks_at_nothing_would_be_noticed() -> None:
    with pytest.raises(AssertionError):
        refusal(lambda a: a[0], {"a": [1]}, "a", 1, "")
    with pytest.raises(AttributeError):
        refusal(lambda a: a.shape, {"a": np.ones(1)}, "a", None, "")
    assert not refusal(NET.unpack, {"theta": None}, "theta", np.zeros(NET.parameter_count), "")
