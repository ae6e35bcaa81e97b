import numpy as np
import pytest

import actzoo

try:
    import torch

    from references import REFERENCES
except ModuleNotFoundError:  # an environment with NumPy alone: what needs no reference is tested
    REFERENCES = {}

RNG = np.random.default_rng(7)


def scalar_parameters(activation):
    """Initial values moved off symmetric places; fixed ones and vectors as they are."""
    values = {}
    for p in activation.parameters:
        initial = np.array(activation.initial(p.name))
        if not p.fixed:
            initial = initial + 0.05 * RNG.standard_normal(initial.shape)
        values[p.name] = initial if p.is_vector else initial.reshape(())
    return values


def layer(activation):
    return {p.name: "layer" for p in activation.parameters}


def reference(activation, x, values, g=None):
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True)]
    if g is not None:
        xs.append(torch.tensor(g, dtype=torch.float64, requires_grad=True))
    ps = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in values.values()]
    y = REFERENCES[activation.name](*xs, *ps)
    y.sum().backward()
    return y.detach().numpy(), [t.grad.numpy() for t in xs], [p.grad for p in ps]


def test_zoo_lists_every_activation_that_has_a_reference():
    assert set(actzoo.list()) >= set(REFERENCES)


@pytest.mark.parametrize("name", sorted(REFERENCES))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_and_gradients_equal_the_composite(name, dtype):
    f = actzoo.get(name)
    values = scalar_parameters(f)
    x = (3 * RNG.standard_normal((5, 67))).astype(dtype)
    g = (2 * RNG.standard_normal((5, 67))).astype(dtype) if f.is_gated else None
    y = actzoo.numpy.forward(f, x, g, granularity=layer(f), **values)
    dx, grads = actzoo.numpy.backward(f, x, None, g, granularity=layer(f), **values)
    want, want_dx, want_grads = reference(f, x, values, g)
    tolerance = 2e-5 if dtype == np.float32 else 1e-11
    np.testing.assert_allclose(y, want, rtol=tolerance, atol=tolerance)
    for d, w in zip(dx, want_dx, strict=True):
        np.testing.assert_allclose(d, w, rtol=tolerance, atol=tolerance)
    for p, w in zip(f.parameters, want_grads, strict=True):
        if p.name in grads:
            # Sums of 335 terms: the bound grows with the sum, not with its largest term.
            np.testing.assert_allclose(grads[p.name], w, rtol=20 * tolerance, atol=300 * tolerance)


@pytest.mark.parametrize(
    "layout",
    [
        lambda a: a,
        lambda a: a[::-1, ::-1],
        lambda a: a.transpose(1, 0, 2),
        lambda a: a[:, ::2, 1::3],
        lambda a: np.broadcast_to(a[:1], a.shape),
    ],
    ids=["contiguous", "reversed", "transposed", "sliced", "broadcast"],
)
def test_strides_do_not_change_bits(layout):
    f = actzoo.get("crrelu")
    x = layout(RNG.standard_normal((9, 33, 21)).astype(np.float32))
    want = actzoo.numpy.forward(f, np.ascontiguousarray(x))
    out = np.full(x.shape, 99, np.float32)
    assert actzoo.numpy.forward(f, x, out=out) is out
    np.testing.assert_array_equal(out.view(np.uint32), want.view(np.uint32))


@pytest.mark.parametrize("axis", [1, -1])
def test_per_channel_is_each_channel_by_itself(axis):
    f = actzoo.get("prelu")
    x = RNG.standard_normal((4, 6, 5, 6)).astype(np.float32)
    a = RNG.standard_normal(6).astype(np.float32)
    options = dict(granularity="channel", channel_axis=axis, a=a)
    y = actzoo.numpy.forward(f, x, **options)
    _, grads = actzoo.numpy.backward(f, x, **options)
    for c in range(6):
        one = np.take(x, c, axis)
        np.testing.assert_array_equal(
            np.take(y, c, axis),
            actzoo.numpy.forward(f, one, granularity="layer", a=a[c]),
        )
        np.testing.assert_allclose(grads["a"][c], np.minimum(one, 0).sum(), rtol=1e-5)


def test_half_types_are_the_f32_result_rounded():
    f = actzoo.get("silu")
    x = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    y = actzoo.numpy.forward(f, x)
    with np.errstate(all="ignore"):
        want = actzoo.numpy.forward(f, x.astype(np.float32)).astype(np.float16)
    same = (y == want) | (np.isnan(y) & np.isnan(want))
    assert same.all(), f"{(~same).sum()} of 65536 differ, first at {x[~same][:3]}"


