"""actzoo.torch as it is used: threads, forks, data loaders, changed models, and mistakes."""

import gc
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import actzoo
import actzoo.torch
from actzoo.torch import functional


def crrelu_bits(x, dy):
    x = x.clone().requires_grad_()
    eps = torch.tensor(0.05, requires_grad=True)
    y = functional.crrelu(x, eps)
    y.backward(dy)
    return tuple(t.detach().numpy().tobytes() for t in (y, x.grad, eps.grad))


def test_threads_do_not_change_bits_and_numpy_has_the_same():
    torch.manual_seed(1)
    x, dy = torch.randn(2, 8, 100, 300)
    before, found = torch.get_num_threads(), []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        found.append(crrelu_bits(x, dy))
    torch.set_num_threads(before)
    f = actzoo.get("crrelu")
    y = actzoo.numpy.forward(f, x.numpy(), eps=0.05)
    (dx,), grads = actzoo.numpy.backward(f, x.numpy(), dy.numpy(), eps=0.05)
    found.append(tuple(a.tobytes() for a in (y, dx, grads["eps"])))
    assert len(set(found)) == 1


def test_layouts_are_kept_without_copies():
    x = torch.randn(2, 6, 7, 8)
    for layout in (
        lambda a: a.to(memory_format=torch.channels_last),
        lambda a: a.transpose(1, 3),
        lambda a: a[:, ::2, 1:],
        lambda a: a[:1].expand(4, 6, 7, 8),
    ):
        leaf = layout(x).detach().requires_grad_()
        y = functional.silu(leaf)
        assert y.stride() == torch.empty_like(leaf).stride()
        torch.testing.assert_close(y, F.silu(leaf), rtol=1e-5, atol=1e-6)
        y.sum().backward()
        assert leaf.grad.stride() == torch.empty_like(leaf).stride()


class Squares(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, i):
        x = torch.full((300, 300), float(i), requires_grad=True)
        functional.crrelu(x).sum().backward()
        return x.grad[0, 0]


def test_data_loader_with_workers():
    functional.crrelu(torch.randn(300, 300))  # the parent's threads run already
    loader = torch.utils.data.DataLoader(Squares(), batch_size=4, num_workers=2)
    found = torch.cat(list(loader))
    x = torch.arange(8.0, requires_grad=True)
    functional.crrelu(x).sum().backward()
    torch.testing.assert_close(found, x.grad, rtol=0, atol=0)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_goes_on():
    x = torch.randn(1000, 1000)
    want = functional.crrelu(x).numpy().tobytes()
    child = os.fork()
    if child == 0:
        same = functional.crrelu(x).numpy().tobytes() == want
        os._exit(0 if same else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_noise_comes_from_the_generator_of_torch():
    layer = actzoo.torch.RReLU()
    x = -torch.ones(1000)
    torch.manual_seed(3)
    first = layer(x)
    torch.manual_seed(3)
    assert torch.equal(layer(x), first) and not torch.equal(layer(x), first)
    leaf = x.clone().requires_grad_()
    y = layer(leaf)
    y.sum().backward()
    torch.testing.assert_close(leaf.grad, -y.detach(), rtol=0, atol=0)
    assert not torch.equal(functional.rrelu(x, training=True), functional.rrelu(x))
    assert 0.125 <= float(-first.max()) and float(-first.min()) <= 1 / 3
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    leaf.grad = None
    y = compiled(leaf)
    y.sum().backward()
    torch.testing.assert_close(leaf.grad, -y.detach(), rtol=0, atol=0)
    # Under vmap each row has its own.
    rows = torch.func.vmap(layer, randomness="different")(-torch.ones(2, 100))
    assert not torch.equal(rows[0], rows[1])


def test_replace_puts_a_module_of_its_own_in_every_place():
    shared = torch.nn.GELU()
    model = torch.nn.Sequential(
        torch.nn.GELU(),
        torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.GELU()),
        shared,
        shared,
    )
    model.to(torch.float64).eval()
    assert actzoo.torch.replace(model, torch.nn.GELU, actzoo.torch.CRReLU) == 4
    assert model[0] is not model[1][1] and model[2] is model[3]
    assert model[0].eps.dtype == torch.float64 and not model[0].training
    assert actzoo.torch.replace(model, actzoo.torch.CRReLU, actzoo.torch.PReLU, channels=2) == 4
    assert actzoo.torch.replace(model, torch.nn.Linear, "relu") == 1
    assert len(list(model.parameters())) == 3


def test_parameter_groups_spare_what_decay_harms():
    model = torch.nn.Sequential(torch.nn.Linear(4, 4), actzoo.torch.PReLU(channels=4))
    decay = {p.name: p.decay for p in actzoo.get("prelu").parameters}["a"]
    groups = actzoo.torch.parameter_groups(model, 0.05)
    by_decay = {g["weight_decay"]: g["params"] for g in groups}
    assert sum(map(len, by_decay.values())) == 3
    home = by_decay[0.05 if decay else 0.0]
    assert any(p is model[1].a for p in home)
    torch.optim.AdamW(groups, lr=1e-3).step()


