"""Activations that are texts: the block evaluator serves them like any kernel."""

import re
import sys

import pytest
from zoo import BUILT, ROOT, actzoo, actzoo_json

sys.path.insert(0, str(ROOT / "Bindings" / "python"))
HEAD = "actzoo 1\nplugin org.text.{0} version 1.0.0 license Apache-2.0\n"

# With claims, so that `verify` judges digits too: hazards as users write them.
CLAIMED = {
    "crrelu": "formula max(x, 0) + eps * x * exp(-x^2 / 2)\nparam eps = 0.01 per layer|channel",
    "silu": "formula x / (1 + exp(-x))",
    "mish": "formula x * tanh(log(1 + exp(x)))",
    "softplus": "formula log(1 + exp(beta * x)) / beta\nparam beta = 1 in 0.1...20",
    "log-sigmoid": "formula log(1 / (1 + exp(-x)))",
    "gelu": "formula 0.5 * x * (1 + erf(x / sqrt(2)))",
    "expm1": "formula exp(x) - 1",
    "glu": "formula x * sigmoid(g) * p\nparam p = 1.5 per channel",
}
UNCLAIMED = {
    "pwlu": "formula x < -3 ? Y[0] + (x + 3) * KL : interp(Y, x, -3, R)\ncount N = 8 in 1...64\n"
    "param Y[N + 1] = max((k/N)*6 - 3, 0) per layer|channel\nparam R = 3 fixed\nparam KL = 0.1",
    "rational": "formula poly(a, x) / (1 + sum(k, 0, 3, abs(b[k]) * abs(x)^(k + 1)))\n"
    "param a[6] = [0, 1, 0.2, 0, 0.1, 0] per layer|group 4\n"
    "param b[4] = [0, 0.3, 0, 0.1] per layer",
    "noise": "formula x >= 0 ? x : x * (1/8 + u)\nsurrogate x >= 0 ? x : s * x * u\n"
    "noise u eval 0.5\nparam s = 0.2",
    "power": "formula max(x, 0)^p\nparam p = 1.5 in 1...3",
}


def write(folder, name, body, file=None):
    """Puts an activation into a text; several into one file."""
    path = folder / f"{file or name}.actzoo"
    if not path.exists():
        path.write_text(HEAD.format(file or name))
    with path.open("a") as text:
        text.write(f'activation org.text.{name}/1 "{name}"\n{body}\n')
    return path


def renamed(folder, stem):
    """The text of a plugin of the zoo under other ids."""
    source = next((ROOT / "Plugins").glob(f"*/{stem}.actzoo")).read_text()
    path = folder / f"{stem}.actzoo"
    path.write_text(source.replace("org.zoo.", "org.text."))
    return path


def both(tmp_path, names):
    """The zoo with its kernels and with texts of the same functions."""
    import actzoo as binding

    for stem in {p.stem for p in (ROOT / "Plugins").glob("*/*.actzoo")} - {"formula"}:
        renamed(tmp_path, stem)
    zoo = binding.Zoo([str(tmp_path), str(BUILT)], only_paths=True)
    return [(zoo.find(f"org.zoo.{n}/1"), zoo.find(f"org.text.{n}/1")) for n in names]


def outputs(f, x, g):
    import numpy as np

    import actzoo as binding

    layer = {"granularity": {p.name: "layer" for p in f.parameters}}
    for p in f.parameters:
        initial = np.array(f.initial(p.name))
        layer[p.name] = initial if p.is_vector else initial.reshape(())
    second = g if f.is_gated else None
    y = binding.numpy.forward(f, x, second, **layer)
    (dx, *_), _ = binding.numpy.backward(f, x, None, second, **layer)
    assert np.isfinite(y).all()
    return y, dx


WELL = "crrelu silu mish gelu softplus log-sigmoid elu selu tanh sigmoid gaussian lisht grafs-vit-1"
WELL += " grafs-vit-3 grafs-wrn hard-swish relu prelu lslu squareplus glu swiglu swish-beta"


def test_a_text_is_within_4_ulp_of_the_compiled_kernel(tmp_path):
    import numpy as np

    x = np.concatenate([np.linspace(-20, 20, 20011), [-89.05, -1e-8, 0, 1e-30]]).astype(np.float32)
    g = np.sin(x)
    for compiled, formula in both(tmp_path, WELL.split()):
        (y, dx), (text_y, text_dx) = outputs(compiled, x, g), outputs(formula, x, g)
        off = np.abs(y.astype(float) - text_y) / np.spacing(np.maximum(np.abs(y), 1.2e-38))
        # Near its zeros the size of the terms counts, not of their difference.
        near = off.max() <= 4 or np.abs(y - text_y)[off > 4].max() < 3e-7
        assert near, f"{compiled.name}: {off.max()} ulp at {x[off.argmax()]}"
        assert np.abs(dx - text_dx).max() <= 2e-6 * max(1, np.abs(dx).max()), compiled.name


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_types_are_served_too(dtype, tmp_path):
    import numpy as np

    x = np.linspace(-8, 8, 999).astype(dtype)
    room = 2e-3 if dtype == "float16" else 1e-13
    for compiled, formula in both(tmp_path, ["crrelu", "gelu", "swish-beta"]):
        for a, b in zip(outputs(compiled, x, x), outputs(formula, x, x), strict=True):
            np.testing.assert_allclose(a, b, rtol=room, atol=room)


