"""Every activation through every transform of torch: all of them with ACTZOO_ALL=1, else a few that
change from day to day."""

import datetime
import os
import zlib

import pytest
import torch

import actzoo
import actzoo.torch
from actzoo.torch._evaluator import evaluator

EVERY = actzoo.list()


def chosen(always: list[str], more: int) -> list[str]:
    if os.environ.get("ACTZOO_ALL"):
        return EVERY
    day = datetime.date.today().toordinal()
    rest = sorted(set(EVERY) - set(always), key=lambda n: zlib.crc32(f"{day} {n}".encode()))
    return sorted([*always, *rest[:more]])


VARIED = chosen(["crrelu", "lslu", "rrelu", "swiglu"], 4)
FEW = chosen(["crrelu", "rational"], 1)


class Case:
    """A module off its initial values and operands for it, away from most kinks."""

    def __init__(self, name, shape=(3, 8, 5), dtype=torch.float64):
        torch.manual_seed(zlib.crc32(name.encode()))
        self.module = actzoo.torch.Activation(name, channels=8, dtype=torch.float64).eval()
        self.evaluator = self.module._evaluator
        described = self.module.activation.parameters
        n = 1 + self.module.activation.is_gated
        self.inputs = [2.5 * torch.randn(shape, dtype=torch.float64).to(dtype) for _ in range(n)]
        self.inputs = [x.clone() for x in self.inputs]
        # dynamic-relu's coefficients, for each sample and channel.
        self.inputs += [torch.randn(shape[:2]) for p in described if p.supplied]
        with torch.no_grad():
            for p, value in zip(described, self.module.parameters(), strict=False):
                moved = value + 0.05 * torch.randn_like(value)
                value.copy_(moved.clamp(p.lower, p.upper))
        wide = torch.float64 if dtype == torch.float64 else torch.float32
        self.module.to(wide)
        self.inputs[n:] = [t.to(wide) for t in self.inputs[n:]]
        self.parameters = list(self.module.parameters())
        self.n = n

    def tensors(self):
        """All operands in the order of the operator."""
        kept = (getattr(self.module, name).detach() for name in self.module._attributes)
        return [*self.inputs, *kept]

    def trained(self):
        """Which of them can have gradients."""
        fixed = [p.fixed for p in self.module.activation.parameters]
        return [True] * self.n + [not f for f in fixed]

    def leaves(self):
        return [
            t.clone().requires_grad_(w) for t, w in zip(self.tensors(), self.trained(), strict=True)
        ]

    def composite(self, *tensors):
        return self.evaluator.composite(tuple(tensors))


def gradients(f, leaves, dy):
    y = f(*leaves)
    wanted = [t for t in leaves if t.requires_grad]
    return y.detach(), torch.autograd.grad(y, wanted, dy, allow_unused=True)


def close(a, b, tolerance):
    a = torch.zeros_like(b) if a is None else a
    b = torch.zeros_like(a) if b is None else b
    torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", EVERY)
def test_value_and_gradients_are_those_of_the_formula(name):
    for dtype, tolerance in ((torch.float64, 1e-9), (torch.float32, 2e-5), (torch.bfloat16, 2e-2)):
        case = Case(name, dtype=dtype)
        dy = torch.randn(case.inputs[0].shape).to(dtype)
        y, grads = gradients(case.evaluator, case.leaves(), dy)
        want, want_grads = gradients(case.composite, case.leaves(), dy)
        assert y.dtype == dtype
        close(y, want, tolerance)
        for g, w in zip(grads, want_grads, strict=True):
            close(g, w, tolerance * (1 + dy.numel() ** 0.5))


@pytest.mark.parametrize("name", EVERY)
def test_saved_for_backward_are_the_tensors_that_were_given(name):
    case = Case(name, (2, 8, 64), torch.float32)
    saved, leaves = [], case.leaves()
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: saved.append((t.data_ptr(), t.nbytes)), lambda t: t
    ):
        case.evaluator(*leaves)
    assert sorted(saved) == sorted((t.data_ptr(), t.nbytes) for t in leaves)


# Its derivative is declared, that of a smooth stand-in, and not that of its value.
@pytest.mark.parametrize("name", sorted({*VARIED} - {"threshold-unit"}))
def test_gradcheck_and_gradgradcheck(name):
    case = Case(name, (2, 8, 2))
    assert torch.autograd.gradcheck(case.evaluator, case.leaves(), eps=1e-7, atol=2e-5)
    assert torch.autograd.gradgradcheck(case.evaluator, case.leaves(), eps=1e-7, atol=2e-5)


@pytest.mark.parametrize("name", VARIED)
def test_third_derivative_and_history_through_parameters(name):
    """x and the parameters depend on one variable, and each derivative is partial."""
    case = Case(name, (2, 8, 2))

    def along(f):
        t = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
        leaves = [
            v * (1 + t) if w else v for v, w in zip(case.tensors(), case.trained(), strict=True)
        ]
        d = f(*leaves).square().sum()
        answers = []
        for _ in range(3):
            (d,) = torch.autograd.grad(d, t, create_graph=True)
            answers.append(d.detach())
        return torch.stack(answers)

    close(along(case.evaluator), along(case.composite), 1e-7)


