"""The playground: a training that takes the library's own steps, and controls that move it."""

import asyncio
import re
from threading import Thread
from urllib.parse import unquote

import numpy as np
import pytest
from ipywidgets import Accordion, Button, Dropdown, Image, SelectionSlider, Text, ToggleButtons
from matplotlib.figure import Figure

import backprop_lib as bp
from backprop_lib.explorers import Playground, Setting, trainings
from backprop_lib.explorers.board import board, course
from backprop_lib.explorers.setting import DATA, OPTIMIZERS, STARTS, UNITS
from backprop_lib.explorers.training import Training, size


def run(code):
    """Run lines of code; return their variables and the value of the last line."""
    lines = code.splitlines()
    known = {}
    exec("\n".join(lines[:-1]), known)
    return known, eval(lines[-1], known)


SETTINGS = [
    *(Setting(data=data, hidden=(3,)) for data in DATA),
    *(Setting(hidden=(2, 3), start=start, seed=3) for start in STARTS),
    *(Setting(optimizer=optimizer, learning_rate=0.013) for optimizer in OPTIMIZERS),
    *(Setting(activation=unit, batch_size=100) for unit in UNITS),
    Setting("circles", hidden=(), batch_size=7),
    Setting("sine (regression)", (5, 4), "relu", "He", batch_size=1, learning_rate=0.01),
]


# -- settings and trainings ------------------------------------------------------------------------


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_code_gives_the_bits_of_the_playground(setting):
    training = Training(setting)
    known, J = run(setting.code(0))
    assert np.array_equal(known["theta"], training.theta)
    assert training.losses[0] == J
    for _ in range(3):
        training.epoch()
    known, J = run(setting.code(3))
    assert np.array_equal(known["theta"], training.theta)
    assert training.losses[-1] == J
    assert training.epochs == 3


def test_a_step_takes_the_gradient_that_is_shown():
    training = Training(Setting(batch_size=7, learning_rate=0.25))
    for _ in range(20):
        before, gradient = training.theta, training.passes()[1].gradient
        rows = training.batch
        objective = training.net.objective(training.loss, training.X[rows], training.Y[rows])
        training.step()
        assert gradient == pytest.approx(objective(before)[1], rel=1e-12, abs=1e-15)
        assert training.theta == pytest.approx(before - 0.25 * gradient, rel=1e-12)


def test_an_epoch_uses_every_sample_once():
    training = Training(Setting(batch_size=30))
    seen = []
    for _ in range(training.steps_per_epoch):
        assert training.epochs == 0
        seen += training.batch.tolist()
        training.step()
    assert sorted(seen) == list(range(100))
    assert training.epochs == 1
    assert len(training.losses) == 5


def test_norms_are_those_of_the_whole_gradient():
    training = Training(Setting(hidden=(3, 5), batch_size=1))
    training.epoch()
    objective = training.net.objective(training.loss, training.X, training.Y)
    W, _ = training.net.unpack(objective(training.theta)[1])
    assert training.norms() == pytest.approx([np.sqrt((w**2).sum()) for w in W[1:]])


def test_right_counts_answers_by_more_than_a_thousandth():
    training = Training(Setting("XOR", hidden=()))
    training.theta = np.array([0.0, 0.0, 0.0039])
    assert training.right() == 0
    training.theta = np.array([0.0, 0.0, 0.0041])
    assert training.right() == 2


def test_divergence_is_a_sentence_and_the_weights_stay_finite():
    training = Training(
        Setting("sine (regression)", (6,), "relu", "He", batch_size=50, learning_rate=2.0)
    )
    for _ in range(20):
        training.epoch()
    assert training.lost
    assert np.isfinite(training.theta).all()
    with pytest.raises(bp.Diverged) as told:
        run(training.setting.code(20))
    assert training.steps == told.value.epoch - 1
    assert np.array_equal(training.theta, told.value.theta)
    assert training.sentence().startswith(f"Diverged: step {training.steps + 1} would leave")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12345, "0.123"),
        (99_999.0, "100,000"),
        (3.21e205, "3.2·10²⁰⁵"),
        (np.inf, "more than any float"),
    ],
)
def test_losses_of_any_size_are_written(value, text):
    assert size(value) == text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": "squares"}, "data must be one of XOR, moons"),
        ({"activation": "softmax"}, "activation must be one of linear, step"),
        ({"start": "ones"}, "start must be one of"),
        ({"optimizer": "Newton"}, "optimizer must be one of"),
        ({"hidden": (0,)}, "hidden must be at most 8 layers of 1 to 16 units"),
        ({"hidden": (2,) * 9}, "hidden must be at most 8 layers"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"seed": -1}, "seed at least 0"),
        ({"learning_rate": 0.0}, "learning_rate must be positive"),
    ],
)
def test_impossible_settings_say_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        Setting(**change)


