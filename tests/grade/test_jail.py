"""A notebook in the jail answers as it would in front of its student, within its limits."""

import contextlib
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backprop_lib.check.wire import Formula
from backprop_lib.grade import jail as jail_module
from backprop_lib.grade import walls as walls_module
from backprop_lib.grade.jail import Jail, Jailed, JailError


@pytest.fixture
def jailed(limits):
    opened = []

    def start(*cells, inputs=None, **changes):
        opened.append(Jailed(list(cells), inputs or {}, replace(limits, **changes)))
        return opened[-1]

    yield start
    for student in opened:
        student.close()


def test_values_cross_both_ways(jailed):
    student = jailed("def same(*given):\n    return given", "x = {'a': [1, None, True]}")
    given = (np.float32([[1, 2]]), 3, "tanh", [np.ones(2, bool), {"k": 1.5}], float("inf"))
    for came, sent in zip(student.call("same", given).value, given, strict=True):
        assert repr(came) == repr(sent)
    assert student.read("x").value == {"a": [1, None, True]}


def test_a_formula_arrives_as_a_function(jailed):
    student = jailed("def at(f, w):\n    return f(w) + 1")
    assert student.call("at", (Formula("lambda w: w @ w"), np.array([3.0, 4.0]))).value == 26.0


def test_an_altered_argument_is_told(jailed):
    student = jailed("def f(x, y):\n    y += 1\n    return x")
    assert student.call("f", (np.ones(2), np.ones(3))).changed == (1,)


def test_cells_run_as_jupyter_runs_them(jailed):
    student = jailed(
        "%matplotlib inline\nfrom __future__ import annotations\nimport numpy as np",
        "%%time\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: Unknown = 3",
        "%%bash\nrm -rf ~",
        "if True:\n    %time p = P()\n!ls\nP?\nprint(__name__)",
        "text = 'a' \\\n    '%s' % 1\nmodulo = (7\n% 4)",
        "display(p)\nanswer = [p.x, text, modulo]",
    )
    assert student.read("answer").value == [3, "a1", 3]
    assert student.facts == []


def test_pictures_cost_nothing(jailed):
    student = jailed(
        "import matplotlib.pyplot as plt, ipywidgets\nfrom mpl_toolkits.mplot3d import Axes3D\n"
        "from tqdm.notebook import tqdm, trange\nfrom IPython.display import display, HTML",
        "fig, ax = plt.subplots()\nax.plot([1, 2])[0].set_color('red')\nplt.rcParams['a'] = 3\n"
        "with plt.style.context('x'):\n    plt.show()",
        "@ipywidgets.interact(x=(0, 1))\ndef f(x):\n    return 2 * x",
        "total = sum(k for k in tqdm(range(5), desc='sum')) + sum(trange(3))",
    )
    assert student.read("total").value == 13
    assert student.call("f", (4,)).value == 8
    assert student.facts == []


def test_sympy_is_there(jailed):
    student = jailed("import sympy as sp\nx = sp.Symbol('x')\ny = float((x**2).diff(x).subs(x, 3))")
    assert student.read("y").value == 6.0


def test_a_missing_package_costs_only_what_uses_it(jailed):
    student = jailed("import torch\nfrom backprop_lib import sigmoid\nimport math\nx = math.pi")
    assert student.read("x").value == np.pi
    assert "No module named 'torch'" in student.facts[0]


def test_the_library_is_not_there(jailed):
    student = jailed(
        "import backprop_lib as bp\ndef f(z):\n    return bp.sigmoid(z)",
        "import importlib\nfound = []\n"
        "for name in ('backprop_lib.check.ps1', 'backprop_lib.activations'):\n"
        "    try:\n        found.append(str(importlib.import_module(name)))\n"
        "    except ImportError:\n        pass",
    )
    assert "has no attribute 'sigmoid'" in student.call("f", (1.0,)).text
    assert student.read("found").value == []


def test_one_faulty_cell_is_named_and_the_rest_goes_on(jailed):
    student = jailed("x = 1", "def f(:\n    pass", "y = x + 1\n1 / 0\nz = 1", "w = y + 1")
    assert student.read("w").value == 3
    assert student.read("z").status == "missing"
    assert student.facts[0].startswith("cell 2, line 1: SyntaxError: invalid syntax")
    assert student.facts[1] == "cell 3: ZeroDivisionError: division by zero in the line `1 / 0`."


