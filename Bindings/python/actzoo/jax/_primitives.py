"""Three primitives of JAX that every activation goes through, and their rules.

- forward: y = f(x, parameters), by libactzoo on a CPU and by the formula's own code elsewhere.
- tangent: the linear map from tangents of inputs and parameters to that of y. Its transpose is
- backward: gradients for dy in one fused call, summed over what a parameter does not vary along;
  without dy the derivatives by the inputs, element by element.

So forward mode costs a derivative kernel, and reverse mode keeps x and the parameters, nothing
else, and has the bits of libactzoo's own backward. Derivatives of tangent and backward, which is
all that is beyond the first order, are taken by JAX of the formula's code. `custom_jvp` alone could
not do this: what it transposes is its rule for tangents, a multiplication, never a kernel.

Operands are x, [g], parameters, [noise], each with the axes (batches..., N, A, C, B) or 1 instead
of an axis; vectors have their coefficients behind these. Batches come from vmap.
"""

import ctypes
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from .. import _library as lib
from .._zoo import Activation

_shim = lib.shim("jax")
_shim.actzoo_jax_register.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p)
for _pass in ("forward", "backward"):
    _handler = jax.ffi.pycapsule(getattr(_shim, f"actzoo_jax_{_pass}"))
    jax.ffi.register_ffi_target(f"actzoo_{_pass}", _handler, platform="cpu")


class Formula:
    """An activation for XLA: the key its kernels go by, and its formula in jax.numpy."""

    def __init__(self, activation: Activation, is_known: bool) -> None:
        """Make the activation known to the shim; `is_known`: every process finds it by its id."""
        self.activation = activation
        self.inputs = 2 if activation.is_gated else 1
        # A saved program names what it calls; what is not in the zoo must be loaded by hand first.
        self.key = activation.id if is_known else f"{activation.path}:{activation.id}"
        message = ctypes.create_string_buffer(512)
        if _shim.actzoo_jax_register(self.key.encode(), activation._handle, message):
            raise lib.ActZooError(lib.UNSUPPORTED, message.value.decode())

    def __repr__(self) -> str:
        """Show the name, as jaxprs print it."""
        return self.activation.name

    @functools.cache  # noqa: B019 - formulas live as long as the process, as the shim's keys do
    def functions(self, counts: tuple[int, ...]) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """Give the formula, and what derivatives are taken of, for numbers of coefficients."""
        vectors = (p.name for p in self.activation.parameters if p.is_vector)
        source = self.activation.export("jax", dict(zip(vectors, counts, strict=True)))
        code: dict[str, Any] = {}
        exec(compile(source, f"<{self.activation.name}>", "exec"), code)
        # In the order of the text: helpers, the formula, `surrogate` if there is one, `init`.
        names = list(code)
        value = code[names[names.index("init") - (2 if "surrogate" in code else 1)]]
        return value, code.get("surrogate", value)


@dataclass(frozen=True)
class Operation:
    """What a call is compiled for, beside the shapes of its operands."""

    formula: Formula
    has_noise: bool

    def __repr__(self) -> str:
        """Show the name, as jaxprs print it."""
        return repr(self.formula)

    @property
    def inputs(self) -> int:
        """1, or 2 if gated."""
        return self.formula.inputs

    @property
    def differentiable(self) -> int:
        """How many operands come before noise."""
        return self.inputs + len(self.formula.activation.parameters)

    def vectors(self) -> list[bool]:
        """Say of each operand whether it has coefficients behind its axes."""
        flags = [p.is_vector for p in self.formula.activation.parameters]
        return [False] * self.inputs + flags + [False] * self.has_noise

    def counts(self, operands: Sequence[Any]) -> tuple[int, ...]:
        """Numbers of coefficients of the vectors."""
        return tuple(o.shape[-1] for o, v in zip(operands, self.vectors(), strict=True) if v)

    def axes(self, operands: Sequence[Any], wanted: tuple[bool, ...] = ()) -> list[tuple[int, ...]]:
        """Shapes without coefficients: of operands, and of tangents of those wanted or of dy."""
        flags = self.vectors()
        flags += [v for v, w in zip(flags, wanted, strict=False) if w]
        flags += [False] * (len(operands) - len(flags))
        return [o.shape[:-1] if v else o.shape for o, v in zip(operands, flags, strict=True)]

    def gradient_shape(self, i: int, operands: Sequence[Any]) -> tuple[int, ...]:
        """Shape of the gradient by the i-th operand: summed over axes, but not over batches."""
        axes = self.axes(operands)
        full = jnp.broadcast_shapes(*axes)
        kept = len(full) - 4 if i >= self.inputs else len(full)
        return (*full[:kept], *operands[i].shape[kept:])


