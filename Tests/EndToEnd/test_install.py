"""An installed zoo, moved elsewhere, serves programs through CMake and pkg-config."""

import os
import re
import shlex
import shutil
import subprocess

import pytest
from zoo import ROOT, environment

PROGRAMS = ROOT / "Bindings"


def run(*command, code=0, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    assert done.returncode == code, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def make(goal, prefix, **options):
    changes = {"MAKEFLAGS": "", **options}
    return run("make", goal, f"PREFIX={prefix}", cwd=ROOT, env=environment(**changes))


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Staged with DESTDIR, then moved: nothing in it may know where it was meant to lie."""
    staged, moved = tmp_path_factory.mktemp("staged"), tmp_path_factory.mktemp("moved") / "with us"
    make("install", "/opt/actzoo", DESTDIR=staged)
    shutil.move(staged / "opt" / "actzoo", moved)
    return moved


@pytest.fixture(scope="module")
def bits():
    """What the command says of the examples' inputs."""
    values = "-4 -2 -1 -0.5 0 0.5 1 3".split()
    command = [ROOT / "build" / "bin" / "actzoo", "eval", "crrelu", *values]
    return run(*command, "--param", "eps=0.05", "--backward", "--bits", env=environment())


def test_the_installed_command_finds_its_plugins_and_its_kit(prefix, tmp_path):
    command = prefix / "bin" / "actzoo"
    assert f"{prefix}/bin/../lib/actzoo/" in run(command, "info", "crrelu", env=environment())
    new = ["new", "ripple", "--lang", "c", "--formula", "x + a*sin(x)", "--param", "a=0.3"]
    run(command, *new, cwd=tmp_path, env=environment())
    run(command, "build", "ripple", cwd=tmp_path, env=environment())
    path = tmp_path / "ripple" / "build"
    assert "ripple" in run(command, "list", "--path", path, env=environment())
    sheets = prefix / "share" / "actzoo" / "sheets"
    assert len(list(sheets.glob("*/README.md"))) == len(list(ROOT.glob("Plugins/*/README.md")))


def test_the_licences_are_there(prefix):
    for name in ("LICENSE", "THIRD_PARTY"):
        installed = prefix / "share" / "doc" / "actzoo" / name
        assert installed.read_bytes() == (ROOT / name).read_bytes()


def test_whatever_is_linked_statically_has_its_licence():
    built = (ROOT / "Makefile").read_text() + (ROOT / "Package.swift").read_text()
    linked = {
        *re.findall(r"-l:(\w+?)(?:_pic)?\.a\b", built),
        *re.findall(r'package\(url: ".*/([\w-]+)"', built),
    }
    text = (ROOT / "THIRD_PARTY").read_text()
    assert linked >= {"libffi"} and not [name for name in linked if name not in text]


@pytest.mark.parametrize("generator", ["Ninja", "Unix Makefiles"])
def test_a_cmake_project(prefix, bits, tmp_path, generator):
    source = ROOT / "Tests" / "EndToEnd" / "consumer"
    where = ["-S", source, "-B", tmp_path, "-G", generator, f"-DCMAKE_PREFIX_PATH={prefix}"]
    run("cmake", *where, f"-DPROGRAMS={PROGRAMS}")
    run("cmake", "--build", tmp_path)
    assert run(tmp_path / "in-c", env=environment()) == bits
    assert run(tmp_path / "in-cpp", env=environment()) == bits
    plugin = tmp_path / "parabola.actzoo.so"
    plugin.chmod(0o755)
    command = prefix / "bin" / "actzoo"
    run(command, "verify", plugin, "--tier", "quick", env=environment())


@pytest.mark.parametrize(
    ("version", "found"), [("1.0", True), ("1.9", False), ("0.1", False), ("7", False)]
)
def test_cmake_takes_the_same_major_version_only(prefix, tmp_path, version, found):
    text = (
        f"cmake_minimum_required(VERSION 3.16)\nproject(p NONE)\nfind_package(actzoo {version})\n"
    )
    (tmp_path / "CMakeLists.txt").write_text(text + 'message("found: ${actzoo_FOUND}")\n')
    command = ["cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={prefix}"]
    out = subprocess.run(command, capture_output=True, text=True)
    assert ("found: 1" in out.stderr) is found, out.stderr


def test_a_c_program_by_pkg_config(prefix, bits, tmp_path):
    env = environment(PKG_CONFIG_PATH=prefix / "lib" / "pkgconfig")
    ask = ["pkg-config", "--cflags", "--libs", "actzoo"]
    flags = shlex.split(run(*ask, env=env))
    rpath = f"-Wl,-rpath,{prefix}/lib"
    program = tmp_path / "example"
    run("cc", "-std=c99", PROGRAMS / "c" / "example.c", *flags, rpath, "-o", program)
    assert run(program, env=environment()) == bits


def test_one_version_everywhere(prefix):
    version = (ROOT / "Makefile").read_text().split("VERSION = ")[1].split()[0]
    env = environment(PKG_CONFIG_PATH=prefix / "lib" / "pkgconfig")
    assert run("pkg-config", "--modversion", "actzoo", env=env).strip() == version
    library = (prefix / "lib" / "libactzoo.so").resolve().read_bytes()
    assert version.encode() + b"\0" in library
    pyproject = (ROOT / "Bindings" / "python" / "pyproject.toml").read_text()
    assert re.search('^version = "(.*)"', pyproject, re.M)[1] == version
    header = (ROOT / "Include" / "actzoo" / "actzoo.h").read_text()
    assert f'"{version}". Lives until' in header
    major_minor = version.rsplit(".", 1)[0]
    assert f"version {major_minor}." in header.split("\n")[0]


def test_uninstall_leaves_what_others_put_there(tmp_path):
    make("install", tmp_path)
    theirs = tmp_path / "lib" / "actzoo" / "theirs.actzoo.so"
    theirs.write_text("")
    make("uninstall", tmp_path)
    left = [os.path.join(d, f) for d, _, files in os.walk(tmp_path) for f in files]
    assert left == [str(theirs)]


def test_install_says_what_is_missing(tmp_path):
    script = tmp_path / "Scripts" / "install"
    script.parent.mkdir()
    shutil.copy(ROOT / "Scripts" / "install", script)
    done = subprocess.run([script, tmp_path / "to"], capture_output=True, text=True)
    assert done.returncode == 1 and "run `make` first" in done.stderr
