"""The shipped plugins under `actzoo verify`: all of them quickly, a few each day at length."""

import shutil
import subprocess
from datetime import date

import pytest
from zoo import ACTZOO, BUILT, actzoo, actzoo_json, environment

DAY = date.today().toordinal()


def best_files():
    """Every plugin's file for the best level of this machine."""
    paths = {a["path"] for a in actzoo_json("list", "--path", f"{BUILT}/")["activations"]}
    return sorted(path for path in paths if path.endswith(".so"))


@pytest.mark.parametrize("path", best_files(), ids=lambda path: path.rsplit("/", 1)[1])
def test_a_shipped_plugin_conforms(path):
    said = actzoo("verify", path, "--tier", "quick").stdout
    assert "CONFORMS" in said


@pytest.mark.parametrize("turn", range(2))
def test_a_few_plugins_at_length(turn):
    """Other ones every day, so that all of them have had their turn within a week or two."""
    files = best_files()
    path = files[(2 * DAY + turn) % len(files)]
    print(path)
    assert "CONFORMS" in actzoo("verify", path, "--tier", "standard", timeout=300).stdout


@pytest.mark.parametrize("level", ["x86-64", "x86-64-v3"])
def test_lower_levels_keep_their_claims(level):
    """Values and tails of every plugin; the other rules do not depend on the level."""
    tests = "^(ulp-|special|place|guard|level)"
    for path in best_files():
        head, tail = path.rsplit("/", 1)
        name = tail.split(".", 1)[0]
        suffix = "" if level == "x86-64" else f".{level}"
        library = f"{head}/{name}{suffix}.actzoo.so"
        actzoo("verify", library, "--tier", "quick", "-t", tests)


@pytest.fixture(scope="session")
def plain_actzoo(tmp_path_factory):
    """The command without its debugging information, which valgrind cannot read."""
    copy = tmp_path_factory.mktemp("plain") / "actzoo"
    subprocess.run(["strip", "-g", ACTZOO, "-o", copy], check=True)
    return copy


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind is not installed")
@pytest.mark.parametrize("name", ["crrelu", "pwlu"])
def test_no_invalid_access_under_valgrind(plain_actzoo, name):
    """Kernels and suite: no read of what was not written, no access out of bounds.

    valgrind has no AVX-512.
    """
    library = BUILT / f"{name}.x86-64-v3.actzoo.so"
    tests = (
        "^(canary|unwritten|misaligned|layouts|granularity|inplace-forward|optional|ulp-forward)"
    )
    command = ["valgrind", "--error-exitcode=99", "--quiet", plain_actzoo]
    command += ["verify", library, "--in-process", "--tier", "quick", "-t", tests]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=600)
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-2000:]
    assert "  CONFORMS" in done.stdout
