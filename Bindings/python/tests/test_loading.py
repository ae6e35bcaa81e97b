"""actzoo.load_plugin and actzoo.formula; functions of arrays by name, with out=, bf16, backward."""

import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import actzoo

PLUGINS = Path(os.environ["ACTZOO_PATH_ONLY"])
RNG = np.random.default_rng(2)


def test_a_plugin_gives_its_activations_and_the_zoo_stays():
    before = actzoo.list()
    names = [a.name for a in actzoo.load_plugin(PLUGINS / "hard.actzoo.so")]
    assert "hard-swish" in names and actzoo.list() == before
    f = next(a for a in actzoo.load_plugin(PLUGINS / "hard.actzoo.so") if a.name == "hard-swish")
    x = np.linspace(-4, 4, 101, dtype=np.float32)
    np.testing.assert_allclose(actzoo.numpy.forward(f, x), x * np.clip(x + 3, 0, 6) / 6, atol=1e-6)


def test_a_formula_has_values_and_gradients():
    left = set(os.listdir(tempfile.gettempdir()))
    f = actzoo.formula("x * sigmoid(a * x)", a=1.5)
    assert not [n for n in set(os.listdir(tempfile.gettempdir())) - left if "actzoo-" in n]
    x = RNG.standard_normal((3, 50))
    s = 1 / (1 + np.exp(-1.5 * x))
    np.testing.assert_allclose(actzoo.numpy.forward(f, x), x * s, rtol=1e-12)
    (dx,), by_name = actzoo.numpy.backward(f, x)
    np.testing.assert_allclose(dx, s + 1.5 * x * s * (1 - s), rtol=1e-11)
    np.testing.assert_allclose(by_name["a"], (x * x * s * (1 - s)).sum(), rtol=1e-11)


def test_formulas_with_vectors_gates_noise_and_names():
    f = actzoo.formula("sum(k, 0, 2, w[k] * x^k) + g * u", name="own", noise=0.25, w=[1, 2, 3])
    assert f.name == "own" and f.is_gated and f.uses_noise and f.parameters[0].count == 3
    y = actzoo.numpy.forward(f, np.full(2, 2.0), np.ones(2))
    np.testing.assert_allclose(y, 1 + 4 + 12 + 0.25)
    first, second = (actzoo.formula(f"x + {k}") for k in (1, 2))
    assert actzoo.numpy.forward(first, 1.0) == 2 and actzoo.numpy.forward(second, 1.0) == 3


@pytest.mark.parametrize(
    "sentence, call",
    [
        ("did you mean 'sigmoid'", lambda: actzoo.formula("x * sigmod(x)")),
        ("unknown name 'b'", lambda: actzoo.formula("x * b")),
        ("one line", lambda: actzoo.formula("x\nplugin evil")),
        ("one line", lambda: actzoo.formula("")),
        ("not a name", lambda: actzoo.formula("x", name="a b")),
        ("noise", lambda: actzoo.formula("x + u")),
        ("not a name", lambda: actzoo.formula("x", **{"a b": 1.0})),
        ("finite", lambda: actzoo.formula("x * a", a=float("nan"))),
        ("finite", lambda: actzoo.formula("x + a[0]", a=[])),
        ("no plugin", lambda: actzoo.load_plugin("/nowhere/at/all.actzoo.so")),
        ("named like a plugin", lambda: actzoo.load_plugin(__file__)),
        ("no parameter 'epsilon'", lambda: actzoo.numpy.crrelu(1.0, epsilon=1.0)),
        ("did you mean 'celu'", lambda: actzoo.numpy.forward("crelu", 1.0)),
    ],
)
def test_wrong_use_is_an_exception_with_a_sentence(sentence, call):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_parameter_that_is_no_number_is_a_type_error():
    with pytest.raises(TypeError, match="give a number"):
        actzoo.formula("x * a", a="one")
    with pytest.raises(TypeError, match="give a number"):
        actzoo.formula("x * a", a=None)


