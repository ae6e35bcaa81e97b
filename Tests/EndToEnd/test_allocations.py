"""A call takes nothing from the heap after the first; what is closed or refused, nothing at all."""

import subprocess
from pathlib import Path

import pytest
from zoo import BUILT, ROOT, plugin, text

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


def foreign(line):
    return text(formula="tanh(x)") + f"  foreign {line}\n"


# What a folder holds, and what is said of it.
TEXTS = {
    "a formula": (text(), ""),
    "a text that does not parse": (text(formula="x +"), "the formula ends here"),
    "a text of nothing": (text().split("activation")[0], "describes no activation"),
    "two inputs": (text(formula="x * g"), "a closure is a function of one"),
    "a supplied parameter": (text(formula="x + a") + "  param a supplied\n", "no initial value"),
    "a formula that is too large": (text(formula="sum(k, 1, 20000, gelu(k * x))"), "more than"),
    "too many coefficients for the evaluator": (
        text(formula="poly(p, x)") + "  param p[300] = 0\n",
        "",
    ),
    "a foreign function": (foreign("libm.so.6 float tanhf(float x)"), ""),
    "no such symbol": (foreign("libm.so.6 float tanhff(float x)"), "did you mean 'tanhf'"),
    "no such library": (foreign("libnope.so.9 float f(float x)"), "cannot open shared object"),
    "no such signature": (foreign("libm.so.6 char tanhf(float x)"), "is not a result"),
}


@pytest.mark.parametrize("case", TEXTS)
@pytest.mark.parametrize("evaluator", ["alone", "with the evaluator"])
def test_a_text_leaves_nothing_in_memory(program, tmp_path, case, evaluator):
    words, sentence = TEXTS[case]
    (tmp_path / "tiny.actzoo").write_text(words)
    if evaluator == "alone":
        leaves_nothing(program, sentence, tmp_path)
    else:
        leaves_nothing(program, sentence, tmp_path, BUILT / "formula.actzoo.so")


def a_dangling_link(path):
    path.symlink_to("nowhere")


def a_folder(path):
    path.mkdir()


def no_library(path):
    path.write_text("nothing")


def a_table_of_another_size(path):
    plugin(path, SIZE="8")


def a_library(path):
    plugin(path)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (a_dangling_link, "a link to nothing"),
        (a_folder, "is a folder, not a file"),
        (no_library, "no ELF header"),
        (a_table_of_another_size, "actzoo_plugin of size 8"),
        (a_library, ""),
    ],
)
def test_a_library_leaves_nothing_in_memory(program, tmp_path, make, sentence):
    make(tmp_path / "tiny.actzoo.so")
    leaves_nothing(program, sentence, tmp_path)


def leaves_nothing(program, sentence, *paths):
    joined = ":".join(map(str, paths))
    environment = {"LD_LIBRARY_PATH": str(LIB), "ACTZOO_PATH_ONLY": joined}
    run = subprocess.run([program], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    *said, freed = run.stdout.splitlines()
    assert bool(said) == bool(sentence) and sentence in "".join(said)
    assert freed == "never freed: 0"
