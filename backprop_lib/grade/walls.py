"""What the jail is made of: what bubblewrap shows inside, and which calls the kernel refuses there.
Most holes of the last years lay behind those: namespaces, keyrings, tracing, rings, sockets."""

from __future__ import annotations

import functools
import os
import shutil
import struct
import sys
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from ..check import asking, wire
from . import driver

PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
STARTER = (
    "import sys; sys.path += ['/jail', '/packages']; "
    "from backprop_lib.grade.driver import main; main()"
)
PROGRAM = (PYTHON, "-I", "-S", "-B", "-X", "utf8", "-c", STARTER)
GET_BUBBLEWRAP = "bubblewrap is missing: sudo apt install bubblewrap (dnf, pacman: same name)"
PACKAGES = ("numpy", "sympy", "mpmath")  # none of them knows an answer

# Calls with their numbers on x86-64 and on 64-bit ARM. The last four make memory that no limit
# of a process counts.
REFUSED = """
    ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, pidfd_getfd 438 438,
    add_key 248 217, request_key 249 218, keyctl 250 219, bpf 321 280, perf_event_open 298 241,
    userfaultfd 323 282, io_uring_setup 425 425, socket 41 198, unshare 272 97, setns 308 268,
    chroot 161 51, pivot_root 155 41, mount 165 40, umount2 166 39, open_tree 428 428,
    move_mount 429 429, fsopen 430 430, fsmount 432 432, mount_setattr 442 442,
    name_to_handle_at 303 264, open_by_handle_at 304 265,
    shmget 29 194, semget 64 190, msgget 68 186, memfd_create 319 279
"""
CLONE, CLONE3 = (56, 220), 435
NAMESPACES = 0x7E020000  # the flags of clone that ask for new namespaces
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

LOAD, EQUAL, ABOVE, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, NOT_PERMITTED, NOT_KNOWN = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026


@functools.cache
def walls() -> tuple[str, ...]:
    """Return what bubblewrap is told, without the limits: what is shown and what is taken away."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise FileNotFoundError(GET_BUBBLEWRAP)
    base = f"{sys.base_prefix}/lib"
    folders = {Path(name) for name in ("/lib", "/lib64", "/usr/lib", "/usr/lib64", base)}
    mounts: list[tuple[str, ...]] = []
    for folder in sorted(folder for folder in folders if folder.exists()):
        if folder.is_symlink():
            mounts.append(("--symlink", os.readlink(folder), str(folder)))
            continue
        mounts.append(("--ro-bind", str(folder), str(folder)))
        for packages in sorted(folder.glob("python*/*-packages")):
            mounts += [("--tmpfs", str(packages)), ("--remount-ro", str(packages))]
    mounts.append(("--ro-bind", PYTHON, PYTHON))
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            place = Path(spec.origin).parent
            mounts.append(("--ro-bind", str(place), f"/packages/{name}"))
            mounts.append(("--ro-bind-try", f"{place}.libs", f"/packages/{name}.libs"))
    library = Path(driver.__file__).parents[2]
    for module in (driver, asking, wire):
        source = Path(str(module.__file__))
        for path in (source, Path(cache_from_source(str(source)))):
            if path.is_relative_to(library):
                inside = str("/jail" / path.relative_to(library))
                mounts.append(("--ro-bind-try", str(path), inside))
    mounts.append(("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"))
    mounts.append(("--dev-bind", "/dev/null", "/dev/null"))
    parents = {parent for mount in mounts for parent in Path(mount[-1]).parents} - {Path("/")}
    doors = [("--perms", "0755", "--dir", str(parent)) for parent in sorted(parents)]
    root = os.geteuid() == 0
    return (
        bwrap,
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--new-session", "--die-with-parent", "--hostname", "jail"),
        *(() if root else ("--unshare-user",)),
        *("--cap-drop", "ALL"),
        *(("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID") if root else ()),
        *("--clearenv", "--setenv", "OPENBLAS_NUM_THREADS", "1", "--setenv", "HOME", "/"),
        *("--setenv", "OMP_NUM_THREADS", "1", "--setenv", "MKL_NUM_THREADS", "1"),
        *(word for part in (*doors, *mounts) for word in part),
        *("--remount-ro", "/", "--chdir", "/"),  # no place to write: even empty files take memory
    )


def seccomp(machine: str) -> bytes:
    """Return the filter of calls as the kernel reads it, in classic BPF.

    Parameters
    ----------
    machine : str
        "x86_64" or "aarch64".

    Raises
    ------
    ValueError
        For a machine whose calls are numbered otherwise.
    """
    if machine not in MACHINES:
        known = " or ".join(MACHINES)
        raise ValueError(f"grading needs a processor of kind {known}, this is {machine}")
    column, architecture = MACHINES[machine]
    calls = sorted(int(call.split()[1 + column]) for call in REFUSED.split(","))
    left = len(calls)
    rows = [
        (LOAD, 0, 0, 4),  # which table of calls: a 32-bit program has another
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),  # the number of the call
        (ABOVE, left + 4, 0, 0x40000000),  # the third table of x86-64
        *((EQUAL, left + 3 - place, 0, call) for place, call in enumerate(calls)),
        (EQUAL, 4, 0, CLONE3),  # its flags cannot be seen; the C library then takes clone
        (EQUAL, 0, 4, CLONE[column]),
        (LOAD, 0, 0, 16),  # the flags of clone
        (ANY_BIT, 0, 2, NAMESPACES),
        (RETURN, 0, 0, NOT_PERMITTED),
        (RETURN, 0, 0, NOT_KNOWN),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *row) for row in rows)
