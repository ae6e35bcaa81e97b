"""Activations in ONNX: local functions whose bodies are the formulas.

>>> import actzoo.onnx
>>> actzoo.onnx.function("crrelu")              # onnx.FunctionProto of the domain `actzoo`
>>> actzoo.onnx.model("crrelu", eps=0.05)       # onnx.ModelProto with one node
>>> torch.onnx.export(net, x, dynamo=True,
...     custom_translation_table=actzoo.onnx.translation_table())

Bodies use operators of opset 13 to 16, so they stand in any graph from opset 17 on. One body serves
f16, bf16, f32 and f64: constants and parameters are cast like x. Parameters are inputs and
broadcast against x, coefficients of vectors come last. Noise has its eval value. What ONNX has no
operator for is put together: erfc as 1 - erf, so that GELU and its kin have absolute, not relative
accuracy in the left tail; expm1 and log1p without loss. Products inside exponentials are rounded:
an ULP of theirs is many of a value far out in a tail. NaN stays NaN; at infinity y is NaN, not its
limit, where the formula has infinity times 0.

The body is recorded: the formula's Python code (`Activation.export`) runs on values that write down
what is done with them.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from . import _library as lib
from . import get
from ._library import ActZooError
from ._zoo import Activation

__all__ = ["DOMAIN", "function", "model", "translation_table"]

DOMAIN = "actzoo"
_TYPES = {
    "float16": TensorProto.FLOAT16,
    "bfloat16": TensorProto.BFLOAT16,
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
}
# The oldest intermediate representation that has opset imports of functions; newer ones are refused
# by older runtimes, which is why it is not the newest.
_IR_VERSION = 8


class _Recorder:
    """Makes nodes through `emit(operator, inputs, attributes)`; equal ones are made once."""

    def __init__(
        self, emit: Callable[[str, Sequence[Any], dict[str, Any]], Any], like: Any
    ) -> None:
        """`like` is the value whose type constants take."""
        self.emit, self.like = emit, like
        self.made: dict[tuple[Any, ...], Any] = {}

    def node(self, operator: str, *operands: Any, **attributes: Any) -> "_Value":
        values = [self.value(o) for o in operands]
        key = (operator, *(id(v.name) for v in values), *sorted(attributes.items()))
        if key not in self.made:
            # Names stay alive here, so that their ids stay theirs.
            made = self.emit(operator, [v.name for v in values], attributes)
            self.made[key] = (_Value(self, made), values)
        return self.made[key][0]

    def value(self, operand: Any) -> "_Value":
        if isinstance(operand, _Value):
            return operand
        key = (float(operand), str(float(operand)))  # -0.0 is not 0.0
        if key not in self.made:
            number = helper.make_tensor("value", TensorProto.DOUBLE, [], [float(operand)])
            constant = self.emit("Constant", [], {"value": number})
            self.made[key] = _Value(self, self.emit("CastLike", [constant, self.like], {}))
        return self.made[key]


class _Value:
    """A tensor of a graph that is being written."""

    def __init__(self, recorder: _Recorder, name: Any) -> None:
        """`name` is whatever `emit` gave."""
        self.recorder, self.name = recorder, name

    def __getitem__(self, index: tuple[Any, int]) -> "_Value":
        _, k = index  # [..., k]: a coefficient
        number = helper.make_tensor("value", TensorProto.INT64, [], [k])
        place = _Value(self.recorder, self.recorder.emit("Constant", [], {"value": number}))
        key = ("coefficient", id(self.name), k)
        if key not in self.recorder.made:
            self.recorder.made[key] = self.recorder.node("Gather", self, place, axis=-1)
        return self.recorder.made[key]

    def __neg__(self) -> "_Value":
        return self.recorder.node("Neg", self)

    def __ne__(self, other: Any) -> "_Value":  # type: ignore[override] # compares element by element
        return self.recorder.node("Not", self.recorder.node("Equal", self, other))

    __hash__ = None  # type: ignore[assignment]


def _binary(
    operator: str, unit: float | None = None
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def is_unit(other: Any) -> bool:
        # Factors of 1 are left where `lost` would have been.
        return unit is not None and not isinstance(other, _Value) and other == unit

    def forward(self: _Value, other: Any) -> "_Value":
        return self if is_unit(other) else self.recorder.node(operator, self, other)

    def backward(self: _Value, other: Any) -> "_Value":
        drops = operator != "Div" and is_unit(other)
        return self if drops else self.recorder.node(operator, other, self)

    return forward, backward


for _name, _operator, _unit in (
    ("add", "Add", 0.0),
    ("sub", "Sub", None),
    ("mul", "Mul", 1.0),
    ("truediv", "Div", 1.0),
):
    _forward, _backward = _binary(_operator, _unit)
    setattr(_Value, f"__{_name}__", _forward)
    setattr(_Value, f"__r{_name}__", _backward)
for _name, _operator in (
    ("lt", "Less"),
    ("le", "LessOrEqual"),
    ("gt", "Greater"),
    ("ge", "GreaterOrEqual"),
    ("eq", "Equal"),
    ("or", "Or"),
):
    setattr(_Value, f"__{_name}__", _binary(_operator)[0])


def _unary(operator: str) -> Callable[..., Any]:
    return lambda a: a.recorder.node(operator, a)


def _extremum(operator: str) -> Callable[..., Any]:
    return lambda a, b: (a if isinstance(a, _Value) else b).recorder.node(operator, a, b)


def _where(condition: Any, a: Any, b: Any) -> Any:
    return condition.recorder.node("Where", condition, a, b)


def _sigmoid(a: Any) -> Any:
    # The operator of some runtimes stops at exp(-18).
    return 1.0 / (1.0 + _exp(-a))


def _expm1(a: Any) -> Any:
    # exp(a) - 1 = tanh(a / 2) (exp(a) + 1), without the difference.
    return _tanh(0.5 * a) * (_exp(a) + 1.0)


def _log1p(a: Any) -> Any:
    # The rounding of 1 + a cancels in log(w) / (w - 1).
    w = 1.0 + a
    rest = w - 1.0
    is_small = rest == 0.0
    return _where(is_small, a, a * (_unary("Log")(w) / _where(is_small, 1.0, rest)))


def _softplus(a: Any) -> Any:
    return _extremum("Max")(a, 0.0) + _log1p(_exp(-_unary("Abs")(a)))


def _gelu(a: Any) -> Any:
    # -40 times 0 is 0, minus infinity times 0 is not.
    bounded = _extremum("Max")(a, -40.0)
    return 0.5 * bounded * (1.0 + _unary("Erf")(0.7071067811865476 * a))


_exp, _tanh = _unary("Exp"), _unary("Tanh")
_relu = _unary("Relu")


class _Names:
    """A module of names, for the formula's code to look them up."""

    def __init__(self, **names: Any) -> None:
        self.__dict__.update(names)


