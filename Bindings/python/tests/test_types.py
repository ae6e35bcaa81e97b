"""The package's types: checked themselves, and by a program of a user's."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import actzoo

PACKAGE = Path(actzoo.__file__).parent
CORE = ["__init__", "__main__", "_library", "_zoo", "_loading", "numpy"]

pytestmark = pytest.mark.skipif(
    not importlib.util.find_spec("mypy"), reason="mypy is not installed"
)


def mypy(*words):
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=PACKAGE.parent)


def test_the_core_is_strict():
    done = mypy(*(PACKAGE / f"{name}.py" for name in CORE))
    assert done.returncode == 0, done.stdout + done.stderr


FRAMEWORKS = ["torch", "jax", "flax", "onnx"]
CONFIGURATION = Path(__file__).parents[1] / "pyproject.toml"


@pytest.mark.skipif(not CONFIGURATION.exists(), reason="the wheel's tests are without it")
@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, FRAMEWORKS)), reason="a framework is not installed"
)
def test_the_whole_package_is_strict():
    done = mypy("--config-file", CONFIGURATION, PACKAGE)
    assert done.returncode == 0, done.stdout + done.stderr


USER = """
import numpy as np
import actzoo

crrelu = actzoo.get("crrelu")
y = actzoo.numpy.forward(crrelu, np.zeros(8, np.float32), eps=0.05)
(dx,), grads = actzoo.numpy.backward(crrelu, [1.0, 2.0], y)
reveal_type(crrelu.formula)
reveal_type(crrelu.parameters)
reveal_type(actzoo.list())
reveal_type(y)
actzoo.get(3)
y.nonsense
"""


def test_a_user_sees_types(tmp_path):
    (tmp_path / "user.py").write_text(USER)
    lines = mypy(tmp_path / "user.py").stdout.splitlines()
    revealed = [
        line.split('"')[1].removeprefix("builtins.") for line in lines if "Revealed" in line
    ]
    assert revealed[0] == "str"
    assert "actzoo._zoo.Parameter" in revealed[1]
    assert revealed[2] == "list[str]" or revealed[2] == "list[builtins.str]"
    assert "ndarray" in revealed[3]
    errors = [line for line in lines if ": error:" in line]
    assert len(errors) == 2 and "arg-type" in errors[0] and "attr-defined" in errors[1], errors
