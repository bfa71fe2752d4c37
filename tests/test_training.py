import dataclasses
import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lib as bp
from backprop_lib import dealing, training

NET = bp.Network(sizes=(2, 4, 3), activations=(bp.tanh, bp.linear))
LOSS = bp.softmax_cross_entropy


def generator(seed=0):
    return np.random.default_rng(seed)


def samples(n=11, seed=0):
    rng = generator(seed)
    return rng.normal(size=(n, 2)), bp.one_hot(rng.integers(0, 3, n), 3)


START = bp.glorot(NET, generator(9))
X, Y = samples()

SGD = bp.GradientDescent(0.3)
OPTIMIZERS = [
    SGD,
    bp.Momentum(0.1),
    bp.Momentum(0.1, nesterov=True),
    bp.AdaGrad(0.1),
    bp.RMSProp(0.01),
    bp.Adam(0.05),
    bp.AMSGrad(0.05),
    bp.Adam(bp.schedules.InverseTimeDecay(0.05, decay=0.1)),
]


def spy(seen):
    """Return a loss that notes which targets came in each batch."""

    def gradient_value(a, y, out):
        seen.append(y.copy())
        return bp.half_squared_error.gradient_value(a, y, out)

    return dataclasses.replace(bp.half_squared_error, gradient_value=gradient_value)


def batches_of(n, batch_size, epochs=3, seed=0):
    """Return, for every epoch, the batches that ``fit`` makes of the samples 0 … n − 1."""
    seen = []
    net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    column = np.arange(n, dtype=float)[:, None]
    optimizer = bp.GradientDescent(1e-9)
    run = bp.fit(
        net, spy(seen), [0.0, 0.0], column, column, optimizer, epochs, batch_size, generator(seed)
    )
    for _ in run:
        seen.append(None)
    rows = [None if y is None else y.ravel().astype(int).tolist() for y in seen]
    return [list(g) for key, g in itertools.groupby(rows, lambda r: r is None) if not key]


