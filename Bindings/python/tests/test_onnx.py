"""actzoo.onnx: every activation checked and run; ONNX's own node tests run by the zoo."""

import importlib
import os
import re
import warnings

import numpy as np
import pytest

import actzoo

onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")
reference = importlib.import_module("onnx.reference")
zoo = importlib.import_module("actzoo.onnx")
ml_dtypes = importlib.import_module("ml_dtypes")

RNG = np.random.default_rng(5)
ALL = actzoo.list()
X = np.concatenate([np.linspace(-12, 12, 481), [0, -0.0, 1e-4, -1e-4, -20, 20, -35, 35]])
# |error| <= this * (1 + |y|) against the f64 formula. Halves are computed in halves, operator by
# operator, except by onnxruntime where it has none: a few units in the last place of the largest
# intermediate result.
TOLERANCE = {"float64": 1e-14, "float32": 1e-6, "float16": 8e-3, "bfloat16": 6e-2}
# Where intermediate results are so much larger than y that halves cannot do it.
IN_HALVES = {
    "fourier": "the angle k*w*x is rounded",
    "pwlu": "the index of the cell is rounded, times a slope",
    "rational": "x^5",
    "rational-b": "x^5",
    "rational-c": "x^5",
    "squareplus": "x^2 overflows",
    "snake": "the angle a*x is rounded",
    "sin": "the angle is rounded",
}


def values(f, preset=""):
    """Initial values in f64; numbers for what the model computes."""
    found = {}
    for i, p in enumerate(f.parameters):
        start = np.array([0.4 * i - 0.7] if p.supplied else f.initial(p.name, preset))
        found[p.name] = start if p.is_vector else start.reshape(())
    return found


def exact(f, x, g, parameters):
    layer = {p.name: "layer" for p in f.parameters}
    wide = [a if a is None else a.astype(np.float64) for a in (x, g)]
    return actzoo.numpy.forward(f, *wide, granularity=layer, **parameters)


def run(model, feed):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, feed)[0]


def check(name, dtype, opset, by_runtime=True, tolerance=None):
    f = actzoo.get(name)
    parameters = values(f)
    model = zoo.model(name, dtype=dtype, opset=opset, **parameters)
    onnx.checker.check_model(model, full_check=True)
    kind = ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype
    x = X[np.abs(X) <= 12].astype(kind) if dtype in ("float16", "bfloat16") else X.astype(kind)
    feed = {"x": x}
    if f.is_gated:
        feed["g"] = (0.7 * X[: len(x)][::-1]).astype(kind)
    if by_runtime:
        y = run(model, feed)
    else:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            evaluator = reference.ReferenceEvaluator(model)
            y = evaluator.run(None, feed)[0]
    assert y.dtype == kind and y.shape == x.shape
    want = exact(f, x, feed.get("g"), parameters)
    with np.errstate(over="ignore"):
        error = np.abs(y.astype(np.float64) - want) / (1 + np.abs(want))
        error[~np.isfinite(want.astype(kind))] = 0  # exp(12) is no half
    i = np.argmax(np.nan_to_num(error, nan=np.inf))
    assert error[i] <= (tolerance or TOLERANCE[dtype]), (
        f"{error[i]:.2g} at {x[i]}: {y[i]}, exactly {want[i]}"
    )


@pytest.mark.parametrize("name", ALL)
def test_onnxruntime_is_near_the_formula(name):
    check(name, "float32", 17)


@pytest.mark.parametrize("name", ALL if os.environ.get("ACTZOO_ALL") else ALL[::6])
def test_the_same_body_serves_other_types_and_opsets(name):
    # Of doubles onnxruntime has no Erf: the reference evaluator has, of 7 digits.
    if any(n.op_type == "Erf" for n in zoo.function(name).node):
        check(name, "float64", 18, by_runtime=False, tolerance=2e-6)
    else:
        check(name, "float64", 18)
    if name not in IN_HALVES:
        check(name, "float16", 19)
        # onnxruntime has hardly an operator of bfloat16 on a CPU.
        check(name, "bfloat16", 20, by_runtime=False)
    check(name, "float32", 21)