def value(op: Operation, *operands: Any, derivative: bool = False) -> jax.Array:
    """Y by the formula's code; with `derivative` what derivatives are taken of."""
    x = operands[0]
    wide = jnp.promote_types(x.dtype, jnp.float32)
    function = op.formula.functions(op.counts(operands))[derivative]
    more = []
    if op.formula.activation.uses_noise and not op.has_noise:
        more = [jnp.asarray(op.formula.activation.noise_eval, wide)]
    y = function(*(o.astype(wide) for o in operands), *more)
    return jnp.broadcast_to(y, jnp.broadcast_shapes(*op.axes(operands))).astype(x.dtype)


def composite(op: Operation, *operands: Any) -> jax.Array:
    """Y by the formula's code, differentiable as it stands."""
    y = value(op, *operands)
    if len(set(op.formula.functions(op.counts(operands)))) == 1:
        return y
    slope = value(op, *operands, derivative=True)
    return slope + jax.lax.stop_gradient(y - slope)


def _vary(operand: jax.Array, axes: tuple[str, ...]) -> jax.Array:
    if hasattr(jax.lax, "pcast"):
        return jax.lax.pcast(operand, axes, to="varying")
    return jax.lax.pvary(operand, axes)  # type: ignore[attr-defined] # its name before JAX 0.8


def common_axes(operands: Sequence[Any]) -> list[Any]:
    """Say of all operands that they vary over the mesh axes that one varies over, in shard_map.

    What all devices share has as its gradient the sum over them: JAX's own operations do the same.
    """
    types = [jax.typeof(o) for o in operands]
    # The name of the attribute changed with JAX 0.10.
    kinds = [getattr(t, "manual_axis_type", None) for t in types]
    varying = [
        k.varying if k else getattr(t, "vma", frozenset())
        for k, t in zip(kinds, types, strict=True)
    ]
    axes = frozenset().union(*varying)
    return [
        _vary(o, tuple(axes - v)) if axes - v else o for o, v in zip(operands, varying, strict=True)
    ]


def _by(op: Operation, wanted: tuple[bool, ...], operands: Sequence[Any]) -> Callable[..., Any]:
    """Give the differentiable formula as a function of the operands that are wanted."""

    def function(*chosen: Any) -> jax.Array:
        rest = iter(chosen)
        full = [next(rest) if w else o for w, o in zip(wanted, operands, strict=False)]
        return value(op, *full, *operands[len(wanted) :], derivative=True)

    return function


def _chosen(wanted: tuple[bool, ...], operands: Sequence[Any]) -> list[Any]:
    return [o for w, o in zip(wanted, operands, strict=False) if w]


def _nonzero_jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    """jax.jvp of a function for a primitive's rule, whose tangents may be ad.Zero."""
    moves = [not isinstance(t, ad.Zero) for t in tangents]

    def moving(*chosen: Any) -> Any:
        rest = iter(chosen)
        return function(*(next(rest) if m else p for m, p in zip(moves, primals, strict=True)))

    pairs = [(p, t) for p, t, m in zip(primals, tangents, moves, strict=True) if m]
    points, directions = zip(*pairs, strict=True)
    return jax.jvp(moving, points, directions)


# ---- forward


def _forward_abstract(*operands: Any, op: Operation) -> Any:
    return operands[0].update(shape=jnp.broadcast_shapes(*op.axes(operands)), weak_type=False)