@pytest.mark.parametrize(
    ("cell", "fact"),
    [
        ("import sys\nsys.exit(3)", "cell 2: SystemExit: 3 in the line `sys.exit(3)`."),
        ("import os\nos._exit(0)", "cell 2: it ends the process."),
        ("while True: pass", "cell 2: it takes more than 0.5 s."),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "cell 2: it ends the process"),
        ("raise KeyboardInterrupt", "cell 2: KeyboardInterrupt"),
        ("a = [0] * (1 << 40)", "cell 2: MemoryError"),
    ],
)
def test_a_cell_that_ends_or_hangs_costs_only_itself(jailed, cell, fact):
    student = jailed("x = 1", cell, "y = x + 1", cell=0.5)
    assert student.read("y").value == 2
    assert any(noted.startswith(fact) for noted in student.facts), student.facts


def test_a_death_or_delay_costs_only_its_question(jailed):
    student = jailed(
        "import os, time\ndef dies():\n    os._exit(7)\ndef sleeps():\n    time.sleep(60)\n"
        "def lives():\n    return 1",
        call=1.0,
    )
    assert student.call("dies", ()).status == "died"
    assert student.call("lives", ()).value == 1
    assert student.call("sleeps", ()).text == "it takes more than 1 s."
    assert student.call("lives", ()).value == 1


def test_a_death_that_came_from_outside_costs_nothing(jailed):
    student = jailed("import time\ndef slow():\n    time.sleep(0.3)\n    return 1", "x = 1")
    assert student.read("x").value == 1
    threading.Timer(0.1, student.jail.process.kill).start()
    assert student.call("slow", ()).value == 1
    assert student.facts == []


def test_the_whole_notebook_has_a_limit(jailed):
    student = jailed("import time\ndef sleeps():\n    time.sleep(60)", call=0.5, whole=1.2)
    began = time.monotonic()
    replies = [student.call("sleeps", ()) for _ in range(5)]
    assert {reply.status for reply in replies} == {"late"}
    assert replies[-1].text == "the notebook as a whole takes more than 1.2 s."
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    "value",
    ["'x' * (5 << 20)", "list(range(1 << 20))", "np.ones(1 << 20)"],
)
def test_too_large_an_answer_is_refused(jailed, value):
    code = f"import numpy as np\ndef f():\n    return {value}"
    student = jailed(code, "x = 1", reply=1 << 16, call=5.0)
    assert student.call("f", ()).text == "it gives more than 64 kB."
    assert student.read("x").value == 1


def test_inputs_of_the_book_are_given(jailed):
    student = jailed(
        "from backprop_lib.check import check, inputs\na = inputs('q1')\nb, c = inputs('q2', 1)",
        "check('q1')",
        inputs={"q1": [[1.5]], "q2": [[], [2, 3]]},
    )
    assert [student.read(name).value for name in "abc"] == [1.5, 2, 3]
    assert student.facts == []


def test_no_jail_without_bubblewrap(limits, monkeypatch):
    monkeypatch.setattr(walls_module.shutil, "which", lambda name: None)
    monkeypatch.setattr(jail_module, "walls", walls_module.walls.__wrapped__)
    with pytest.raises(JailError, match="bubblewrap is missing: sudo apt install bubblewrap"):
        Jail(limits, {})


def test_a_jail_that_cannot_start_says_what_bubblewrap_says(limits, monkeypatch):
    walls = jail_module.walls()
    monkeypatch.setattr(jail_module, "walls", lambda: (*walls, "--ro-bind", "/no-such", "/x"))
    with pytest.raises(JailError, match="Can't find source path /no-such"):
        Jail(limits, {})


def test_a_jail_that_does_not_drop_root_is_refused(limits, monkeypatch):
    says = "print('{\"ready\": 0}', flush=True); input(); input()"
    monkeypatch.setattr(jail_module, "PROGRAM", (*jail_module.PROGRAM[:-1], says))
    if os.geteuid() != 0:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(JailError, match="it says"):
        Jail(limits, {})


def processes(namespace):
    """Return the processes that live in a namespace of process ids."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/ns/pid") == namespace:
                found.append(pid)
    return found


def test_a_copy_that_leaves_its_cell_does_not_answer_too(jailed):
    student = jailed("import os\nforked = os.fork()", "def f(x):\n    return forked > 0, x")
    for x in range(50):
        assert student.call("f", (x,)).value == [True, x]


def test_nothing_of_a_closed_jail_is_left(jailed):
    student = jailed(
        "import os, signal, time\nfor k in range(2):\n    if os.fork() == 0:\n"
        "        os.setsid()\n        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "        time.sleep(1000)"
    )
    student.read("x")
    pid = student.jail.process.pid
    (inner,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    namespace = os.readlink(f"/proc/{inner}/ns/pid")
    assert len(processes(namespace)) == 4
    student.close()
    for _ in range(40):
        if not processes(namespace):
            return
        time.sleep(0.05)
    raise AssertionError(processes(namespace))