_jnp = _Names(
    abs=_unary("Abs"),
    exp=_exp,
    expm1=_expm1,
    log=_unary("Log"),
    log1p=_log1p,
    tanh=_tanh,
    sinh=_unary("Sinh"),
    cosh=_unary("Cosh"),
    arctan=_unary("Atan"),
    arcsinh=_unary("Asinh"),
    sqrt=_unary("Sqrt"),
    sign=_unary("Sign"),
    floor=_unary("Floor"),
    sin=_unary("Sin"),
    cos=_unary("Cos"),
    power=lambda a, b: (a if isinstance(a, _Value) else b).recorder.node("Pow", a, b),
    minimum=_extremum("Min"),
    maximum=_extremum("Max"),
    where=_where,
    float32=None,
)
_special = _Names(erf=_unary("Erf"), erfc=lambda a: 1.0 - _unary("Erf")(a))
_jax = _Names(
    nn=_Names(relu=_relu, sigmoid=_sigmoid),
    scipy=_Names(special=_special),
    numpy=_jnp,
)
# Of the code's own functions, those that are for derivatives or other types of numbers.
_OWN = {
    "lost": lambda a, b, p: 0.0,
    "bounded_exp": _exp,
    "gelu": _gelu,
    "softplus": _softplus,
    "maximum": _extremum("Max"),
    "minimum": _extremum("Min"),
}


