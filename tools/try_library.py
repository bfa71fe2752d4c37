"""Run the examples of the library that is installed, wherever that is.

The tests and a release do so with the wheel, far from the sources, to see that nothing is missing.
"""

import doctest
import importlib
import os
import sys
from importlib.util import find_spec

os.environ["BACKPROP_BOOK"] = "1"  # an explorer then writes its page, with script and style

import backprop_lib as bp

modules = {getattr(getattr(bp, name), "__module__", bp.__name__) for name in bp.__all__}
modules |= {"backprop_lib.symbolic.derivation", "backprop_lib.plots.network"}
runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
for name in sorted(modules):
    for test in doctest.DocTestFinder().find(importlib.import_module(name), name):
        if not (test.name.endswith(".digits") and find_spec("sklearn") is None):  # an extra
            runner.run(test)

page = bp.explorers.sigmoid_slope()._repr_mimebundle_()["text/html"]
if "<script" not in page or "<style" not in page:
    sys.exit("the explorers have lost their script or their style")
print(f"{bp.__file__}: {runner.tries} examples of {len(modules)} modules, {runner.failures} failed")
sys.exit(bool(runner.failures))