def test_modules_have_granularity_counts_presets_and_values():
    x = torch.randn(4, 6, 5)
    m = actzoo.torch.LSLU(granularity="channel", channels=6, counts={"theta": 5, "omega": 5})
    assert m.theta.shape == (6, 5) and m(x).shape == x.shape
    assert actzoo.torch.Rational("swish", channel_axis=-1, groups=5).b.shape == (5, 4)
    assert actzoo.torch.CRReLU(granularity="element", shape=(6, 5)).eps.shape == (6, 5)
    assert actzoo.torch.CRReLU(eps=0.25).eps.item() == 0.25
    assert actzoo.torch.Hardshrink(**{"lambda": 0.75}).lambda_.item() == 0.75
    assert actzoo.torch.SiLU(device="cpu")(x).shape == x.shape
    assert actzoo.torch.CRReLU(dtype=torch.float64)(x.double()).dtype == torch.float64
    g = torch.randn(4, 6, 5)
    torch.testing.assert_close(functional.swiglu(x, g), actzoo.torch.SwiGLU()(x, g), rtol=0, atol=0)
    eps = torch.rand(6, requires_grad=True)
    y = functional.crrelu(x, eps, granularity="channel")
    torch.testing.assert_close(y[:, 2], functional.crrelu(x[:, 2], eps[2]), rtol=0, atol=0)
    y.sum().backward()
    assert eps.grad.shape == (6,)


def test_a_stored_program_loads_where_no_activation_was_used(tmp_path):
    path = tmp_path / "model.pt2"
    model = torch.nn.Sequential(torch.nn.Linear(4, 4), actzoo.torch.CRReLU())
    x = torch.randn(2, 4)
    torch.export.save(torch.export.export(model, (x,)), path)
    torch.save((x, model(x)), tmp_path / "data.pt")
    run_child(
        f"""
        import torch, actzoo.torch
        program = torch.export.load({str(path)!r})
        x, y = torch.load({str(tmp_path / "data.pt")!r})
        assert torch.equal(program.module()(x), y)
        """
    )


def run_child(code: str, **environment) -> str:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": root, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


MISTAKES = [
    ("functional.silu(torch.arange(4))", "TypeError", "torch.int64"),
    ("functional.silu(torch.ones(4, dtype=torch.complex64))", "TypeError", "complex64"),
    ("functional.silu(torch.ones(4, dtype=torch.float8_e5m2))", "TypeError", "float8"),
    ("functional.silu([1.0])", "TypeError", "list"),
    ("functional.crrelu(1.0)", "TypeError", "float"),
    ("functional.silu(torch.ones(4, device='meta'))", "ValueError", "meta"),
    ("functional.crrelu(torch.ones(4), torch.ones((), device='meta'))", "RuntimeError", "meta"),
    (
        "functional.crrelu(torch.ones(4, 3), torch.ones(5), granularity='channel')",
        "ValueError",
        "5",
    ),
    ("functional.crrelu(torch.ones(4, 3), torch.ones(2))", "ValueError", "2"),
    ("functional.crrelu(torch.ones(4), epsilon=1.0)", "TypeError", "epsilon"),
    ("functional.crrelu(torch.ones(4), 1.0, 2.0)", "TypeError", "parameters"),
    ("functional.swiglu(torch.ones(4))", "TypeError", "gated"),
    ("functional.swiglu(torch.ones(4), torch.ones(3))", "ValueError", "shape"),
    ("functional.crelu", "AttributeError", "celu"),
    ("actzoo.torch.CReLU", "AttributeError", "CReLU"),
    ("actzoo.torch.Activation('crelu')", "ValueError", "celu"),
    ("actzoo.torch.PReLU(channels=3)(torch.ones(2, 4))", "ValueError", "3"),
    ("actzoo.torch.CRReLU(epsilon=1.0)", "ValueError", "eps"),
    ("actzoo.torch.CRReLU(granularity='chanel')", "ValueError", "chanel"),
    ("actzoo.torch.CRReLU(preset='best')", "ValueError", "best"),
    ("actzoo.torch.SwiGLU()(torch.ones(4))", "TypeError", "takes x, g"),
    ("changed_leaf()", "RuntimeError", "modified by an inplace operation"),
    ("torch.ops.actzoo._forward1(999, torch.ones(4))", "RuntimeError", "handle"),
    ("torch.ops.actzoo._forward1(-1, torch.ones(4))", "RuntimeError", "handle"),
    ("functional.silu(torch.ones(4).to_sparse())", "ValueError", "dense"),
    ("functional.crrelu(torch.ones(0, 3), torch.ones(0), granularity='sample')", None, ""),
]


