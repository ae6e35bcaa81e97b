"""actzoo.jax: every transform of every activation, bits, shapes, noise, layers, wrong use.

ACTZOO_ALL=1 takes all activations; without it three go through, and two that change by the day.
"""

import datetime
import importlib
import os
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import actzoo

jax = pytest.importorskip("jax")
for _module in ("jax.experimental", "jax.export"):
    importlib.import_module(_module)
jnp = importlib.import_module("jax.numpy")
zoo = importlib.import_module("actzoo.jax")
rules = importlib.import_module("actzoo.jax._primitives")

# Where it was before JAX 0.8.
enable_x64 = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64
RNG = np.random.default_rng(11)
ALL = actzoo.list()
DAY = datetime.date.today().toordinal()
SOME = sorted({"crrelu", "lslu", "swiglu", ALL[DAY % len(ALL)], ALL[(5 * DAY + 40) % len(ALL)]})
CHOSEN = ALL if os.environ.get("ACTZOO_ALL") else SOME
SHAPE = (2, 3, 4)


@pytest.fixture
def doubles():
    with enable_x64(True):
        yield


class Case:
    """An activation, operands in double, and its formula's own code as the reference."""

    def __init__(self, name):
        self.function = zoo.get(name)
        self.activation = self.function.activation
        self.inputs = self.function.formula.inputs
        operands = [RNG.standard_normal(SHAPE) for _ in range(self.inputs)]
        for i, p in enumerate(self.activation.parameters):
            start = np.array([0.4 * i - 0.7] if p.supplied else self.activation.initial(p.name))
            start = start + 0.03 * RNG.standard_normal(start.shape) * (not p.fixed)
            operands.append(start if p.is_vector else start.reshape(()))
        self.operands = tuple(operands)
        fixed = [False] * self.inputs + [p.fixed for p in self.activation.parameters]
        self.places = tuple(i for i, f in enumerate(fixed) if not f)
        self.tangents = tuple(
            np.zeros(o.shape) if f else RNG.standard_normal(o.shape)
            for o, f in zip(self.operands, fixed, strict=True)
        )
        self.weights = RNG.standard_normal(SHAPE)

    def reference(self, *operands):
        """Any rank of x, parameters for the whole layer."""
        rank = operands[0].ndim
        vectors = [p.is_vector for p in self.activation.parameters]
        rows = [
            o.reshape((1,) * rank + o.shape[o.ndim - v :])
            for o, v in zip(operands[self.inputs :], vectors, strict=True)
        ]
        op = rules.Operation(self.function.formula, False)
        y, slope = (
            rules.value(op, *operands[: self.inputs], *rows, derivative=d) for d in (False, True)
        )
        return slope + jax.lax.stop_gradient(y - slope)  # where there is a surrogate

    def transforms(self, f):
        """All that JAX does with a function, by name."""
        operands, tangents = (tuple(map(jnp.asarray, t)) for t in (self.operands, self.tangents))
        places = self.places

        def total(*o):
            return (f(*o) * self.weights).sum()

        gradient = jax.grad(total, places)

        def square(*o):
            return sum((g * g).sum() for g in gradient(*o))

        def few(*o):
            return f(*(v[0, 0] for v in o[: self.inputs]), *o[self.inputs :])

        def one(*o):
            return f(*o).sum()

        def slope(o, t):
            return jax.jvp(f, o, t)[1]

        each = (0,) * self.inputs + (None,) * (len(operands) - self.inputs)
        many = tuple(jnp.stack([p, p + 0.01]) for p in operands[self.inputs :])
        first = (*(v[0] for v in operands[: self.inputs]), *many)
        by_parameters = (None,) * self.inputs + (0,) * len(many)
        results = {
            "jvp": slope(operands, tangents),
            "grad": gradient(*operands),
            "linearize": jax.linearize(f, *operands)[1](*tangents),
            "checkpoint": jax.grad(lambda *o: jax.checkpoint(total)(*o), places)(*operands),
            "jit": jax.jit(gradient)(*operands),
            "grad of grad": jax.grad(square, places)(*operands),
            "jvp of jvp": jax.jvp(lambda *o: slope(o, tangents), operands, tangents)[1],
            "jvp of grad": jax.jvp(gradient, operands, tangents)[1],
            "jacfwd": jax.jacfwd(few, places)(*operands),
            "jacrev": jax.jacrev(few, places)(*operands),
            "hessian": jax.hessian(lambda *o: few(*o).sum(), places)(*operands),
            "vmap": jax.vmap(f, each)(*operands),
            "vmap of vmap of grad": jax.vmap(jax.vmap(jax.grad(one, places), each), each)(
                *operands
            ),
            "vmap of jvp": jax.vmap(lambda *t: slope(operands, t), 0)(
                *(jnp.stack([t, 2 * t]) for t in tangents)
            ),
        }
        if many:
            results["vmap by parameters"] = jax.vmap(f, by_parameters)(*first)
            results["vmap of grad by parameters"] = jax.vmap(jax.grad(one, places), by_parameters)(
                *first
            )
        return results


