"""Change the library in every small way, one at a time, and see whether a test notices.

    python tools/mutants.py [module ...]

cosmic-ray makes the mutants. Each is tried in a fork of a process that has NumPy, SymPy and pytest
loaded already, in a copy of the project, so that nothing here is touched and a mutant costs about
as much as its tests. What survives must be listed, with the reason, in tests/MUTANTS.md.
"""

import difflib
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "_build" / "mutants"
KNOWN = ROOT / "tests" / "MUTANTS.md"
AT_LEAST = 0.92
SECONDS = 60  # of processor time: a busy machine kills none, and what never ends is noticed

TESTS = {
    "activation": ["activations", "network", "bad_input"],
    "activations": ["activations", "network", "bad_input"],
    "losses": ["losses", "network", "bad_input"],
    "parameters": ["parameters", "network", "bad_input"],
    "passes": ["network", "bad_input"],
    "network": ["network", "bad_input"],
    "objective": ["network", "gradcheck", "training", "bad_input"],
    "graph": ["graph", "gates", "bad_input"],
    "gates": ["gates", "graph", "bad_input"],
    "gradcheck": ["gradcheck", "bad_input"],
    "schedules": ["optimizers", "bad_input"],
    "steps": ["optimizers", "training", "bad_input"],
    "optimizers": ["optimizers", "bad_input"],
    "adaptive": ["optimizers", "bad_input"],
    "epochs": ["training", "bad_input"],
    "dealing": ["training", "bad_input"],
    "training": ["training", "bad_input"],
}

# Of the many ways to replace one operator by another, those in which people err.
OPERATORS = re.compile(
    r"ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|Pow_Mul|FloorDiv_Div|Mod_Div)"
    r"|ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is|Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt"
    r"|Lt_GtE|GtE_Lt|Gt_LtE|LtE_Gt)|ReplaceUnaryOperator_Delete_(USub|Invert|Not)"
    r"|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd|AddNot"
    r"|ReplaceBreakWithContinue|ReplaceContinueWithBreak|ExceptionReplacer|NumberReplacer"
    r"|RemoveDecorator|ZeroIterationForLoop"
)


UNCHANGED = "nothing"  # the module as it is: its tests must pass


class Mutant(NamedTuple):
    """One change of one module: its source, and the lines that differ."""

    module: str
    source: str
    change: str


def mutants(module: str) -> Iterator[Mutant]:
    """Yield the module itself and then every mutant of it, once."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    code = (ROOT / "backprop_lib" / f"{module}.py").read_text()
    yield Mutant(module, code, UNCHANGED)
    seen = {code}
    for name in filter(lambda name: OPERATORS.fullmatch(name.partition("/")[2]), operator_names()):
        occurrence = 0
        while (source := mutate_code(code, get_operator(name)(), occurrence)) is not None:
            occurrence += 1
            if source not in seen:
                seen.add(source)
                yield Mutant(module, source, change(code, source))


def change(before: str, after: str) -> str:
    """Write a change as ``old → new``, both without the blanks around them."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[
        2:
    ]
    old = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    new = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return f"`{old}` → `{new}`"


def survives(mutant: Mutant) -> bool:
    """Run the tests of the module in a fork; say whether all of them pass."""
    target = Path("backprop_lib") / f"{mutant.module}.py"
    original = target.read_text()
    target.write_text(mutant.source)
    child = os.fork()
    if child == 0:
        run_tests(mutant.module)
    _, status = os.waitpid(child, 0)
    target.write_text(original)
    return status == 0


def run_tests(module: str) -> None:
    """Never come back: leave with the status of pytest."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    status = 2
    try:
        import pytest

        with open(os.devnull, "w") as quiet:
            os.dup2(quiet.fileno(), 1)
            os.dup2(quiet.fileno(), 2)
        own = [f"backprop_lib/{module}.py"]  # its doctests
        tests = [f"tests/test_{name}.py" for name in TESTS[module]]
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
        options += ["-k", "not symbols"]  # slow, and two faster oracles stand beside them
        status = pytest.main([*options, *tests, *own])
    finally:
        os._exit(status)


def prepare(counter: "multiprocessing.Value") -> None:
    """Give this worker a copy of the project, and load what no mutant changes."""
    with counter.get_lock():
        copy = WORK / str(counter.value)
        counter.value += 1
    shutil.rmtree(copy, ignore_errors=True)
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "backprop_lib", "tests", "tools", "pyproject.toml"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, tracked):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True
    os.environ |= {"CI": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OMP_NUM_THREADS": "1"}
    import autograd.numpy  # noqa: F401
    import hypothesis.strategies  # noqa: F401
    import pytest  # noqa: F401
    import sympy  # noqa: F401


def main(modules: list[str]) -> int:
    """Try all mutants of these modules; return the number of complaints."""
    trials = [mutant for module in modules for mutant in mutants(module)]
    context = multiprocessing.get_context("fork")
    counter = context.Value("i", 0)
    tried, survivors = Counter(mutant.module for mutant in trials), []
    with context.Pool(os.cpu_count(), prepare, (counter,)) as pool:
        outcomes = pool.imap(survives, trials)
        for mutant, alive in tqdm(zip(trials, outcomes, strict=True), total=len(trials)):
            if mutant.change == UNCHANGED:
                if not alive:
                    sys.exit(f"The tests of {mutant.module} fail without any change.")
                tried[mutant.module] -= 1
            else:
                survivors += [mutant] * alive
    complaints, known = 0, KNOWN.read_text() if KNOWN.exists() else ""
    lived = Counter(mutant.module for mutant in survivors)
    for module in modules:
        killed = 1 - lived[module] / max(1, tried[module])
        complaints += killed < AT_LEAST
        print(f"{module:12} {tried[module]:4} mutants, {killed:6.1%} killed")
    for mutant in survivors:
        if f"| {mutant.module} | {mutant.change} |" not in known:
            complaints += 1
            print(f"| {mutant.module} | {mutant.change} | ? |")
    return complaints


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:] or list(TESTS))))
