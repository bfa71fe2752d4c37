"""What grading needs of a machine, one line each: there, or how to get it.
The jail is not asked for its version but tried."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LINUX_ONLY = """Grading runs every notebook in a jail that only Linux has. On Windows use WSL
(`wsl --install`, then the same commands inside), on a Mac a Linux machine or virtual machine."""
APPARMOR = """Ubuntu since 23.10 lets only named programs make namespaces. Name bubblewrap:
    printf '%s\\n' 'abi <abi/4.0>,' 'include <tunables/global>' \\
      'profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }' \\
      | sudo tee /etc/apparmor.d/bwrap && sudo systemctl reload apparmor"""
SWITCHES = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": ("1", APPARMOR),
    "/proc/sys/kernel/unprivileged_userns_clone": (
        "0",
        "This kernel is told not to: sudo sysctl kernel.unprivileged_userns_clone=1",
    ),
    "/proc/sys/user/max_user_namespaces": (
        "0",
        "This kernel is told not to: sudo sysctl user.max_user_namespaces=15000",
    ),
}
IN_A_CONTAINER = """A container must be allowed to make namespaces; most are not. Grade on the
machine itself or in a virtual machine."""


def report() -> int:
    """Print a line for each thing that grading needs; return 0 if notebooks can be graded."""
    jail = _jail()
    print(f"{'no ' if jail else 'yes'}  jail: {jail or 'holds'}")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 30
    print(f"     Python {sys.version.split()[0]}, NumPy {version('numpy')}")
    print(f"     {os.cpu_count()} cores, {memory} GB of memory: a worker may take 2 GB")
    for package, extra, what in (
        ("nbgrader", "grade", "release sets, collect and read them"),
        ("distributed", "scale", "grade on several machines"),
    ):
        try:
            print(f"yes  {package} {version(package)}")
        except PackageNotFoundError:
            print(f"no   {package}, to {what}: pip install -e '.[{extra}]'")
    return int(bool(jail))


def _jail() -> str:
    if sys.platform != "linux":
        return LINUX_ONLY
    from .jail import JailError, Limits
    from .selftest import self_test
    from .walls import GET_BUBBLEWRAP

    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return GET_BUBBLEWRAP
    told = subprocess.run([bwrap, "--version"], capture_output=True, text=True).stdout.split()
    if tuple(int(part) for part in told[-1].split(".")[:2]) < (0, 5):
        return f"bubblewrap {told[-1]} is too old: 0.5 or newer, as in Debian 12 and Ubuntu 22.04"
    try:
        self_test(Limits())
    except JailError as error:
        return f"{error}\n{remedy()}"
    return ""


def remedy() -> str:
    """Say why namespaces may be refused here, and how to allow them."""
    for switch, (value, text) in SWITCHES.items():
        if Path(switch).exists() and Path(switch).read_text().strip() == value:
            return text
    return IN_A_CONTAINER