@pytest.mark.parametrize("name", CHOSEN)
def test_every_transform_is_that_of_the_formula(name, doubles):
    case = Case(name)
    found = jax.jit(lambda: case.transforms(case.function))()
    wanted = jax.jit(lambda: case.transforms(case.reference))()
    for transform, w in wanted.items():
        f, w = jax.tree.leaves(found[transform]), jax.tree.leaves(w)
        assert len(f) == len(w), transform
        for a, b in zip(f, w, strict=True):
            # 1e-9 of the values: kernels claim some ULP, second derivatives lose digits.
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9, err_msg=transform)


@pytest.mark.parametrize("name", CHOSEN)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_values_and_gradients_have_the_bits_of_numpy(name, dtype, doubles):
    case = Case(name)
    f, inputs = case.activation, case.inputs
    wide = np.float64 if dtype == "float64" else np.float32
    # Subnormals too: XLA's threads take them for 0, libactzoo does not.
    x = np.concatenate([3 * RNG.standard_normal(64), [0.0, -0.0, 1e-40, -1e-40, 80, -80]])
    xs = [np.asarray(jnp.asarray(s * x, dtype)) for s in (1, 0.5)[:inputs]]
    dy = np.asarray(jnp.asarray(RNG.standard_normal(x.shape), dtype))
    names = [p.name for p in f.parameters]
    values = {n: o.astype(wide) for n, o in zip(names, case.operands[inputs:], strict=True)}
    layer = {n: "layer" for n in names}
    g = xs[1] if inputs == 2 else None
    y, transpose = jax.vjp(lambda *o: case.function(*o), *xs, *values.values())
    assert y.dtype == dtype
    want = actzoo.numpy.forward(f, xs[0], g, granularity=layer, **values)
    assert np.asarray(y).tobytes() == want.tobytes()
    gradients = transpose(dy)
    dx, by_name = actzoo.numpy.backward(f, xs[0], dy, g, granularity=layer, **values)
    for a, b in zip(gradients, dx, strict=False):
        assert np.asarray(a).tobytes() == b.tobytes()
    for n, a in zip(names, gradients[inputs:], strict=True):
        if n in by_name:
            assert np.asarray(a).tobytes() == by_name[n].tobytes()


def test_a_million_elements_on_threads_have_the_bits_of_numpy():
    x = RNG.standard_normal((64, 16384)).astype(np.float32)
    dy = RNG.standard_normal(x.shape).astype(np.float32)
    eps = np.float32(0.05)
    y, transpose = jax.vjp(zoo.crrelu, x, eps)
    dx, deps = transpose(dy)
    f = actzoo.get("crrelu")
    (want,), by_name = actzoo.numpy.backward(f, x, dy, eps=eps)
    assert np.asarray(y).tobytes() == actzoo.numpy.forward(f, x, eps=eps).tobytes()
    assert np.asarray(dx).tobytes() == want.tobytes()
    assert np.asarray(deps).tobytes() == by_name["eps"].tobytes()