def _forward_jvp(
    primals: Sequence[Any], tangents: Sequence[Any], *, op: Operation
) -> tuple[Any, Any]:
    y = forward.bind(*primals, op=op)
    tangents = tangents[: op.differentiable]
    wanted = tuple(not isinstance(t, ad.Zero) for t in tangents)
    if not any(wanted):
        return y, ad.Zero.from_primal_value(y)  # type: ignore[attr-defined] # set from outside
    return y, tangent.bind(*primals, *_chosen(wanted, tangents), op=op, wanted=wanted)


def _forward_lowering(context: Any, *operands: Any, op: Operation) -> Any:
    return jax.ffi.ffi_lowering("actzoo_forward")(
        context, *operands, activation=op.formula.key, noise=np.int64(op.has_noise)
    )


# ---- tangent


def _tangent_abstract(*operands: Any, op: Operation, wanted: tuple[bool, ...]) -> Any:
    shape = jnp.broadcast_shapes(*op.axes(operands, wanted))
    return operands[0].update(shape=shape, weak_type=False)


def _tangent(*operands: Any, op: Operation, wanted: tuple[bool, ...]) -> jax.Array:
    shape = jnp.broadcast_shapes(*op.axes(operands, wanted))
    operands, tangents = operands[: len(op.vectors())], list(operands[len(op.vectors()) :])
    dtype = operands[0].dtype
    wide = jnp.promote_types(dtype, jnp.float32)
    total = 0
    by_inputs = (*wanted[: op.inputs], *(False,) * (len(wanted) - op.inputs))
    if any(by_inputs):
        for d in backward.bind(*operands, op=op, wanted=by_inputs, has_dy=False):
            total = total + d.astype(wide) * tangents.pop(0).astype(wide)
    if tangents:
        by_parameters = tuple(w and i >= op.inputs for i, w in enumerate(wanted))
        primals = [
            jnp.broadcast_to(p, t.shape)
            for p, t in zip(_chosen(by_parameters, operands), tangents, strict=True)
        ]
        _, dy = jax.jvp(_by(op, by_parameters, operands), tuple(primals), tuple(tangents))
        total = total + dy.astype(wide)
    return jnp.broadcast_to(total, shape).astype(dtype)


def _tangent_value(*operands: Any, op: Operation, wanted: tuple[bool, ...]) -> Any:
    """Give what `_tangent` gives, by the formula's code alone: its derivatives are right."""
    operands, tangents = operands[: len(op.vectors())], operands[len(op.vectors()) :]
    primals = [
        jnp.broadcast_to(p, t.shape)
        for p, t in zip(_chosen(wanted, operands), tangents, strict=True)
    ]
    return jax.jvp(_by(op, wanted, operands), tuple(primals), tuple(tangents))[1]


def _tangent_jvp(
    primals: Sequence[Any], tangents: Sequence[Any], *, op: Operation, wanted: tuple[bool, ...]
) -> tuple[Any, Any]:
    function = functools.partial(_tangent_value, op=op, wanted=wanted)
    return tangent.bind(*primals, op=op, wanted=wanted), _nonzero_jvp(function, primals, tangents)[
        1
    ]


def _tangent_transpose(
    dy: Any, *operands: Any, op: Operation, wanted: tuple[bool, ...]
) -> list[Any]:
    operands, linear = operands[: len(op.vectors())], operands[len(op.vectors()) :]
    places = [i for i, w in enumerate(wanted) if w]
    unknown = [ad.is_undefined_primal(t) for t in linear]
    asked = {i for i, u in zip(places, unknown, strict=True) if u}
    if isinstance(dy, ad.Zero):
        gradients = iter([ad.Zero(t.aval) for t in linear if ad.is_undefined_primal(t)])
    else:
        mask = tuple(i in asked for i in range(len(wanted)))
        gradients = iter(backward.bind(*operands, dy, op=op, wanted=mask, has_dy=True))
    return [None] * len(operands) + [next(gradients) if u else None for u in unknown]


# ---- backward


def _backward_abstract(
    *operands: Any, op: Operation, wanted: tuple[bool, ...], has_dy: bool
) -> list[Any]:
    return [
        operands[i].update(shape=op.gradient_shape(i, operands), weak_type=False)
        for i, w in enumerate(wanted)
        if w
    ]


