"""What native/torch_stable.h declares by hand is what the installed torch declares."""

import re
from pathlib import Path

import torch

HEADER = Path(__file__).resolve().parents[1] / "native" / "torch_stable.h"
INSTALLED = Path(torch.__file__).parent / "include" / "torch" / "csrc"


def declarations(text: str) -> dict[str, str]:
    """Functions by name: result and types of arguments, as one string each."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*|^\s*#[^\n]*", " ", text, flags=re.S | re.M)
    found = {}
    for result, name, arguments in re.findall(
        r"(\w+)\s+((?:aoti_)?torch_\w+)\s*\(((?:[^()]|\([^()]*\))*)\)\s*;", text
    ):
        types = []
        for argument in re.split(r",(?![^()]*\))", arguments):
            argument = re.sub(r"\s+", " ", argument).strip()
            if argument in ("", "void"):
                continue
            if "(*" not in argument:  # drop the name
                argument = re.sub(r"\b\w+$", "", argument)
            types.append(re.sub(r"\s*([*(),])\s*", r"\1", argument).strip())
        found[name] = f"{result}({', '.join(types)})"
    return found


def test_declarations_are_those_of_the_installed_torch():
    ours = declarations(HEADER.read_text())
    theirs = {}
    for file in ("inductor/aoti_torch/c/shim.h", "stable/c/shim.h"):
        theirs |= declarations((INSTALLED / file).read_text())
    assert len(ours) >= 20
    for name, declaration in ours.items():
        assert declaration == theirs.get(name), name


def test_types_are_those_of_the_installed_torch():
    text = (INSTALLED / "inductor/aoti_torch/c/shim.h").read_text()
    text += (INSTALLED / "inductor/aoti_torch/c/macros.h").read_text()
    text += (INSTALLED / "stable/c/shim.h").read_text()
    assert "using AOTITorchError = int32_t;" in text
    assert "using StableIValue = uint64_t;" in text
    assert re.search(r"#define AOTI_TORCH_SUCCESS 0\b", text)
    assert re.search(
        r"typedef void \(\*ParallelFunc\)\(int64_t begin, int64_t end, void\* ctx\)", text
    )