def layouts(name):
    """Operands that operators have been known to mishandle."""
    for dtype in (torch.float32, torch.bfloat16):
        yield Case(name, (2, 8, 3, 4), dtype), lambda x: x
    yield Case(name, (2, 8, 3, 4), torch.float32), lambda x: x.to(memory_format=torch.channels_last)
    yield Case(name, (2, 8, 6), torch.float32), lambda x: x[:, :, ::2]
    yield Case(name, (5, 8, 2), torch.float32), lambda x: x.transpose(0, 2)
    yield Case(name, (2, 8, 0), torch.float32), lambda x: x
    words = (p.granularity for p in actzoo.get(name).parameters)
    if set(words) <= {"layer"}:
        yield Case(name, (), torch.float32), lambda x: x


@pytest.mark.parametrize("name", VARIED)
def test_opcheck(name):
    for case, layout in layouts(name):
        if any(p.supplied for p in case.module.activation.parameters) and case.inputs[0].dim() < 3:
            continue
        leaves = case.leaves()
        leaves[: case.n] = [layout(t).detach().requires_grad_() for t in leaves[: case.n]]
        kept = leaves[0].shape[:2] == case.inputs[0].shape[:2]
        if not kept and any("sample" in w for w in case.evaluator.words):
            continue
        op = actzoo.torch._operators.operator(case.module.activation)
        torch.library.opcheck(op, tuple(leaves), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", VARIED)
def test_public_operator_and_eager_have_the_same_bits(name):
    case = Case(name, (2, 8, 33), torch.float32)
    dy = torch.randn(2, 8, 33)
    y, grads = gradients(case.evaluator, case.leaves(), dy)
    y2, grads2 = gradients(case.evaluator.operator, case.leaves(), dy)
    for a, b in zip((y, *grads), (y2, *grads2), strict=True):
        assert torch.equal(a, b)
    create = case.leaves()
    y3 = case.evaluator(*create)
    grads3 = torch.autograd.grad(y3, [t for t in create if t.requires_grad], dy, create_graph=True)
    for a, b in zip(grads, grads3, strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("name", FEW)
def test_compiles_in_one_graph_forward_and_backward(name):
    torch._dynamo.reset()
    case = Case(name, (2, 8, 33), torch.float32)
    dy = torch.randn(2, 8, 33)
    function = torch.compile(lambda *t: 2 * case.evaluator(*t), fullgraph=True)
    y, grads = gradients(function, case.leaves(), dy)
    want, want_grads = gradients(lambda *t: 2 * case.evaluator(*t), case.leaves(), dy)
    assert torch.equal(y, want)
    for g, w in zip(grads, want_grads, strict=True):
        close(g, w, 1e-6)
    module = torch.compile(case.module.train(), fullgraph=True)
    module(*(t.requires_grad_() for t in case.inputs)).sum().backward()
    assert case.inputs[0].grad.isfinite().all()


@pytest.mark.parametrize("name", VARIED)
def test_exports(name):
    case = Case(name, (2, 8, 5), torch.float32)
    program = torch.export.export(case.module, tuple(case.inputs))
    assert "actzoo" in str(program.graph)
    assert torch.equal(program.module()(*case.inputs), case.module(*case.inputs))


@pytest.mark.parametrize("name", VARIED)
def test_function_transforms(name):
    case = Case(name, (3, 8, 2))
    f, tensors = case.evaluator, case.tensors()
    words = case.evaluator.words
    x = tensors[0]
    tangents = [torch.randn_like(t) for t in tensors]

    def total(g):
        return lambda *t: g(*t).sin().sum()

    everywhere = tuple(range(len(tensors)))
    for transform in (
        lambda g: torch.func.grad(total(g), everywhere)(*tensors),
        lambda g: torch.func.jvp(g, tuple(tensors), tuple(tangents)),
        lambda g: torch.func.vjp(g, *tensors)[1](tangents[0]),
        lambda g: (torch.func.jacrev(g)(*tensors),),
        lambda g: (torch.func.jacfwd(g)(*tensors),),
        lambda g: (torch.func.hessian(total(g))(*tensors),),
    ):
        for a, b in zip(transform(f), transform(case.composite), strict=True):
            close(a, b, 1e-9)
    # vmap over a new axis of x (and its gate), and over parameters: an ensemble.
    stacked = [torch.stack([t, t / 2, -t]) for t in tensors[: case.n]]
    rest = tensors[case.n :]
    axes = (*[0] * case.n, *[None] * len(rest))
    mapped = torch.func.vmap(f, axes)(*stacked, *rest)
    one_by_one = [f(*(s[i] for s in stacked), *rest) for i in range(3)]
    close(mapped, torch.stack(one_by_one), 1e-9)
    mapped = torch.func.vmap(torch.func.grad(total(f)), axes)(*stacked, *rest)
    one_by_one = [torch.func.grad(total(f))(*(s[i] for s in stacked), *rest) for i in range(3)]
    close(mapped, torch.stack(one_by_one), 1e-9)
    if rest and words:
        stacks = [torch.stack([t, t * 1.01]) for t in rest]
        ensemble = torch.func.vmap(f, (*[None] * case.n, *[0] * len(rest)))
        close(ensemble(*tensors[: case.n], *stacks)[0], f(*tensors), 1e-9)
    # Dual tensors without torch.func, and batched gradients without vmap.
    from torch.autograd import forward_ad

    with forward_ad.dual_level():
        y = f(forward_ad.make_dual(x, tangents[0]), *tensors[1:])
        tangent = forward_ad.unpack_dual(y).tangent
    want = torch.func.jvp(lambda a: case.composite(a, *tensors[1:]), (x,), (tangents[0],))[1]
    close(tangent, want, 1e-9)
    leaf = x.clone().requires_grad_()
    batch = torch.randn(2, *x.shape, dtype=x.dtype)
    (d,) = torch.autograd.grad(f(leaf, *tensors[1:]), leaf, batch, is_grads_batched=True)
    (first,) = torch.autograd.grad(f(leaf, *tensors[1:]), leaf, batch[0])
    close(d[0], first, 1e-9)


@pytest.mark.parametrize("name", VARIED)
def test_autocast_in_bfloat16(name):
    case = Case(name, (4, 8, 16), torch.float32)
    linear = torch.nn.Linear(16, 16)
    x = torch.randn(4, 8, 16)
    with torch.autocast("cpu", torch.bfloat16):
        inputs = [linear(x) for _ in range(case.n)]
        y = case.module(*inputs, *case.inputs[case.n :])
        assert inputs[0].dtype == y.dtype == torch.bfloat16
        y.float().square().mean().backward()
    wide = [t.detach().float() for t in inputs]
    want = case.module(*wide, *case.inputs[case.n :])
    close(y.float().detach(), want.detach(), 1e-2)
    assert linear.weight.grad.isfinite().all()
    assert all(p.grad.isfinite().all() for p in case.parameters)


@pytest.mark.parametrize("name", EVERY)
def test_pickle_state_dict_deepcopy_and_moves(name):
    import copy
    import pickle

    case = Case(name, (2, 8, 5), torch.float32)
    want = case.module(*case.inputs)
    for again in (pickle.loads(pickle.dumps(case.module)), copy.deepcopy(case.module)):
        assert torch.equal(again(*case.inputs), want)
        assert not set(map(id, again.parameters())) & set(map(id, case.module.parameters()))
    fresh = actzoo.torch.Activation(name, channels=8)
    fresh.load_state_dict(case.module.state_dict())
    assert torch.equal(fresh.eval()(*case.inputs), want)
    half = copy.deepcopy(case.module).to(torch.bfloat16)
    assert half(*(t.bfloat16() for t in case.inputs)).dtype == torch.bfloat16
    assert name in repr(actzoo.torch.Activation(name))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", VARIED)
def test_traced_and_checkpointed(name):
    case = Case(name, (2, 8, 5), torch.float32)
    traced = torch.jit.trace(case.module, tuple(case.inputs), check_trace=False)
    other = [t * 0.5 for t in case.inputs]
    assert torch.equal(traced(*other), case.module(*other))
    leaves = case.leaves()
    y = torch.utils.checkpoint.checkpoint(case.evaluator, *leaves, use_reentrant=False)
    wanted = [t for t in leaves if t.requires_grad]
    found = torch.autograd.grad(y.sum(), wanted, allow_unused=True)
    want = torch.autograd.grad(case.evaluator(*leaves).sum(), wanted, allow_unused=True)
    for a, b in zip(found, want, strict=True):
        close(a, b, 0)


def test_every_activation_has_an_operator_a_class_and_a_function():
    for activation in actzoo.zoo():
        title = "".join(c for c in activation.title if c.isalnum())
        assert issubclass(getattr(actzoo.torch, title), actzoo.torch.Activation)
        assert callable(getattr(actzoo.torch.functional, activation.name.replace("-", "_")))
        assert evaluator(activation).operator is not None


@pytest.mark.parametrize("name", FEW)
def test_compiles_under_function_transforms(name):
    """The operator has no forward derivative, so the formula is traced: never silent zeros."""
    torch._dynamo.reset()
    case = Case(name, (2, 8, 3))
    x, *rest = case.tensors()

    def f(a):
        return case.evaluator(a, *rest)

    def total(a):
        return f(a).sin().sum()

    for transform, argument in (
        (torch.func.vmap(torch.func.grad(total)), torch.stack([x, x / 2])),
        (lambda a: torch.func.jvp(f, (a,), (torch.ones_like(a),))[1], x),
        (torch.func.hessian(total), x),
    ):
        compiled = torch.compile(transform, fullgraph=True, backend="aot_eager")
        close(compiled(argument), transform(argument), 1e-9)
