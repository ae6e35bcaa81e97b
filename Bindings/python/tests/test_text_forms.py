"""Activations as text that needs no zoo, from the library: what the command writes."""

import ctypes
import json
import subprocess
from pathlib import Path

import pytest

import actzoo
from actzoo import _library as lib

COMMAND = Path(__file__).resolve().parents[3] / "build" / "bin" / "actzoo"


@pytest.mark.parametrize("form", ["torch", "jax", "json"])
def test_the_library_writes_what_the_command_writes(form):
    for activation in actzoo.zoo():
        run = subprocess.run(
            [COMMAND, "export", activation.id, "--to", form], capture_output=True, text=True
        )
        assert activation.export(form) == run.stdout, f"{activation.name}: {run.stderr}"


def test_counts_are_those_asked_for():
    tree = json.loads(actzoo.get("fourier").export("json", {"a": 9, "b": 9}))
    assert tree["counts"] == {"n": 9}
    assert [p["length"] for p in tree["parameters"]] == [1, 1, 9, 9]


@pytest.mark.parametrize(
    "form, counts, sentence",
    [
        ("tor", None, "'tor' is not a form of text; use one of 'torch', 'jax', 'json'"),
        ("json", {"a": 65}, "fourier cannot have"),
        ("json", {"c": 9}, "fourier has no parameter 'c'"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(form, counts, sentence):
    with pytest.raises(actzoo.ActZooError, match=sentence.replace("(", r"\(")):
        actzoo.get("fourier").export(form, counts)


def test_memory_that_is_too_small_is_refused_and_left_alone():
    relu = actzoo.get("relu")
    length, text = ctypes.c_uint64(), ctypes.create_string_buffer(b"as before", 64)
    message = ctypes.create_string_buffer(256)
    status = lib._export(
        relu._handle, None, b"json", text, len(text), ctypes.byref(length), message, 256
    )
    assert status == lib.INVALID and text.value == b"as before"
    assert length.value == len(relu.export("json"))
    assert b"text_size is 64" in message.value