@given(n=st.integers(1, 70), batch_size=st.integers(1, 80))
def test_every_sample_comes_once_an_epoch(n, batch_size):
    for epoch in batches_of(n, batch_size):
        assert sorted(itertools.chain(*epoch)) == list(range(n))
        assert [len(batch) for batch in epoch[:-1]] == [batch_size] * (-(-n // batch_size) - 1)
        assert 0 < len(epoch[-1]) <= batch_size


def test_membership_of_batches_is_drawn_anew():
    first, second, third = ({frozenset(batch) for batch in e} for e in batches_of(60, 10))
    assert len(first | second | third) == 18


@pytest.mark.parametrize("batch_size", [None, 7, 8])
def test_full_batch_keeps_the_order_and_needs_no_rng(batch_size):
    net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    column, seen = np.arange(7.0)[:, None], []
    for _ in bp.fit(
        net, spy(seen), [0.0, 0.0], column, column, bp.GradientDescent(1e-9), 2, batch_size
    ):
        pass
    assert len(seen) == 2
    for y in seen:
        np.testing.assert_array_equal(y, column)


@given(n=st.integers(1, 70), batch_size=st.integers(1, 80), seed=st.integers(0, 99))
def test_batches_are_those_of_fit(n, batch_size, seed):
    if batch_size < n:
        rng = generator(seed)
        expected = [[b.tolist() for b in bp.batches(n, batch_size, rng)] for _ in range(3)]
        assert batches_of(n, batch_size, seed=seed) == expected


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("batch_size", [1, 4, 11])
def test_fit_is_the_loop_written_out(optimizer, batch_size):
    theta, state, rng = START, optimizer.init(START), generator(3)
    run = bp.fit(NET, LOSS, START, X, Y, optimizer, 4, batch_size, generator(3))
    for number, epoch in enumerate(run, start=1):
        for rows in bp.batches(11, batch_size, rng) if batch_size < 11 else [slice(None)]:
            _, gradient = NET.objective(LOSS, X[rows], Y[rows])(theta)
            theta, state = optimizer.step(theta, gradient, state)
        assert epoch.number == number
        np.testing.assert_allclose(epoch.theta, theta, rtol=1e-12, atol=1e-15)
    assert number == 4


@pytest.mark.parametrize("batch_size", [1, 3, 4, 10])
def test_samples_from_a_small_buffer_are_the_same(monkeypatch, batch_size):
    want = batches_of(11, batch_size)
    monkeypatch.setattr(dealing, "BUFFER", 4)
    assert batches_of(11, batch_size) == want


@pytest.mark.parametrize(
    ("n", "size", "numbers", "rows"),
    [
        (50, 3, 100, 48),  # 16 batches of 3 rows of 2 numbers
        (7, 3, 10**6, 9),  # all there are
        (50, 3, 1, 3),  # a batch at least
    ],
)
def test_buffer_holds_whole_batches_and_no_more_than_needed(monkeypatch, n, size, numbers, rows):
    monkeypatch.setattr(dealing, "BUFFER", numbers)
    data = NET.objective(LOSS, np.zeros((n, 2)), np.tile([0.0, 1.0, 0.0], (n, 1)))
    x, y = next(iter(dealing.dealer(data, size, generator())()))
    assert x.shape == (size, 3)
    assert x.base.shape == (rows, 3)
    assert y.base.shape == (rows, 3)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("stack", [(), (2,), (60,)])
def test_steps_in_parts_are_the_steps_of_the_whole(monkeypatch, optimizer, stack):
    start = np.random.default_rng(1).normal(size=(*stack, START.size))
    ends = []
    for size in (10**9, 64):
        monkeypatch.setattr(training, "CACHE", size)
        *_, last = bp.fit(NET, LOSS, start, X, Y, optimizer, 3, 4, generator())
        ends.append(last.theta)
    np.testing.assert_array_equal(*ends)


def test_a_part_has_an_entry_at_least(monkeypatch):
    monkeypatch.setattr(training, "CACHE", 8)
    assert len(training._parts(np.zeros((2, 3)), bp.Adam(0.1))) == 3


def test_optimizer_of_your_own_is_given_the_whole_theta(monkeypatch):
    class Normalized:
        def init(self, theta):
            return None

        def step(self, theta, gradient, state, out=None):
            return theta - 0.1 * gradient / np.linalg.norm(gradient), None

    monkeypatch.setattr(training, "CACHE", 64)
    *_, last = bp.fit(NET, LOSS, START, X, Y, Normalized(), 1, None)
    np.testing.assert_allclose(np.linalg.norm(last.theta - START), 0.1)


def test_subclass_with_a_step_of_its_own_is_given_the_whole_theta(monkeypatch):
    class Clipped(bp.GradientDescent):
        def step(self, theta, gradient, state, out=None):
            return super().step(theta, gradient / np.linalg.norm(gradient), state, out)

    class Slower(bp.GradientDescent):
        def init(self, theta):
            return super().init(theta)

    monkeypatch.setattr(training, "CACHE", 64)
    *_, last = bp.fit(NET, LOSS, START, X, Y, Clipped(0.1), 1, None)
    np.testing.assert_allclose(np.linalg.norm(last.theta - START), 0.1)
    assert len(training._parts(START, Slower(0.1))) == len(training._parts(START, SGD)) > 1


def test_large_stack_of_small_networks_trains_like_each_alone():
    net = bp.Network(sizes=(2, 2, 1), activations=(bp.tanh, bp.sigmoid))
    corners, xor = bp.datasets.xor()
    starts = bp.normal(net, generator(5), size=60)
    optimizer = bp.Adam(0.05)
    *_, together = bp.fit(net, bp.half_squared_error, starts, corners, xor, optimizer, 20, None)
    for start, end in zip(starts, together.theta, strict=True):
        *_, alone = bp.fit(net, bp.half_squared_error, start, corners, xor, optimizer, 20, None)
        np.testing.assert_allclose(end, alone.theta, rtol=1e-9)
    assert together.theta.flags.c_contiguous


def test_numbers_whose_squares_overflow_are_no_divergence():
    net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    run = bp.fit(
        net, bp.half_squared_error, [0.0, 1e200], [[0.0]], [[1e200]], bp.GradientDescent(0.5), 1
    )
    assert next(run).theta.tolist() == [0, 1e200]


def test_last_short_batch_is_a_mean_over_its_own_samples():
    net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    X = np.array([[1.0], [1.0], [1.0]])
    run = bp.fit(
        net, bp.half_squared_error, [0.0, 0.0], X, X, bp.GradientDescent(0.25), 1, 2, generator()
    )
    # All samples are equal, so a batch of 2 and one of 1 give the same slope w + b − 1:
    # w = b = ¼, then ¼ + ¼·½.
    np.testing.assert_allclose(next(run).theta, [0.375, 0.375], rtol=1e-15)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_equal_seeds_give_equal_bits(optimizer):
    def run(seed):
        return [
            (e.theta.tobytes(), float(e.loss))
            for e in bp.fit(NET, LOSS, START, X, Y, optimizer, 5, 3, generator(seed))
        ]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_handed_out_parameters_are_safe_to_keep():
    start = START.copy()
    run = bp.fit(NET, LOSS, start, X, Y, bp.Adam(0.1), 3, 4, generator())
    first = next(run)
    kept = first.theta.copy()
    first.theta[...] += 0.0
    second = next(run)
    np.testing.assert_array_equal(first.theta, kept)
    np.testing.assert_array_equal(start, START)
    assert not np.shares_memory(first.theta, second.theta)
    first.theta[...] = np.nan  # what the reader does with a record does not reach the training
    assert np.isfinite(next(run).theta).all()


def test_loss_and_gradient_are_those_of_all_samples_at_theta():
    objective = NET.objective(LOSS, X, Y)
    for epoch in bp.fit(NET, LOSS, START, X, Y, bp.Adam(0.1), 3, 4, generator()):
        J, gradient = objective(epoch.theta)
        assert epoch.loss == pytest.approx(J, rel=1e-14)
        np.testing.assert_allclose(epoch.gradient, gradient, rtol=1e-13)


def test_asking_for_the_loss_does_not_change_the_training():
    def run(ask):
        for epoch in bp.fit(NET, LOSS, START, X, Y, bp.Adam(0.1), 5, 4, generator()):
            if ask:
                assert epoch.loss > 0
                assert epoch.gradient.shape == START.shape
        return epoch.theta

    np.testing.assert_array_equal(run(ask=True), run(ask=False))


def test_training_brings_the_loss_down():
    X, Y = bp.datasets.moons(200, generator())
    net = bp.Network(sizes=(2, 8, 1), activations=(bp.tanh, bp.sigmoid))
    loss, theta = bp.binary_cross_entropy, bp.glorot(net, generator())
    *_, last = bp.fit(net, loss, theta, X, Y, bp.Adam(0.05), 60, rng=generator())
    assert last.loss < 0.05 < 0.5 < net.objective(loss, X, Y)(theta)[0]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("batch_size", [None, 4])
def test_stack_trains_like_single_networks(optimizer, batch_size):
    stack = bp.glorot(NET, generator(5), size=(2, 3))
    together = bp.fit(NET, LOSS, stack, X, Y, optimizer, 6, batch_size, generator(1))
    alone = {
        k: bp.fit(NET, LOSS, stack[k], X, Y, optimizer, 6, batch_size, generator(1))
        for k in np.ndindex(2, 3)
    }
    for epoch in together:
        assert epoch.loss.shape == (2, 3)
        for k, run in alone.items():
            single = next(run)
            np.testing.assert_allclose(epoch.theta[k], single.theta, rtol=1e-13, atol=1e-14)
            np.testing.assert_allclose(epoch.loss[k], single.loss, rtol=1e-13)


def test_one_step_of_a_stack_agrees_to_1e_14():
    stack = bp.glorot(NET, generator(5), size=4)
    together = next(bp.fit(NET, LOSS, stack, X, Y, bp.GradientDescent(0.1), 1, None)).theta
    for k in range(4):
        single = next(bp.fit(NET, LOSS, stack[k], X, Y, bp.GradientDescent(0.1), 1, None)).theta
        np.testing.assert_allclose(together[k], single, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("types", [("f4", "f8"), ("f8", "f4"), ("f8", "f8")])
def test_data_are_taken_in_the_precision_of_theta(types):
    data, ends = (X, X @ [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]), []
    for kinds in (("f4", "f4"), types):
        x, y = (array.astype(kind) for array, kind in zip(data, kinds, strict=True))
        start, optimizer = START.astype("f4"), bp.Momentum(0.1)
        *_, last = bp.fit(NET, bp.half_squared_error, start, x, y, optimizer, 3, 4, generator())
        ends.append(last.theta)
    np.testing.assert_array_equal(*ends)


def test_float32_stays_float32_whatever_the_data_are():
    for epoch in bp.fit(NET, LOSS, START.astype("f4"), X, Y, bp.Adam(0.1), 2, 4, generator()):
        assert epoch.theta.dtype == epoch.gradient.dtype == epoch.loss.dtype == np.float32


LINE = bp.Network(sizes=(1, 1), activations=(bp.linear,))
COLUMN = np.linspace(-1, 2, 8)[:, None]


def line(theta, rate, epochs, batch_size=None, rng=None, **more):
    return bp.fit(
        LINE, bp.half_squared_error, theta, COLUMN, 3 * COLUMN - 1, bp.GradientDescent(rate),
        epochs, batch_size, rng, **more
    )  # fmt: skip


@pytest.mark.parametrize("batch_size", [None, 3])
def test_divergence_tells_the_epoch_and_keeps_the_last_finite_theta(batch_size):
    handed_out = []
    run = line([0.0, 0.0], 50.0, 10_000, batch_size, generator())
    with pytest.raises(bp.Diverged, match=r"diverged in epoch .* smaller learning rate") as caught:
        handed_out.extend(run)
    assert handed_out[-1].number == caught.value.epoch - 1 > 10
    np.testing.assert_array_equal(caught.value.theta, handed_out[-1].theta)
    assert np.isfinite(caught.value.theta).all()
    assert isinstance(caught.value, ArithmeticError)


def test_divergence_in_the_first_epoch_returns_the_start():
    with pytest.raises(bp.Diverged) as caught:
        next(line([1.0, 2.0], 1e300, 5, 1, generator()))
    assert caught.value.epoch == 1
    np.testing.assert_array_equal(caught.value.theta, [1.0, 2.0])


def test_divergence_survives_a_trip_to_another_process():
    error = pickle.loads(pickle.dumps(bp.Diverged(3, np.array([1.0, 2.0]))))
    assert error.epoch == 3
    assert "epoch 3" in str(error)
    np.testing.assert_array_equal(error.theta, [1.0, 2.0])


def test_loss_that_overflows_is_infinite_and_not_an_error():
    for epoch in line([0.0, 0.0], 50.0, 10_000):
        if epoch.loss == np.inf:
            break
    assert np.isfinite(epoch.theta).all()


def test_silence_of_a_training_ends_where_the_callers_lines_begin():
    run, before, here = line([0.0, 0.0], 50.0, 10_000), np.geterr(), []
    with pytest.raises(bp.Diverged):
        here.extend(np.geterr() for _ in run)
    assert len(here) > 10
    assert all(settings == before for settings in [*here, np.geterr()])


def test_diverging_member_becomes_nan_and_the_others_train_on():
    rates = np.array([[0.1], [1e200], [0.3]])
    *_, epoch = line(np.zeros((3, 2)), rates, 300)
    assert np.isnan(epoch.loss[1])
    assert np.isnan(epoch.gradient[1]).all()
    assert not np.isfinite(epoch.theta[1]).any()
    for k in (0, 2):
        *_, single = line(np.zeros(2), rates[k, 0], 300)
        np.testing.assert_allclose(epoch.theta[k], single.theta, rtol=1e-13)


def test_a_lost_member_is_nan_even_where_its_units_are_saturated():
    net = bp.Network(sizes=(1, 1), activations=(bp.tanh,))
    rates = np.array([[1e307], [0.1]])  # the first weight goes to infinity, where tanh is flat
    run = bp.fit(
        net, bp.half_squared_error, [[0.1, 0.0]] * 2, [[1.0], [2.0]], [[50.0], [70.0]],
        bp.GradientDescent(rates), epochs=3, batch_size=None,
    )  # fmt: skip
    for epoch in run:
        assert np.isnan(epoch.theta[0]).all()
        assert np.isnan(epoch.loss[0])
        assert np.isfinite(epoch.loss[1])


def test_a_gradient_that_is_changed_changes_no_training():
    def bowl(theta):
        return (theta**2).sum(-1), 2 * theta

    losses = []
    for step in bp.minimize(bowl, [4.0], bp.GradientDescent(0.25), steps=3):
        slope = step.gradient
        slope *= 0
        losses.append(float(step.loss))
    assert losses == [4.0, 1.0, 0.25]


@pytest.mark.parametrize("name", ["X", "Y"])
def test_training_on_complex_numbers_is_refused(name):
    data = {"X": X, "Y": Y, name: {"X": X, "Y": Y}[name] + 0j}
    with pytest.raises(TypeError, match=f"{name} must hold real numbers, got dtype complex128"):
        bp.fit(NET, bp.half_squared_error, START, **data, optimizer=bp.GradientDescent(0.1))


def test_a_complex_gradient_is_refused():
    with pytest.raises(TypeError, match="objective must return a real gradient"):
        list(bp.minimize(lambda theta: (0.0, 1j * theta), [1.0], bp.GradientDescent(0.1)))


def test_nothing_to_train_is_refused():
    with pytest.raises(ValueError, match="theta must hold at least one number"):
        bp.minimize(lambda theta: (0.0, theta), [], bp.GradientDescent(0.1))


def test_an_optimizer_without_steps_is_refused_at_once():
    class Idle:
        def init(self, theta):
            return None

    with pytest.raises(TypeError, match="optimizer must be an optimizer"):
        bp.minimize(lambda theta: (0.0, theta), [1.0], Idle())


def test_error_comes_when_the_last_member_is_lost_with_what_each_had_last():
    rates = np.array([[1e200], [1e20]])
    with pytest.raises(bp.Diverged) as caught:
        list(line(np.ones((2, 2)), rates, 1000))
    assert np.isfinite(caught.value.theta).all()
    assert caught.value.epoch > 5
    assert abs(caught.value.theta[1]).max() > 1e200


def test_tolerance_stops_when_the_gradient_is_flat():
    epochs = list(line([0.0, 0.0], 0.3, 5000, tolerance=1e-6))
    sizes = [abs(epoch.gradient).max() for epoch in epochs]
    assert len(epochs) < 1000
    assert sizes[-1] <= 1e-6 < min(sizes[:-1])
    np.testing.assert_allclose(epochs[-1].theta, [3, -1], atol=1e-5)


def test_tolerance_waits_for_all_living_members_of_a_stack():
    rates = np.array([[0.3], [0.05], [1e200]])
    *_, last = line(np.zeros((3, 2)), rates, 5000, tolerance=1e-6)
    *_, slow = line(np.zeros(2), 0.05, 5000, tolerance=1e-6)
    assert last.number == slow.number < 5000


def test_tolerance_of_0_stops_on_the_minimum_itself():
    (only,) = bp.minimize(bowl, [1.0], bp.GradientDescent(0.5), tolerance=0)
    assert only.theta == 0


def test_records_of_epochs_cannot_be_changed_and_show_where_training_stands():
    epoch = next(line([3.0, -1.0], 0.1, 7))
    assert repr(epoch) == "Epoch(number=1, theta=array([ 3., -1.]))"
    with pytest.raises(dataclasses.FrozenInstanceError):
        epoch.number = 2


def test_defaults_are_100_epochs_of_batches_of_32_without_a_bar(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    seen, column = [], np.zeros((33, 1))
    epochs = list(
        bp.fit(LINE, spy(seen), [0.0, 0.0], column, column, bp.Adam(0.1), rng=generator())
    )
    assert len(epochs) == 100
    assert [len(y) for y in seen] == [32, 1] * 100
    assert len(list(bp.minimize(bowl, [1.0], bp.Adam(0.1)))) == 100
    assert capsys.readouterr().err == ""


def test_without_tolerance_all_epochs_are_run():
    assert [epoch.number for epoch in line([3.0, -1.0], 0.1, 7)] == [1, 2, 3, 4, 5, 6, 7]


def test_progress_bar_is_silent_unless_asked_for_and_in_log_files(capfd):
    list(line([0.0, 0.0], 0.1, 5))
    list(line([0.0, 0.0], 0.1, 5, progress=True))
    assert capfd.readouterr() == ("", "")


def test_progress_bar_counts_epochs_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    list(line([0.0, 0.0], 0.1, 5, progress=True))
    out, err = capsys.readouterr()
    assert out == ""
    assert "5/5" in err
    assert "epoch" in err


class SignDescent:
    """An optimizer of one's own, which makes new arrays and has another state."""

    def init(self, theta):
        return 0

    def step(self, theta, gradient, state, out=None):
        return theta - 0.25 * np.sign(gradient), state + 1


def test_optimizer_of_ones_own_needs_two_methods():
    run = bp.fit(
        LINE, bp.half_squared_error, [0.0, 0.0], [[1.0], [1.0]], [[9.0], [9.0]], SignDescent(), 3,
        batch_size=1, rng=generator(),
    )  # fmt: skip
    assert [e.theta.tolist() for e in run] == [[0.5, 0.5], [1.0, 1.0], [1.5, 1.5]]
    assert [s.loss for s in bp.minimize(bowl, [1.0], SignDescent(), 3)] == [0.5625, 0.25, 0.0625]


# minimize


def bowl(theta):
    return (theta**2).sum(axis=-1), 2 * theta


def test_minimize_takes_the_steps_of_the_optimizer_and_evaluates_once_a_step():
    calls = []

    def objective(theta):
        calls.append(theta.copy())
        return bowl(theta)

    losses = [s.loss for s in bp.minimize(objective, [4.0, 8.0], bp.GradientDescent(0.25), 3)]
    np.testing.assert_allclose(losses, [20, 5, 1.25])
    np.testing.assert_allclose(calls, [[4, 8], [2, 4], [1, 2], [0.5, 1]])


def test_minimize_on_a_network_is_fit_with_the_full_batch():
    objective = NET.objective(LOSS, X, Y)
    steps = bp.minimize(objective, START, bp.Adam(0.1), steps=9)
    for step, epoch in zip(
        steps, bp.fit(NET, LOSS, START, X, Y, bp.Adam(0.1), 9, None), strict=True
    ):
        np.testing.assert_allclose(step.theta, epoch.theta, rtol=1e-12)
        assert step.loss == pytest.approx(epoch.loss, rel=1e-13)
        np.testing.assert_allclose(step.gradient, epoch.gradient, rtol=1e-10, atol=1e-14)


def test_minimize_stops_at_the_tolerance():
    steps = list(bp.minimize(bowl, [1.0], bp.GradientDescent(0.25), 99, tolerance=1e-3))
    assert [abs(s.gradient).max() <= 1e-3 for s in steps] == [False] * 10 + [True]


def test_minimize_tells_divergence():
    with pytest.raises(bp.Diverged) as caught:
        list(bp.minimize(bowl, [1.0], bp.GradientDescent(1e100), steps=99))
    assert caught.value.epoch == 4
    assert caught.value.theta == pytest.approx(-8e300)


def test_minimize_goes_on_without_a_lost_member():
    def objective(theta):
        assert np.isfinite(theta).all()  # an objective never sees what is lost
        return bowl(theta)

    optimizer = bp.GradientDescent(np.array([[0.25], [1e100]]))
    *_, last = bp.minimize(objective, np.ones((2, 1)), optimizer, steps=20)
    np.testing.assert_allclose(last.theta[0], 0.5**20)
    assert last.loss[0] == pytest.approx(0.25**20)
    assert np.isnan(last.loss[1])
    assert np.isnan(last.gradient[1]).all()


def test_gradient_is_taken_in_the_precision_of_theta_also_where_a_member_is_lost():
    def objective(theta):
        return (theta**2).sum(axis=-1), 2 * theta.astype(np.float64)

    optimizer = bp.GradientDescent(np.array([[0.25], [1e30]], "f4"))
    *_, last = bp.minimize(objective, np.ones((2, 1), "f4"), optimizer, steps=5)
    assert last.theta.dtype == last.gradient.dtype == np.float32
    np.testing.assert_array_equal(last.theta[0], np.float32(0.5**5))
    assert not np.isfinite(last.theta[1])


def fit(**changes):
    given = {
        "net": NET, "loss": LOSS, "theta": START, "X": X, "Y": Y,
        "optimizer": bp.GradientDescent(0.1), "epochs": 2, "batch_size": 4, "rng": generator(),
    } | changes  # fmt: skip
    return bp.fit(**given)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fit(epochs=0), ValueError, "epochs must be a positive integer, got 0"),
        (lambda: fit(epochs=2.5), ValueError, "epochs must be a positive integer, got 2.5"),
        (lambda: fit(batch_size=0), ValueError, "batch_size must be a positive integer, got 0"),
        (lambda: fit(batch_size=-3), ValueError, "batch_size must be a positive integer, got -3"),
        (lambda: fit(batch_size=True), ValueError, "batch_size must be a positive integer"),
        (lambda: fit(rng=None), TypeError, "rng must be a numpy Generator, got NoneType"),
        (lambda: fit(rng=42), TypeError, "rng must be a numpy Generator, got int"),
        (lambda: fit(tolerance=-1), ValueError, "tolerance must be at least 0, got -1"),
        (lambda: fit(tolerance="tight"), ValueError, "tolerance must be a finite number"),
        (lambda: fit(theta=START[:-1]), ValueError, r"theta must have shape \(\.\.\., 27\), got"),
        (lambda: fit(theta=START * 1j), TypeError, "theta must be .* real .* complex128"),
        (lambda: fit(theta=START * np.nan), ValueError, "theta must be finite, got nan"),
        (lambda: fit(X=X[:, :1]), ValueError, r"X must have shape \(n, 2\), got \(11, 1\)"),
        (lambda: fit(X=X[:0], Y=Y[:0]), ValueError, "X must hold at least one sample"),
        (lambda: fit(Y=Y[1:]), ValueError, r"Y must have shape \(11, 3\), got \(10, 3\)"),
        (lambda: fit(Y=2 * Y), ValueError, "y must lie between 0 and 1"),
        (lambda: fit(loss=bp.cross_entropy), ValueError, "needs an output activation among"),
        (lambda: fit(optimizer=bp.Adam), TypeError, r"optimizer must be .* bp\.Adam\(0\.01\)"),
        (lambda: fit(optimizer="adam"), TypeError, "optimizer must be an optimizer"),
        (lambda: fit(net=(2, 3)), TypeError, "net must be a Network, got tuple"),
        (lambda: fit(loss="mse"), TypeError, "loss must be a Loss"),
        (lambda: bp.batches(0, 1, generator()), ValueError, "n must be a positive integer, got 0"),
        (lambda: bp.batches(3, 0, generator()), ValueError, "batch_size must be a positive"),
        (lambda: bp.batches(3, 1, None), TypeError, "rng must be a numpy Generator"),
        (
            lambda: bp.minimize(bowl, 1.0, bp.GradientDescent(0.1)),
            TypeError,
            r"theta must be an array of real numbers of shape \(\.\.\., p\), got shape \(\)",
        ),
        (
            lambda: bp.minimize(bowl, [1.0], bp.GradientDescent(0.1), steps=0),
            ValueError,
            "steps must be a positive integer, got 0",
        ),
        (
            lambda: bp.minimize(bowl, [1.0], bp.GradientDescent(0.1), tolerance=np.nan),
            ValueError,
            "tolerance must be a finite number, got nan",
        ),
        (lambda: bp.minimize(bowl, [1.0], None), TypeError, "optimizer must be an optimizer"),
        (
            lambda: next(bp.minimize(lambda t: (t**2).sum(), [1.0], bp.GradientDescent(0.1))),
            TypeError,
            r"objective must return the pair \(J, gradient\), got float64",
        ),
        (
            lambda: next(bp.minimize(lambda t: (0.0, t[:1]), [1.0, 2], bp.GradientDescent(0.1))),
            ValueError,
            r"gradient must have the shape of theta, \(2,\), got \(1,\)",
        ),
    ],
)
def test_bad_input_is_named_at_once(call, error, message):
    with pytest.raises(error, match=message):
        call()
