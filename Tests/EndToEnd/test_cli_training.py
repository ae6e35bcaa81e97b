"""`train` and `compare` on the generated data."""

import pytest
from zoo import actzoo, actzoo_json

QUICK = ["--data", "mnist1d", "--epochs", "1"]


def test_train_prints_a_line_for_each_epoch():
    lines = actzoo("train", "--activation", "crrelu", "--epochs", "2").stdout.splitlines()
    assert lines[0].startswith("CRReLU in mlp on mnist1d")
    assert [line.split("  ")[0] for line in lines[1:3]] == ["epoch 1 of 2", "epoch 2 of 2"]
    assert any(line.startswith("activation1.eps: 0.01 -> ") for line in lines)


def test_same_seed_same_bits_whatever_the_threads():
    def bits(*more):
        return actzoo_json("train", "--activation", "prelu", *QUICK, *more)["fingerprint"]

    one = bits("--threads", 1)
    assert one == bits("--threads", 2)
    assert one != bits("--threads", 1, "--seed", 2)
    assert one != bits("--granularity", "layer")


def test_train_json():
    found = actzoo_json("train", "--activation", "lslu", "--preset", "paper", *QUICK)
    assert set(found) >= {"configuration", "history", "learned", "fingerprint", "blasCore"}
    assert found["configuration"]["preset"] == "paper"
    (record,) = found["history"]
    assert record["epoch"] == 1 and 0 <= record["testAccuracy"] <= 1
    theta = next(p for p in found["learned"] if p["name"] == "activation1.theta")
    assert theta["initial"] == [1, 1, 1] and theta["values"] != theta["initial"]


@pytest.mark.parametrize("name", ["swiglu", "rrelu", "gelu"])
def test_every_kind_trains(name):
    assert actzoo_json("train", "--activation", name, *QUICK)["steps"] == 32


def test_compare_sets_results_side_by_side(tmp_path):
    svg = tmp_path / "curves.svg"
    told = actzoo("compare", "relu", "lslu:paper", *QUICK, "--seeds", 2, "-o", svg).stdout
    lines = told.splitlines()
    table = lines[next(i for i, line in enumerate(lines) if line.startswith("ACTIVATION")) :]
    assert [line.split()[0] for line in table[1:3]] == ["relu", "lslu:paper"]
    assert all("±" in line for line in table[1:3])
    assert "theta" in table[2]
    drawn = svg.read_text()
    assert "Test accuracy" in drawn and "Training loss" in drawn and "lslu:paper" in drawn


def test_one_seed_has_no_deviation():
    assert "±" not in actzoo("compare", "relu", *QUICK, "--seeds", 1).stdout


def test_compare_json():
    found = actzoo_json("compare", "relu", "crrelu", *QUICK, "--seeds", 2)
    assert [c["label"] for c in found] == ["relu", "crrelu"]
    for outcome in found:
        accuracies = [run["history"][-1]["testAccuracy"] for run in outcome["runs"]]
        assert outcome["accuracy"]["mean"] == pytest.approx(sum(accuracies) / 2)
        assert [run["configuration"]["seed"] for run in outcome["runs"]] == [1, 2]
