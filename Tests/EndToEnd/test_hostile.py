"""Plugins that harm the process that loads them: Tests/Mutants/hostile. The tool outlives all."""

import json
import subprocess
import time

import pytest
from zoo import ACTZOO, ROOT, actzoo_json, environment

HOSTILE = ROOT / "Tests" / "Mutants" / "hostile"
OUT = ROOT / "build" / "tests" / "hostile"
# One that only computes, and those that watch over the process.
TESTS = "^(guard-after|load-is-pure|call-is-pure|no-io|no-threads)$"

ROWS = {}
for line in (HOSTILE / "hostile.txt").read_text().splitlines():
    if line and line[0] != "#":
        name, verdict, _ = (field.strip() for field in line.split("|"))
        ROWS[f"entry-{name}"] = ROWS[f"kernel-{name}"] = verdict


@pytest.fixture(scope="module", autouse=True)
def libraries():
    subprocess.run([HOSTILE / "build", OUT], check=True)


def verify(name):
    """What verify prints, and how long it took. A child left behind must not keep it waiting."""
    start = time.monotonic()
    words = ["verify", OUT / f"{name}.actzoo.so", "--tier", "quick", "-t", TESTS, "--timeout", "2"]
    done = subprocess.run(
        [ACTZOO, *words, "--json"], capture_output=True, text=True, env=environment(), timeout=60
    )
    assert done.returncode in (0, 1), f"exit {done.returncode}: {done.stderr}"
    return json.loads(done.stdout), time.monotonic() - start


@pytest.mark.parametrize("name", ROWS)
def test_the_tool_outlives_it_and_says_what_it_does(name):
    report, seconds = verify(name)
    plugin = report["plugins"][0]
    assert not report["conforms"], f"{name} passed everything: {plugin['counts']}"
    assert not plugin["tool_failures"], plugin["tool_failures"]
    statuses = {test["status"] for test in plugin["tests"]}
    if name.startswith("entry-") and ROWS[name] != "harmful":
        assert plugin["trouble"] or statuses & {"fail", "crash", "timeout"}, plugin
    elif ROWS[name] == "crash":
        assert "crash" in statuses, statuses
    elif ROWS[name] == "timeout":
        assert statuses & {"timeout", "crash"}, statuses
    # Every test at its limit, one after the other on one processor.
    assert seconds < 5 + 2.5 * max(1, len(plugin["tests"])), f"{seconds:.1f} s"


def test_the_others_in_a_run_are_not_harmed():
    """A clean plugin after a hostile one is judged as if alone."""
    clean = ROOT / "build" / "lib" / "actzoo" / "relu.actzoo.so"
    words = ["--tier", "quick", "-t", "^guard-after$", "--timeout", "2"]
    hostile = OUT / "kernel-kills-group.actzoo.so"
    report = actzoo_json("verify", hostile, clean, *words, code=1)
    assert [plugin["conforms"] for plugin in report["plugins"]] == [False, True], report
