"""What is committed could have been written on any machine."""

import re
import subprocess

import notebooks

# Written in two halves, so that this file does not name what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        [
            *(
                rf"(?<![\w.])/{folder}/"
                for folder in ("work", "root", "home/\\w+", "Users/\\w+", "opt")
            ),
            *("/tmp/" + "scratch", "pypi" + r"\.org", "python" + r"hosted\.org", "file" + ":///"),
            *("index" + "-url", "sim" + "ple/ "),
        ]
    )
)


def named_machines(text: str) -> list[str]:
    """Return each forbidden address in a text with the number of its line."""
    return [
        f"line {number}: {match[0]}"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in FORBIDDEN.finditer(line)
    ]


def test_no_tracked_file_names_a_machine():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=notebooks.ROOT, capture_output=True, check=True
    )
    found = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = notebooks.ROOT / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{name}, {place}" for place in named_machines(text)]
    assert not found, "\n".join(found)


def test_planted_address_is_named():
    assert named_machines("one\nsee /wo" + "rk/main") == ["line 2: /wo" + "rk/"]
    assert named_machines("https://py" + "pi.org/simple") == ["line 1: py" + "pi.org"]
    assert named_machines("https://example.org/work/page and work/life") == []
