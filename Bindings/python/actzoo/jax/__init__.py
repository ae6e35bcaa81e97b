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
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import _library as lib
from .. import get as _find
from .._zoo import Activation
from ._primitives import Formula, Operation, forward, value
from ._shapes import four_axes, spread

__all__ = ["Function", "function", "get"]

_DTYPES = {"float16": lib.F16, "bfloat16": lib.BF16, "float32": lib.F32, "float64": lib.F64}


def _floats(array, name: str):
    if array.dtype.name not in _DTYPES:
        names = ", ".join(_DTYPES)
        raise TypeError(f"{name} is {array.dtype.name}; convert it to one of {names}")
    return array


class Function:
    """An activation as a function of JAX arrays: `f(x, *parameters)`.

    Gated ones are `f(x, g, *parameters)`. Parameters come in the descriptor's order or by name.
    """

    def __init__(self, activation: Activation, is_known: bool):
        """Use `get` or `function`."""
        self.activation = activation
        self.formula = Formula(activation, is_known)
        self.__name__ = self.__qualname__ = activation.name.replace("-", "_").replace(".", "_")
        names = [*("x", "g")[: self.formula.inputs], *(p.name for p in activation.parameters)]
        self._names = names
        self.__doc__ = f"{activation.title}: {activation.formula}\n\nArguments: {', '.join(names)}."

    def __repr__(self):
        """Name and arguments."""
        return f"<actzoo.jax.{self.__name__}({', '.join(self._names)})>"

    def __reduce__(self):
        """Pickle by id: the zoo of the process that reads it has the activation."""
        return get, (self.activation.id,)

    def __call__(
        self,
        *arguments,
        key=None,
        noise=None,
        granularity: str | dict[str, str] | None = None,
        channel_axis: int = -1,
        **named,
    ):
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
    def _array(operand, name: str):
        try:
            return None if operand is None else jnp.asarray(operand)
        except (TypeError, ValueError):
            raise TypeError(f"{name} is {type(operand).__name__}, not an array") from None


@functools.partial(jax.jit, static_argnums=(0, 1, 2), inline=True)
def _evaluate(f: Function, words, channel_axis: int, operands, key, noise):
    activation, inputs = f.activation, f.formula.inputs
    x = _floats(operands[0], "x")
    if inputs == 2:
        g = _floats(operands[1], "g")
        if g.shape != x.shape:
            raise ValueError(f"g has the shape {g.shape}; it must have that of x, {x.shape}")
        dtype = jnp.promote_types(x.dtype, g.dtype)
        if dtype.name not in _DTYPES:
            raise TypeError(f"x is {x.dtype.name} and g {g.dtype.name}; convert one of them")
        xs = [x.astype(dtype), g.astype(dtype)]
    else:
        xs = [x]
    shape, wide = x.shape, jnp.promote_types(xs[0].dtype, jnp.float32)
    if not -max(len(shape), 1) <= channel_axis < max(len(shape), 1):
        raise ValueError(f"channel_axis is {channel_axis}, but x has the shape {shape}")
    by_name = dict(words) if isinstance(words, tuple) else {}
    for name in by_name:
        activation.index(name)
    parameters = []
    for p, given in zip(activation.parameters, operands[inputs:], strict=True):
        array = activation.initial(p.name) if given is None else _floats(given, p.name)
        array = jnp.asarray(array, wide)
        if given is None and not p.is_vector:
            array = array.reshape(())
        if p.is_vector and not array.ndim:
            raise ValueError(f"{p.name} is a number; it is a vector of coefficients, the last axis")
        word = by_name.get(p.name, words if isinstance(words, str) and not p.fixed else None)
        if word is not None and given is not None:
            activation.bind(lib.F32, {p.name: word}, groups=1)  # refuses what is no granularity
            array = spread(array, word, shape, channel_axis, p.is_vector)
        own = array.shape[:-1] if p.is_vector else array.shape
        try:
            fits = np.broadcast_shapes(shape, own) == shape
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(
                f"{p.name} of the shape {own} does not broadcast against x of {shape}; say how it "
                "varies with granularity and channel_axis, or reshape it"
            )
        parameters.append(jax.lax.stop_gradient(array) if p.fixed else array)
    counts = {
        p.name: a.shape[-1]
        for p, a in zip(activation.parameters, parameters, strict=True)
        if p.is_vector
    }
    # All that libactzoo would refuse is refused here, when the call is traced.
    activation.bind(_DTYPES[xs[0].dtype.name], "sample element", counts=counts)
    if key is not None:
        noise = jax.random.uniform(key, shape, jnp.float32)
    if noise is not None:
        if noise.shape != shape:
            raise ValueError(f"noise has the shape {noise.shape}; it must have that of x, {shape}")
        xs_noise = [jax.lax.stop_gradient(_floats(noise, "noise").astype(jnp.float32))]
    else:
        xs_noise = []

    op = Operation(f.formula, noise is not None)
    own = [
        a.shape[:-1] if p.is_vector else a.shape
        for p, a in zip(activation.parameters, parameters, strict=True)
    ]
    if 0 in shape:
        rows = [
            a.reshape((1,) * (len(shape) - len(o)) + a.shape)
            for a, o in zip(parameters, own, strict=True)
        ]
        return value(op, *xs, *rows, *xs_noise)
    four, rows = four_axes(shape, own)
    laid = []
    for a, o, row in zip(parameters, own, rows, strict=True):
        behind = a.shape[len(o) :]
        if np.prod(row) != np.prod(o):
            a = jnp.broadcast_to(a, (*shape, *behind))
        laid.append(a.reshape((*row, *behind)))
    y = forward.bind(
        *(a.reshape(four) for a in xs), *laid, *(a.reshape(four) for a in xs_noise), op=op
    )
    return y.reshape(shape)


@functools.cache
def get(name: str) -> Function:
    """Find an activation of the zoo by short name, alias or id; the error names the nearest."""
    found = _find(name)
    # One function for all its names, so that it is compiled once.
    return Function(found, True) if name == found.id else get(found.id)


@functools.cache
def function(activation: Activation) -> Function:
    """Make a function of an activation that is not in the zoo: of a plugin just loaded, say."""
    return Function(activation, False)


def __getattr__(name: str) -> Function:
    """Look names up in the zoo: `actzoo.jax.gelu_tanh` is `get("gelu-tanh")`."""
    if not name.startswith("_"):
        for spelt in (name, name.replace("_", "-")):
            try:
                return get(spelt)
            except ValueError:
                continue
    raise AttributeError(f"actzoo.jax has no '{name}', and the zoo no activation of that name")
