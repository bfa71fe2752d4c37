import numpy as np
import pytest

import backprop_lib as bp

NET = bp.Network(sizes=(30, 50, 20, 1), activations=(bp.tanh, bp.relu, bp.linear))
RANDOM = {
    "normal": lambda rng, **more: bp.normal(NET, rng, scale=0.3, **more),
    "glorot": lambda rng, **more: bp.glorot(NET, rng, **more),
    "he": lambda rng, **more: bp.he(NET, rng, **more),
}
VARIANCE = {
    "normal": lambda m, n: 0.3**2,
    "glorot": lambda m, n: 2 / (m + n),
    "he": lambda m, n: 2 / m,
}


def generator(seed=0):
    return np.random.default_rng(seed)


def test_constant_fills_weights_and_leaves_biases_0():
    theta = bp.constant(NET, -0.7)
    W, b = NET.unpack(theta)
    assert all((w == -0.7).all() for w in W[1:])
    assert all((c == 0).all() for c in b[1:])
    np.testing.assert_array_equal(bp.zeros(NET), np.zeros(NET.parameter_count))


@pytest.mark.parametrize("name", RANDOM)
def test_variance_of_every_layer_is_the_formula(name):
    W, b = NET.unpack(RANDOM[name](generator(), size=200))
    for l, (m, n) in enumerate(zip(NET.sizes, NET.sizes[1:], strict=False), start=1):
        expected, count = VARIANCE[name](m, n), W[l].size
        spread = np.sqrt(2 / count)  # of an estimated variance, relative, for normal draws
        assert W[l].var() == pytest.approx(expected, rel=5 * spread)
        assert abs(W[l].mean()) < 5 * np.sqrt(expected / count)
        assert (b[l] == 0).all()
        assert not np.signbit(b[l]).any()


def test_glorot_is_uniform_and_fills_its_range():
    W, _ = NET.unpack(bp.glorot(NET, generator(), size=200))
    for l, (m, n) in enumerate(zip(NET.sizes, NET.sizes[1:], strict=False), start=1):
        radius = np.sqrt(6 / (m + n))
        assert abs(W[l]).max() <= radius
        assert W[l].min() < -0.99 * radius
        assert W[l].max() > 0.99 * radius
        inner = (abs(W[l]) < radius / 2).mean()
        assert inner == pytest.approx(0.5, abs=2.5 / np.sqrt(W[l].size))


@pytest.mark.parametrize("name", ["normal", "he"])
def test_normal_draws_have_the_kurtosis_of_a_normal_distribution(name):
    W, _ = NET.unpack(RANDOM[name](generator(), size=20))
    w = W[1] / W[1].std()
    assert (w**4).mean() == pytest.approx(3, abs=5 * np.sqrt(96 / w.size))


@pytest.mark.parametrize("name", RANDOM)
def test_stack_is_draws_in_a_row(name):
    rng = generator(7)
    singles = [RANDOM[name](rng) for _ in range(3)]
    np.testing.assert_array_equal(RANDOM[name](generator(7), size=3), singles)
    assert RANDOM[name](generator(), size=(2, 3)).shape == (2, 3, NET.parameter_count)
    assert not (singles[0] == singles[1]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", RANDOM)
def test_dtype_is_what_was_asked_for(name, dtype):
    assert RANDOM[name](generator(), dtype=dtype).dtype == dtype
    assert bp.constant(NET, 1.0, dtype=dtype).dtype == bp.zeros(NET, dtype=dtype).dtype == dtype


def test_constant_stack_can_be_written_to():
    theta = bp.zeros(NET, size=(2, 3))
    theta[0, 1, 5] = 1.0
    assert theta.shape == (2, 3, NET.parameter_count)
    assert theta.sum() == 1.0


def test_normal_has_scale_1_unless_told_and_may_have_scale_0():
    np.testing.assert_array_equal(
        bp.normal(NET, generator()), bp.normal(NET, generator(), scale=0.5) * 2
    )
    W, _ = NET.unpack(bp.normal(NET, generator(), size=20))
    assert W[1].std() == pytest.approx(1, rel=0.05)
    assert not bp.normal(NET, generator(), scale=0).any()


def test_signal_keeps_its_size_through_thirty_layers():
    sizes, rng = (200,) * 31, generator()
    X = rng.normal(size=(100, 200))
    for activation, start in ((bp.relu, bp.he), (bp.linear, bp.glorot)):
        net = bp.Network(sizes=sizes, activations=[activation] * 30)
        a = net.forward(start(net, rng), X).a[-1]
        assert 0.3 < (a**2).mean() < 3


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: bp.glorot(NET, 0), TypeError, "rng must be a numpy Generator, got int; make one"),
        (lambda: bp.he(NET, None), TypeError, "rng must be a numpy Generator, got NoneType"),
        (
            lambda: bp.normal(NET, np.random.RandomState(0)),
            TypeError,
            "rng must be a numpy Generator, got RandomState",
        ),
        (lambda: bp.normal(NET, generator(), scale=-1), ValueError, "scale must be at least 0"),
        (lambda: bp.normal(NET, generator(), scale="1"), ValueError, "scale must be a finite num"),
        (lambda: bp.constant(NET, np.nan), ValueError, "value must be a finite number, got nan"),
        (
            lambda: bp.constant(NET, 1e39, dtype=np.float32),
            ValueError,
            r"value must be small enough for float32, got 1e\+39",
        ),
        (
            lambda: bp.normal(NET, generator(), scale=1e300, dtype=np.float32),
            ValueError,
            r"scale must be small enough for float32, got 1e\+300",
        ),
        (lambda: bp.normal(NET, generator(), scale=1e308), ValueError, "small enough for float64"),
        (lambda: bp.zeros(NET, size=0), ValueError, "size must be a positive integer, got 0"),
        (lambda: bp.zeros(NET, size=(2, -1)), ValueError, "size must be a positive integer, got"),
        (lambda: bp.zeros(NET, size=2.5), ValueError, "size must be a positive integer, got 2.5"),
        (lambda: bp.zeros(NET, dtype=int), TypeError, "dtype must be float64 or float32, got"),
        (lambda: bp.he(NET, generator(), dtype=complex), TypeError, "dtype must be float64 or"),
        (lambda: bp.zeros((2, 3)), TypeError, "net must be a Network, got tuple"),
        (lambda: bp.glorot(None, generator()), TypeError, "net must be a Network, got NoneType"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
