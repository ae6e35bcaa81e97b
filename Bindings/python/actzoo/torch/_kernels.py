"""The shim (native/torch.c) and the formula as torch code: what can compute an activation."""

import ctypes
import functools
import itertools
import re
import sys
import weakref
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import torch

from .. import _library as lib
from .._library import ActZooError
from .._zoo import Activation, Parameter

DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)  # the shim's order
_CODES = (lib.F16, lib.BF16, lib.F32, lib.F64)


class DtypeError(ActZooError, TypeError):
    """A tensor of a type that has no activation, such as an integer one."""


def _load() -> ctypes.CDLL:
    try:
        shim = lib.shim("torch")
    except OSError as error:
        raise ImportError(
            f"the zoo's shim cannot be used with torch {torch.__version__}: {error}; it needs "
            "torch 2.10 or later"
        ) from None
    shim.actzoo_torch_acquire.restype = ctypes.c_int64
    shim.actzoo_torch_release.argtypes = (ctypes.c_int64,)
    return shim


_shim = _load()
# Autograd is the caller's: without this torch would look for it at every call, and warn.
_library = torch.library.Library("actzoo", "FRAGMENT")


@functools.cache
def _operator(tensors: int, gradients: int) -> Callable[..., Any]:
    """The private operator for so many tensors; 0 gradients: forward."""
    status = _shim.actzoo_torch_define(tensors, gradients)
    if status:
        raise ActZooError(status, f"no operator takes {tensors} tensors; at most 16 are possible")
    name = f"_backward{tensors}_{gradients}" if gradients else f"_forward{tensors}"
    _library.impl(name, torch.library.fallthrough_kernel, "Autograd")
    overload = getattr(torch.ops.actzoo, name).default
    # Without OpOverload.__call__, a third of the time of a call.
    return getattr(overload, "_op", overload)


def translated(error: RuntimeError) -> Exception:
    """The exception that an operator's error stands for: the shim can only throw one kind."""
    if isinstance(error, NotImplementedError):  # no kernel for that kind of tensor
        return ActZooError(lib.UNSUPPORTED, "a tensor is not dense; convert it with .to_dense()")
    found = re.match(r"actzoo (\d+): (.*?)(?:\n|$)", str(error))
    return ActZooError(int(found[1]), found[2]) if found else error


class Raw:
    """An activation with its granularities, bound for all four types: evaluation on the CPU."""

    def __init__(
        self,
        activation: Activation,
        granularity: dict[str, str],
        groups: int,
        counts: dict[str, int],
        channel_axis: int,
    ) -> None:
        """Bind; raises ActZooError if the options do not go together."""
        options = (granularity, groups, counts, channel_axis)
        self._bound = [activation.bind(code, *options) for code in _CODES]
        handles = (ctypes.c_void_p * 4)(*(b._handle for b in self._bound))
        self.handle = _shim.actzoo_torch_acquire(handles, 1 + activation.is_gated)
        if not self.handle:
            raise ActZooError(lib.FAILED, "more than 65535 activations are bound at once")
        weakref.finalize(self, _shim.actzoo_torch_release, self.handle)

        count = 1 + activation.is_gated + len(activation.parameters)
        self.operator = _operator(count, 0)
        self._plans: dict[Any, Any] = {}

    def forward(self, tensors: tuple[torch.Tensor, ...], seed: int) -> torch.Tensor:
        """Y of inputs and parameters; seed -1: no noise. Errors are those of the operator."""
        return self.operator(self.handle, *tensors, seed)

    def backward(
        self,
        dy: torch.Tensor,
        tensors: tuple[torch.Tensor, ...],
        wanted: tuple[bool, ...],
        seed: int,
    ) -> tuple[Any, ...]:
        """Gradients of those tensors that are wanted."""
        operator, bits = self.plan(wanted)
        found = operator(self.handle, bits, dy, *tensors, seed)
        return (found,) if isinstance(found, torch.Tensor) else found

    def plan(self, wanted: tuple[bool, ...]) -> tuple[Any, ...]:
        """The operator that computes the wanted gradients, and what tells it which they are."""
        if wanted not in self._plans:
            bits = sum(1 << i for i, w in enumerate(wanted) if w)
            self._plans[wanted] = _operator(len(wanted), bits.bit_count()), bits
        return self._plans[wanted]


