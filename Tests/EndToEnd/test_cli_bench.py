"""actzoo bench: every pass of every activation is timed, and what is printed adds up."""

import pytest
from zoo import BUILT, actzoo, actzoo_json, refusal

QUICK = ["--seconds", "0.01", "--size", "4k", "--path", f"{BUILT}/"]


def test_every_activation_with_kernels_has_a_line():
    listed = {a["name"] for a in actzoo_json("list", "--path", f"{BUILT}/")["activations"]}
    timed = actzoo_json("bench", *QUICK)["activations"]
    assert {a["name"] for a in timed} == listed
    assert not any(a["formula"] for a in timed)


@pytest.mark.parametrize("dtype,size", [("f16", 2), ("bf16", 2), ("f32", 4), ("f64", 8)])
def test_bytes_and_times_agree(dtype, size):
    """A gated function reads two inputs and writes two gradients."""
    report = actzoo_json("bench", "silu", "swiglu", "--dtype", dtype, *QUICK)
    assert (report["dtype"], report["elements"], report["threads"]) == (dtype, 4096, 1)
    for activation, inputs in zip(report["activations"], (1, 2), strict=True):
        copy = 2 * size / activation["copy"]["ns_per_element"]
        tensors = {"forward": inputs + 1, "backward": 2 * inputs + 1, "fused": 2 * inputs + 2}
        for name, count in tensors.items():
            line = activation[name]
            speed = count * size / line["ns_per_element"]
            assert line["bytes_per_second"] == pytest.approx(speed * 1e9)
            assert line["share_of_copy"] == pytest.approx(speed / copy)


def test_a_text_without_kernels_says_formula(tmp_path):
    text = tmp_path / "ramp.actzoo"
    text.write_text(
        "actzoo 1\nplugin org.test.ramp version 1.0.0 license MIT\n"
        'activation org.test.ramp/1 "Ramp"\n  formula x * sigmoid(3 * x)\n'
    )
    said = actzoo("bench", "ramp", "--seconds", "0.01", "--size", "100", "--path", text).stdout
    assert "formula" in said.splitlines()[-1]


@pytest.mark.parametrize(
    "words,sentence",
    [
        (["silu", "--size", "0"], "'0' is not a size"),
        (["silu", "--size", "2000m"], "'2000m' is not a size"),
        (["silu", "--dtype", "f8"], "'f8' is not an element type"),
        (["silu", "--threads", "5000"], "--threads is 5000"),
        (["silu", "--seconds", "0"], "--seconds is 0"),
        (["sulu"], "did you mean"),
    ],
)
def test_what_is_wrong_is_said(words, sentence):
    assert sentence in refusal("bench", *words, "--path", f"{BUILT}/")
