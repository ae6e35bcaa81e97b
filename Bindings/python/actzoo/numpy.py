"""Activations on NumPy arrays: any strides, no copies.

>>> y = actzoo.numpy.crrelu(x, eps=0.05)                     # forward("crrelu", x, eps=0.05)
>>> (dx,), gradients = actzoo.numpy.crrelu.backward(x, dy, eps=0.05)
"""

import ctypes
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _library as lib
from ._library import ActZooError, Tensor
from ._zoo import Activation, attribute, attributes

Array = npt.NDArray[Any]
# One word for all parameters, or a word for each by name: `Activation.bind`.
Granularity = str | dict[str, str] | None
_DTYPES = {"float16": lib.F16, "bfloat16": lib.BF16, "float32": lib.F32, "float64": lib.F64}


def _tensor(array: Array, name: str) -> Tensor:
    dtype = _DTYPES.get(array.dtype.name)
    if dtype is None:
        names = ", ".join(_DTYPES)
        raise ActZooError(lib.INVALID, f"{name} is {array.dtype.name}; it must be one of {names}")
    size = array.itemsize
    if any(s % size for s in array.strides):
        raise ActZooError(
            lib.INVALID, f"{name} has strides of part of an element; pass a copy of it"
        )
    return Tensor.of(array.ctypes.data, dtype, array.shape, [s // size for s in array.strides])


def _output(array: Array, name: str) -> Tensor:
    if not array.flags.writeable:
        raise ActZooError(lib.INVALID, f"{name} is read-only; pass an array that may be written")
    return _tensor(array, name)


class _Call:
    """The operands that forward and backward share."""

    def __init__(
        self,
        activation: Activation,
        x: npt.ArrayLike,
        g: npt.ArrayLike | None,
        noise: npt.ArrayLike | None,
        seed: "int | tuple[int, int] | None",
        granularity: Granularity,
        groups: int,
        channel_axis: int,
        values: "dict[str, npt.ArrayLike]",
    ) -> None:
        self.x = np.asarray(x)
        if self.x.dtype.kind in "iu" or not hasattr(x, "dtype"):
            self.x = self.x.astype(np.float32)  # lists and integers; arrays keep their type
        dtype = _tensor(self.x, "x").dtype
        self.inputs = [self.x]
        if activation.is_gated:
            if g is None:
                raise ActZooError(lib.INVALID, f"{activation.name} is gated: it needs g")
            self.inputs.append(np.asarray(g, self.x.dtype))
        elif g is not None:
            raise ActZooError(lib.INVALID, f"{activation.name} is not gated: it takes no g")
        for name in values:
            activation.index(name)
        kind = np.float64 if self.x.dtype == np.float64 else np.float32
        self.parameters: list[Array] = []
        counts: dict[str, int] = {}
        for p in activation.parameters:
            value = values.get(p.name)
            if value is None and p.supplied:
                raise ActZooError(lib.INVALID, f"{activation.name} needs a value for '{p.name}'")
            array = np.asarray(activation.initial(p.name) if value is None else value, kind)
            if p.is_vector:
                counts[p.name] = array.shape[-1] if array.ndim else 1
            elif value is None:
                array = array.reshape(())
            if value is None and granularity is not None and not p.fixed:
                raise ActZooError(
                    lib.INVALID, f"with a granularity, give '{p.name}' an array of its shape"
                )
            self.parameters.append(array)
        self.bound = activation.bind(dtype, granularity, groups, counts, channel_axis)
        self.noise = None if noise is None else _tensor(np.asarray(noise, np.float32), "noise")
        self._noise = noise  # keeps the memory alive
        self.seed = (seed, 0) if isinstance(seed, int) else seed

    def tensors(self) -> "tuple[list[Tensor], list[Tensor]]":
        xs = [_tensor(a, n) for a, n in zip(self.inputs, ("x", "g"), strict=False)]
        return xs, [_tensor(p, "parameter") for p in self.parameters]


def _found(activation: str | Activation) -> Activation:
    if isinstance(activation, Activation):
        return activation
    from . import get

    return get(activation)


def forward(
    activation: str | Activation,
    x: npt.ArrayLike,
    g: npt.ArrayLike | None = None,
    *,
    out: Array | None = None,
    noise: npt.ArrayLike | None = None,
    seed: int | tuple[int, int] | None = None,
    granularity: Granularity = None,
    groups: int = 0,
    channel_axis: int = 1,
    **parameters: npt.ArrayLike,
) -> Array:
    """Y = f(x) or f(x, g), in x's shape, layout and type.

    `parameters` by name: scalars, or arrays of the shape that `granularity` asks for (actzoo.h);
    those left out have their initial values. `out` may be x itself. `seed` is an int or
    (seed, offset).
    """
    activation = _found(activation)
    call = _Call(activation, x, g, noise, seed, granularity, groups, channel_axis, parameters)
    y = np.empty_like(call.x) if out is None else out
    xs, ps = call.tensors()
    call.bound.forward(xs, _output(y, "out"), ps, call.noise, call.seed)
    return y


def backward(
    activation: str | Activation,
    x: npt.ArrayLike,
    dy: npt.ArrayLike | None = None,
    g: npt.ArrayLike | None = None,
    *,
    out: Sequence[Array] | None = None,
    noise: npt.ArrayLike | None = None,
    seed: int | tuple[int, int] | None = None,
    granularity: Granularity = None,
    groups: int = 0,
    channel_axis: int = 1,
    **parameters: npt.ArrayLike,
) -> tuple[tuple[Array, ...], dict[str, Array]]:
    """Gradients for the output gradient `dy` (ones if None).

    Returns ((dx,) or (dx, dg), {name: gradient in the parameter's shape}). `out` is a tuple like
    the first; its first array may be dy itself.
    """
    activation = _found(activation)
    call = _Call(activation, x, g, noise, seed, granularity, groups, channel_axis, parameters)
    if out is not None and len(out) != len(call.inputs):
        raise ActZooError(lib.INVALID, f"out must be a tuple of {len(call.inputs)} arrays")
    dx = tuple(np.empty_like(call.x) for _ in call.inputs) if out is None else tuple(out)
    trained = [not p.fixed for p in activation.parameters]
    grads = [np.empty_like(a) if t else None for a, t in zip(call.parameters, trained, strict=True)]
    xs, ps = call.tensors()
    call.bound.backward(
        xs,
        None if dy is None else _tensor(np.asarray(dy, call.x.dtype), "dy"),
        [_output(d, "dx") for d in dx],
        ps,
        [None if d is None else _tensor(d, "gradient") for d in grads],
        call.noise,
        call.seed,
    )
    names = (p.name for p in activation.parameters)
    return dx, {n: d for n, d in zip(names, grads, strict=True) if d is not None}


def noise(seed: int, offset: int, count: int) -> npt.NDArray[np.float32]:
    """`count` numbers of the stream `seed` from `offset` on: float32, uniform in [0, 1)."""
    values = np.empty(count, np.float32)
    pointer = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    lib._noise(seed, offset, pointer, count)
    return values


class Function:
    """An activation as a function of arrays, with the arguments of `forward`."""

    def __init__(self, activation: str | Activation) -> None:
        """Look the activation up."""
        self.activation = _found(activation)
        self.__doc__ = f"{self.activation.title}: {self.activation.formula}"

    def __repr__(self) -> str:
        """Name and formula."""
        return f"<actzoo.numpy function {self.activation.name}: {self.activation.formula}>"

    def __call__(self, x: npt.ArrayLike, g: npt.ArrayLike | None = None, **options: Any) -> Array:
        """Y = f(x) or f(x, g)."""
        return forward(self.activation, x, g, **options)

    def backward(
        self,
        x: npt.ArrayLike,
        dy: npt.ArrayLike | None = None,
        g: npt.ArrayLike | None = None,
        **options: Any,
    ) -> tuple[tuple[Array, ...], dict[str, Array]]:
        """Gradients for the output gradient `dy`."""
        return backward(self.activation, x, dy, g, **options)


@functools.cache
def _function(name: str) -> Function:
    return Function(name)


def __getattr__(name: str) -> Function:
    """Look names up in the zoo: `actzoo.numpy.gelu_tanh` is `Function("gelu-tanh")`."""
    return attribute(__name__, name, _function)


def __dir__() -> list[str]:
    """List the activations too."""
    from . import zoo

    return attributes(zoo(), *globals())
