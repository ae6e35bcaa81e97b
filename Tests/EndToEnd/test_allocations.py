"""A call takes nothing from the heap after the first: compiled kernels and the evaluator."""

import subprocess
from pathlib import Path

import pytest
from zoo import BUILT, ROOT

LIB = ROOT / "build" / "lib"
TEXT = """actzoo 1
plugin org.test.mine version 1.0.0 license Apache-2.0
activation org.test.mine/1 "Mine"
  param eps = 0.01
  formula max(x, 0) + eps * x * exp(-x^2 / 2)
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("allocations") / "allocations"
    source = Path(__file__).with_name("allocations.c")
    # Inlined or known to the compiler, a call of malloc would not reach this program's own.
    command = ["cc", "-std=c11", "-O1", "-fno-builtin", "-Wall", "-Wextra", "-Werror", source]
    command += ["-I", ROOT / "Include", "-L", LIB, "-lactzoo", "-o", path]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize("name", ["relu", "crrelu", "mine"])
def test_a_call_takes_no_memory_from_the_heap(program, tmp_path, name):
    (tmp_path / "mine.actzoo").write_text(TEXT)
    environment = {"LD_LIBRARY_PATH": str(LIB), "ACTZOO_PATH_ONLY": f"{BUILT}:{tmp_path}"}
    run = subprocess.run([program, name], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert len(lines) == 10
    assert [line for line in lines if not line.endswith(": 0")] == []
