"""actzoo.hpp: all of it in four dialects and under sanitizers, and an example for LibTorch."""

import importlib.util
import subprocess
from pathlib import Path

import pytest
from zoo import BUILT, ROOT, actzoo, environment

LIB = ROOT / "build" / "lib"
STRICT = ["-O1", "-pedantic", "-Wall", "-Wextra", "-Werror", "-pthread"]
INCLUDE = ["-I", ROOT / "Include", "-I", ROOT / "Bindings" / "cpp" / "include"]
TORCH = importlib.util.find_spec("torch")


def build(compiler, source, program, flags=()):
    # The flags come last: libraries follow what needs them.
    link = ["-L", LIB, "-lactzoo", f"-Wl,-rpath,{LIB}", "-o", program]
    command = [compiler, *STRICT, *INCLUDE, source, *link, *flags]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


def run(program):
    env = environment(ACTZOO_PATH_ONLY=BUILT)
    done = subprocess.run([program], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("compiler", "flags"),
    [
        ("g++", ["-std=c++17"]),
        ("g++", ["-std=c++20", "-fno-exceptions", "-fno-rtti"]),
        ("clang++", ["-std=c++17", "-fno-exceptions", "-fno-rtti"]),
        ("clang++", ["-std=c++20"]),
        ("g++", ["-std=c++20", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover"]),
    ],
    ids=lambda v: v if isinstance(v, str) else " ".join(v),
)
def test_everything(compiler, flags, tmp_path):
    source = ROOT / "Tests" / "EndToEnd" / "everything.cpp"
    assert run(build(compiler, source, tmp_path / "everything", flags)) == ""


def bits():
    values = "-4 -2 -1 -0.5 0 0.5 1 3".split()
    return actzoo("eval", "crrelu", *values, "--param", "eps=0.05", "--backward", "--bits").stdout


@pytest.mark.skipif(TORCH is None, reason="torch is not installed")
def test_the_libtorch_example_has_the_same_bits(tmp_path):
    torch = Path(TORCH.origin).parent
    headers = [torch / "include", torch / "include" / "torch" / "csrc" / "api" / "include"]
    flags = ["-std=c++20", *(part for h in headers for part in ("-isystem", h))]
    flags += ["-L", torch / "lib", "-ltorch_cpu", "-lc10", f"-Wl,-rpath,{torch / 'lib'}"]
    source = ROOT / "Bindings" / "cpp" / "examples" / "libtorch.cpp"
    assert run(build("g++", source, tmp_path / "libtorch", flags)) == bits()