# -- the stories of the book -----------------------------------------------------------------------


def test_course_is_the_training_after_each_epoch():
    setting = Setting("circles", (3,), batch_size=25)
    stages = course(setting, 5)
    training = Training(setting)
    for k, stage in enumerate(stages):
        assert (stage.epochs, stage.steps) == (k, 4 * k)
        assert np.array_equal(stage.theta, training.theta)
        assert list(stage.losses) == training.losses
        training.epoch()


def test_trainings_say_epoch_loss_and_count_of_what_they_show():
    settings = {"small": Setting(hidden=(2,)), "large": Setting(hidden=(5,))}
    explorer = trainings(settings, (0, 2, 6), name="x", title="t", question="q")
    for frame in explorer.frames:
        training = Training(settings[frame.values["which"]])
        for _ in range(frame.values["epoch"]):
            training.epoch()
        answers = training.net.forward(training.theta, training.X).a[-1]
        right = ((answers > 0.5) == (training.Y > 0.5)).sum()
        J = training.loss(answers, training.Y)
        found = re.search(r"Epoch (\d+), step \d+: J = ([\d.]+); (\d+) of 100", frame.sentence)
        assert int(found[1]) == frame.values["epoch"]
        assert float(found[2]) == pytest.approx(J, rel=5e-3)
        assert abs(int(found[3]) - right) <= 1
    assert len({frame.sentence for frame in explorer.frames}) == 6
    assert len({frame.svg for frame in explorer.frames}) == 6


def test_a_lost_training_differs_from_epoch_to_epoch():
    wild = Setting("sine (regression)", (6,), "relu", "He", batch_size=50, learning_rate=2.0)
    settings = {"wild": wild, "tame": Setting("sine (regression)", (2,), learning_rate=0.01)}
    explorer = trainings(settings, (0, 10, 20), name="x", title="t", question="q")
    lost = [explorer.frame(epoch=k, which="wild") for k in (10, 20)]
    assert lost[0].sentence.startswith("Network: wild. Asked for epoch 10. Diverged: step")
    assert lost[0].sentence != lost[1].sentence
    assert lost[0].svg != lost[1].svg


# -- the live half ---------------------------------------------------------------------------------


class Hand:
    """A playground, its widgets by what is written on them, and what can be seen of it."""

    def __init__(self, setting=None):
        self.playground = Playground(setting)
        self.found = {}
        self._gather(self.playground.widget())

    def _gather(self, box):
        for child in getattr(box, "children", ()):
            self.found.setdefault((type(child), getattr(child, "description", "")), child)
            self._gather(child)

    def __getitem__(self, place):
        return self.found[place]

    def click(self, text):
        self[Button, text].click()

    @property
    def training(self):
        return self.playground.training

    @property
    def picture(self):
        return bytes(self[Image, ""].value)

    @property
    def sentence(self):
        return self.playground._sentence.value


@pytest.fixture
def hand():
    return Hand()