def test_parameters_broadcast_and_may_be_inputs():
    x = RNG.standard_normal((2, 3, 4)).astype(np.float32)
    eps = RNG.standard_normal((3, 1)).astype(np.float32)
    model = zoo.model("crrelu", shape=(None, 3, 4), eps=(3, 1))
    onnx.checker.check_model(model, full_check=True)
    want = actzoo.numpy.forward("crrelu", x, granularity="channel", eps=eps[:, 0])
    np.testing.assert_allclose(run(model, {"x": x, "eps": eps}), want, rtol=1e-5, atol=1e-6)
    theta, omega = (RNG.standard_normal((3, 1, 5)).astype(np.float32) for _ in range(2))
    model = zoo.model("lslu", shape=("n", 3, 4), theta=theta, omega=omega)
    assert model.functions[0].name == "lslu-theta5-omega5"
    want = actzoo.numpy.forward(
        "lslu", x, granularity="channel", theta=theta[:, 0], omega=omega[:, 0]
    )
    np.testing.assert_allclose(run(model, {"x": x}), want, rtol=1e-5, atol=1e-6)


def test_a_function_stands_in_a_graph_of_your_own():
    body = zoo.function(actzoo.formula("x * sigmoid(a * x)", name="own", a=1.0))
    assert (body.domain, body.name, list(body.input)) == ("actzoo", "own", ["x", "a"])
    graph = onnx.parser.parse_graph("g (float[n] x, float a) => (float[n] y) { y = Abs(x) }")
    node = onnx.helper.make_node("own", ["x", "a"], ["z"], domain="actzoo")
    graph.node.insert(0, node)
    graph.node[1].input[0] = "z"
    imports = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("actzoo", 1)]
    model = onnx.helper.make_model(graph, functions=[body], opset_imports=imports, ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    y = run(model, {"x": np.float32([-1, 2]), "a": np.array(2, np.float32)})
    np.testing.assert_allclose(y, [1 / (1 + np.exp(2)), 2 / (1 + np.exp(-4))], rtol=1e-6)


def test_wrong_use_is_an_exception_with_a_sentence():
    for sentence, call in [
        ("did you mean 'celu'", lambda: zoo.function("crelu")),
        ("opset 12 is too old", lambda: zoo.function("crrelu", opset=12)),
        ("int8", lambda: zoo.model("crrelu", dtype="int8")),
        ("no parameter 'epsilon'", lambda: zoo.model("crrelu", epsilon=1.0)),
        ("n in 1...64", lambda: zoo.function("lslu", counts={"theta": 65, "omega": 65})),
    ]:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            call()


def test_torch_exports_models_with_layers_of_the_zoo():
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    Activation = importlib.import_module("actzoo.torch").Activation
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3),
        Activation("crrelu"),
        Activation("prelu", channels=8),
        Activation("gelu"),
        Activation("lslu"),
        Activation("pwlu", granularity="layer"),
        Activation("rrelu"),
    ).eval()
    x = torch.randn(2, 3, 9, 9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            net,
            (x,),
            dynamo=True,
            verbose=False,
            custom_translation_table=zoo.translation_table(),
        )
    model = program.model_proto
    onnx.checker.check_model(model, full_check=True)
    y = run(model, {model.graph.input[0].name: x.numpy()})
    np.testing.assert_allclose(y, net(x).detach().numpy(), rtol=1e-4, atol=1e-5)


# ---- ONNX's own tests of operators, run by the zoo's functions of NumPy arrays

