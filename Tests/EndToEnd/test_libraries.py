"""What the built libraries need, export and weigh."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "build" / "lib"
PLUGINS = sorted((LIB / "actzoo").glob("*.actzoo.so"))
ALLOWED = {"libc.so.6", "libm.so.6"}


def needed(path):
    text = subprocess.check_output(["readelf", "-dW", path], text=True)
    return {line.split("[")[1].rstrip("]") for line in text.splitlines() if "(NEEDED)" in line}


def exported(path):
    text = subprocess.check_output(["nm", "-D", "--defined-only", path], text=True)
    return {line.split()[-1].split("@")[0] for line in text.splitlines() if line}


def activations(path):
    return Path(path).read_bytes().count(b"\nactivation ")


def test_every_level_is_built():
    stems = {p.name.split(".")[0] for p in PLUGINS}
    assert len(stems) >= 10
    for stem in stems:
        for level in ("", ".x86-64-v3", ".x86-64-v4"):
            assert (LIB / "actzoo" / f"{stem}{level}.actzoo.so").exists(), f"{stem}{level} missing"


def test_all_plugins_together_are_small():
    total = sum(path.stat().st_size for path in PLUGINS)
    assert total < 6_000_000, f"{total} bytes"


def test_the_same_sources_give_the_same_bytes_wherever_they_lie(tmp_path):
    sources = shutil.copytree(ROOT / "Plugins" / "ReLU", tmp_path / "elsewhere")
    words = ["build", sources, "--isa", "x86-64", "-o", tmp_path]
    subprocess.run([ROOT / "build" / "bin" / "actzoo", *words], check=True)
    built = (tmp_path / "relu.actzoo.so").read_bytes()
    assert built == (LIB / "actzoo" / "relu.actzoo.so").read_bytes()


@pytest.mark.parametrize("path", PLUGINS, ids=lambda p: p.name)
def test_plugin_needs_libc_and_libm_only_and_exports_one_symbol(path):
    assert needed(path) <= ALLOWED
    assert exported(path) == {"actzoo_plugin_v1"}
    assert "RUNPATH" not in subprocess.check_output(["readelf", "-dW", path], text=True)
    # The evaluator has none of its own and room for the functions of all.
    each = path.stat().st_size / (activations(path) or 2)
    assert each <= 64 * 1024, f"{each:.0f} bytes for each activation"


def test_libactzoo_needs_libc_and_libm_only():
    path = LIB / "libactzoo.so"
    assert needed(path) <= ALLOWED
    names = exported(path)
    assert names and all(n.startswith("actzoo_") for n in names), names
    text = subprocess.check_output(["readelf", "-dW", path], text=True)
    assert "RUNPATH" not in text and "RPATH" not in text


def test_a_c_program_runs_without_any_swift_library(tmp_path):
    program = tmp_path / "example"
    source = ROOT / "Bindings" / "c" / "example.c"
    command = ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "Include", source]
    subprocess.run([*command, "-L", LIB, "-lactzoo", "-lm", "-o", program], check=True)
    environment = {"LD_LIBRARY_PATH": str(LIB), "PATH": "/nonexistent"}
    out = subprocess.run([program], env=environment, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    trace = subprocess.run(
        [program], env={**environment, "LD_DEBUG": "libs"}, capture_output=True, text=True
    )
    assert "libswift" not in trace.stderr