def test_step_moves_weights_by_the_rate_times_the_slope_and_changes_the_picture(hand):
    before, picture = hand.training.theta, hand.picture
    X, Y = bp.datasets.moons(100, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    assert np.array_equal(bp.glorot(hand.training.net, rng), before)
    rows = next(bp.batches(100, 10, rng))
    slope = hand.training.net.objective(bp.binary_cross_entropy, X[rows], Y[rows])(before)[1]
    hand.click("Step")
    assert hand.training.theta == pytest.approx(before - 0.3 * slope, rel=1e-12)
    assert hand.picture != picture
    assert "Epoch 0, step 1: J = " in hand.sentence


def test_epoch_and_reset_come_back_to_the_very_start(hand):
    start, picture = hand.training.theta, hand.picture
    hand.click("Epoch")
    assert hand.training.epochs == 1
    first = hand.training.theta
    assert not np.array_equal(first, start)
    hand.click("Reset")
    assert np.array_equal(hand.training.theta, start)
    assert hand.picture != picture  # the curve of the training before stays, in grey
    hand.click("Reset")
    assert hand.picture == picture
    hand.click("Epoch")
    assert np.array_equal(hand.training.theta, first)


@pytest.mark.parametrize(
    ("place", "value", "field", "wanted"),
    [
        ((Dropdown, "Data"), "circles", "data", "circles"),
        ((Text, "Hidden layers, as 4, 2"), "5 3,2", "hidden", (5, 3, 2)),
        ((Text, "Hidden layers, as 4, 2"), "", "hidden", ()),
        ((Dropdown, "Hidden units"), "relu", "activation", "relu"),
        ((Dropdown, "First weights"), "zeros", "start", "zeros"),
        ((Dropdown, "Optimizer"), "Adam", "optimizer", "Adam"),
        ((SelectionSlider, "Learning rate η"), 1.0, "learning_rate", 1.0),
        ((SelectionSlider, "Samples a step (200: all)"), 25, "batch_size", 25),
        ((SelectionSlider, "Seed"), 4, "seed", 4),
    ],
)
def test_every_control_begins_the_training_that_it_names(hand, place, value, field, wanted):
    hand.click("Step")
    hand[place].value = value
    assert getattr(hand.training.setting, field) == wanted
    assert hand.training.steps == 0
    fresh = Training(hand.training.setting)
    assert np.array_equal(hand.training.theta, fresh.theta)
    assert fresh.sentence() in hand.sentence
    hand.click("Step")
    fresh.step()
    assert np.array_equal(hand.training.theta, fresh.theta)


def test_any_rate_can_be_typed(hand):
    from ipywidgets import BoundedFloatText

    hand[BoundedFloatText, "or any value"].value = 0.123
    assert hand.training.setting.learning_rate == 0.123


@pytest.mark.parametrize("text", ["4, x", "-3", "17", "2 " * 9, "2.5", "²"])
def test_impossible_layers_are_answered_by_a_sentence_and_change_nothing(hand, text):
    hand.click("Step")
    theta = hand.training.theta
    hand[Text, "Hidden layers, as 4, 2"].value = text
    assert "Not changed: " in hand.sentence
    assert np.array_equal(hand.training.theta, theta)
    hand.click("Step")
    assert "Epoch 0, step 2" in hand.sentence


def test_divergence_is_told_and_reset_begins_again():
    hand = Hand(Setting("sine (regression)", (6,), "relu", "He", learning_rate=3.0))
    for _ in range(20):
        hand.click("Epoch")
    assert "Diverged: step" in hand.sentence
    assert "smaller learning rate" in hand.sentence
    for view in ("forward", "backward", "units"):
        hand[ToggleButtons, ""].value = view
        assert hand.picture.startswith(b"<svg")
    hand.click("Reset")
    assert "Epoch 0, step 0" in hand.sentence


def test_forward_and_backward_pass_are_shown_apart():
    hand = Hand(Setting("XOR", (2,)))
    pictures = [hand.picture]
    for view in ("forward", "backward"):
        hand[ToggleButtons, ""].value = view
        pictures.append(hand.picture)
    assert len(set(pictures)) == 3
    assert "φ′" in hand.playground._formula.value
    hand[ToggleButtons, ""].value = "forward"
    assert hand.picture == pictures[1]
    assert "φ′" not in hand.playground._formula.value


@pytest.mark.parametrize("view", ["units", "forward", "backward"])
@pytest.mark.parametrize(
    ("data", "loss"), [("XOR", "ln(1 − a<sub>i</sub>)"), ("sine (regression)", "1/(2n)")]
)
def test_each_part_of_the_picture_has_its_formula(view, data, loss):
    playground, figure = Playground(Setting(data, (3,))), Figure()
    playground.widget()
    playground.show(view)
    board(figure, playground.training, view=view)
    told = re.findall(r"<p><b>\w+\.</b>(.*?)</p>", playground._formula.value)
    assert len(told) == len(figure.axes)
    assert all("=" in formula for formula in told)
    assert loss in told[2]


def test_run_trains_and_draws_until_it_is_paused(hand):
    seen = set()
    hand.playground._picture.observe(lambda change: seen.add(change["new"]), "value")

    async def wait(condition):
        for _ in range(400):
            if condition():
                return
            await asyncio.sleep(0.02)
        pytest.fail("the run does not go on")

    async def story():
        hand.click("Run")
        await wait(lambda: len(seen) >= 3)
        hand.click("Run")  # it says Pause now
        epochs = hand.training.epochs
        await asyncio.sleep(0.1)
        assert hand.training.epochs == epochs
        assert hand.playground._task.done()
        return epochs

    epochs = asyncio.run(story())
    assert epochs >= 3
    fresh = Training(Setting())
    for _ in range(epochs):
        fresh.epoch()
    assert np.array_equal(hand.training.theta, fresh.theta)


def test_a_run_that_is_paused_and_begun_at_once_is_one_run(hand):
    async def story():
        hand.click("Run")
        first = hand.playground._task
        await asyncio.sleep(0.01)  # it has drawn, and waits
        hand.click("Run")  # it says Pause now
        hand.click("Run")
        await asyncio.wait_for(asyncio.shield(first), timeout=10)
        second = hand.playground._task
        assert not second.done()
        hand.click("Run")
        await asyncio.wait_for(second, timeout=10)

    asyncio.run(story())


def test_run_stops_by_itself_when_training_is_lost():
    hand = Hand(Setting("sine (regression)", (6,), "relu", "He", learning_rate=3.0))

    async def story():
        hand.click("Run")
        await asyncio.wait_for(hand.playground._task, timeout=60)

    asyncio.run(story())
    assert "Diverged" in hand.sentence
    assert hand.playground._run.description == "Run"


def test_a_change_of_a_control_pauses_the_run(hand):
    async def story():
        hand.click("Run")
        await asyncio.sleep(0.05)
        hand[SelectionSlider, "Seed"].value = 2
        await asyncio.wait_for(hand.playground._task, timeout=60)

    asyncio.run(story())
    assert hand.training.setting.seed == 2
    assert hand.training.steps == 0


def test_a_button_pressed_in_another_thread_waits_until_the_picture_is_drawn(hand, monkeypatch):
    pressed = Thread(target=hand.click, args=("Step",))

    def draw(*args, **options):
        if not pressed.ident:
            pressed.start()
            pressed.join(0.2)
            assert hand.training.steps == 10
        board(*args, **options)

    monkeypatch.setattr("backprop_lib.explorers.playground.board", draw)
    hand.click("Epoch")
    pressed.join()
    assert "step 11:" in hand.sentence


def test_numbers_are_every_weight_and_its_slope():
    hand = Hand(Setting(hidden=(3, 2)))
    hand.click("Step")
    table = hand.training.numbers().columns
    theta, slopes = hand.training.theta, hand.training.passes()[1].gradient
    assert table["value"] == theta.tolist()
    assert table["slope of J"] == slopes.tolist()
    W, b = hand.training.net.unpack(theta)
    where = dict(zip(table["parameter"], table["value"], strict=True))
    assert where["w₂, i₂ → h₁"] == W[1][1, 0]
    assert where["w₁₂, h₃ → h₅"] == W[2][2, 1]
    assert where["b₂ of h₄"] == b[2][0]
    assert len(where) == hand.training.net.parameter_count


def test_folds_show_numbers_and_code_of_the_moment(hand):
    folds = hand[Accordion, ""]
    folds.selected_index = 0
    hand.click("Step")
    first = hand.playground._weights.value
    assert f"{hand.training.theta[0]:.4g}" in first
    hand.click("Step")
    assert f"{hand.training.theta[0]:.4g}" in hand.playground._weights.value
    assert hand.playground._weights.value != first
    folds.selected_index = 1
    hand.click("Epoch")
    assert "epochs=1, batch_size=10" in hand.playground._code.value


def test_book_gets_a_picture_and_a_kernel_gets_a_widget(monkeypatch):
    playground = Playground(Setting("XOR", hidden=(2,)))
    monkeypatch.setenv("BACKPROP_BOOK", "1")
    page = playground._repr_mimebundle_()
    assert page["text/plain"] == repr(playground)
    assert 'alt="The playground. Playground: XOR' in page["text/html"]
    picture = re.search(r'src="data:image/svg\+xml,([^"]*)"', page["text/html"])[1]
    assert unquote(picture).startswith("<svg")
    said = f'<span class="playground-sentence">{playground.training.sentence()}</span>'
    assert f"<figcaption>{said} Its controls need" in page["text/html"]
    monkeypatch.delenv("BACKPROP_BOOK")
    live = playground._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in live
    assert live["text/plain"] == repr(playground)
    assert repr(playground) == (
        "Playground: XOR, sizes (2, 2, 1), tanh, Glorot, gradient descent at 0.3, batches of 10, "
        "seed 0\n  " + playground.training.sentence()
    )
