"""The wheel in fresh environments: with NumPy alone, and with the frameworks that this one has."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from zoo import BUILT, ROOT, environment

# What a test run needs of this environment beside the package; NumPy is the package's own need.
NUMPY = ["numpy", "numpy.libs"]
PYTEST = ["pytest", "_pytest", "py.py", "pluggy", "iniconfig", "packaging", "pygments"]


def run(*command, **options):
    options = {"env": environment(), "cwd": "/", **options}
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def pip(*words, **options):
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", *words, **options)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Of what lies in build/: `make` has just been there."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ["wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder]
    pip(
        *words, ROOT / "Bindings" / "python", env=environment(ACTZOO_PREBUILT=1, DESTDIR="/nowhere")
    )
    (found,) = folder.glob("*.whl")
    return found


def fresh(folder, wheel, everything):
    """An environment with the wheel; in it NumPy and pytest of this one, or `everything` of it."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    pip("--python", python, "install", "-q", "--no-deps", "--no-index", wheel)
    (site,) = folder.glob("lib/python*/site-packages")
    if everything:
        paths = [p for p in sys.path if p.endswith("site-packages")]
        (site / "here.pth").write_text("\n".join(paths))
    else:
        for name in NUMPY + PYTEST:
            here = next((p / name for p in map(Path, sys.path) if (p / name).exists()), None)
            if here:
                (site / name).symlink_to(here)
    return python


@pytest.fixture(scope="module", params=["numpy alone", "all frameworks"])
def python(request, wheel, tmp_path_factory):
    everything = request.param != "numpy alone"
    folder = tmp_path_factory.mktemp("fresh") / request.param.split()[0]
    return fresh(folder, wheel, everything)


def prefix(python):
    return Path(run(python, "-m", "actzoo", "--libdir").strip()).parent


def test_it_is_small_and_for_any_python_3(wheel):
    assert wheel.stat().st_size < 8_000_000
    assert re.fullmatch(r"actzoo-[\d.]+-py3-none-manylinux_2_\d+_\w+\.whl", wheel.name)
    print(f"\n{wheel.name}: {wheel.stat().st_size} bytes")