_numbers = itertools.count()


def _formula(
    activation: Activation, counts: dict[str, int]
) -> tuple[Callable[..., torch.Tensor], str]:
    """The formula in torch's operations, and the name of the module that it lives in."""
    source = activation.export("torch", counts)
    # A module of its own: torch.compile looks the functions it traces up by their module's name.
    module = ModuleType(f"actzoo.torch._formula_{next(_numbers)}")
    sys.modules[module.__name__], namespace = module, module.__dict__
    exec(compile(source, f"<{activation.name} of the Activation Zoo>", "exec"), namespace)
    surrogate = namespace.pop("surrogate", None)
    # What is defined last before the module's class is the formula itself.
    formula = [v for v in namespace.values() if isinstance(v, FunctionType)][-1]
    if surrogate is None:
        return formula, module.__name__

    def straight_through(*values: torch.Tensor) -> torch.Tensor:
        """The value of the formula with the derivatives of its surrogate."""
        through = surrogate(*values)
        return formula(*values).detach() + (through - through.detach())

    return straight_through, module.__name__


class Composite:
    """The formula in torch's own operations: any device, any transform, any order."""

    def __init__(
        self,
        activation: Activation,
        words: tuple[str, ...],
        groups: int,
        counts: dict[str, int],
        channel_axis: int,
    ) -> None:
        """`words` are the granularities of all parameters."""
        self._formula, module = _formula(activation, counts)
        weakref.finalize(self, sys.modules.pop, module, None)
        self.compiled: Callable[..., torch.Tensor] | None = None
        self._words, self._groups, self._axis = words, groups, channel_axis
        self._parameters = activation.parameters
        self._inputs = 1 + activation.is_gated
        self._eval = activation.noise_eval if activation.uses_noise else None

    def __call__(
        self, tensors: tuple[torch.Tensor, ...], noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Y of inputs and parameters, in x's type; half types are computed in float32."""
        x = tensors[0]
        if self._inputs == 2 and tensors[1].shape != x.shape:
            raise ActZooError(
                lib.INVALID,
                f"g has the shape {tuple(tensors[1].shape)}, x {tuple(x.shape)}; they must agree",
            )
        wide = torch.float64 if x.dtype == torch.float64 else torch.float32
        values = [t.to(wide) for t in tensors[: self._inputs]]
        for p, word, t in zip(self._parameters, self._words, tensors[self._inputs :], strict=True):
            values.append(self._spread(t.to(wide), p, word, x))
        if self._eval is not None:
            values.append(torch.full_like(values[0], self._eval) if noise is None else noise)
        with torch.autocast(x.device.type, enabled=False):
            y = self._formula(*values)
        # A constant formula or a parameter alone has not x's shape.
        return (y if y.shape == x.shape else y.expand(x.shape)).to(x.dtype)

    def _spread(self, t: torch.Tensor, p: Parameter, word: str, x: torch.Tensor) -> torch.Tensor:
        """The parameter in a shape that broadcasts against x, its coefficients last."""
        vector = t.shape[-1:] if p.is_vector else ()
        words = word.split()
        if words == ["layer"]:
            return t.reshape(vector)
        lead = x.shape[:1] if "sample" in words else ()
        if "element" in words:
            return t.reshape(*(lead or (1,)), *x.shape[1:], *vector)
        axis = self._axis % x.dim() if self._axis else 1
        shape = [*lead] + [1] * (x.dim() - len(lead))
        if "channel" in words or "group" in words:
            channels = x.shape[axis]
            if "group" in words:
                place = len(lead)
                groups = t.shape[place]
                t = t.repeat_interleave(channels // groups, place)
            shape[axis] = channels
        return t.reshape(*shape, *vector)
