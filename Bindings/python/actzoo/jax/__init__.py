"""Activations in JAX: functions that jit, grad, vmap, jvp and the rest take as they take jax.nn's.

>>> import actzoo.jax
>>> y = actzoo.jax.crrelu(x, eps)
>>> slope = jax.grad(lambda x: actzoo.jax.mish(x).sum())(x)

Parameters broadcast against x, as everywhere in JAX; those left out have their initial values. The
coefficients of a vector come last. `actzoo.jax.nnx` has them as a layer of flax.

On a CPU libactzoo computes the values and first derivatives, with the same bits as in NumPy; on
other devices, and for higher derivatives, the formula's own code does.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

if jax.__version_info__ < (0, 6, 2):
    raise ImportError(
        f"actzoo.jax needs JAX 0.6.2 or later, and this is {jax.__version__}; install a newer JAX"
    )

from .. import _library as lib
from .. import get as _find
from .. import zoo as _zoo
from .._zoo import Activation, Parameter, attribute, attributes, identifier
from ._primitives import Formula, Operation, common_axes, composite, forward
from ._shapes import Shape, four_axes, spread

__all__ = ["Function", "function", "get"]

_DTYPES = {"float16": lib.F16, "bfloat16": lib.BF16, "float32": lib.F32, "float64": lib.F64}


def _floats(array: jax.Array, name: str) -> jax.Array:
    if array.dtype.name not in _DTYPES:
        names = ", ".join(_DTYPES)
        raise TypeError(f"{name} is {array.dtype.name}; convert it to one of {names}")
    return array


class Function:
    """An activation as a function of JAX arrays: `f(x, *parameters)`.

    Gated ones are `f(x, g, *parameters)`. Parameters come in the descriptor's order or by name.
    """

    def __init__(self, activation: Activation, is_known: bool) -> None:
        """Use `get` or `function`."""
        self.activation = activation
        self.formula = Formula(activation, is_known)
        self.__name__ = self.__qualname__ = identifier(activation.name)
        names = [*("x", "g")[: self.formula.inputs], *(p.name for p in activation.parameters)]
        self._names = names
        self.__doc__ = f"{activation.title}: {activation.formula}\n\nArguments: {', '.join(names)}."

    def __repr__(self) -> str:
        """Name and arguments."""
        return f"<actzoo.jax.{self.__name__}({', '.join(self._names)})>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by id: the zoo of the process that reads it has the activation."""
        if self.formula.key != self.activation.id:
            raise TypeError(f"{self} is not in the zoo; pickle its plugin's path or its formula")
        return get, (self.activation.id,)

    def __call__(
        self,
        *arguments: Any,
        key: Any = None,
        noise: Any = None,
        granularity: str | dict[str, str] | None = None,
        channel_axis: int = -1,
        **named: Any,
    ) -> jax.Array:
        """Y, in x's shape and type.

        With `granularity`, a word for all parameters that are not fixed or one for each by name,
        parameters have the shapes that actzoo.h says instead of such that broadcast. Noise is
        drawn by `key`, or is `noise`, uniform in [0, 1) and of x's shape; without both u has its
        eval value.
        """
        if len(arguments) > len(self._names):
            raise TypeError(f"{self} takes {len(self._names)} arguments, not {len(arguments)}")
        given = dict(zip(self._names, arguments, strict=False))
        for name, argument in named.items():
            if name in given or name not in self._names:
                again = "twice" if name in given else "an unknown argument"
                raise TypeError(f"{self} got {again}: {name}={argument!r}")
            given[name] = argument
        operands: list[Any] = []
        for i, name in enumerate(self._names):
            operand = given.get(name)
            if operand is None and self._must(i):
                raise TypeError(f"{self} needs {name}")
            # jit takes arrays; lists would be trees to it.
            operands.append(operand if hasattr(operand, "dtype") else self._array(operand, name))
        if (key is not None or noise is not None) and not self.activation.uses_noise:
            raise TypeError(f"{self} has no noise: it takes neither key nor noise")
        if key is not None and noise is not None:
            raise TypeError("give key or noise, not both")
        words = tuple(granularity.items()) if isinstance(granularity, dict) else granularity
        return _evaluate(self, words, channel_axis, tuple(operands), key, noise)

    def _must(self, i: int) -> bool:
        inputs = self.formula.inputs
        return i < inputs or self.activation.parameters[i - inputs].supplied

    @staticmethod
    def _array(operand: Any, name: str) -> jax.Array | None:
        try:
            return None if operand is None else jnp.asarray(operand)
        except (TypeError, ValueError):
            raise TypeError(f"{name} is {type(operand).__name__}, not an array") from None


def _inputs(f: Function, operands: Sequence[Any]) -> list[jax.Array]:
    x = _floats(operands[0], "x")
    if f.formula.inputs == 1:
        return [x]
    g = _floats(operands[1], "g")
    if g.shape != x.shape:
        raise ValueError(f"g has the shape {g.shape}; it must have that of x, {x.shape}")
    dtype = jnp.promote_types(x.dtype, g.dtype)
    if dtype.name not in _DTYPES:
        raise TypeError(f"x is {x.dtype.name} and g {g.dtype.name}; convert one of them")
    return [x.astype(dtype), g.astype(dtype)]


