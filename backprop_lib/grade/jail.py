"""A notebook in a jail: a process that sees Python, NumPy and nothing else of this machine.
Only lines of JSON cross; whoever breaks out of the rules of that talk is ended, not argued with."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import Any

from ..check import wire
from ..check.question import Reply
from .walls import PROGRAM, seccomp, walls


@dataclass(frozen=True)
class Limits:
    """What a notebook may use: seconds on the clock, bytes, processes, and how often it may die."""

    start: float = 20.0
    cell: float = 20.0
    call: float = 5.0
    whole: float = 60.0
    memory: int = 512 << 20
    processes: int = 4
    open_files: int = 64
    reply: int = 256 << 10
    starts: int = 20
    notebook: int = 32 << 20


class JailError(RuntimeError):
    """The jail itself failed, before any code of a student ran: nobody is given points for it."""


class Broken(Exception):
    """The talk with the process is over: it is late, it died, or what it says is refused."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status = status


class Jail:
    """A process in the jail that has said hello and no code of a student yet.

    Parameters
    ----------
    limits : Limits
    inputs : dict
        What ``inputs`` gives the notebook: for each question, the encoded arguments of each case.

    Raises
    ------
    JailError
        If it does not start, with what bubblewrap says.
    """

    def __init__(self, limits: Limits, inputs: dict[str, Any]) -> None:
        self.limits, self.came = limits, b""
        self.line, theirs = socket.socketpair()
        rules, end = os.pipe()
        try:
            os.write(end, seccomp(os.uname().machine))
            os.close(end)
            self.process = subprocess.Popen(
                [*walls(), "--seccomp", str(rules), "--", *PROGRAM],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.PIPE,
                pass_fds=(rules,),
            )
        except (OSError, ValueError) as error:
            self.line.close()
            raise JailError(f"the jail cannot start: {error}") from error
        finally:
            theirs.close()
            os.close(rules)
        assert self.process.stderr is not None
        self._errors = self.process.stderr
        self._greet(inputs)

    def _greet(self, inputs: dict[str, Any]) -> None:
        limits = self.limits
        uid = 20_000 + secrets.randbelow(40_000) if os.geteuid() == 0 else 0
        most = {
            "RLIMIT_AS": limits.memory,
            "RLIMIT_CPU": int(limits.whole) + 1,
            "RLIMIT_NPROC": limits.processes,
            "RLIMIT_NOFILE": limits.open_files,
            "RLIMIT_FSIZE": 0,
            "RLIMIT_CORE": 0,
            "RLIMIT_MSGQUEUE": 0,
        }
        try:
            hello = self.ask({"limits": most, "uid": uid, "inputs": inputs}, limits.start)
            fault = "" if hello.get("ready") == (uid or os.geteuid()) else f"it says {hello}"
        except Broken as error:
            fault = str(error)
        if fault:
            self.process.kill()
            said = self._errors.read(2000).decode(errors="replace").strip()
            self.close()
            raise JailError(f"the jail does not start: {said or fault}")
        self._errors.close()

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and return the reply, or raise Broken."""
        deadline = time.monotonic() + seconds
        try:
            self.line.settimeout(seconds)
            self.line.sendall(json.dumps(request).encode() + b"\n")
            while b"\n" not in self.came:
                left = deadline - time.monotonic()
                if left <= 0:  # a letter at a time is never late
                    raise TimeoutError
                self.line.settimeout(left)
                part = self.line.recv(1 << 16)
                if not part:
                    raise ConnectionResetError
                self.came += part
                if len(self.came) > self.limits.reply:
                    size = self.limits.reply >> 10
                    raise Broken("refused", f"it gives more than {size} kB.")
            said, _, self.came = self.came.partition(b"\n")
            reply = json.loads(said)
        except TimeoutError:
            raise Broken("late", f"it takes more than {seconds:.3g} s.") from None
        except OSError:
            raise Broken("died", f"it ends the process{self._cause()}.") from None
        except (ValueError, RecursionError):
            raise Broken("refused", "it sends what is no answer.") from None
        if not isinstance(reply, dict):
            raise Broken("refused", "it sends what is no answer.")
        return reply

    def _cause(self) -> str:
        try:
            code = self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        return f" (signal {code - 128})" if code > 128 else ""

    def close(self) -> None:
        """End the process and all that it started: they share a namespace that dies with it."""
        self.process.kill()
        self.process.wait()
        self._errors.close()
        self.line.close()


class Jailed:
    """A notebook in the jail, as a :class:`~backprop_lib.check.question.Student`.

    Its cells run when the first question comes. A process that died or was late is started anew,
    without the cell that did it. A death counts the second time: the first may have come from
    outside, when the machine is short of memory.
    """

    def __init__(self, cells: list[str], inputs: dict[str, Any], limits: Limits) -> None:
        self.cells = dict(enumerate(cells, 1))
        self.inputs, self.limits, self.left = inputs, limits, limits.whole
        self.facts: list[str] = []
        self.starts = 0
        self.died: set[int] = set()
        self.jail: Jail | None = None

    def call(self, name: str, arguments: tuple[Any, ...]) -> Reply:
        """Call the function of that name with copies of the arguments."""
        return self._reply({"call": name, "arguments": wire.encode(arguments)})

    def read(self, name: str) -> Reply:
        """Read the variable of that name."""
        return self._reply({"read": name})

    def close(self) -> None:
        """End the process."""
        if self.jail is not None:
            self.jail.close()
        self.jail = None

    def _reply(self, request: dict[str, Any], again: bool = False) -> Reply:
        try:
            self._start()
            came = self._ask(request, self.limits.call)
        except Broken as end:
            if end.status == "died" and not again:
                return self._reply(request, again=True)
            return Reply(end.status, text=str(end))
        places = range(len(request.get("arguments", ())))
        changed = tuple(place for place in places if place in came["changed"])
        try:
            return Reply(came["status"], wire.decode(came["value"]), came["text"], changed)
        except ValueError:
            return Reply("unreadable", text="it gives what cannot be read.")

    def _start(self) -> None:
        while self.jail is None and self.left > 0:
            if self.starts == self.limits.starts:  # a start takes time, and none of the student's
                raise Broken("died", f"it has ended the process {self.starts} times.")
            self.starts += 1
            self.jail = Jail(self.limits, self.inputs)
            for number, source in list(self.cells.items()):
                try:
                    came = self._ask({"cell": number, "source": source}, self.limits.cell)
                except Broken as end:
                    if end.status != "died" or number in self.died:
                        self._note(f"cell {number}: {end}")
                        del self.cells[number]
                    self.died.add(number)
                    break
                if came["status"] != "value":
                    self._note(came["text"])

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self.jail is None or self.left <= 0:
            raise Broken("late", f"the notebook as a whole takes more than {self.limits.whole} s.")
        began = time.monotonic()
        try:
            came = _checked(self.jail.ask(request, min(seconds, self.left)))
        except Broken:
            self.close()
            raise
        finally:
            self.left -= time.monotonic() - began
        for fact in came["facts"]:
            self._note(fact)
        return came

    def _note(self, fact: Any) -> None:
        if type(fact) is str and fact not in self.facts and len(self.facts) < 20:
            self.facts.append(fact[:300])


def _checked(came: dict[str, Any]) -> dict[str, Any]:
    """Return a reply with all of its fields, or refuse one that the driver cannot have sent."""
    came = {"value": None, "text": "", "changed": [], "facts": []} | came
    as_agreed = came.get("status") in ("value", "missing", "error", "unreadable")
    as_agreed &= type(came["text"]) is str
    if not as_agreed or not type(came["changed"]) is type(came["facts"]) is list:
        raise Broken("refused", "it sends what is no answer.")
    came["text"] = came["text"][:1000]
    return came
