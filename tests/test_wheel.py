"""The wheel, made as a release makes it: small, complete, and at work far from its sources."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile

import notebooks
import pytest

LIBRARY = notebooks.ROOT / "backprop_lib"
# Bytes. All of it is source text: a chapter or a problem set that a reader has downloaded runs with
# the wheel alone, so it holds their explorers, pictures and checks; the core is a fifth of it.
SMALL = 320_000


def call(*command, cwd, **variables):
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The sdist, and the wheel that is made from it; from a copy, so that nothing old slips in."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(notebooks.ROOT / name, source)
    for name in ("backprop_lib", "tests"):
        shutil.copytree(
            notebooks.ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    call("-m", "build", "--no-isolation", "--outdir", "dist", cwd=source)
    (sdist,), (wheel,) = source.glob("dist/*.tar.gz"), source.glob("dist/*.whl")
    return sdist, wheel


def test_wheel_is_small(made):
    assert made[1].stat().st_size < SMALL


def test_wheel_holds_the_library_and_nothing_else(made):
    with zipfile.ZipFile(made[1]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    files = {
        path.relative_to(notebooks.ROOT).as_posix()
        for path in LIBRARY.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == files
    assert {"backprop_lib/explorers/explorer.js", "backprop_lib/py.typed"} <= names


def test_sdist_holds_what_the_wheel_is_made_of(made):
    with tarfile.open(made[0]) as sdist:
        names = {name.partition("/")[2].split("/")[0] for name in sdist.getnames()} - {""}
    made_by_the_build = {"PKG-INFO", "setup.cfg", "backprop_lib.egg-info"}
    own = {"LICENSE", "MANIFEST.in", "README.md", "backprop_lib", "pyproject.toml"}
    assert names - made_by_the_build == own


def test_examples_run_from_the_installed_wheel(made, tmp_path):
    place = tmp_path / "place"
    wanted = ("--no-deps", "--no-index", "--no-compile", "--quiet", "--target", place)
    call("-m", "pip", "install", "--disable-pip-version-check", *wanted, made[1], cwd=tmp_path)
    script = notebooks.ROOT / "tools" / "try_library.py"
    said = call(script, cwd=tmp_path, PYTHONPATH=str(place))
    assert said.startswith(f"{place}{os.sep}backprop_lib")
    assert said.endswith(" 0 failed\n")


def test_examples_notice_what_is_missing_from_a_wheel(made, tmp_path):
    with zipfile.ZipFile(made[1]) as wheel:
        wheel.extractall(tmp_path)
    (tmp_path / "backprop_lib" / "explorers" / "explorer.js").unlink()
    script = notebooks.ROOT / "tools" / "try_library.py"
    with pytest.raises(AssertionError, match=r"explorer\.js"):
        call(script, cwd=tmp_path, PYTHONPATH=str(tmp_path))