def test_a_refused_plugin_is_an_exception_and_no_abort(tmp_path):
    file = tmp_path / "broken.actzoo.so"
    file.write_bytes(b"\x7fELF" + bytes(5000))
    code = f"import actzoo; actzoo.load_plugin({str(file)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "is refused" in done.stderr, done.stderr


@pytest.mark.parametrize("module", ["numpy", "jax", "torch.functional"])
def test_modules_list_the_zoo_and_name_the_nearest(module):
    pytest.importorskip(module.partition(".")[0])
    found = importlib.import_module(f"actzoo.{module}")
    assert {"crrelu", "gelu_tanh", "__name__"} <= set(dir(found))
    assert found.gelu_tanh and not hasattr(found, "_gelu_tanh")
    with pytest.raises(AttributeError, match=f"^actzoo.{module} has no 'gelu_tan': .*gelu-tanh"):
        found.gelu_tan  # noqa: B018


def test_functions_by_name():
    x = RNG.standard_normal((4, 5)).astype(np.float32)
    y, out = actzoo.numpy.crrelu(x, eps=0.3), np.empty_like(x)
    np.testing.assert_array_equal(y, actzoo.numpy.forward(actzoo.get("crrelu"), x, eps=0.3))
    assert actzoo.numpy.crrelu(x, eps=0.3, out=out) is out
    np.testing.assert_array_equal(out, y)
    (dx,), by_name = actzoo.numpy.crrelu.backward(x, eps=0.3)
    dy = np.ones_like(x)
    (same,), _ = actzoo.numpy.backward("crrelu", x, dy, eps=0.3, out=(dy,))
    assert same is dy and set(by_name) == {"eps"}
    np.testing.assert_array_equal(dx, dy)
    assert "sqrt(2 / pi)" in actzoo.numpy.gelu_tanh.__doc__
    with pytest.raises(AttributeError, match="no activation"):
        actzoo.numpy.crelu_  # noqa: B018
    with pytest.raises(ValueError, match="tuple of 1"):
        actzoo.numpy.backward("crrelu", x, out=(dx, dx))
    with pytest.raises(ValueError, match="read-only"):
        actzoo.numpy.backward("crrelu", x, out=(np.broadcast_to(np.float32(0), x.shape),))


@pytest.mark.parametrize(
    "word, shape",
    [
        ("layer", ()),
        ("channel", (6,)),
        ("group", (3,)),
        ("element", (6, 4)),
        ("sample", (2,)),
        ("sample channel", (2, 6)),
        ("sample element", (2, 6, 4)),
    ],
)
def test_every_granularity_broadcasts(word, shape):
    x = RNG.standard_normal((2, 6, 4))
    a = RNG.standard_normal(shape)
    groups = 3 if word == "group" else 0
    options = dict(granularity=word, groups=groups, a=a)
    spread = np.repeat(a, 2) if groups else a
    rows = {1: (slice(None), None)} if word in ("channel", "group") else {}
    wide = spread[rows[1]] if rows else spread
    if "sample" in word:
        wide = spread.reshape(spread.shape + (1,) * (3 - spread.ndim))
    np.testing.assert_allclose(
        actzoo.numpy.prelu(x, **options), np.where(x > 0, x, wide * x), rtol=1e-14
    )
    _, by_name = actzoo.numpy.prelu.backward(x, **options)
    assert by_name["a"].shape == shape
    np.testing.assert_allclose(by_name["a"].sum(), np.minimum(x, 0).sum(), rtol=1e-12)


def test_bfloat16_is_the_f32_result_rounded():
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    x = np.arange(1 << 16, dtype=np.uint16).view(bfloat16)
    y = actzoo.numpy.mish(x)
    assert y.dtype == bfloat16
    with np.errstate(all="ignore"):
        want = actzoo.numpy.mish(x.astype(np.float32)).astype(bfloat16)
    same = (y == want) | (np.isnan(y) & np.isnan(want))
    assert same.all(), f"{(~same).sum()} differ, first at {x[~same][:3]}"
    (dx,), _ = actzoo.numpy.mish.backward(x[:100], np.ones(100, bfloat16))
    assert dx.dtype == bfloat16
