"""Fuzzing: what reads strangers' bytes (Scripts/fuzz), and plugins (`actzoo fuzz`)."""

import json
import os
import re
import resource
import shlex
import subprocess
import sys

import pytest
from zoo import ROOT, actzoo, actzoo_json, refusal

MUTANTS = ROOT / "build" / "tests" / "mutants"


@pytest.mark.parametrize("target", ["descriptor", "program", "elf"])
def test_bytes_of_strangers_are_read_or_refused(target, tmp_path):
    gathered = {**os.environ, "GATHERED": str(tmp_path)}
    done = subprocess.run(
        [ROOT / "Scripts" / "fuzz", "6", target],
        capture_output=True,
        text=True,
        env=gathered,
        timeout=900,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    replayed = re.search(rf"{target} replayed (\d+) cases and (\d+) inputs", done.stdout)
    kept = len(list((ROOT / "Tests" / "Fuzz" / "corpus" / target).iterdir()))
    assert replayed and int(replayed[2]) >= kept > 50, done.stdout
    executed = re.search(r"#(\d+)\s+DONE", done.stdout)
    assert executed and int(executed[1]) > int(replayed[2]), f"nothing was tried:\n{done.stdout}"
    assert any((tmp_path / f"{target}.corpus").iterdir()), "no input reached anything new"


@pytest.mark.parametrize(
    ("name", "rule", "sentence"),
    [
        ("names", "P13", "has no section .actzoo.manifest"),
        ("dynamic", "H7", "damaged"),
        ("exports", "P1", "does not export actzoo_plugin_v1"),
    ],
)
def test_a_damaged_library_costs_no_more_than_its_file(tmp_path, name, rule, sentence):
    script = ROOT / "Tests" / "Fuzz" / "elf_seeds.py"
    subprocess.run([sys.executable, script, "--heavy", tmp_path / "all"], check=True)
    zoo = tmp_path / "zoo"
    zoo.mkdir()
    (tmp_path / "all" / name).rename(zoo / "heavy.actzoo.so")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = actzoo_json("list", "--why", ACTZOO_PATH_ONLY=zoo)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (report,) = said["reports"]
    assert report["rule"] == rule and sentence in report["text"], report
    seconds = after.ru_utime - before.ru_utime
    assert seconds < 2, f"reading it took {seconds} s"


@pytest.fixture(scope="session")
def mutants():
    """The folder of a plugin without a fault, and of one with a fault that only odd shapes show."""
    subprocess.run([ROOT / "Tests" / "Mutants" / "build", MUTANTS, "none", "odd-box"], check=True)
    return MUTANTS


def fuzz(library, *words, code):
    return actzoo("fuzz", library, "-j", "1", "--seed", "7", *words, code=code)


def test_nothing_is_found_in_a_plugin_without_a_fault(mutants):
    said = fuzz(mutants / "none.actzoo.so", "-d", "3s", code=0).stdout
    verdict = re.search(r"^nothing found in (\d+) calls", said, re.M)
    assert verdict and int(verdict[1]) >= 1000, said
    assert said.startswith("seed 7\n"), said


def test_a_finding_is_small_told_once_and_reproducible(mutants):
    said = fuzz(mutants / "odd-box.actzoo.so", "-d", "3s", code=1).stdout
    # The fault needs three channels and a dy that the batch shares: no smaller case exists.
    assert "backward, extent 1x3x1x1, dy strides [0, 1, 1, 1]" in said, said
    assert "1 finding in" in said, said
    commands = re.findall(r"^  (actzoo fuzz .* --reproduce \d+)$", said, re.M)
    assert len(commands) == 1, f"{len(commands)} commands:\n{said}"
    again = actzoo(*shlex.split(commands[0])[1:], code=1).stdout
    finding = said[said.index("FAIL ") : said.index(commands[0])]
    assert finding in again, f"{finding}\nand again:\n{again}"


def test_another_seed_reproduces_nothing_in_a_plugin_without_a_fault(mutants):
    said = actzoo("fuzz", mutants / "none.actzoo.so", "--reproduce", 1674306020).stdout
    assert re.search(r"pass with seed 1674306020$", said, re.M), said


def test_json_says_the_same(mutants):
    done = fuzz(mutants / "odd-box.actzoo.so", "-d", "2s", "--json", code=1)
    said = json.loads(done.stdout)
    assert (said["schema"], said["tool"], said["seed"]) == (1, "actzoo fuzz", 7)
    assert said["calls"] >= 1000 and said["seconds"] > 0
    assert said["troubles"] == [] and said["tool_failures"] == []
    (finding,) = said["findings"]
    assert (finding["activation"], finding["dtype"]) == ("test.parabola/1", "f32")
    assert (finding["status"], finding["pass"], finding["output"]) == ("fail", "backward", "dx")
    assert finding["extent"] == [1, 3, 1, 1] and set(finding["operands"]) == {"x", "dy"}
    words = shlex.split(finding["reproduce"])
    again = json.loads(actzoo(*words[1:], "--json", code=1).stdout)
    assert again["seed"] is None
    assert {**again["findings"][0], "path": ""} == {**finding, "path": ""}


def test_a_path_with_a_space_is_one_word_of_the_printed_command(mutants, tmp_path):
    folder = tmp_path / "o'odd one"
    folder.mkdir()
    library = folder / "odd.actzoo.so"
    library.write_bytes((mutants / "odd-box.actzoo.so").read_bytes())
    said = actzoo("fuzz", library, "--reproduce", 5, code=1).stdout
    command = re.search(r"^  (actzoo fuzz .*)$", said, re.M)[1]
    assert shlex.split(command)[2] == str(library), command


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Missing expected argument"),
        (["ODD", "-d", "0"], "'0' is no duration"),
        (["ODD", "-d", "soon"], "'soon' is no duration"),
        (["ODD", "--jobs=-1"], "--jobs -1 is less than 0"),
        (["ODD", "--seed", "99999999999"], "'99999999999'"),
        (["ODD", "--reproduce", "x"], "'x'"),
        (["/nowhere/x.actzoo.so"], "there is no file '/nowhere/x.actzoo.so'"),
        (["nobody-has-this"], "nobody-has-this"),
    ],
)
def test_bad_arguments_are_one_sentence(mutants, words, sentence):
    library = str(mutants / "odd-box.actzoo.so")
    said = refusal("fuzz", *(library if word == "ODD" else word for word in words))
    assert sentence in said, said


def test_a_file_that_is_no_plugin_is_told_and_nothing_is_praised():
    done = actzoo("fuzz", ROOT / "Makefile", "-d", "1s", code=1)
    assert "not a shared library" in done.stderr, done.stderr
    assert done.stdout == "", f"a verdict on nothing: {done.stdout}"


def test_a_crash_is_a_finding_and_ends_nothing(mutants):
    subprocess.run([ROOT / "Tests" / "Mutants" / "build", MUTANTS, "segfaults"], check=True)
    said = fuzz(mutants / "segfaults.actzoo.so", "-d", "2s", code=1).stdout
    assert re.search(r"^CRASH ", said, re.M), said
