"""Our only program inside the jail: it runs a student's cells and calls what they define.
It holds no answer and decides nothing: whatever comes out of it is the student's claim."""

from __future__ import annotations

import ast
import gc
import json
import os
import resource
import sys
import types
from importlib.machinery import ModuleSpec
from typing import Any

# Pictures and widgets do not exist in the jail; using them costs nothing.
PICTURES = {"IPython", "ipywidgets", "matplotlib", "mpl_toolkits", "plotly", "seaborn", "tqdm"}
# What a solution has no need of is noted, for the teacher to read. It wins nothing.
WATCHED = ("ctypes.dlopen", "os.exec", "os.fork", "os.kill", "os.system", "socket.", "subprocess.")
OURS = ("/jail/", "/packages/", "/dev/null", f"{sys.base_prefix}/lib")


class Absent(types.ModuleType):
    """A module, function, figure or axis that is not there and takes whatever is done with it."""

    __path__: Any = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Do nothing, but pass on what a bar of progress or a decorator is given."""
        name = self.__name__.rpartition(".")[2]
        if name == "trange":
            return range(*given)
        passes = name == "tqdm" or (given and isinstance(given[0], types.FunctionType))
        return given[0] if given and passes else self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Any:
        return iter((self, self))  # figure, axes = plt.subplots()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *reason: object) -> None:
        pass


class Pictures:
    """The finder and loader of the modules that are absent."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find what only shows pictures."""
        known = name.partition(".")[0] in PICTURES
        return ModuleSpec(name, self, is_package=True) if known else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Make the absent module."""
        return Absent(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run nothing."""


class Notebook:
    """The names that a student's cells define, and what was noted while they did."""

    def __init__(self, inputs: dict[str, list[Any]]) -> None:
        from ..check import asking, wire

        self.asking, self.flags = asking, 0
        self.facts: list[str] = []
        self.noted: set[str] = set()
        main = types.ModuleType("__main__")
        self.names: dict[str, Any] = main.__dict__
        self.names["display"] = self.names["get_ipython"] = Absent("display")

        def given(question: str, case: int = 0) -> Any:
            if question not in inputs:
                return None  # a table for the eye: no answer is made of it
            drawn = [wire.decode(argument, eval) for argument in inputs[question][case]]
            return drawn[0] if len(drawn) == 1 else tuple(drawn)

        for name in [name for name in sys.modules if name.startswith("backprop_lib")]:
            del sys.modules[name]  # the student finds the names of the check, which do nothing
        check = types.ModuleType("backprop_lib.check")
        check.__dict__.update(check=lambda question: None, inputs=given)
        library = types.ModuleType("backprop_lib", "Only the check's names are here.")
        library.__dict__.update(check=check, __path__=[])
        sys.modules.update({"__main__": main, "backprop_lib": library, check.__name__: check})
        sys.meta_path.append(Pictures())
        sys.addaudithook(self.watch)

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what the code reaches for, once each."""
        if event == "open" and type(arguments[0]) is str:
            if arguments[0].startswith(OURS) or not arguments[0].startswith("/"):
                return
        elif not event.startswith(WATCHED):
            return
        told = f"reaches for {event}({str(arguments[0])[:60] if arguments else ''})"
        if told not in self.noted and len(self.noted) < 20:
            self.noted.add(told)
            self.facts.append(told)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a cell, call a function or read a variable."""
        try:
            if "cell" in request:
                reply = self.run(request["cell"], request["source"])
            elif "call" in request:
                reply = self.asking.call(self.names, request["call"], request["arguments"])
            else:
                reply = self.asking.read(self.names, request["read"])
        except BaseException as error:
            reply = {"status": "error", "text": f"it raises {type(error).__name__}."}
        reply["facts"], self.facts = self.facts, []
        return reply

    def run(self, number: int, source: str) -> dict[str, Any]:
        """Run a cell, statement by statement; a missing package costs only what uses it."""
        import linecache

        name = f"<cell {number}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            for node in parsed(source).body:
                code = compile(ast.Module([node], []), name, "exec", self.flags, True)
                self.flags |= code.co_flags & 0x1FF0000  # from __future__ import ...
                try:
                    exec(code, self.names)
                except ImportError as error:
                    if not isinstance(node, (ast.Import, ast.ImportFrom)):
                        raise
                    self.facts.append(f"cell {number}: {error}.")
        except NotImplementedError:
            pass  # what was not answered is found when it is asked for
        except SyntaxError as error:
            text = f"cell {number}, line {error.lineno}: {type(error).__name__}: {error.msg}."
            return {"status": "error", "text": text}
        except BaseException as error:
            text = f"cell {number}: {self.asking.described(error)}."
            return {"status": "error", "text": text}
        return {"status": "value"}


def parsed(source: str) -> ast.Module:
    """Parse a cell; if it is not Python as it stands, try without what only Jupyter knows."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.parse(without_magic(source))


def without_magic(source: str) -> str:
    """Replace the lines with magic, shell or help commands, keeping the number of lines."""
    lines = source.splitlines()
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    if lines and lines[first].startswith("%%"):
        runs = lines[first].split()[0] in ("%%time", "%%timeit", "%%capture", "%%prun")
        lines[: first + 1] = [""] * (first + 1)
        lines = lines if runs else []
    for place, line in enumerate(lines):
        text = line.strip()
        blank = line[: len(line) - len(line.lstrip())]
        if text.startswith(("%time ", "%timeit ")):
            lines[place] = blank + text.partition(" ")[2]
        elif text.startswith(("%", "!", "?")) or text.endswith("?"):
            lines[place] = blank + "pass"
    return "\n".join(lines)


def main() -> None:
    """Serve one notebook: limits first, then a line for each request."""
    gc.disable()  # importing NumPy makes no garbage worth looking for
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    opening = json.loads(requests.readline())
    for name, most in opening["limits"].items():
        resource.setrlimit(getattr(resource, name), (most, most))
    if opening["uid"]:
        os.setgroups([])
        os.setresgid(*[opening["uid"]] * 3)
        os.setresuid(*[opening["uid"]] * 3)
    notebook = Notebook(opening["inputs"])
    gc.freeze()
    gc.enable()
    reply = {"ready": os.getuid(), "numpy": sys.modules["numpy"].__version__}
    getpid, mine = os.getpid, os.getpid()
    while True:
        replies.write(json.dumps(reply) + "\n")
        replies.flush()
        line = requests.readline()
        if not line:
            return
        reply = notebook.answer(json.loads(line))
        if getpid() != mine:  # a copy that a cell has forked: two answers to one question
            os._exit(0)