@functools.cache
def _formula(activation: Activation, counts: tuple[tuple[str, int], ...]) -> Callable[..., Any]:
    source = activation.export("jax", dict(counts))
    code: dict[str, Any] = {"jnp": _jnp, "jax": _jax}
    # The names that the code imports are bound to those above.
    lines = [line for line in source.split("\n") if not line.startswith("import ")]
    exec(compile("\n".join(lines), f"<{activation.name}>", "exec"), code)
    # In the order of the text: helpers, the formula, `surrogate` if there is one, `init`.
    names = list(code)
    formula = code[names[names.index("init") - (2 if "surrogate" in code else 1)]]
    code.update({n: f for n, f in _OWN.items() if n in code and code[n] is not formula})
    return formula


def _record(
    activation: Activation,
    counts: dict[str, int],
    recorder: _Recorder,
    inputs: Sequence[Any],
    parameters: Sequence[Any],
) -> Any:
    """Write the formula down; gives the name of y."""
    values = [_Value(recorder, name) for name in inputs]
    values += [recorder.node("CastLike", _Value(recorder, p), values[0]) for p in parameters]
    if activation.uses_noise:
        values.append(recorder.value(activation.noise_eval))
    return recorder.value(_formula(activation, tuple(sorted(counts.items())))(*values)).name


def _found(activation: str | Activation) -> Activation:
    return activation if isinstance(activation, Activation) else get(activation)


def _opset(opset: int) -> int:
    if not 17 <= opset:
        raise ActZooError(lib.INVALID, f"opset {opset} is too old for these functions; use 17")
    return opset


def _function_name(activation: Activation, counts: dict[str, int]) -> str:
    own = [
        f"{n}{c}"
        for n, c in counts.items()
        if c != activation.parameters[activation.index(n)].count
    ]
    return "-".join([activation.name, *own])


def function(
    activation: str | Activation, *, counts: dict[str, int] | None = None, opset: int = 17
) -> onnx.FunctionProto:
    """Make the activation's function of the domain `actzoo`: x, [g], parameters in order -> y.

    `counts` are numbers of coefficients by parameter; other than the default they are part of the
    function's name.
    """
    found, counts = _found(activation), counts or {}
    nodes: list[onnx.NodeProto] = []
    inputs = ["x", "g"][: 1 + found.is_gated]
    parameters = [
        p.name if p.name not in ("x", "g", "y") else p.name + "_" for p in found.parameters
    ]

    def emit(operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        name = f"t{len(nodes)}"
        while name in parameters:
            name += "_"
        nodes.append(helper.make_node(operator, operands, [name], **attributes))
        return name

    last = _record(found, counts, _Recorder(emit, "x"), inputs, parameters)
    if nodes and nodes[-1].output[0] == last:
        nodes[-1].output[0] = "y"
    else:
        nodes.append(helper.make_node("Identity", [last], ["y"]))
    used = {name for node in nodes for name in node.input}
    kept = [n for n in nodes if n.output[0] in used or n.output[0] == "y"]
    made = helper.make_function(
        DOMAIN,
        _function_name(found, counts),
        [*inputs, *parameters],
        ["y"],
        kept,
        [helper.make_opsetid("", _opset(opset))],
    )
    made.doc_string = f"{found.title}: y = {found.formula} ({found.id})"
    return made


def model(
    activation: str | Activation,
    *,
    dtype: str = "float32",
    shape: Sequence[int | str | None] = ("n",),
    opset: int = 17,
    **parameters: Any,
) -> onnx.ModelProto:
    """Make a model of one node: inputs x (and g) of the shape, and the parameters' values.

    Parameters left out have their initial values, in f32, or f64 with an f64 x; those given as a
    shape, a tuple of numbers, are inputs of the model, and so are those that a model computes.
    """
    found = _found(activation)
    if dtype not in _TYPES:
        raise ActZooError(lib.INVALID, f"dtype is {dtype}; it must be one of {', '.join(_TYPES)}")
    for name in parameters:
        found.index(name)
    kind = np.float64 if dtype == "float64" else np.float32
    inputs = ["x", "g"][: 1 + found.is_gated]
    entries = [helper.make_tensor_value_info(n, _TYPES[dtype], shape) for n in inputs]
    weights, counts = [], {}
    for p in found.parameters:
        value = parameters.get(p.name, () if p.supplied else found.initial(p.name))
        if isinstance(value, tuple):
            own = _TYPES[np.dtype(kind).name]
            entries.append(helper.make_tensor_value_info(p.name, own, value))
            length = value[-1] if value else 1
        else:
            array = np.asarray(value, kind)
            if p.name not in parameters and not p.is_vector:
                array = array.reshape(())
            weights.append(onnx.numpy_helper.from_array(array, p.name))
            length = array.shape[-1] if array.ndim else 1
        if p.is_vector:
            counts[p.name] = length
    body = function(found, counts=counts, opset=opset)
    names = [*inputs, *(p.name for p in found.parameters)]
    graph = helper.make_graph(
        [helper.make_node(body.name, names, ["y"], domain=DOMAIN)],
        found.name,
        entries,
        [helper.make_tensor_value_info("y", _TYPES[dtype], shape)],
        weights,
    )
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(DOMAIN, 1)]
    return helper.make_model(
        graph,
        functions=[body],
        opset_imports=imports,
        ir_version=_IR_VERSION,
        producer_name="actzoo",
    )


