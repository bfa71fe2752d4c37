"""Write constraints.txt: one exact version of every package, for every Python and platform.

The versions in the file are kept where they still fit; delete it first to move to the newest.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "constraints.txt"
HEADER = "# Exact versions of everything installed. Written by `make lock`; do not edit.\n"

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

COMMAND = [
    *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml"),
    *(f"--extra={name}" for name in EXTRAS if name != "bench"),  # which holds its own pins
    "--universal",  # one file for all platforms, with markers where they differ
    *("--python-version", "3.11"),  # the oldest that we support
    *("--fork-strategy", "fewest"),  # the same NumPy on every Python: the same digits
    *("--no-header", "--no-annotate", "--quiet"),
    *("--output-file", PINS.name),
]

subprocess.run(COMMAND, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
lines = [line for line in PINS.read_text().splitlines() if "==" in line]
PINS.write_text(HEADER + "\n".join(lines) + "\n")
print(f"{PINS.name}: {len(lines)} pins")
