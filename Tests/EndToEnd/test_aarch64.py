"""The same plugins for aarch64, run by qemu: as near to the formula as here."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Bindings" / "python"))
# A few of the plugins, other ones every day: compiling all of them takes a quarter of an hour.
TURNS, DAY = 7, date.today().toordinal()
FOLDERS = sorted(p for p in (ROOT / "Plugins").iterdir() if p.is_dir())[DAY % TURNS :: TURNS]
# Kinks, signed zeros, tails, subnormal results, an odd number of them.
XS = "-200 -104 -89.05 -20 -8.3 -3 -2.5 -1 -0.5 -1e-8 -0.0 0.0 1e-30 0.3 1 2.999 3 7 88 1e4"
XS = [*XS.split(), "inf"]


@pytest.fixture(scope="session")
def tools(tmp_path_factory):
    cross, qemu = shutil.which("aarch64-linux-gnu-gcc"), shutil.which("qemu-aarch64")
    assert cross and qemu, "Scripts/setup test installs the cross compiler and qemu"
    folder = tmp_path_factory.mktemp("aarch64")
    source = ROOT / "Tests" / "EndToEnd" / "quick.c"
    for compiler, name in ((cross, "quick-aarch64"), ("cc", "quick")):
        command = [compiler, "-O1", "-I", ROOT / "Include", source, "-o", folder / name, "-ldl"]
        subprocess.run(command, check=True)
    return folder, [qemu, "-L", "/usr/aarch64-linux-gnu", folder / "quick-aarch64"]


def rows(command):
    out = subprocess.check_output([str(c) for c in command], text=True)
    return [[float(v) for v in line.split()[1:]] for line in out.splitlines()]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_agrees_with_this_machine(folder, tools):
    import numpy as np

    import actzoo

    work, emulated = tools
    command = [ROOT / "build" / "bin" / "actzoo", "build", folder, "--isa", "aarch64", "-o", work]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    text = next(folder.glob("*.actzoo")).read_text()
    plugin = next(line.split()[1] for line in text.splitlines() if line.startswith("plugin "))
    stem = plugin.rsplit(".", 1)[1]
    here = Path(os.environ["ACTZOO_PATH_ONLY"]) / f"{stem}.x86-64-v3.actzoo.so"
    for name in (i for i in actzoo.zoo() if i.plugin == plugin):
        values = [",".join(repr(v) for v in name.initial(p.name)) for p in name.parameters]
        arguments = [name.id, 2 if name.is_gated else 1, *values, "--", *XS]
        there = rows([*emulated, work / f"{stem}.aarch64.actzoo.so", *arguments])
        native = rows([work / "quick", here, *arguments])
        assert len(there) == len(native) >= 4
        half = len(there) // 2
        for i, (a, b) in enumerate(zip(there, native, strict=True)):
            # Both fuse multiply-adds; libm's last bit may differ, and sums carry it.
            eps = 4 * np.finfo(np.float32 if i < half else np.float64).eps
            tiny = 1e-37 if i < half else 1e-300
            np.testing.assert_allclose(a, b, rtol=eps, atol=tiny, err_msg=f"{name.name} row {i}")
