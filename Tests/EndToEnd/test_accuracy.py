"""Benchmarks/accuracy.py measures, keeps what it measured, and writes the document."""

import json
import re
import subprocess
import sys

import pytest
from zoo import ROOT, actzoo_json, environment


def accuracy(store, *words):
    """Runs the program on the zoo alone: torch's plugin takes long to compile."""
    run = subprocess.run(
        [sys.executable, ROOT / "Benchmarks/accuracy.py", "--subjects", "zoo", *words],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(ACCURACY_STORE=store),
    )
    assert run.returncode == 0, run.stderr
    return run.stderr


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("accuracy")


@pytest.fixture(scope="module")
def document(store):
    path = store / "accuracy.md"
    said = accuracy(store, "--types", "f16", "--activations", "gelu", "-o", str(path))
    assert "1 measured, 0 failed, 0 left" in said
    return path.read_text()


def test_every_f16_is_measured_and_keeps_the_claim(document):
    table = document.split("## f16\n")[1].split("## bf16")[0]
    forward, backward = re.findall(r"^\| .* \| (?:forward|backward) \|.*$", table, flags=re.M)
    cells = [c.strip() for c in forward.split("|")]
    assert cells[1:4] == ["`gelu`", "forward", "0.51"]
    assert 0.49 < float(cells[4]) <= 0.51
    # 63,488 finite numbers, with no parameters to vary.
    assert cells[8] == "63,488"
    # Near the derivative's zero the claim is absolute; the largest error there is told too.
    claim, error = (c.strip() for c in backward.split("|")[3:5])
    absolute = float(claim.split(" + ")[1])
    assert 0 < float(re.search(r", (\S+) abs\.", error)[1]) <= absolute


def test_what_is_measured_is_not_measured_again(store, document):
    assert "0 measured" in accuracy(store, "--types", "f16", "--activations", "gelu")


def test_other_code_is_measured_again(store, document):
    path = store / "zoo.gelu.f16.forward.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "version": "other"}))
    assert "1 measured" in accuracy(store, "--types", "f16", "--activations", "gelu")
    assert json.loads(path.read_text())["version"] == record["version"]


def test_what_is_missing_is_said(document):
    assert re.search(r"Not measured yet .*zoo f32 exhaustive: 2", document)


def test_results_without_an_error_are_a_measurement_too():
    [plugin] = actzoo_json("verify", "relu", "--type", "f32", "-t", "^ulp-forward$")["plugins"]
    [measured] = plugin["tests"][0]["measurements"]
    assert measured["observed_ulp"] == 0
    assert measured["points"] > 1000