def test_a_row_of_halves_is_converted_like_its_elements_one_by_one():
    """Rows go through the CPU's instructions where it has them, single elements never do: NaN
    with any payload, subnormals and overflows must come out with the same bits."""
    f = actzoo.get("silu")
    x = np.concatenate([np.arange(0, 1 << 16, 7), np.arange(0x7BF0, 0x7C20)]).astype(np.uint16)
    x = x.view(np.float16)
    row = actzoo.numpy.forward(f, x).view(np.uint16)
    alone = [actzoo.numpy.forward(f, x[i : i + 1]).view(np.uint16)[0] for i in range(len(x))]
    np.testing.assert_array_equal(row, alone)


def test_in_place_gives_the_same_bits():
    f = actzoo.get("gelu")
    x = RNG.standard_normal(1001).astype(np.float32)
    want = actzoo.numpy.forward(f, x)
    actzoo.numpy.forward(f, x, out=x)
    np.testing.assert_array_equal(x, want)


def test_noise_is_reproducible_and_the_same_in_backward():
    f = actzoo.get("rrelu")
    x = -np.ones(100_000, np.float32)
    y = actzoo.numpy.forward(f, x, seed=(5, 11))
    (dx,), _ = actzoo.numpy.backward(f, x, seed=(5, 11))
    u = actzoo.numpy.noise(5, 11, x.size)
    np.testing.assert_array_equal(dx, -y)
    np.testing.assert_array_equal(y, actzoo.numpy.forward(f, x, noise=u))
    assert 0 <= u.min() and u.max() < 1 and abs(u.mean() - 0.5) < 0.005
    assert not np.array_equal(y, actzoo.numpy.forward(f, x, seed=(6, 11)))


def test_threads_do_not_change_bits():
    f = actzoo.get("crrelu")
    x = RNG.standard_normal((64, 48, 500)).astype(np.float32)
    dy = RNG.standard_normal(x.shape).astype(np.float32)
    results = []
    before = actzoo.threads()
    for threads in (1, 2, 7):
        actzoo.set_threads(threads)
        (dx,), grads = actzoo.numpy.backward(f, x, dy, eps=0.3)
        results.append((dx.tobytes(), grads["eps"].tobytes()))
    actzoo.set_threads(before)
    assert len(set(results)) == 1


def bad(message, **changes):
    return pytest.param(message, changes, id=message)


@pytest.mark.parametrize(
    "message, call",
    [
        bad("crrelu", name="cr-relu"),
        bad("no parameter 'epsilon'", parameters={"epsilon": 1.0}),
        bad("complex64", x=np.ones((4, 8), np.complex64)),
        bad("eps", parameters={"eps": np.zeros(3, np.float32)}),
        bad("channel", parameters={"eps": np.zeros(3, np.float32)}, granularity="channel"),
        bad("granularity", granularity="chanel"),
        bad("group", parameters={"eps": np.zeros(3, np.float32)}, granularity="group", groups=3),
        bad("shape", out=np.zeros(7, np.float32)),
        bad("read-only", out=np.broadcast_to(np.float32(0), (4, 8))),
        bad("overlap", out="shifted"),
        bad("not gated", g=np.zeros((4, 8), np.float32)),
        bad("part of an element", x=np.zeros(64, np.uint8)[1:33].view(np.float32)[:0:1]),
    ],
)
def test_bad_calls_are_refused_with_a_sentence_and_write_nothing(message, call):
    buffer = np.full(64, 7, np.float32)
    x = call.get("x", buffer[:32].reshape(4, 8))
    out = call.get("out")
    if isinstance(out, str):
        out = buffer[8:40].reshape(4, 8)
    if message == "part of an element":
        x = np.zeros(9, np.dtype([("a", "u1"), ("f", "<f4")]))["f"]
    before = None if out is None else out.copy()
    with pytest.raises(actzoo.ActZooError) as error:
        f = actzoo.get(call.get("name", "crrelu"))
        options = {k: v for k, v in call.items() if k in ("granularity", "groups", "g")}
        actzoo.numpy.forward(f, x, out=out, **options, **call.get("parameters", {}))
    assert message.split()[0] in str(error.value)
    assert out is None or np.array_equal(out, before)