def _backward_value(
    *operands: Any, op: Operation, wanted: tuple[bool, ...], has_dy: bool
) -> list[Any]:
    """Give the gradients by the formula's code."""
    operands, dy = operands[: len(op.vectors())], operands[len(op.vectors()) :]
    everything = (*operands, *dy)
    primals = [
        jnp.broadcast_to(operands[i], op.gradient_shape(i, everything))
        for i, w in enumerate(wanted)
        if w
    ]
    y, transpose = jax.vjp(_by(op, wanted, operands), *primals)
    return list(transpose(jnp.broadcast_to(dy[0], y.shape) if has_dy else jnp.ones_like(y)))


def _backward_jvp(
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    op: Operation,
    wanted: tuple[bool, ...],
    has_dy: bool,
) -> tuple[Any, Any]:
    function = functools.partial(_backward_value, op=op, wanted=wanted, has_dy=has_dy)
    gradients = backward.bind(*primals, op=op, wanted=wanted, has_dy=has_dy)
    return gradients, _nonzero_jvp(function, primals, tangents)[1]


def _backward_lowering(
    context: Any, *operands: Any, op: Operation, wanted: tuple[bool, ...], has_dy: bool
) -> Any:
    return jax.ffi.ffi_lowering("actzoo_backward")(
        context,
        *operands,
        activation=op.formula.key,
        noise=np.int64(op.has_noise),
        dy=np.int64(has_dy),
        wanted=np.int64(sum(1 << i for i, w in enumerate(wanted) if w)),
    )


# ---- batches


def _batch(
    primitive: Primitive,
    operands: Sequence[Any],
    batched: Sequence[int | None],
    linear: int = 0,
    **parameters: Any,
) -> tuple[Any, Any]:
    """Vmap: one more axis in front, 1 for operands without it but in full for the last `linear`."""
    size = next(o.shape[b] for o, b in zip(operands, batched, strict=True) if b is not None)
    moved = []
    for i, (o, b) in enumerate(zip(operands, batched, strict=True)):
        if b is not None:
            moved.append(jnp.moveaxis(o, b, 0))
        elif i >= len(operands) - linear:
            moved.append(jnp.broadcast_to(o, (size, *o.shape)))
        else:
            moved.append(o[None])
    results = primitive.bind(*moved, **parameters)
    return results, [0] * len(results) if primitive.multiple_results else 0


def _define(
    name: str,
    abstract: Callable[..., Any],
    rule: Callable[..., Any],
    jvp: Callable[..., Any],
    on_other_devices: Callable[..., Any],
    on_cpu: Callable[..., Any] | None = None,
) -> Primitive:
    primitive = Primitive(name)
    primitive.multiple_results = name == "actzoo_backward"
    primitive.def_abstract_eval(abstract)
    primitive.def_impl(
        lambda *operands, **p: jax.jit(functools.partial(primitive.bind, **p))(*operands)
    )
    ad.primitive_jvps[primitive] = jvp
    batching.primitive_batchers[primitive] = functools.partial(rule, primitive)
    lowering = mlir.lower_fun(on_other_devices, primitive.multiple_results)
    mlir.register_lowering(primitive, lowering)
    if on_cpu:
        mlir.register_lowering(primitive, on_cpu, platform="cpu")
    return primitive


def _batch_tangent(
    primitive: Primitive,
    operands: Sequence[Any],
    batched: Sequence[int | None],
    *,
    op: Operation,
    wanted: tuple[bool, ...],
) -> tuple[Any, Any]:
    return _batch(primitive, operands, batched, sum(wanted), op=op, wanted=wanted)


def _value(*operands: Any, op: Operation) -> jax.Array:
    return value(op, *operands)


forward = _define(
    "actzoo_forward", _forward_abstract, _batch, _forward_jvp, _value, _forward_lowering
)
tangent = _define("actzoo_tangent", _tangent_abstract, _batch_tangent, _tangent_jvp, _tangent)
backward = _define(
    "actzoo_backward",
    _backward_abstract,
    _batch,
    _backward_jvp,
    _backward_value,
    _backward_lowering,
)
ad.primitive_transposes[tangent] = _tangent_transpose
