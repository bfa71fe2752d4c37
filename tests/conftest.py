"""Settings of all tests: floating-point faults raise, and what could not be checked is said."""

import os
import shutil
import sys
from collections.abc import Callable
from typing import NoReturn

import numpy as np
import pytest

np.seterr(over="raise", divide="raise", invalid="raise")

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")


@pytest.fixture(scope="session")
def missing() -> Callable[[str, str], NoReturn]:
    """Skip a test because a piece of this machine is missing; under CI that is a failure."""

    def leave(piece: str, remedy: str) -> NoReturn:
        message = f"{piece}. Remedy: {remedy}"
        if IN_CI:
            pytest.fail(message, pytrace=False)
        pytest.skip(message)

    return leave


@pytest.fixture(scope="session")
def limits(missing):
    """Return small limits for notebooks in the jail, on a machine where it holds."""
    from backprop_lib.grade.doctor import remedy

    if sys.platform == "linux" and shutil.which("bwrap") is None:
        missing("No bubblewrap: nothing was graded in a jail", "apt-get install bubblewrap")
    try:
        from backprop_lib.grade.jail import JailError, Limits
        from backprop_lib.grade.selftest import self_test
    except ImportError:
        missing("No Linux: nothing was graded", "run the tests on Linux")
    small = Limits(cell=4.0, call=2.0, whole=15.0, memory=256 << 20)
    try:
        self_test(small)
    except JailError as error:
        missing(f"No jail, nothing was graded: {error}", remedy())
    return small


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List, once each, the reasons for which something was not checked."""
    skipped = terminalreporter.stats.get("skipped", [])
    told = (report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    reasons = sorted({" ".join(reason.split()) for reason in told})  # each on one line
    if reasons:
        if path := os.environ.get("NOT_CHECKED"):  # `make test` shows what all its stages left out
            with open(path, "a", encoding="utf-8") as file:
                file.writelines(f"- {reason}\n" for reason in reasons)
        terminalreporter.section("not checked on this machine")
        for reason in reasons:
            terminalreporter.line(f"- {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let no test be skipped under CI, whatever the reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
