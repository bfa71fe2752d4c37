"""scikit-learn's multi-layer perceptrons. Their loop is their own: only whole fits can be timed."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from workloads import Problem, Workload, batches, flat

NAMES = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}


def prepare(work: Workload, data: Problem, variant: str = "") -> tuple[Callable[[int], None], Any]:
    """Return what does the work, and what gives its result; None where the output does not fit."""
    if work.task != "train" or work.output != "linear":
        return None
    classes = work.loss == "softmax_cross_entropy"
    X, Y = data.X, data.Y.argmax(axis=1) if classes else data.Y.ravel()
    if work.samples == 3 * work.batch:  # the trial: the first batches are those of all peers
        rows = np.concatenate([rows for rows, _ in zip(batches(work), range(3), strict=False)])
        X, Y = X[rows], Y[rows]
    model = (MLPClassifier if classes else MLPRegressor)(
        hidden_layer_sizes=work.sizes[1:-1],
        activation=NAMES[work.hidden],
        solver="adam" if work.optimizer == "Adam" else "sgd",
        learning_rate_init=work.rate,
        momentum=0,
        nesterovs_momentum=False,
        alpha=0,
        batch_size=work.batch,
        shuffle=work.steps_per_turn > 3,
        random_state=0,
        tol=0,
        n_iter_no_change=10**9,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if classes:  # a step that only makes the arrays
            model.partial_fit(X[:1], Y[:1], classes=np.arange(work.sizes[-1]))
        else:
            model.partial_fit(X[:1], Y[:1])
    model.warm_start = True  # fit goes on from the weights that stand there
    model.coefs_, model.intercepts_ = [W.copy() for W in data.W], [b.copy() for b in data.b]

    def train(turns: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it would go on for ever
            model.set_params(max_iter=turns).fit(X, Y)

    return train, lambda: flat(model.coefs_, model.intercepts_)
