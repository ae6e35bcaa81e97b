"""Plugins made from the header alone, in C and in Rust: Tests/Strangers. Verdicts must be right."""

import os
import shutil
import subprocess

import pytest
from zoo import ROOT, actzoo, actzoo_json

STRANGERS = ROOT / "Tests" / "Strangers"
OUT = ROOT / "build" / "tests" / "strangers"

# What is wrong with each broken plugin: the tests that must say so. Others may, too.
MISTAKES = {
    "c": {"layouts", "canary-stride", "dy-absent", "special-values", "ulp-backward"},
    "rust": {"accumulate", "ulp-forward", "kinks", "granularity"},
}


def compile_c(kind, library):
    words = "cc -std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden".split()
    source = STRANGERS / "c" / f"{kind}.c"
    subprocess.run([*words, "-I", ROOT / "Include", source, "-o", library, "-lm"], check=True)


def compile_rust(kind, library):
    assert shutil.which("cargo"), "Scripts/setup test installs cargo"
    words = ["cargo", "build", "--release", "--offline", "--locked", "--quiet"]
    words += ["--features", "broken"] if kind == "broken" else []
    target = OUT / "target"
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target), "RUSTFLAGS": "-Dwarnings"}
    subprocess.run(words, cwd=STRANGERS / "rust", env=environment, check=True)
    shutil.copy(target / "release" / "libelu.so", library)


COMPILE = {"c": compile_c, "rust": compile_rust}


@pytest.fixture
def stranger(request):
    """The library of a language and kind, compiled."""
    language, kind = request.param
    OUT.mkdir(parents=True, exist_ok=True)
    library = OUT / f"{language}-{kind}.actzoo.so"
    COMPILE[language](kind, library)
    return language, library


@pytest.mark.parametrize("stranger", [("c", "clean"), ("rust", "clean")], indirect=True)
def test_a_clean_plugin_conforms(stranger):
    _, library = stranger
    report = actzoo_json("verify", library, "--tier", "quick")
    assert report["conforms"], report


@pytest.mark.parametrize("stranger", [("c", "broken"), ("rust", "broken")], indirect=True)
def test_the_mistakes_are_named(stranger):
    language, library = stranger
    report = actzoo_json("verify", library, "--tier", "quick", code=1)
    tests = report["plugins"][0]["tests"]
    found = {test["id"] for test in tests if test["status"] in ("fail", "crash", "timeout")}
    assert found >= MISTAKES[language], f"not found: {MISTAKES[language] - found}"


@pytest.mark.parametrize("stranger", [("c", "broken"), ("rust", "broken")], indirect=True)
def test_the_report_says_how_to_mend_each(stranger):
    language, library = stranger
    text = actzoo("verify", library, "--tier", "quick", code=1).stdout
    assert text.count("mend:") >= len(MISTAKES[language]), text
    assert "replay: actzoo verify" in text
