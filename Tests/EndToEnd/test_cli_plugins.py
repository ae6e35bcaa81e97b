"""Plugins from outside the repository, each of the ways of docs/plugins.md."""

import re
import subprocess

import pytest
from zoo import ROOT, actzoo, actzoo_json, refusal

RIPPLE = ["--formula", "x + a*sin(x)", "--param", "a=0.3"]


def documented(language, mark):
    """The code block of docs/plugins.md that contains a mark."""
    page = (ROOT / "docs" / "plugins.md").read_text()
    blocks = re.findall(rf"```{language}\n(.*?)```", page, re.S)
    return next(block for block in blocks if mark in block)


def close(found):
    """Checks ripple at 1 and 2 with a = 0.3."""
    assert found["y"] == pytest.approx([1.2524413, 2.2727892], rel=1e-6)
    assert found["dx"] == pytest.approx([1.1620907, 0.87515595], rel=1e-6)
    assert found["dparameters"]["a"] == pytest.approx([1.7507684], rel=1e-6)


def test_the_documented_c_file_lists_plots_and_trains(tmp_path):
    source = tmp_path / "ripple.c"
    source.write_text(documented("c", "actzoo_plugin_v1"))
    zoo = tmp_path / "zoo"
    zoo.mkdir()
    library = zoo / "ripple.actzoo.so"
    strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"]
    command = ["cc", *strict, "-shared", "-fPIC", "-I", ROOT / "Include", source, "-o", library]
    subprocess.run([*command, "-lm"], check=True)
    path = {"ACTZOO_PATH": zoo}
    listed = {a["name"]: a for a in actzoo_json("list", **path)["activations"]}
    assert listed["ripple"]["path"] == str(library)
    assert "crrelu" in listed, "ACTZOO_PATH must add, not replace"
    close(actzoo_json("eval", "ripple", 1, 2, **path))
    close(actzoo_json("eval", "ripple", 1, 2, "--dtype", "f64", **path))  # the formula: no f64 row
    actzoo("plot", "ripple", **path)
    trained = actzoo_json("train", "--activation", "ripple", "--epochs", 1, **path)
    assert any(p["values"] != p["initial"] for p in trained["learned"])
    assert actzoo_json("list", "--probe", **path)["probes"]


def test_the_documented_text_is_an_activation(tmp_path):
    (tmp_path / "ripple.actzoo").write_text(documented("text", "formula  x + a"))
    close(actzoo_json("eval", "ripple", 1, 2, "--path", tmp_path))
    trained = actzoo_json("train", "--activation", "ripple", "--epochs", 1, "--path", tmp_path)
    assert trained["steps"] == 32


def test_the_documented_swift_builds(tmp_path):
    folder = tmp_path / "ripple"
    folder.mkdir()
    (folder / "ripple.actzoo").write_text(documented("text", "formula  x + a"))
    (folder / "Ripple.swift").write_text(documented("swift", "enum Ripple"))
    actzoo("build", folder, "--isa", "x86-64-v3", timeout=300)
    close(actzoo_json("eval", "ripple", 1, 2, "--path", folder / "build"))


def test_swift_in_three_commands(tmp_path):
    actzoo("new", "ripple", *RIPPLE, cwd=tmp_path)
    actzoo("build", "ripple", cwd=tmp_path, timeout=300)
    close(actzoo_json("eval", "ripple", 1, 2, "--path", "ripple/build", cwd=tmp_path))
    there = {"cwd": tmp_path, "ACTZOO_PATH": tmp_path / "ripple" / "build"}
    assert "ripple" in actzoo("list", **there).stdout
    trained = actzoo_json("train", "--activation", "ripple", "--epochs", 1, **there)
    assert {p["parameter"] for p in trained["learned"]} == {"a"}
    assert "kernels" in actzoo("info", "ripple", **there).stdout