@pytest.mark.parametrize(
    "word, shape, axis",
    [
        ("layer", (), 1),
        ("channel", (6,), 1),
        ("channel", (5,), -1),
        ("group", (3,), 1),
        ("element", (6, 4, 5), 1),
        ("sample", (2,), 1),
        ("sample channel", (2, 6), 1),
        ("sample channel", (2, 4), 2),
        ("sample element", (2, 6, 4, 5), 1),
    ],
)
@pytest.mark.parametrize("name", ["crrelu", "lslu"])
def test_granularities_are_those_of_numpy(name, word, shape, axis):
    f = actzoo.get(name)
    x = RNG.standard_normal((2, 6, 4, 5)).astype(np.float32)
    dy = RNG.standard_normal(x.shape).astype(np.float32)
    values = {
        p.name: RNG.standard_normal((*shape, 3) if p.is_vector else shape).astype(np.float32)
        for p in f.parameters
    }
    groups = 3 if word == "group" else 0
    options = dict(granularity=word, channel_axis=axis)
    y, transpose = jax.vjp(lambda x, v: zoo.get(name)(x, **options, **v), x, values)
    want = actzoo.numpy.forward(f, x, groups=groups, **options, **values)
    np.testing.assert_array_equal(y, want)
    dx, gradients = transpose(dy)
    (want,), by_name = actzoo.numpy.backward(f, x, dy, groups=groups, **options, **values)
    np.testing.assert_array_equal(dx, want)
    for n, w in by_name.items():
        np.testing.assert_allclose(gradients[n], w, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "shape",
    [
        (),
        (1,),
        (5,),
        (4, 1),
        (6, 1, 1),
        (2, 1, 1, 1),
        (4, 5),
        (6, 4, 5),
        (6, 1, 5),
        (2, 1, 4, 1),
        (2, 6, 1, 1),
        (2, 6, 4, 5),
        (1, 6, 1, 5),
        (2, 1, 4, 5),
    ],
)
def test_parameters_broadcast_as_in_numpy(shape):
    x = RNG.standard_normal((2, 6, 4, 5)).astype(np.float32)
    eps = RNG.standard_normal(shape).astype(np.float32)
    y, transpose = jax.vjp(zoo.crrelu, x, eps)
    density = x * np.exp(-(x.astype(np.float64) ** 2) / 2)
    np.testing.assert_allclose(y, np.maximum(x, 0) + eps * density, rtol=1e-5, atol=1e-6)
    want = density
    while want.ndim > eps.ndim:
        want = want.sum(0)
    axes = tuple(i for i, n in enumerate(shape) if n == 1)
    gradient = transpose(np.ones_like(x))[1]
    assert gradient.shape == shape
    np.testing.assert_allclose(gradient, want.sum(axes, keepdims=True), rtol=1e-4, atol=1e-5)


def test_two_parameters_that_vary_along_different_axes():
    x = RNG.standard_normal((3, 4, 5, 6)).astype(np.float32)
    theta = RNG.standard_normal((4, 1, 1, 3)).astype(np.float32)
    omega = RNG.standard_normal((5, 1, 3)).astype(np.float32)

    def plain(x, theta, omega):
        return (theta * jax.nn.relu(x[..., None] + omega)).sum(-1)

    for transform in (lambda f: f, lambda f: jax.grad(lambda *o: (f(*o) ** 2).sum(), (0, 1, 2))):
        found, want = (transform(f)(x, theta, omega) for f in (zoo.lslu, plain))
        for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(want), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_what_is_kept_for_backward_is_x_and_the_parameter():
    x = jnp.ones((8, 8))
    _, transpose = jax.vjp(zoo.crrelu, x, jnp.float32(0.1))
    kept = [a.size for a in jax.tree.leaves(transpose)]
    assert sorted(kept) == [1, 64], kept


def test_counts_other_than_the_default_and_empty_arrays():
    x = jnp.linspace(-2, 2, 9)
    n = 7
    y = zoo.lslu(x, jnp.ones(n), jnp.zeros(n))
    np.testing.assert_allclose(y, n * np.maximum(x, 0), rtol=1e-6)
    jax.hessian(lambda t: zoo.lslu(x, t, jnp.zeros(n)).sum())(jnp.ones(n))
    empty = jnp.zeros((0, 3))
    assert zoo.crrelu(empty).shape == (0, 3)
    assert jax.grad(lambda e: zoo.crrelu(empty, e).sum())(1.0) == 0


