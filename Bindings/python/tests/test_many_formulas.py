"""A program that makes formula after formula and drops them keeps none."""

import subprocess
import sys

import pytest

LOOP = """
import gc

import numpy as np

import actzoo

x = np.linspace(-3, 3, 16, dtype=np.float32)


def resident():  # MiB
    gc.collect()
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20


def grown(use):
    # The last 64 are kept, for who calls the same ones again and again.
    for i in range(200):
        if i % 20 == 0:
            gc.collect()  # torch's Function classes are cycles
        if i == 120:
            before = resident()
        use(actzoo.formula(f"x * sigmoid({1 + i / 1000!r} * a * x)", a=1.0))
    return resident() - before
"""
USES = {
    "numpy": """
def use(f):
    actzoo.numpy.forward(f, x, a=2.0)
    actzoo.numpy.backward(f, x, a=2.0)
""",
    "torch": """
import sys

import torch

import actzoo.torch

operators = len(actzoo.torch._operators._defined)
t = torch.tensor(x, requires_grad=True)


def use(f):
    actzoo.torch.Activation(f)(t).sum().backward()
    actzoo.torch.functional.function(f)(t, a=2.0).sum().backward()
""",
}
LAST = {
    "numpy": "",
    "torch": """
# Nothing that torch keeps for ever, and no module of code for more than those that are kept.
assert len(actzoo.torch._operators._defined) == operators
assert len([m for m in sys.modules if m.startswith("actzoo.torch._formula_")]) <= 64
""",
}


@pytest.mark.parametrize("framework", USES)
def test_memory_does_not_grow_with_formulas_that_are_dropped(framework):
    """Each takes 0.5 MiB while it lives."""
    pytest.importorskip(framework)
    code = LOOP + USES[framework] + "print(grown(use))" + LAST[framework]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 10, f"{done.stdout} MiB for 80 formulas"