# Formulas that ask something of the emitters: names that are words of a language or of the
# templates, powers, branches of literals only, sums that grow long, a second input, noise.
FORMULAS = {
    "branch": ("x > 0 ? 1 : 0", []),
    "powers": ("x^3 + abs(x)^0.5 - x^-2 + 2^x + abs(x)^a", ["a=1.5"]),
    "series": ("sum(k, 1, 6, sin(k*x)/k)", []),
    "names": (
        "in * atan(x) + N * asinh(x) + select * cosh(x) + t1",
        ["in=1", "N=2", "select=0.5", "t1=1"],
    ),
    "gate": ("x * g * sigmoid(g)", []),
    "noise": ("x >= 0 ? x : x * (1/8 + 5/24 * u)", []),
    "family": ("clamp(x, -1, 1) + relu(x) + gelu(x) + silu(x) + x * tanh(softplus(x))", []),
    "signs": ("sign(x) * sqrt(abs(x)) + floor(x) - erfc(x) - (x - 1)^2", []),
    "constant": ("5", []),
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("language", ["swift", "c"])
def test_new_writes_what_build_compiles_and_kernels_equal_the_formula(name, language, tmp_path):
    formula, params = FORMULAS[name]
    options = [word for param in params for word in ("--param", param)]
    actzoo("new", name, "--lang", language, "--formula", formula, *options, cwd=tmp_path)
    actzoo("build", name, "--isa", "x86-64-v3", cwd=tmp_path, timeout=300)
    more = ["--g", "0.7"] if name == "gate" else ["--noise", "0.25"] if name == "noise" else []
    at = ["-1.7", "-0.4", "0.3", "1.6", "--dtype", "f64", *more]
    kernels = actzoo_json("eval", name, *at, "--path", f"{name}/build", cwd=tmp_path)
    # The same text without the library is evaluated by the host itself: an independent answer.
    formula_only = actzoo_json("eval", name, *at, "--path", name, cwd=tmp_path)
    for row in ["y", "dx"]:
        assert kernels[row] == pytest.approx(formula_only[row], rel=1e-12, abs=1e-13), row
    for param, gradient in formula_only["dparameters"].items():
        assert kernels["dparameters"][param] == pytest.approx(gradient, rel=1e-12, abs=1e-13)


def test_c_takes_vectors_and_many_parameters(tmp_path):
    params = [f"--param=a{i}={i}" for i in range(6)]
    formula = "poly(w, x) + " + " + ".join(f"a{i}*x" for i in range(6))
    words = ["new", "many", "--lang", "c", "--formula", formula, "--param", "w[3] = [1, 2, 3]"]
    actzoo(*words, *params, cwd=tmp_path)
    actzoo("build", "many", "--isa", "x86-64", cwd=tmp_path)
    found = actzoo_json("eval", "many", "2", "--path", "many/build", cwd=tmp_path)
    assert found["y"] == [1 + 4 + 12 + 15 * 2]
    assert found["dparameters"]["w"] == [1, 2, 4]


def test_new_refuses_with_the_parsers_sentence(tmp_path):
    def new(name, formula, *words):
        return refusal("new", name, "--formula", formula, *words, cwd=tmp_path)

    said = new("bad", "x + tanhh(x)")
    assert "column 5" in said and "did you mean 'tanh'?" in said
    assert "did you mean 'eps'?" in new("bad", "epz * x", "--param", "eps=1")
    assert "is not a name" in new("b/ad", "x")
    assert "is not a name" in new("7up", "x")
    assert "is not an owner" in new("bad", "x", "--owner", "a..b")
    assert "use swift or c" in new("bad", "x", "--lang", "rust")
    assert "use --lang c" in new("bad", "poly(a, x)", "--param", "a[3]=[1,2,3]")
    assert "one line each" in new("bad", 'x\nactivation org.example.b/1 "B"\n formula x')
    assert list(tmp_path.iterdir()) == [], "a refused command left something behind"


def test_new_never_overwrites(tmp_path):
    actzoo("new", "ripple", *RIPPLE, cwd=tmp_path)
    before = {p.name: p.read_text() for p in (tmp_path / "ripple").iterdir()}
    assert set(before) == {"ripple.actzoo", "Ripple.swift", "README.md"}
    said = refusal("new", "ripple", "--formula", "x", cwd=tmp_path)
    assert "holds a plugin already" in said
    assert before == {p.name: p.read_text() for p in (tmp_path / "ripple").iterdir()}


def test_build_shows_the_compilers_message_and_leaves_no_library(tmp_path):
    actzoo("new", "ripple", "--lang", "c", *RIPPLE, cwd=tmp_path)
    source = tmp_path / "ripple" / "ripple.c"
    source.write_text(source.read_text().replace("sin(x)", "sine(x)"))
    done = actzoo("build", "ripple", cwd=tmp_path, code=2)
    assert "sine" in done.stderr
    assert not list((tmp_path / "ripple" / "build").glob("*"))
