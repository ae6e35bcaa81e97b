"""Rule H2: a program with somebody else's rights does not hear the environment (AT_SECURE)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "build" / "lib"


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "search"
    source = Path(__file__).with_name("search.c")
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "Include", source]
    # A secure program ignores LD_LIBRARY_PATH as well, so the library's place is written into it.
    subprocess.run([*command, "-L", LIB, "-lactzoo", f"-Wl,-rpath,{LIB}", "-o", path], check=True)
    return path


@pytest.fixture
def setgid(program):
    """The program with the rights of another group, if this machine lets us make one."""
    other = next(g for g in (1, 2, 3) if g != os.getgid())
    path = program.with_name("setgid")
    shutil.copy(program, path)
    try:
        os.chown(path, -1, other)
        path.chmod(0o2755)
    except PermissionError:
        pytest.skip("making a setgid program takes root: run the tests as root to check rule H2")
    flags = os.statvfs(path).f_flag
    if flags & os.ST_NOSUID:
        pytest.skip(f"{path.parent} is mounted nosuid, so that setgid means nothing there")
    return path


def search(program, **environment):
    done = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    count, *reports = done.stdout.splitlines()
    return int(count.split()[0]), "\n".join(reports)


def test_a_setgid_program_hears_no_variable(program, setgid, tmp_path):
    broken = b"no library at all"
    named, data, home = tmp_path / "named", tmp_path / "data", tmp_path / "home"
    for folder in (named, data / "actzoo" / "plugins", home / ".local/share/actzoo/plugins"):
        folder.mkdir(parents=True)
        (folder / "broken.actzoo.so").write_bytes(broken)
    environments = [
        {"ACTZOO_PATH": str(named)},
        {"ACTZOO_PATH_ONLY": str(named)},
        {"XDG_DATA_HOME": str(data)},
        {"HOME": str(home)},
    ]
    whole, _ = search(setgid)
    assert whole > 75
    for variables in environments:
        heard = search(program, **variables)
        assert str(tmp_path) in heard[1], f"{variables}: no effect on an ordinary program, {heard}"
        assert search(setgid, **variables) == (whole, search(setgid)[1]), variables
    assert search(program, ACTZOO_DISABLE="*")[0] == 0
    assert search(setgid, ACTZOO_DISABLE="*")[0] == whole
