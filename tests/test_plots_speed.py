"""The picture of the ratios: every one stands at its workload, with its spread."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop_lib import plots

ROWS = [
    {"workload": "W1", "peer": "A", "ratio": 4.0, "low": 3.0, "high": 6.0},
    {"workload": "W2", "peer": "A", "ratio": 0.5, "low": 0.4, "high": 0.7},
    {"workload": "W2", "peer": "B", "ratio": 20.0, "low": 18.0, "high": 21.0},
]
RESULTS = {"workloads": [{"workload": name} for name in ("W1", "W2", "W3")], "ratios": ROWS}


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def test_every_ratio_stands_in_the_row_of_its_workload_with_its_spread():
    ax = plots.speed(RESULTS)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["W1", "W2", "W3"]
    drawn = {}
    for bars in ax.containers:
        points, _, (spread,) = bars.lines
        for x, y, ((low, _), (high, _)) in zip(
            *points.get_data(), spread.get_segments(), strict=True
        ):
            drawn[names[int(y)], bars.get_label()] = x, low, high
    want = {(row["workload"], row["peer"]): (row["ratio"], row["low"], row["high"]) for row in ROWS}
    assert drawn.keys() == want.keys()
    for key, values in want.items():
        np.testing.assert_allclose(drawn[key], values)


def test_first_workload_is_on_top_and_the_scale_is_logarithmic():
    ax = plots.speed(RESULTS)
    assert ax.get_xscale() == "log"
    bottom, top = ax.get_ylim()
    assert bottom > top


def test_every_peer_is_in_the_legend_once():
    (legend,) = plots.speed(RESULTS).figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["A", "B"]
