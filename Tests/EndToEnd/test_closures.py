"""Activations as plain C functions: actzoo_enclose and actzoo_release."""

import subprocess
from pathlib import Path

import pytest
from zoo import BUILT, ROOT

LIB = ROOT / "build" / "lib"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("closures") / "closures"
    source = Path(__file__).with_name("closures.c")
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "Include", source]
    subprocess.run([*command, "-L", LIB, "-lactzoo", "-lm", "-lpthread", "-o", path], check=True)
    return path


def run(program, what, code=0, **variables):
    environment = {"LD_LIBRARY_PATH": str(LIB), "ACTZOO_PATH_ONLY": str(BUILT), **variables}
    done = subprocess.run(
        [program, what], env=environment, capture_output=True, text=True, timeout=120
    )
    if done.returncode == 77:
        pytest.skip("this system does not let a program forbid itself system calls (seccomp)")
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_values_in_code_that_knows_nothing_of_the_zoo(program):
    assert run(program, "values").stderr == ""


CPP = """
#include "actzoo/actzoo.hpp"
#include <cstdio>
static double twice(double (*f)(double), double x) { return f(f(x)); }
int main() {
  const actzoo::activation relu = actzoo::zoo().find("leaky-relu");
  const auto f = relu.enclose<double>(ACTZOO_POINT, {0.25});
  const auto g = relu.enclose(ACTZOO_ARRAY);
  const float x[] = {-1, 2};
  float y[2];
  g.array()(x, y, 2);
  std::printf("%g %g %g %d\\n", twice(f.point(), -4), y[0], y[1], g.point() == nullptr);
}
"""


def test_closures_in_cpp(tmp_path):
    (tmp_path / "closure.cpp").write_text(CPP)
    command = ["c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", tmp_path / "closure.cpp"]
    include = ["-I", ROOT / "Include", "-I", ROOT / "Bindings" / "cpp" / "include"]
    subprocess.run([*command, *include, "-L", LIB, "-lactzoo", "-o", tmp_path / "cpp"], check=True)
    said = run(tmp_path / "cpp", "").stdout
    assert said == "-0.25 -0.01 2 1\n"


def test_what_cannot_be_enclosed_is_one_sentence(program):
    said = run(program, "refusals").stdout
    for sentence in (
        "swiglu has two inputs; a closure is a function of one",
        "a closure of silu takes f32 or f64, not f16",
        "the kind of a closure is 7; use ACTZOO_POINT or ACTZOO_ARRAY",
        "1 values were given; lslu has 6 coefficient(s) in all",
        "activation or closure is NULL",
    ):
        assert sentence in said


def test_a_call_after_the_release_says_so_in_debug_mode(program):
    said = run(program, "released", ACTZOO_DEBUG="1").stderr
    line = "actzoo: a closure of org.zoo.silu/1 was called after its release\n"
    assert said == 2 * line


def test_without_memory_that_may_be_executed_there_is_a_message(program):
    said = run(program, "forbidden").stdout
    assert "there is no memory that may be executed for a closure of silu" in said
