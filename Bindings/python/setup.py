"""Builds the wheel: Python, and the Swift libraries of the tree that this folder lies in.

`make` builds the libraries first: some minutes in a fresh clone, nothing where all is up to date.
With ACTZOO_PREBUILT=1 in the environment what lies in build/ is taken as it is.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[2]


def make(*words: str) -> None:
    """Run make in the tree."""
    if not (ROOT / "Makefile").exists():
        raise SystemExit(
            f"actzoo: {ROOT} is not the zoo's source tree, from which the libraries are built, and "
            "there is no source distribution; clone the repository and install ./Bindings/python"
        )
    # The caller's flags, such as its job server's, are not for this make.
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS")}
    subprocess.run(["make", *words], cwd=ROOT, env=environment, check=True)


def glibc_needed(folder: Path) -> tuple[int, int]:
    """Return the oldest glibc that has every symbol the libraries of a folder use."""
    found = {(2, 17)}  # the oldest that pip knows a name for
    for library in folder.rglob("*.so*"):
        if library.read_bytes()[:4] == b"\x7fELF":  # libactzoo.so is a text for the linker
            needs = subprocess.check_output(["readelf", "-VW", library], text=True)
            found |= {(int(a), int(b)) for a, b in re.findall(r"Name: GLIBC_(\d+)\.(\d+)", needs)}
    return max(found)


class LibrariesToo(build_py):
    """Put the libraries, and what C and C++ callers need, into the package as under a prefix."""

    def run(self) -> None:
        """Build and copy; an editable install finds the libraries in the tree."""
        shutil.rmtree(self.build_lib, ignore_errors=True)  # an earlier build's, with other files
        super().run()
        if not os.environ.get("ACTZOO_PREBUILT"):
            levels = "all" if os.uname().machine == "x86_64" else "native"
            make("-j2", "all", f"ISA={levels}")
        if not self.editable_mode:
            package = Path(self.build_lib).resolve() / "actzoo"
            make("install-wheel", f"PREFIX={package}", "DESTDIR=")


class AnyPython(bdist_wheel):
    """One wheel for every Python 3 of a platform."""

    def get_tag(self) -> tuple[str, str, str]:
        """py3-none-manylinux_2_NN_machine, by what the libraries in it need."""
        major, minor = glibc_needed(Path(self.bdist_dir))
        return "py3", "none", f"manylinux_{major}_{minor}_{os.uname().machine}"


class WithLibraries(Distribution):
    """Not pure Python, though no extension module is compiled."""

    def has_ext_modules(self) -> bool:
        """So that the package goes where libraries may lie."""
        return True


setup(distclass=WithLibraries, cmdclass={"build_py": LibrariesToo, "bdist_wheel": AnyPython})