def test_it_holds_every_plugin_and_nothing_that_python_makes(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    plugins = {n.split("/")[-1] for n in names if n.endswith(".actzoo.so")}
    assert plugins == {p.name for p in BUILT.glob("*.actzoo.so")}
    shims = {p.name for p in (ROOT / "build" / "lib").glob("libactzoo_*.so")}
    assert shims <= {n.split("/")[-1] for n in names}
    assert not [n for n in names if "__pycache__" in n or "/tests/" in n]


def test_its_needs(wheel):
    metadata = next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    needs = [line for line in text.splitlines() if line.startswith("Requires-Dist:")]
    assert [n.split()[1].split(">")[0] for n in needs if "extra ==" not in n] == ["numpy"]


def test_its_licences(wheel):
    file = zipfile.ZipFile(wheel)
    (metadata,) = (n for n in file.namelist() if n.endswith("METADATA"))
    text = file.read(metadata).decode()
    assert "License-Expression: Apache-2.0 AND MIT\n" in text
    for name in ("LICENSE", "THIRD_PARTY"):
        assert f"License-File: {name}\n" in text
        carried = file.read(metadata.replace("METADATA", f"licenses/{name}"))
        assert carried == (ROOT / name).read_bytes()


@pytest.mark.skipif(not importlib.util.find_spec("auditwheel"), reason="auditwheel is missing")
def test_auditwheel_finds_the_same_oldest_glibc(wheel):
    # One library is torch's: who loads the shim has loaded it.
    seen = json.loads(run(sys.executable, "-m", "auditwheel", "show", "--json", wheel))
    assert seen["sym_tag"] == wheel.stem.split("-none-")[1]
    assert set(seen["external_libs"]) <= {"libtorch_cpu.so"}


def test_every_activation_is_there(python):
    code = "import actzoo; print(len(actzoo.list()), actzoo.get('crrelu').path)"
    count, path = run(python, "-c", code).split()
    assert int(count) > 80 and Path(path).is_relative_to(prefix(python) / "lib" / "actzoo")


def test_import_time(python):
    """Printed: what importing the package costs once its framework is imported."""
    for framework, package in (
        ("numpy", "actzoo"),
        ("torch", "actzoo.torch"),
        ("jax", "actzoo.jax"),
    ):
        code = (
            f"import {framework}, time; t = time.perf_counter(); import {package}; "
            "print(time.perf_counter() - t)"
        )
        done = [
            subprocess.run([python, "-c", code], capture_output=True, text=True, env=environment())
            for _ in range(3)
        ]
        if all(d.returncode == 0 for d in done):
            best = min(float(d.stdout) for d in done)
            print(f"\nimport {package} after {framework}: {best * 1e3:.0f} ms")
        else:
            assert "No module named" in done[0].stderr, done[0].stderr


def test_the_suite_of_the_package(python, tmp_path):
    """The tree's tests, in a tree whose package is missing and whose libraries are the wheel's."""
    tests = tmp_path / "Bindings" / "python" / "tests"
    shutil.copytree(ROOT / "Bindings" / "python" / "tests", tests)
    for name in ("Include", "Scripts", "Bindings/python/native"):
        if (ROOT / name).exists():
            (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "bin").symlink_to(ROOT / "build" / "bin")
    (tmp_path / "build" / "lib").symlink_to(prefix(python) / "lib")
    # The frameworks' own tests take minutes and run on the tree: here only those of the shims.
    found = {p.name for p in tests.glob("test_*.py")}
    slow = {n for n in found if re.match("test_(torch|jax|onnx|peers)", n)}
    wanted = found - slow
    if "numpy" not in python.parts[-3]:
        wanted |= {"test_torch_shim.py", "test_jax_native.py"} & found
    out = run(python, "-m", "pytest", "-q", "-rs", *sorted(wanted), cwd=tests, timeout=600)
    package = run(python, "-c", "import actzoo; print(actzoo.__file__)", cwd=tests).strip()
    assert Path(package).is_relative_to(prefix(python)), "the tests saw another package"
    print(out)


def test_frameworks_that_are_missing_are_named(python):
    for framework in ("torch", "jax", "onnx"):
        if not list((ROOT / "Bindings" / "python" / "actzoo").glob(f"{framework}*")):
            continue
        done = subprocess.run(
            [python, "-c", f"import actzoo.{framework}"],
            capture_output=True,
            text=True,
            env=environment(),
        )
        if done.returncode:
            assert "ImportError" in done.stderr or "ModuleNotFoundError" in done.stderr
            assert framework in done.stderr.splitlines()[-1]


def test_c_and_cpp_programs_are_built_against_the_wheel(python, tmp_path):
    ask = lambda what: run(python, "-m", "actzoo", f"--{what}dir").strip()  # noqa: E731
    include, lib = ask("include"), ask("lib")
    link = ["-I", include, "-L", lib, "-lactzoo", f"-Wl,-rpath,{lib}"]
    c, cpp = ROOT / "Bindings" / "c" / "example.c", ROOT / "Bindings/cpp/examples/crrelu.cpp"
    run("cc", c, *link, "-o", tmp_path / "c")
    run("c++", "-std=c++17", cpp, *link, "-o", tmp_path / "cpp")
    assert run(tmp_path / "c") == run(tmp_path / "cpp") != ""
    env = environment(PKG_CONFIG_PATH=ask("pkgconfig"))
    flags = run("pkg-config", "--cflags", "--libs", "actzoo", env=env).split()
    run("cc", c, *flags, f"-Wl,-rpath,{lib}", "-o", tmp_path / "pc")
    assert run(tmp_path / "pc") == run(tmp_path / "c")
    source = ROOT / "Tests" / "EndToEnd" / "consumer"
    define = [f"-Dactzoo_DIR={ask('cmake')}", f"-DPROGRAMS={ROOT / 'Bindings'}"]
    run("cmake", "-S", source, "-B", tmp_path / "b", *define)
    run("cmake", "--build", tmp_path / "b")
    assert run(tmp_path / "b" / "in-cpp") == run(tmp_path / "c")


def test_there_is_no_source_distribution(tmp_path):
    """Outside the tree the build says in one sentence what it needs."""
    copy = tmp_path / "a" / "b" / "python"
    ignore = shutil.ignore_patterns("build", "*.egg-info", "tests")
    shutil.copytree(ROOT / "Bindings" / "python", copy, ignore=ignore)
    words = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", copy]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=environment())
    assert done.returncode != 0 and "clone the repository" in done.stdout + done.stderr
