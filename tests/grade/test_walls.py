"""The filter of calls, run by an interpreter of BPF: what is refused, on both kinds of machine."""

import struct
from pathlib import Path

import pytest

from backprop_lib.grade import driver
from backprop_lib.grade.walls import MACHINES, NAMESPACES, REFUSED, seccomp, walls

ALLOWED, REFUSED_CODE, UNKNOWN, KILLED = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
TABLES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}
CALLS = [tuple(call.split()) for call in REFUSED.split(",")]


def verdict(machine, number, flags=0, table=None):
    """Run the filter as the kernel does."""
    words = {0: number, 4: TABLES[table or machine], 16: flags}
    rows = list(struct.iter_unpack("=HBBI", seccomp(machine)))
    value = place = 0
    while True:
        code, yes, no, constant = rows[place]
        place += 1
        if code == 0x20:
            value = words[constant]
        elif code == 0x06:
            return constant
        else:
            holds = {0x15: value == constant, 0x35: value >= constant, 0x45: bool(value & constant)}
            place += yes if holds[code] else no


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 1), ("aarch64", 2)])
def test_each_call_of_the_list_is_refused_and_no_other(machine, column):
    listed = {int(call[column]) for call in CALLS}
    clone, clone3 = (56, 435) if machine == "x86_64" else (220, 435)
    assert len(listed) == len(CALLS) >= 28
    for number in range(600):
        expected = REFUSED_CODE if number in listed else UNKNOWN if number == clone3 else ALLOWED
        assert verdict(machine, number) == expected, number
    assert verdict(machine, clone, flags=0x11) == ALLOWED  # a plain fork
    for bit in range(32):
        if NAMESPACES >> bit & 1:
            assert verdict(machine, clone, flags=1 << bit) == REFUSED_CODE


def test_other_tables_of_calls_are_closed():
    assert verdict("x86_64", 1, table="i386") == KILLED
    assert verdict("x86_64", 0x40000000 + 1) == REFUSED_CODE  # x32


def test_an_unknown_machine_is_refused():
    with pytest.raises(ValueError, match="needs a processor of kind x86_64 or aarch64"):
        seccomp("riscv64")
    assert set(MACHINES) == {"x86_64", "aarch64"}


def test_jail_farm_and_exports_can_be_read_in_one_sitting():
    rooms = [Path(driver.__file__).with_name(f"{room}.py") for room in ("jail", "farm", "exports")]
    lines = [line for room in rooms for line in room.read_text().splitlines() if line.strip()]
    assert len(lines) < 500


def test_the_answer_key_is_not_among_what_is_shown(limits):
    shown = [word for word in walls() if word.startswith("/")]
    ours = sorted({word.rpartition("/")[2] for word in shown if "backprop_lib" in word})
    sources = [name for name in ours if name.endswith(".py")]
    assert sources == ["asking.py", "driver.py", "wire.py"]
    assert not any(word.endswith("site-packages") for word in shown if word not in masked())


def masked():
    words = walls()
    return {words[place + 1] for place, word in enumerate(words) if word == "--tmpfs"}
