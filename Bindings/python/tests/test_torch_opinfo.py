"""torch's own samples for its activations, run through the zoo's twins with torch's tolerances.

Where the two differ on purpose, DIFFERENCES says where and why; a test sees that they still do.
"""

import os

import pytest
import torch

from actzoo.torch import functional as Z

pytest.importorskip("expecttest", reason="torch's samples need expecttest")
os.environ.setdefault("PYTORCH_TEST_WITH_SLOW", "0")


def prelu(x, weight):
    if weight.numel() == 1:
        return Z.prelu(x, weight.reshape(()), granularity="layer")
    return Z.prelu(x, weight)


TWINS = {
    "relu": Z.relu,
    "gelu": lambda x, approximate="none": (Z.gelu_tanh if approximate == "tanh" else Z.gelu)(x),
    "silu": Z.silu,
    "mish": Z.mish,
    "elu": lambda x, alpha=1.0: Z.elu(x, float(alpha)),
    "celu": lambda x, alpha=1.0: Z.celu(x, float(alpha)),
    "selu": Z.selu,
    "softplus": lambda x, beta=1.0, threshold=20.0: Z.softplus(x, float(beta)),
    "hardswish": Z.hard_swish,
    "hardsigmoid": Z.hard_sigmoid,
    "prelu": prelu,
}

# name: (reason, where the two may differ as a function of the sample)
DIFFERENCES = {
    "softplus": (
        "torch goes over to x itself where beta x > threshold; the zoo is exact everywhere",
        lambda s: s.kwargs.get("beta", 1.0) * s.input > s.kwargs.get("threshold", 20.0),
    ),
}


def operations():
    from torch.testing._internal.common_methods_invocations import op_db

    for info in op_db:
        name = info.name.removeprefix("nn.functional.")
        if name in TWINS and info.name != name and info.variant_test_name != "complex":
            yield name, info


@pytest.fixture(scope="module")
def database():
    found = dict(operations())
    assert set(found) == set(TWINS)
    return found


def run(function, sample, arguments):
    leaves = [sample.input, *sample.args, *sample.kwargs.values()]
    leaves = [t for t in leaves if isinstance(t, torch.Tensor) and t.requires_grad]
    y = function(sample.input, *arguments, **sample.kwargs)
    dy = torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape).to(y.dtype)
    return y.detach(), torch.autograd.grad(y, leaves, dy), leaves


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", TWINS)
def test_samples_of_torch(database, name, dtype):
    info, count = database[name], 0
    for sample in info.sample_inputs("cpu", dtype, requires_grad=True):
        want, want_grads, leaves = run(info.op, sample, sample.args)
        y, grads, _ = run(TWINS[name], sample, sample.args)
        assert y.dtype == want.dtype and y.shape == want.shape
        same = torch.ones_like(want, dtype=torch.bool)
        if name in DIFFERENCES:
            same = ~DIFFERENCES[name][1](sample).detach()
        torch.testing.assert_close(y[same], want[same])
        for g, w, leaf in zip(grads, want_grads, leaves, strict=True):
            where = same if leaf.shape == same.shape else ...
            torch.testing.assert_close(g[where], w[where])
        count += 1
    assert count > 2


def test_the_listed_differences_are_there(database):
    for name, (reason, where) in DIFFERENCES.items():
        far = 0.0
        for sample in database[name].sample_inputs("cpu", torch.float64):
            twin = TWINS[name](sample.input, **sample.kwargs)
            difference = (twin - database[name].op(sample.input, **sample.kwargs)).abs()
            if difference.numel():
                far = max(far, float((difference * where(sample)).max()))
        assert far > 1e-5, reason


@pytest.mark.parametrize("name", TWINS)
def test_special_values_are_those_of_torch(database, name):
    """Infinities, NaN, zeros with sign, subnormals, the edges of float16."""
    values = [
        float("inf"),
        float("-inf"),
        float("nan"),
        0.0,
        -0.0,
        1e-40,
        -1e-40,
        65504.0,
        -65504.0,
    ]
    x = torch.tensor([values, [-3.0, 3.0, -2.5, 2.5, 88.8, -88.8, -104.0, 20.0, 1e30]])
    extra = (torch.tensor([0.25]),) if name == "prelu" else ()
    want, y = database[name].op(x, *extra), TWINS[name](x, *extra)
    # Where torch has inf - inf or 0 * inf (gelu at infinity), the zoo gives the limit.
    limits = torch.isnan(want) & ~torch.isnan(x)
    assert not torch.isnan(y[limits]).any()
    torch.testing.assert_close(y[~limits], want[~limits], equal_nan=True)


def test_wrong_calls_of_torch_are_refused(database):
    count = 0
    for wrong in database["prelu"].error_inputs("cpu"):
        s = wrong.sample_input
        if s.kwargs["weight"].numel() == 1:
            continue  # the zoo promotes and broadcasts a single number
        with pytest.raises((ValueError, RuntimeError, TypeError)):
            TWINS["prelu"](s.input, *s.args, **s.kwargs)
        count += 1
    assert count
