"""`actzoo verify`, `explain`, `list tests|rules`: verdicts, reports, exit codes."""

import json
import re
import subprocess
import xml.etree.ElementTree as ET

import pytest
from zoo import ACTZOO, actzoo, actzoo_json, environment, plugin, refusal, text

CLAIM = "  claim f32 forward 1 ulp\n"


@pytest.fixture(scope="session")
def good(tmp_path_factory):
    """A plugin of one page of C, x + 1, that claims what it keeps."""
    folder = tmp_path_factory.mktemp("good")
    words = text("tiny") + CLAIM
    flags = ["-O1", "-fvisibility=hidden", "-DSTRICT"]
    return plugin(folder / "tiny.actzoo.so", words=words, flags=flags)


@pytest.fixture(scope="session")
def bad(tmp_path_factory):
    """The same, with a formula that says x + 2."""
    folder = tmp_path_factory.mktemp("bad")
    words = text("tiny", "x + 2") + CLAIM
    return plugin(folder / "tiny.actzoo.so", words=words, flags=["-O1", "-fvisibility=hidden"])


def test_a_conforming_plugin_conforms(good):
    said = actzoo("verify", good, "--tier", "quick").stdout
    assert "CONFORMS" in said and "DOES NOT" not in said, said
    claim = re.search(r"tiny f32 forward +claimed 1\.00 ulp +observed 0\.\d\d at \S+ +PASS", said)
    assert claim, f"no line for the claim:\n{said}"
    assert "\x1b" not in said, "colours in a pipe"


def test_a_wrong_plugin_fails_with_a_witness_that_replays(bad):
    said = actzoo("verify", bad, "--tier", "quick", code=1).stdout
    assert "DOES NOT CONFORM" in said
    assert "FAIL  ulp-forward" in said, said
    replay = re.search(r"replay: (actzoo verify .*)", said[said.index("FAIL  ulp-forward") :])
    command = replay.group(1).replace("actzoo", str(ACTZOO), 1)
    again = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment())
    assert again.returncode == 1, f"{command}\n{again.stdout}{again.stderr}"
    assert "ulp-forward" in again.stdout


def test_failures_come_last_and_say_how_to_mend(bad):
    said = actzoo("verify", bad, "--tier", "quick", code=1).stdout
    assert said.index("claimed") < said.index("FAIL  ulp-forward")
    assert "mend: " in said and "rule P10" in said


def test_only_failed_is_silent_about_what_is_good(good, bad):
    assert actzoo("verify", good, "--tier", "quick", "--only-failed").stdout == ""
    said = actzoo("verify", bad, "--tier", "quick", "--only-failed", code=1).stdout
    assert "PASS" not in said and "FAIL" in said


def test_json_has_the_documented_schema(bad):
    done = actzoo("verify", bad, "--tier", "quick", "--seed", "7", "--json", code=1)
    report = json.loads(done.stdout)
    assert set(report) == {
        *("schema", "tool", "contract", "tier", "seed", "cpu", "conforms", "plugins")
    }
    assert (report["schema"], report["tier"], report["seed"]) == (1, "quick", 7)
    assert report["conforms"] is False
    (entry,) = report["plugins"]
    assert set(entry) == {
        *("path", "sha256", "conforms", "trouble", "tool_failures", "counts", "tests")
    }
    assert entry["path"] == str(bad) and re.fullmatch("[0-9a-f]{64}", entry["sha256"])
    assert sum(entry["counts"].values()) == len(entry["tests"])
    keys = {"id", "group", "rule", "activation", "type", "status", "message", "findings", "more"}
    for test in entry["tests"]:
        assert set(test) == keys | {"measurements", "notes", "seconds"}, test["id"]
        assert test["status"] in {"pass", "warn", "fail", "skip", "crash", "timeout"}
    (failed,) = [t for t in entry["tests"] if t["id"] == "ulp-forward"]
    assert failed["status"] == "fail" and failed["rule"] == "P10"
    finding = failed["findings"][0]
    assert set(finding) == {"message", "witness", "replay"}
    assert {"trial", "output", "operands", "got", "want", "ulp"} <= set(finding["witness"])
    measured = failed["measurements"][0]
    assert measured["claimed_ulp"] == 1 and measured["observed_ulp"] > 1


def test_junit_is_what_ci_services_read(bad):
    xml = actzoo("verify", bad, "--tier", "quick", "--junit", code=1).stdout
    (suite,) = ET.fromstring(xml).findall("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases)
    failures = [c for c in cases if c.find("failure") is not None]
    assert int(suite.get("failures")) == len(failures) > 0
    assert any(c.get("name") == "ulp-forward" for c in failures)


def test_a_plugin_that_cannot_be_loaded_is_a_finding(tmp_path):
    library = tmp_path / "nonsense.actzoo.so"
    library.write_bytes(b"\x7fELF" + bytes(100))
    said = actzoo("verify", library, code=1).stdout
    assert "cannot be tested" in said and "DOES NOT CONFORM" in said


def test_the_zoo_is_verified_by_name():
    report = actzoo_json("verify", "relu", "--tier", "quick", "-t", "^guard", "--type", "f32")
    tests = report["plugins"][0]["tests"]
    assert [t["id"] for t in tests] == ["guard-after", "guard-before"]
    assert {t["type"] for t in tests} == {"f32"}


def test_tests_are_chosen_by_regular_expressions(good):
    report = actzoo_json("verify", good, "-t", "guard|canary", "-x", "before")
    ids = [t["id"] for t in report["plugins"][0]["tests"]]
    assert ids == ["guard-after", "canary-stride"]


def test_the_same_seed_gives_the_same_report(bad):
    def findings():
        done = actzoo("verify", bad, "--tier", "quick", "--seed", "3", "--json", code=1)
        tests = json.loads(done.stdout)["plugins"][0]["tests"]
        return [(t["id"], t["status"], t["findings"]) for t in tests]

    assert findings() == findings()


def test_in_process_says_the_same(good):
    assert "CONFORMS" in actzoo("verify", good, "--tier", "quick", "--in-process").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "say which plugin"),
        (["no-such-function"], "no-such-function"),
        (["./no/such/file.actzoo.so"], "there is no file"),
        (["relu", "-t", "("], "not a regular expression"),
        (["relu", "-t", "no-such-test"], "actzoo list tests"),
        (["relu", "--tier", "slow"], "tier"),
        (["relu", "--timeout", "-1"], "--timeout"),
        (["relu", "--json", "--junit"], "choose one"),
    ],
)
def test_a_wrong_command_is_one_sentence(words, sentence):
    assert sentence in refusal("verify", *words)


def test_every_test_can_be_explained():
    tests = actzoo_json("list", "tests")
    assert len(tests) >= 55, f"only {len(tests)} tests"
    for test in tests:
        for key in ("rule", "tier", "summary", "why", "mend", "mutants"):
            assert test[key], f"{test['id']} has no {key}"
    said = actzoo("explain", tests[0]["id"]).stdout
    for words in (tests[0]["id"], tests[0]["rule"], tests[0]["mutants"][0], "How to mend"):
        assert words in said


def test_every_rule_but_none_is_tested():
    for rule in actzoo_json("list", "rules"):
        assert rule["tests"], f"nothing tests {rule['number']}"
    assert "P6 bounds" in actzoo("explain", "p6").stdout


def test_an_unknown_test_has_a_suggestion():
    assert "did you mean 'guard-after'?" in refusal("explain", "guard-aftr")