OPERATORS = {
    # operator: activation, its parameters by attribute with ONNX's defaults
    "Celu": ("celu", {"alpha": ("alpha", 1.0)}),
    "Elu": ("elu", {"alpha": ("alpha", 1.0)}),
    "Exp": ("exp", {}),
    "Gelu": ("gelu", {}),
    "HardSigmoid": ("hard-sigmoid-onnx", {"alpha": ("alpha", 0.2), "beta": ("beta", 0.5)}),
    "HardSwish": ("hard-swish", {}),
    "Identity": ("identity", {}),
    "LeakyRelu": ("leaky-relu", {"alpha": ("slope", 0.01)}),
    "Mish": ("mish", {}),
    "Relu": ("relu", {}),
    "Selu": ("selu", {}),
    "Shrink": ("shrink", {"lambd": ("lambda", 0.5), "bias": ("bias", 0.0)}),
    "Sigmoid": ("sigmoid", {}),
    "Sin": ("sin", {}),
    "Softplus": ("softplus", {}),
    "Softsign": ("softsign", {}),
    "Swish": ("swish-beta", {"alpha": ("beta", 1.0)}),
    "Tanh": ("tanh", {}),
    "ThresholdedRelu": ("threshold", {"alpha": ("theta", 1.0)}),
    "PRelu": ("prelu", {}),
    "Clip": ("hardtanh", {}),
}
# What the zoo does otherwise, and why.
DIFFERENCES = {
    "test_selu": "SELU's two numbers are part of it (arXiv:1706.02515); ONNX lets them vary",
    "test_selu_example": "as test_selu",
    "test_clip_min_greater_than_max": "the larger of x and low comes first, then high: the same",
    "test_clip_default_int8_min": "whole numbers have no activations",
    "test_clip_default_int8_max": "whole numbers have no activations",
    "test_clip_default_int8_inbounds": "whole numbers have no activations",
    "test_clip_default_int8_inbounds_expanded": "whole numbers have no activations",
    "test_identity_sequence": "a sequence is no array",
    "test_identity_opt": "an optional is no array",
}
SAME_AFTER_ALL = {"test_clip_min_greater_than_max"}


def node_tests():
    loader = pytest.importorskip("onnx.backend.test.loader")
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = loader.load_model_tests(kind="node")
    for case in cases:
        nodes = case.model.graph.node
        if len(nodes) == 1 and nodes[0].op_type in OPERATORS:
            yield case


def by_the_zoo(node, x, *more):
    name, attributes = OPERATORS[node.op_type]
    given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    if given.get("approximate") == b"tanh":
        name = "gelu-tanh"
    options = {own: given.get(n, default) for n, (own, default) in attributes.items()}
    if node.op_type == "PRelu":
        is_whole = more[0].shape == x.shape
        options = {"a": more[0], "granularity": "sample element" if is_whole else "channel"}
        options["channel_axis"] = -1
    if node.op_type == "Clip":
        bounds = dict(zip([n for n in node.input[1:] if n], more, strict=True))
        names = [*node.input[1:], "", ""]
        options["low"] = bounds.get(names[0], -np.inf)
        options["high"] = bounds.get(names[1], np.inf)
    return actzoo.numpy.forward(name, x, **options)


def test_onnx_node_tests_pass_by_numpy():
    seen, unlike = set(), set()
    for case in node_tests():
        seen.add(case.name)
        for inputs, outputs in case.data_sets:
            try:
                y = by_the_zoo(case.model.graph.node[0], *inputs)
                np.testing.assert_allclose(
                    np.asarray(y, np.float64),
                    np.asarray(outputs[0], np.float64),
                    case.rtol,
                    case.atol,
                )
                assert y.dtype == outputs[0].dtype
            except (AssertionError, ValueError, TypeError, AttributeError) as failure:
                unlike.add(case.name)
                assert case.name in DIFFERENCES, f"{case.name}: {failure}"
    assert unlike == set(DIFFERENCES) - SAME_AFTER_ALL
    assert len(seen) >= 50, sorted(seen)