# ---- torch.onnx.export


def _lay_out(op: Any, value: Any, word: str, x: Any, axis: int, is_vector: bool) -> Any:
    """Reshape a parameter of the shape that a granularity asks for, so that it broadcasts."""
    words, rank = word.split(), len(x.shape)
    if word == "layer":
        return (
            value
            if is_vector or not len(value.shape)
            else op.Reshape(value, op.Constant(value_ints=[1]))
        )
    shape = [1] * rank
    axis %= rank
    own = [int(n) for n in value.shape]
    own = own[:-1] if is_vector else own
    if "sample" in words:
        shape[0] = own[0]
    if "element" in words:
        shape[1:] = own[-(rank - 1) :] if rank > 1 else []
    if "channel" in words:
        shape[axis] = own[-1]
    behind = [int(value.shape[-1])] if is_vector else []
    if "group" in words:
        groups, channels = own[-1], int(x.shape[axis])
        lead = own[:-1]
        value = op.Reshape(value, op.Constant(value_ints=[*lead, groups, 1, *behind]))
        spread = [*lead, groups, channels // groups, *behind]
        value = op.Expand(value, op.Constant(value_ints=spread))
        shape[axis] = channels
    return op.Reshape(value, op.Constant(value_ints=[*shape, *behind]))


def _translation(activation: Activation) -> Callable[..., Any]:
    """What torch's exporter calls for `torch.ops.actzoo.NAME`, with values of its graph."""
    inputs = 1 + activation.is_gated
    vectors = [p.is_vector for p in activation.parameters]

    names = ["seed"] * activation.uses_noise + ["granularity", "groups", "channel_axis"]

    def translate(*arguments: Any, **options: Any) -> Any:
        from onnxscript import opset18 as op

        tensors = arguments[: inputs + len(vectors)]
        options.update(zip(names, arguments[len(tensors) :], strict=False))
        granularity = options.get("granularity", "")
        channel_axis = options.get("channel_axis", 1)
        if options.get("seed") is not None:
            raise ActZooError(
                lib.UNSUPPORTED, f"{activation.name} draws noise in training; export model.eval()"
            )
        x = tensors[0]
        words = granularity.split(",") if granularity else []
        words = words or [p.granularity for p in activation.parameters]
        parameters = [
            _lay_out(op, t, w, x, channel_axis, v)
            for t, w, v in zip(tensors[inputs:], words, vectors, strict=True)
        ]
        counts = {
            p.name: int(t.shape[-1])
            for p, t in zip(activation.parameters, tensors[inputs:], strict=True)
            if p.is_vector
        }

        def emit(operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
            return getattr(op, operator)(*operands, **attributes)

        return _record(activation, counts, _Recorder(emit, x), tensors[:inputs], parameters)

    translate.__name__ = activation.name.replace("-", "_")
    return translate


def translation_table(
    activations: Sequence[str | Activation] | None = None,
) -> dict[Any, Callable[..., Any]]:
    """Make the `custom_translation_table` that torch.onnx.export(dynamo=True) takes.

    Of all activations of the zoo, or of those given.
    """
    from . import list as names
    from .torch._operators import operator

    found = [_found(a) for a in (names() if activations is None else activations)]
    return {operator(a): _translation(a) for a in found}
