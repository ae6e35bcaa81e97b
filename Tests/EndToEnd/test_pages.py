"""Each page for a language or framework starts with a program and its output: it is run here."""

import importlib.util
import os
import re
import subprocess
import sys

import pytest
from zoo import BUILT, ROOT, environment

PAGES = ["python-numpy", "pytorch", "jax", "onnx", "c", "cpp"]
NEEDS = {"pytorch": ["torch"], "jax": ["jax"], "onnx": ["torch", "onnxruntime", "onnxscript"]}
COMPILE = {
    "c": ["cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"],
    "cpp": ["c++", "-std=c++17", "-pedantic", "-Wall", "-Wextra", "-Werror"],
}


def first_program(page):
    """Its language, the program, and the output that the page shows."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", page, re.M | re.S)
    (language, program), (kind, output) = blocks[:2]
    assert kind == "text", "the first program must be followed by its output"
    return language, program, output


def run(command, env):
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", PAGES)
def test_the_first_program_prints_what_the_page_shows(name, tmp_path):
    path = ROOT / "docs" / f"{name}.md"
    for module in NEEDS.get(name, []):
        if not importlib.util.find_spec(module):
            pytest.skip(f"{module} is not installed")
    page = path.read_text()
    language, program, shown = first_program(page)
    lib = ROOT / "build" / "lib"
    env = environment(ACTZOO_PATH_ONLY=BUILT, PYTHONPATH=ROOT / "Bindings" / "python")
    if language == "python":
        command = [sys.executable, "-c", program]
    else:
        source = tmp_path / f"program.{language}"
        source.write_text(program)
        include = ["-I", ROOT / "Include", "-I", ROOT / "Bindings" / "cpp" / "include"]
        link = ["-L", lib, "-lactzoo", f"-Wl,-rpath,{lib}", "-o", tmp_path / "program"]
        words = [*COMPILE[language], *include, source, *link]
        subprocess.run([str(w) for w in words], check=True)
        command = [tmp_path / "program"]
    printed = run(command, env)
    if os.environ.get("ACTZOO_WRITE_PAGES"):  # puts what was printed into the page
        path.write_text(page.replace(shown, printed, 1))
    else:
        assert printed == shown
