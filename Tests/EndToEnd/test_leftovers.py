"""What plugins leave behind when their tests are over, and how long the tool waits for them."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from zoo import ACTZOO, ROOT, environment, plugin

HOSTILE = ROOT / "Tests" / "Mutants" / "hostile"
OUT = ROOT / "build" / "tests" / "hostile"


@pytest.fixture(scope="module", autouse=True)
def libraries():
    subprocess.run([HOSTILE / "build", OUT], check=True)


def verify(path, *words, code=1):
    start = time.monotonic()
    done = subprocess.run(
        [ACTZOO, "verify", path, "--tier", "quick", *words],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
    )
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout, time.monotonic() - start


def processes_with(mark):
    """Processes whose environment has this entry, zombies and our own parents left out."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in entry.read_bytes().split(b"\0"):
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("name", ["entry-forks", "entry-detaches", "kernel-detaches"])
def test_no_process_of_a_plugin_is_left(name):
    """Neither in the group of the child nor out of it, in a session of its own."""
    os.environ["LEFTOVERS"] = name
    try:
        verify(OUT / f"{name}.actzoo.so", "-t", "^(load-is-pure|guard-after|no-threads)$")
        left = processes_with(b"LEFTOVERS=" + name.encode())
    finally:
        del os.environ["LEFTOVERS"]
    own = {str(os.getpid()), str(os.getppid())}
    assert not set(left) - own, f"still there: {left}"


def test_other_children_of_the_tool_are_left_alone(tmp_path):
    """A shell that runs the tool in the middle of a pipeline keeps its other processes."""
    line = f"sleep 20 & exec {ACTZOO} verify {OUT / 'entry-detaches.actzoo.so'} -t ^load-is-pure$"
    shell = subprocess.Popen(
        ["bash", "-c", f"{line.replace('exec ', 'echo $!; exec ')}"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    sleeper = int(shell.stdout.readline())
    shell.stdout.read()
    shell.wait()
    os.kill(sleeper, 0)
    os.kill(sleeper, 15)


def test_a_plugin_that_never_returns_is_not_waited_for_again_and_again():
    """All tests of the quick tier, of which most hang, in less than their limits together."""
    report, seconds = verify(OUT / "entry-sleeps.actzoo.so", "--timeout", "4", "-j", "2")
    assert "did not come back" in report, report
    assert seconds < 45, f"{seconds:.1f} s"


def test_memory_is_bounded(tmp_path):
    """30 GiB are refused long before the machine has given them."""
    entry = """
      for (int gigabytes = 0; gigabytes < 30; gigabytes++) {
        volatile char *piece = malloc(1u << 30);
        if (!piece) { fprintf(stderr, "refused after %d GiB\\n", gigabytes); exit(9); }
        for (long i = 0; i < 1l << 30; i += 4096) piece[i] = 1;
      }"""
    path = plugin(tmp_path / "greedy.actzoo.so", "greedy", ENTRY=" ".join(entry.split("\n")))
    report, _ = verify(path, "-t", "^entry-symbol$")
    assert "refused after 3 GiB" in report and "exit code 9" in report, report