def test_every_function_of_the_zoo_agrees_with_its_text(tmp_path):
    import numpy as np

    x = np.linspace(-4, 4, 4001)
    names = [a["name"] for a in actzoo_json("list")["activations"]]
    supplied = {"dynamic-relu"}
    for compiled, formula in both(tmp_path, sorted(set(names) - supplied)):
        for a, b in zip(outputs(compiled, x, x[::-1]), outputs(formula, x, x[::-1]), strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-11, atol=1e-12, err_msg=compiled.name)


def test_verify_judges_texts(tmp_path):
    claim = "claim {0} forward 4 ulp in -60...60, backward 5 ulp + {1} in -60...60"
    claims = "\n".join(claim.format(*c) for c in (("f32", "1e-5"), ("f64", "1e-14")))
    for name, body in CLAIMED.items():
        write(tmp_path, name, f"{body}\n{claims}", file="judged")
    for name, body in UNCLAIMED.items():
        write(tmp_path, name, body, file="judged")
    path = tmp_path / "judged.actzoo"
    assert "CONFORMS" in actzoo("verify", path, "--tier", "quick", timeout=400).stdout
    # The same tests find a formula that does not keep its claim.
    write(tmp_path, "lossy", "formula (x + 1000) - 1000\nclaim f32 forward 4 ulp", file="lossy")
    done = actzoo("verify", tmp_path / "lossy.actzoo", "--tier", "quick", code=1)
    assert "the formula as written loses" in " ".join(done.stdout.split())


@pytest.mark.parametrize("level", ["x86-64", "x86-64-v3"])
def test_lower_levels_serve_texts_as_well(level, tmp_path):
    path = write(tmp_path, "crrelu", CLAIMED["crrelu"] + "\nclaim f32 forward 4 ulp")
    said = actzoo("verify", path, "--tier", "quick", ACTZOO_ISA=level).stdout
    assert "CONFORMS" in said and "claimed 4.00 ulp" in said


def test_without_the_evaluator_the_host_evaluates_by_itself(tmp_path):
    path = write(tmp_path, "silu-text", CLAIMED["silu"])
    words = ["eval", "silu-text", -3, 0.5, "--dtype", "f64"]
    served = actzoo_json(*words, "--path", tmp_path)["y"]
    alone = actzoo_json(*words, ACTZOO_PATH_ONLY=tmp_path)["y"]
    assert served == pytest.approx(alone, rel=1e-15)
    assert alone == pytest.approx([-0.14227761953270035, 0.31122966560092728], rel=1e-15)
    done = actzoo("verify", path, ACTZOO_PATH_ONLY=tmp_path, code=1)
    assert "no block evaluator" in done.stdout


def test_an_edited_formula_is_another_function_and_should_be_another_revision(tmp_path):
    path = write(tmp_path, "ramp", "formula 2 * x")
    assert actzoo_json("eval", "ramp", 3, "--path", tmp_path)["y"] == [6]
    path.write_text(path.read_text().replace("2 * x", "5 * x"))
    assert actzoo_json("eval", "ramp", 3, "--path", tmp_path)["y"] == [15]
    older = tmp_path / "older"
    older.mkdir()
    write(older, "ramp", "formula 2 * x")
    said = actzoo("list", "--why", "--path", tmp_path, "--path", older).stdout
    assert re.search(
        r"org\.text\.ramp/1 is not used: .* another formula; give .* a new revision", said
    )


def test_parameters_of_a_text_learn(tmp_path):
    write(tmp_path, "bend", "formula x + a * sin(x)\nparam a = 0.3 per layer|channel")
    words = [
        "train",
        "--activation",
        "bend",
        "--data",
        "synthetic",
        "--epochs",
        1,
        "--path",
        tmp_path,
    ]
    learned = actzoo_json(*words)["learned"]
    assert learned[0]["values"] != learned[0]["initial"]


def test_a_text_without_an_activation_is_refused(tmp_path):
    (tmp_path / "empty.actzoo").write_text(HEAD.format("empty"))
    said = actzoo("list", "--why", "--path", tmp_path).stdout
    assert "describes no activation" in said


def test_a_name_that_is_not_there_says_what_was_refused(tmp_path):
    write(tmp_path, "mine", "formula x")
    said = actzoo("info", "org.text.mine", cwd=tmp_path.parent, code=2, ACTZOO_PATH=tmp_path.name)
    assert f"(refused: {tmp_path.name} has no slash; write ./{tmp_path.name}" in said.stderr
    broken = write(tmp_path, "broken", "formula x +")
    other = write(tmp_path, "other", "formula y")
    said = actzoo("info", "broken", code=2, ACTZOO_PATH=broken)
    assert f"(refused: {broken} " in said.stderr, said.stderr
    said = actzoo("info", "broken", code=2, ACTZOO_PATH=f"{broken}:{other}")
    assert "(2 files were refused: actzoo list --why says why)" in said.stderr, said.stderr