def test_noise_comes_from_a_key_or_is_given():
    x = -jnp.ones(1000)
    key = jax.random.key(3)
    y, transpose = jax.vjp(lambda x: zoo.rrelu(x, key=key), x)
    np.testing.assert_array_equal(transpose(jnp.ones(1000))[0], -y)
    np.testing.assert_array_equal(y, zoo.rrelu(x, key=key))
    assert not np.array_equal(y, zoo.rrelu(x, key=jax.random.key(4)))
    assert len(np.unique(zoo.rrelu(x))) == 1
    u = actzoo.numpy.noise(5, 0, 1000)
    want = actzoo.numpy.forward(actzoo.get("rrelu"), np.asarray(x), noise=u)
    np.testing.assert_array_equal(zoo.rrelu(x, noise=u), want)
    keys = jax.random.split(key, 3)
    rows = jax.vmap(lambda k: zoo.rrelu(x, key=k))(keys)
    np.testing.assert_array_equal(rows[1], zoo.rrelu(x, key=keys[1]))


@pytest.mark.parametrize(
    "error, sentence, call",
    [
        (TypeError, "x is int32", lambda x: zoo.crrelu(jnp.arange(3))),
        (TypeError, "complex64", lambda x: zoo.crrelu(x.astype(complex))),
        (TypeError, "float8", lambda x: zoo.crrelu(x.astype(jnp.float8_e5m2))),
        (TypeError, "not an array", lambda x: zoo.crrelu("x")),
        (TypeError, "takes 2 arguments", lambda x: zoo.crrelu(x, 1.0, 2.0)),
        (TypeError, "unknown argument", lambda x: zoo.crrelu(x, epsilon=1.0)),
        (TypeError, "needs g", lambda x: zoo.swiglu(x)),
        (TypeError, "needs a1", lambda x: zoo.dynamic_relu(x)),
        (TypeError, "has no noise", lambda x: zoo.crrelu(x, key=jax.random.key(0))),
        (TypeError, "not both", lambda x: zoo.rrelu(x, key=jax.random.key(0), noise=x)),
        (ValueError, "does not broadcast", lambda x: zoo.crrelu(x, jnp.ones(7))),
        (ValueError, "does not broadcast", lambda x: zoo.crrelu(x, jnp.ones((9, 4, 8)))),
        (ValueError, "per channel", lambda x: zoo.crrelu(x, jnp.ones(3), granularity="channel")),
        (ValueError, "granularity", lambda x: zoo.crrelu(x, jnp.ones(8), granularity="chanel")),
        (ValueError, "not 3 groups", lambda x: zoo.crrelu(x, jnp.ones(3), granularity="group")),
        (ValueError, "a number", lambda x: zoo.crrelu(1.0, jnp.ones(3), granularity="channel")),
        (ValueError, "channel_axis", lambda x: zoo.crrelu(x, channel_axis=2)),
        (ValueError, "g has the shape", lambda x: zoo.swiglu(x, x[0])),
        (ValueError, "n in 1...64", lambda x: zoo.lslu(x, jnp.ones(65), jnp.ones(65))),
        (ValueError, "vector", lambda x: zoo.lslu(x, 1.0, 1.0)),
        (ValueError, "did you mean 'celu'", lambda x: zoo.get("crelu")),
        (AttributeError, "crelu", lambda x: zoo.crelu),
    ],
)
def test_wrong_use_is_an_exception_with_a_sentence(error, sentence, call):
    with pytest.raises(error, match=sentence):
        call(jnp.ones((4, 8)))
    with pytest.raises(error, match=sentence):
        jax.jit(call)(jnp.ones((4, 8)))


def child(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )


def test_a_compiled_program_is_saved_and_runs_in_another_process(tmp_path):
    checks = [
        jax.export.DisabledSafetyCheck.custom_call(f"actzoo_{p}") for p in ("forward", "backward")
    ]
    slope = jax.jit(jax.grad(lambda x: zoo.crrelu(x, 0.1).sum()))
    saved = jax.export.export(slope, disabled_checks=checks)(jnp.ones(16)).serialize()
    (tmp_path / "slope").write_bytes(saved)
    done = child(
        """
        import sys, jax, jax.export, jax.numpy as jnp, actzoo.jax
        program = jax.export.deserialize(bytearray(open(sys.argv[1], "rb").read()))
        print(program.call(jnp.ones(16))[0])
        """,
        tmp_path / "slope",
    )
    assert done.stdout.strip() == str(slope(jnp.ones(16))[0]), done.stderr


def test_handlers_refuse_what_does_not_fit():
    """As a saved program of another version could call them: in a child, should it abort."""
    done = child(
        """
        import jax, jax.numpy as jnp, numpy as np, actzoo.jax
        F32 = lambda *shape: jax.ShapeDtypeStruct(shape, jnp.float32)
        x, eps = jnp.ones((1, 1, 1, 8)), jnp.ones((1, 1, 1, 1))
        crrelu = "org.zoo.crrelu/1"
        actzoo.jax.crrelu(x).block_until_ready()
        for target, result, operands, attributes in [
            ("forward", F32(1, 1, 1, 8), (x, eps), dict(activation="org.zoo.none/1")),
            ("forward", F32(1, 1, 1, 8), (x, eps), dict(activation="/none.so:org.zoo.none/1")),
            ("forward", F32(1, 1, 1, 8), (x, eps), dict()),
            ("forward", F32(1, 1, 1, 8), (x,), dict(activation=crrelu)),
            ("forward", F32(1, 1, 1, 7), (x, eps), dict(activation=crrelu)),
            ("forward", F32(1, 1, 1, 8), (x, eps[0]), dict(activation=crrelu)),
            ("forward", F32(1, 1, 1, 8), (x.astype(int), eps), dict(activation=crrelu)),
            ("forward", F32(1, 1, 1, 1), (x, eps), dict(activation=crrelu)),
            ("forward", F32(1, 8), (x, eps), dict(activation=crrelu)),
            ("backward", F32(1, 1, 1, 8), (x, eps), dict(activation=crrelu)),
            ("backward", F32(1, 1, 1, 8), (x, eps), dict(activation=crrelu, wanted=np.int64(3))),
            ("backward", F32(1, 1, 1, 8), (x, eps), dict(activation=crrelu, wanted=np.int64(8))),
            ("backward", F32(1, 1, 1, 1), (x, eps), dict(activation=crrelu, wanted=np.int64(1))),
            ("backward", F32(1, 1, 1, 8), (x, eps), dict(activation=crrelu, wanted=np.int64(2))),
            ("backward", F32(1, 1, 1, 1), (x, x), dict(activation=crrelu, wanted=np.int64(2))),
        ]:
            try:
                jax.ffi.ffi_call("actzoo_" + target, result)(*operands, **attributes)
                print("taken", attributes)
            except jax.errors.JaxRuntimeError as error:
                assert len(str(error)) > 20, error
        print("end")
        """
    )
    assert done.stdout.strip() == "end", done.stdout + done.stderr


def test_other_devices_get_the_formula():
    def slope(x):
        return jax.grad(lambda x: zoo.mish(x).sum())(x)

    text = jax.jit(slope).trace(jnp.ones(4)).lower(lowering_platforms=("cuda",)).as_text()
    assert "actzoo" not in text and "exponential" in text


def test_shapes_may_be_symbols_in_saved_programs():
    (b,) = jax.export.symbolic_shape("b")
    checks = [
        jax.export.DisabledSafetyCheck.custom_call(f"actzoo_{p}") for p in ("forward", "backward")
    ]
    slope = jax.jit(jax.grad(lambda x: zoo.lslu(x).sum()))
    program = jax.export.export(slope, disabled_checks=checks)(
        jax.ShapeDtypeStruct((b, 8), jnp.float32)
    )
    for n in (1, 3):
        x = jnp.asarray(RNG.standard_normal((n, 8)), jnp.float32)
        np.testing.assert_array_equal(program.call(x), slope(x))