def _parameter(
    f: Function, p: Parameter, given: Any, word: str | None, channel_axis: int, x: jax.Array
) -> tuple[jax.Array, Shape]:
    """A parameter that broadcasts against x, and its shape without coefficients."""
    wide = jnp.promote_types(x.dtype, jnp.float32)
    if given is None:
        initial = jnp.asarray(f.activation.initial(p.name), wide)
        return (initial, ()) if p.is_vector else (initial.reshape(()), ())
    array = _floats(given, p.name).astype(wide)
    if p.is_vector and not array.ndim:
        raise ValueError(f"{p.name} is a number; it is a vector of coefficients, the last axis")
    if word is not None:
        f.activation.bind(lib.F32, {p.name: word}, groups=1)  # refuses what is no granularity
        array = spread(array, word, x.shape, channel_axis, p.is_vector)
    own = array.shape[:-1] if p.is_vector else array.shape
    try:
        fits = jnp.broadcast_shapes(x.shape, own) == x.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"{p.name} of the shape {own} does not broadcast against x of {x.shape}; say how it "
            "varies with granularity and channel_axis, or reshape it"
        )
    return (jax.lax.stop_gradient(array) if p.fixed else array), own


@functools.partial(jax.jit, static_argnums=(0, 1, 2), inline=True)
def _evaluate(
    f: Function,
    words: tuple[tuple[str, str], ...] | str | None,
    channel_axis: int,
    operands: Sequence[Any],
    key: Any,
    noise: Any,
) -> jax.Array:
    activation = f.activation
    xs = _inputs(f, operands)
    shape, rank = xs[0].shape, max(xs[0].ndim, 1)
    if not -rank <= channel_axis < rank:
        raise ValueError(f"channel_axis is {channel_axis}, but x has the shape {shape}")
    by_name = dict(words) if isinstance(words, tuple) else {}
    for name in by_name:
        activation.index(name)
    parameters = []
    for p, given in zip(activation.parameters, operands[len(xs) :], strict=True):
        word = by_name.get(p.name, words if isinstance(words, str) and not p.fixed else None)
        parameters.append(_parameter(f, p, given, word, channel_axis, xs[0]))
    vectors = [
        (p.name, a.shape[-1])
        for p, (a, _) in zip(activation.parameters, parameters, strict=True)
        if p.is_vector
    ]
    # All that libactzoo would refuse is refused here, when the call is traced.
    activation.bind(_DTYPES[xs[0].dtype.name], "sample element", counts=dict(vectors))
    if key is not None:
        noise = jax.random.uniform(key, shape, jnp.float32)
    if noise is not None:
        if noise.shape != shape:
            raise ValueError(f"noise has the shape {noise.shape}; it must have that of x, {shape}")
        noise = [jax.lax.stop_gradient(_floats(noise, "noise").astype(jnp.float32))]
    return _apply(Operation(f.formula, noise is not None), xs, parameters, noise or [])


def _apply(
    op: Operation,
    xs: list[jax.Array],
    parameters: list[tuple[jax.Array, Shape]],
    noise: list[jax.Array],
) -> jax.Array:
    shape = xs[0].shape
    is_sharded = any(axis is not None for axis in jax.typeof(xs[0]).sharding.spec)
    if 0 in shape or is_sharded:
        # Nothing to compute; or each device has a part, and a kernel would be given the whole.
        full = [a.reshape((1,) * (len(shape) - len(own)) + a.shape) for a, own in parameters]
        return composite(op, *xs, *full, *noise)
    four, rows = four_axes(shape, [own for _, own in parameters])
    laid = []
    for (a, own), row in zip(parameters, rows, strict=True):
        behind = a.shape[len(own) :]
        if math.prod(row) != math.prod(own):
            a = jnp.broadcast_to(a, (*shape, *behind))
        laid.append(a.reshape((*row, *behind)))
    inputs, noise = ([a.reshape(four) for a in arrays] for arrays in (xs, noise))
    return forward.bind(*common_axes([*inputs, *laid, *noise]), op=op).reshape(shape)


@functools.cache
def get(name: str) -> Function:
    """Find an activation of the zoo by short name, alias or id; the error names the nearest."""
    found = _find(name)
    # One function for all its names, so that it is compiled once.
    return Function(found, True) if name == found.id else get(found.id)


@functools.cache
def function(activation: Activation) -> Function:
    """Make a function of an activation that is not in the zoo: of a plugin just loaded, say.

    It is kept until the process ends, since compiled programs may name it.
    """
    return Function(activation, False)


def __getattr__(name: str) -> Function:
    """Look names up in the zoo: `actzoo.jax.gelu_tanh` is `get("gelu-tanh")`."""
    return attribute(__name__, name, get)


def __dir__() -> list[str]:
    """List the activations too."""
    return attributes(_zoo(), *globals())
