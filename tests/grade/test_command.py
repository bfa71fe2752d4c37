"""The command from end to end: a folder of notebooks in, results and pages out, and plain words."""

import json
import os
import stat
import sys

import pytest

from backprop_lib.check import PROBLEM_SETS
from backprop_lib.grade import command, doctor, farm
from backprop_lib.grade.jail import JailError


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = command.main([str(word) for word in words])
        run.said = "".join(capsys.readouterr())
        return code

    return run


@pytest.fixture
def course(tmp_path, problem_set, notebook, right, limits):
    for student, cells in {"anne": right, "ben": right[:3]}.items():
        place = tmp_path / "submitted" / student / "ps0" / "ps0.ipynb"
        place.parent.mkdir(parents=True)
        place.write_bytes(notebook(*cells))
    return tmp_path


def test_a_class_is_graded_and_exported(run, course):
    assert run("grade", "submitted", "--workers", 2) == 0
    assert "2 graded now, 2 in results.jsonl." in run.said
    assert "ps0: no model solution" in run.said
    assert (course / "results-pages" / "summary.html").is_file()
    assert (course / "results-pages" / "anne.html").is_file()
    assert run("export", "results.jsonl", "--format", "csv", "-o", "points.csv") == 0
    rows = (course / "points.csv").read_text().splitlines()
    assert rows[0] == "student,set,points,out_of,status,q1,q2,q3,feedback"
    assert rows[1] == "anne,ps0,80,80,graded,30,30,20,"
    assert run("export", "results.jsonl", "--format", "gradescope", "-o", "up") == 0
    assert json.loads((course / "up/ps0/results.json").read_text())["ben"]["score"] == 30
    assert run("grade", "submitted") == 0
    assert "0 graded now, 2 in results.jsonl." in run.said


def test_a_secret_is_made_once_and_only_for_its_owner(run, course):
    run("grade", "submitted", "--executor", "serial")
    secret = course / "results.secret"
    assert "A new secret is in results.secret" in run.said
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    made = secret.read_text()
    assert len(made.strip()) == 64
    run("grade", "submitted", "--executor", "serial")
    assert "secret" not in run.said
    assert secret.read_text() == made


def test_a_secret_of_ones_own_is_read(run, course):
    (course / "mine").write_text("short")
    assert run("grade", "submitted", "--secret", "mine") == 1
    assert "mine holds no secret: at least 16 characters" in run.said
    (course / "mine").write_text("a sentence that nobody guesses\n")
    assert run("grade", "submitted", "--secret", "mine") == 0
    assert not (course / "results.secret").exists()


def test_a_model_solution_without_all_points_stops_everything(run, course, notebook, right):
    model = course / "source" / "ps0" / "ps0.ipynb"
    model.parent.mkdir(parents=True)
    model.write_bytes(notebook(*right[:3]))
    assert run("grade", "submitted") == 1
    assert "must get all points before others are graded: ps0.q2" in run.said
    assert not (course / "results.jsonl").exists()
    model.write_bytes(notebook(*right))
    assert run("grade", "submitted") == 0
    assert "no model solution" not in run.said


def test_what_is_left_for_review_is_said_and_fails(run, course, monkeypatch):
    def fails(*given):
        raise JailError("no jail")

    monkeypatch.setattr(farm, "mark", fails)
    assert run("grade", "submitted") == 1
    assert "2 without a score: this machine failed, not they." in run.said


def test_a_jail_that_does_not_hold_stops_everything(run, course, monkeypatch):
    def fails(limits):
        raise JailError("the self-test of the jail fails")

    monkeypatch.setattr("backprop_lib.grade.selftest.self_test", fails)
    assert run("grade", "submitted") == 1
    assert "backprop: the self-test of the jail fails" in run.said
    assert not (course / "results.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grade", "nowhere"], "backprop: there is no folder nowhere."),
        (["grade", "empty", "-o", "away/r.jsonl"], "backprop: there is no folder away."),
        (["grade", "empty"], "there are no notebooks below empty"),
        (["export", "none.jsonl", "--format", "csv", "-o", "x"], "there is no file none.jsonl"),
    ],
)
def test_a_wrong_path_is_named(run, tmp_path, words, said):
    (tmp_path / "empty").mkdir()
    assert run(*words) == 1
    assert said in run.said


@pytest.mark.parametrize("word", ["0", "-1", "two", "1.5"])
def test_workers_are_counted(run, capsys, word):
    with pytest.raises(SystemExit, match="2"):
        run("grade", "x", f"--workers={word}")
    said = capsys.readouterr().err
    assert f"argument --workers: must be a positive integer, got '{word}'." in said


def test_elsewhere_than_on_linux_the_way_out_is_named(run, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert run("grade", "x") == 1
    assert "On Windows use WSL" in run.said
    assert run("doctor") == 1
    assert "On Windows use WSL" in run.said


def test_dask_without_its_package_is_named(run, course, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run("grade", "submitted", "--executor", "dask") == 1
    assert "pip install -e '.[scale]'" in run.said


def test_dask_starts_workers_of_its_own(run, tmp_path, limits, notebook):
    place = tmp_path / "submitted" / "anne" / "ps1.ipynb"
    place.parent.mkdir(parents=True)
    place.write_bytes(notebook("def neuron(x, w, b):\n    return 0"))
    assert run("grade", "submitted", "--executor", "dask", "--workers", 1) == 0, run.said
    assert "1 graded now" in run.said


def test_the_doctor_finds_this_machine_fit(run, limits):
    assert run("doctor") == 0
    assert "yes  jail: holds" in run.said
    assert "yes  nbgrader" in run.said
    assert f"{os.cpu_count()} cores" in run.said


def test_the_doctor_names_what_is_missing(run, limits, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert run("doctor") == 1
    assert "no   jail: bubblewrap is missing: sudo apt install bubblewrap" in run.said
    old = tmp_path / "bwrap"
    old.write_text("#!/bin/sh\necho bubblewrap 0.4.1\n")
    old.chmod(0o755)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: str(old))
    assert run("doctor") == 1
    assert "bubblewrap 0.4.1 is too old" in run.said


def test_the_doctor_knows_why_namespaces_are_refused(tmp_path, monkeypatch):
    switch = tmp_path / "restrict"
    switch.write_text("1\n")
    monkeypatch.setattr(doctor, "SWITCHES", {str(switch): ("1", doctor.APPARMOR)})
    assert "/etc/apparmor.d/bwrap" in doctor.remedy()
    switch.write_text("0\n")
    assert "A container must be allowed" in doctor.remedy()


def test_every_set_can_be_asked_for(run, course):
    with pytest.raises(SystemExit):
        run("grade", "submitted", "--set", "ps99")
    for name in PROBLEM_SETS:
        assert command._parser().parse_args(["grade", "x", "--set", name]).set == name