def test_several_devices_have_parts_and_the_gradient_is_of_all():
    """With two devices, which have to be there when JAX starts."""
    done = child(
        """
        import os
        os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
        import jax, jax.numpy as jnp, numpy as np, actzoo.jax as zoo
        from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
        x, eps = jnp.linspace(-1, 3, 64).reshape(8, 8), jnp.float32(0.3)
        want = jax.grad(lambda x, e: zoo.crrelu(x, e).sum(), (0, 1))(x, eps)
        for kind in (AxisType.Auto, AxisType.Explicit):
            mesh = jax.make_mesh((2,), ("d",), axis_types=(kind,))
            parts = jax.device_put(x, NamedSharding(mesh, P("d")))
            mapped = jax.shard_map(zoo.crrelu, mesh=mesh, in_specs=(P("d"), P()), out_specs=P("d"))
            for f in (zoo.crrelu, mapped):
                found = jax.jit(jax.grad(lambda x, e: f(x, e).sum(), (0, 1)))(parts, eps)
                for a, b in zip(found, want):
                    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
        print("end")
        """
    )
    assert done.stdout.strip() == "end", done.stdout + done.stderr


def test_functions_are_found_by_any_name_and_pickled():
    assert zoo.get("crrelu") is zoo.crrelu is zoo.get("org.zoo.crrelu/1")
    assert zoo.gelu_tanh is zoo.get("gelu-tanh")
    assert pickle.loads(pickle.dumps(zoo.crrelu)) is zoo.crrelu
    assert "max(x, 0)" in zoo.crrelu.__doc__
    own = zoo.function(actzoo.formula("x * sigmoid(a * x)", a=2.0))
    assert own(1.0) == pytest.approx(1 / (1 + np.exp(-2)))
    assert jax.hessian(own)(0.5) == pytest.approx(0.604732, rel=1e-5)
    with pytest.raises(TypeError, match="not in the zoo"):
        pickle.dumps(own)


def test_a_layer_of_flax_learns():
    nnx = pytest.importorskip("flax.nnx")
    from actzoo.jax.nnx import Activation

    class Model(nnx.Module):
        def __init__(self, rngs):
            self.first = nnx.Linear(4, 8, rngs=rngs)
            self.crrelu = Activation("crrelu")
            self.rrelu = Activation("rrelu", rngs=rngs)
            self.prelu = Activation("prelu", channels=8)
            self.lslu = Activation("lslu", counts={"theta": 5, "omega": 5})
            self.last = nnx.Linear(8, 1, rngs=rngs)

        def __call__(self, x):
            y = self.prelu(self.rrelu(self.crrelu(self.first(x))))
            return self.last(self.lslu(y))

    model, x = Model(nnx.Rngs(0)), jnp.ones((3, 4))

    @nnx.jit
    def loss(model, x):
        return nnx.value_and_grad(lambda m: (m(x) ** 2).sum())(model)

    before, gradients = loss(model, x)
    shapes = jax.tree.map(jnp.shape, nnx.to_pure_dict(nnx.state(gradients, nnx.Param)))
    assert shapes["prelu"] == {"a": (8,)} and shapes["lslu"]["theta"] == (5,)
    assert "rrelu" not in shapes
    assert before != loss(model, x)[0], "noise is drawn anew"
    model.eval()
    assert loss(model, x)[0] == loss(model, x)[0]
    assert model.prelu.a.decay is False
    dynamic = Activation("dynamic-relu")
    np.testing.assert_array_equal(dynamic(x, a1=2.0, b1=0.0, a2=0.0, b2=0.0), 2 * x)
    with pytest.raises(ValueError, match="channels="):
        Activation("prelu", granularity="channel")
    with pytest.raises(ValueError, match="cannot keep"):
        Activation("crrelu", granularity="element")
    with pytest.raises(TypeError, match="keeps 'eps' itself"):
        model.crrelu(x, eps=1.0)


def test_an_older_jax_is_refused_with_a_sentence():
    code = "import jax; jax.__version_info__ = (0, 6, 1); import actzoo.jax"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: actzoo.jax needs JAX 0.6.2 or later, and this is"), last