def test_mistakes_are_exceptions_with_a_sentence():
    run_child(
        f"""
        import torch, actzoo, actzoo.torch
        from actzoo.torch import functional
        functional.silu(torch.ones(1))
        def changed_leaf():
            x = torch.ones(4, requires_grad=True)
            y = functional.silu(x)
            with torch.no_grad():
                x.add_(1)
            y.sum().backward()
        wrong = []
        for code, kind, part in {MISTAKES!r}:
            try:
                eval(code)
                found = None
            except Exception as error:
                found = error
            expected = getattr(__import__("builtins"), kind) if kind else type(None)
            if not isinstance(found, expected) or part not in str(found):
                wrong.append((code, kind, part, repr(found)))
        assert not wrong, "\\n".join(map(str, wrong))
        """
    )


def test_a_missing_shim_is_an_import_error(tmp_path):
    from actzoo import _library

    (tmp_path / "libactzoo.so").symlink_to(_library.path)
    out = run_child(
        """
        try:
            import actzoo.torch
        except ImportError as error:
            print(error)
        """,
        ACTZOO_LIBRARY=str(tmp_path / "libactzoo.so"),
    )
    assert "libactzoo_torch.so" in out and "make" in out


def test_float64_with_float32_parameters_and_mixed_gates():
    x, g = torch.randn(3, 4, dtype=torch.float64), torch.randn(3, 4)
    eps = torch.tensor(0.05, requires_grad=True)
    functional.crrelu(x, eps).sum().backward()
    assert eps.grad.dtype == torch.float32
    assert functional.swiglu(x, g).dtype == torch.float64
    layer = actzoo.torch.CRReLU().to(torch.bfloat16)
    y = layer(torch.randn(4, dtype=torch.bfloat16))
    y.sum().backward()
    assert y.dtype == layer.eps.grad.dtype == torch.bfloat16


def test_numbers_that_only_some_tensors_have():
    """Negated views, and tensors that are zero without memory."""
    x = torch._neg_view(torch.randn(5))
    torch.testing.assert_close(functional.silu(x), F.silu(x))
    np.testing.assert_array_equal(functional.silu(torch.zeros(0, 3)).shape, (0, 3))


def test_other_devices_run_the_formula_compiled(monkeypatch):
    """There is no other device here, so its two parts are tried on the CPU: the compiled formula,
    and its backward pass without a graph."""
    from actzoo.torch import _evaluator

    e = _evaluator.evaluator(actzoo.get("crrelu"))
    monkeypatch.setattr(_evaluator, "_warn", lambda device: True)
    x, eps, dy = torch.randn(4, 5), torch.tensor(0.05), torch.randn(4, 5)
    y = _evaluator._elsewhere(e.composite, "cpu")((x, eps), None)
    torch.testing.assert_close(y, functional.crrelu(x, eps))
    found = e.formula_backward(dy, (x, eps), (True, True), -1)
    for a, b in zip(found, e.backward(dy, (x, eps), (True, True), -1), strict=True):
        torch.testing.assert_close(a, b)
        assert not a.requires_grad
    monkeypatch.undo()
    _evaluator._warn.cache_clear()
    with pytest.warns(UserWarning, match="no kernels for cuda"):
        _evaluator._warn("cuda")


def test_a_tensor_that_left_its_transform():
    """Its wrapper is dead; it must be its value, or an error, and never something else."""
    kept = []

    def f(x):
        kept.append(x)
        return functional.silu(x).sum()

    x = torch.randn(4)
    torch.func.grad(f)(x)
    try:
        y = functional.silu(kept[0])
    except RuntimeError:
        return
    torch.testing.assert_close(y, F.silu(x))


def test_an_activation_of_a_text_is_pickled_with_it(tmp_path):
    import copy
    import pickle

    file = tmp_path / "mine.actzoo"
    file.write_text(
        "actzoo 1\nplugin local.mine version 1.0.0 license LicenseRef-none\n"
        'activation local.mine/1 "Mine"\n  formula x * sigmoid(a * x)\n'
        "  param a = 1.5 per layer|channel\n"
    )
    layer = actzoo.torch.Activation(actzoo.Zoo([file]).find("mine"))
    x = torch.randn(5, requires_grad=True)
    y = layer(x)
    torch.testing.assert_close(y, x * torch.sigmoid(1.5 * x))
    y.sum().backward()
    assert torch.equal(copy.deepcopy(layer)(x), y)
    stored = pickle.dumps(layer)
    assert torch.equal(pickle.loads(stored)(x), y)
    file.unlink()
    assert torch.equal(pickle.loads(stored)(x), y)


def test_what_is_exported_of_a_formula_outlives_it():
    """Graphs name their operator; so that one stays."""
    formula = actzoo.formula("x * sigmoid(b * x)", name="exported", b=1.5)
    x = torch.randn(5)
    program = torch.export.export(actzoo.torch.Activation(formula), (x,))
    del formula
    gc.collect()
    torch.testing.assert_close(program.module()(x), x * torch.sigmoid(1.5 * x))
