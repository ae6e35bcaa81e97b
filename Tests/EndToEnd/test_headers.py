"""Both contracts compile alone, in every language standard, with every warning an error."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRICT = ["-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", str(ROOT / "Include")]


def check(compiler, language, standard, text, extra=()):
    command = [compiler, "-x", language, f"-std={standard}", *STRICT, *extra, "-"]
    return subprocess.run(command, input=text, text=True, capture_output=True)


@pytest.mark.parametrize("header", ["plugin", "actzoo"])
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("standard", ["c99", "c11", "c17"])
def test_c(compiler, standard, header):
    result = check(compiler, "c", standard, f'#include "actzoo/{header}.h"\n')
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("header", ["plugin", "actzoo"])
@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["c++11", "c++14", "c++17", "c++20"])
def test_cpp(compiler, standard, header):
    result = check(compiler, "c++", standard, f'#include "actzoo/{header}.h"\n')
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["c++17", "c++20"])
def test_raii_header(compiler, standard):
    include = ["-I", str(ROOT / "Bindings" / "cpp" / "include")]
    result = check(compiler, "c++", standard, '#include "actzoo/actzoo.hpp"\n', include)
    assert result.returncode == 0, result.stderr


def test_the_check_sees_a_fault():
    result = check("gcc", "c", "c99", '#include "actzoo/plugin.h"\nint f(void) { int unused; }\n')
    assert result.returncode != 0


LAYOUT = """
#include "actzoo/actzoo.h"
#include <stdio.h>
int main(void) {
  printf("%zu %zu %zu %zu %zu %zu\\n", sizeof(actzoo_view), sizeof(actzoo_call),
         sizeof(actzoo_kernels), sizeof(actzoo_plugin), sizeof(actzoo_tensor),
         sizeof(actzoo_arguments));
  return 0;
}
"""


def test_python_structs_have_the_sizes_of_the_header(tmp_path):
    import ctypes
    import sys

    sys.path.insert(0, str(ROOT / "Bindings" / "python"))
    from actzoo import _library as lib

    (tmp_path / "layout.c").write_text(LAYOUT)
    program = tmp_path / "layout"
    include = str(ROOT / "Include")
    subprocess.run(["cc", "-I", include, tmp_path / "layout.c", "-o", program], check=True)
    sizes = [int(s) for s in subprocess.check_output([program], text=True).split()]
    assert sizes[4:] == [ctypes.sizeof(lib.Tensor), ctypes.sizeof(lib.Arguments)]
