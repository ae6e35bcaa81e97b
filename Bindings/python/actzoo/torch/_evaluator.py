"""From tensors to a result: which way a call takes, and its gradients of every order.

The ways, in the order in which they are tried:
  compiled, exported, traced, or a tensor that is a subclass: the public operator actzoo::NAME,
      which has fakes and autograd;
  under torch.func or forward-mode AD: the formula in torch's operations;
  otherwise an autograd.Function (or, without gradients, nothing) around the kernels: those of
      the zoo on the CPU, the formula's operations elsewhere.
All keep for the backward pass the tensors that they were given, and nothing else.
"""

import ctypes
import functools
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.autograd import forward_ad

from .. import _library as lib
from .._library import ActZooError
from .._zoo import Activation
from ._kernels import DTYPES, Composite, DtypeError, Raw, translated

_transforms = torch._C._are_functorch_transforms_active
_modes = torch._C._len_torch_dispatch_stack
_tracing = torch._C._is_tracing
_PLAIN = (torch.Tensor, torch.nn.Parameter)


def _noise(seed: int, like: torch.Tensor) -> torch.Tensor:
    """The numbers u that the kernels use for a seed, or the device's own."""
    wide = torch.float64 if like.dtype == torch.float64 else torch.float32
    if like.device.type != "cpu":
        generator = torch.Generator(like.device).manual_seed(seed)
        return torch.rand(like.shape, generator=generator, dtype=wide, device=like.device)
    import numpy

    values = numpy.empty(like.numel(), numpy.float32)
    lib._noise(seed, 0, values.ctypes.data_as(ctypes.POINTER(ctypes.c_float)), values.size)
    return torch.from_numpy(values).reshape(like.shape).to(wide)


class Evaluator:
    """An activation with its granularities: a differentiable function of inputs and parameters."""

    def __init__(
        self,
        activation: Activation,
        words: tuple[str, ...],
        groups: int,
        counts: dict[str, int],
        channel_axis: int,
    ) -> None:
        """`words` are the granularities of all parameters, in order; use `evaluator`."""
        names = [p.name for p in activation.parameters]
        self.activation, self.words, self.groups = activation, words, groups
        self.counts, self.channel_axis = counts, channel_axis
        by_name = dict(zip(names, words, strict=True))
        self.raw = Raw(activation, by_name, groups, counts, channel_axis)
        self.inputs = 1 + activation.is_gated
        self.function = _function(self, self.inputs + len(names))
        self.call = _caller(self, self.inputs + len(names))

    @functools.cached_property
    def operator(self) -> Callable[..., torch.Tensor]:
        """The public operator with the options of this evaluator."""
        from ._operators import operator, options

        op, chosen = operator(self.activation), options(self)
        return functools.partial(op, **chosen) if chosen else op

    @functools.cached_property
    def composite(self) -> Composite:
        """The formula in torch's operations."""
        return Composite(self.activation, self.words, self.groups, self.counts, self.channel_axis)

    def __call__(self, *tensors: torch.Tensor, seed: torch.Tensor | None = None) -> torch.Tensor:
        """Y of inputs and parameters. `seed`, a whole number in a tensor, is for noise."""
        return self.call(*tensors, seed=seed) if self.activation.uses_noise else self.call(*tensors)

    def _carefully(
        self, tensors: tuple[torch.Tensor, ...], seed: torch.Tensor | None
    ) -> torch.Tensor:
        """What `call` hands on: whatever is not plain tensors that fit, in plain eager mode."""
        x = tensors[0]
        if not isinstance(x, torch.Tensor):
            raise TypeError(f"{self.activation.name} takes tensors, not a {type(x).__name__}")
        tensors = self._fitting(tensors)
        plain = all(type(t) in _PLAIN for t in tensors)
        if not plain or _modes() or _tracing():
            return self.operator(*tensors) if seed is None else self.operator(*tensors, seed=seed)
        if _transforms() or forward_ad._current_level >= 0:
            noise = None
            if seed is not None:
                noise = torch.rand_like(tensors[0], dtype=_WIDE[tensors[0].dtype])
            return self.composite(tensors, noise)
        number = -1 if seed is None else int(seed)
        try:
            if torch.is_grad_enabled() and any(t.requires_grad for t in tensors):
                if number >= 0:
                    return _WithNoise.apply(self, number, *tensors)  # type: ignore[no-untyped-call]
                return self.function.apply(*tensors)
            return self.forward(tensors, number)
        except RuntimeError as error:
            raise translated(error) from None

    def _fitting(self, tensors: tuple[torch.Tensor, ...]) -> tuple[Any, ...]:
        """The tensors with the types that belong together; refuses what cannot be served."""
        x = tensors[0]
        wide = _WIDE.get(x.dtype)
        if wide is None:
            raise DtypeError(
                lib.UNSUPPORTED,
                f"{self.activation.name} of a {x.dtype} tensor is not defined; convert it with "
                ".float()",
            )
        device = x.device
        for i in range(1, len(tensors)):
            t = tensors[i]
            kind = x.dtype if i < self.inputs else wide
            if t.dtype != kind:
                if i < self.inputs:  # x and its gate meet in the wider type, as in torch
                    kind = torch.promote_types(x.dtype, t.dtype)
                    xs = [a.to(kind) for a in tensors[: self.inputs]]
                    return self._fitting((*xs, *tensors[self.inputs :]))
                tensors = (*tensors[:i], t.to(kind), *tensors[i + 1 :])
            if t.device != device:
                raise RuntimeError(
                    f"{self.activation.name} expects all tensors on one device, but found x on "
                    f"{device} and another on {t.device}; move the module with .to(x.device)"
                )
        if device.type == "meta":
            raise ActZooError(
                lib.UNSUPPORTED,
                f"{self.activation.name} has no values to work on: x is on the device meta; give "
                "it memory with .to_empty(device='cpu')",
            )
        return tensors

    # Without autograd: what the Function and the public operator are made of. --------------------

    def forward(self, tensors: tuple[torch.Tensor, ...], seed: int) -> torch.Tensor:
        """Y; seed -1: no noise."""
        if tensors[0].is_cpu:
            try:
                return self.raw.forward(tensors, seed)
            except RuntimeError as error:
                raise translated(error) from None
        with torch.no_grad():
            return _elsewhere(self.composite, tensors[0].device.type)(
                tensors, None if seed < 0 else _noise(seed, tensors[0])
            )

    def backward(
        self,
        dy: torch.Tensor,
        tensors: tuple[torch.Tensor, ...],
        wanted: tuple[bool, ...],
        seed: int,
    ) -> Sequence[torch.Tensor]:
        """Gradients of the wanted tensors."""
        if dy.is_cpu:
            try:
                return self.raw.backward(dy, tensors, wanted, seed)
            except RuntimeError as error:
                raise translated(error) from None
        return self.formula_backward(dy, tensors, wanted, seed)

    def formula_backward(
        self,
        dy: torch.Tensor,
        tensors: tuple[torch.Tensor, ...],
        wanted: tuple[bool, ...],
        seed: int,
        graph: bool = False,
    ) -> list[torch.Tensor]:
        """The same by differentiating the formula; with `graph` the result has gradients."""
        noise = None if seed < 0 else _noise(seed, tensors[0])
        if not graph:
            tensors = tuple(
                t.detach().requires_grad_(w) for t, w in zip(tensors, wanted, strict=True)
            )
        with torch.enable_grad():
            y = self.composite(tuple(tensors), noise)
        chosen = [t for t, w in zip(tensors, wanted, strict=True) if w]
        return _gradients(y, chosen, dy, graph)


def _gradients(
    y: torch.Tensor, tensors: list[torch.Tensor], dy: torch.Tensor | None, graph: bool
) -> list[torch.Tensor]:
    """Gradients, zeros where y does not depend on a tensor: a gradient may well be constant."""
    if not y.requires_grad:
        return [torch.zeros_like(t) for t in tensors]
    found = torch.autograd.grad(y, tensors, dy, create_graph=graph, allow_unused=True)
    return [torch.zeros_like(t) if d is None else d for t, d in zip(tensors, found, strict=True)]


def second(
    evaluator: Evaluator,
    dy: torch.Tensor,
    tensors: tuple[torch.Tensor, ...],
    wanted: tuple[bool, ...],
    seed: int,
    ddy: list[torch.Tensor | None],
    needed: tuple[bool, ...],
) -> list[torch.Tensor | None]:
    """Gradients of sum(ddy * backward(dy, tensors)) by those of (dy, *tensors) that are needed."""
    graph = torch.is_grad_enabled()
    with torch.enable_grad():
        # A view of each: its history is that of the tensor, and the derivative by it is partial.
        operands = [
            t.view_as(t) if graph and t.requires_grad else t.detach().requires_grad_(True)
            for t in (dy, *tensors)
        ]
        first = evaluator.formula_backward(
            operands[0], tuple(operands[1:]), wanted, seed, graph=True
        )
        terms = [(d * v).sum() for d, v in zip(first, ddy, strict=True) if v is not None]
        total = sum(terms[1:], terms[0])
        chosen = [t for t, n in zip(operands, needed, strict=True) if n]
        found = iter(_gradients(total, chosen, None, graph))
    return [next(found) if n else None for n in needed]


def _differentiate(
    e: Evaluator,
    dy: torch.Tensor,
    tensors: tuple[torch.Tensor, ...],
    wanted: tuple[bool, ...],
    seed: int,
) -> tuple[Any, ...]:
    """The gradients of those tensors that are wanted, None for the others."""
    found: Sequence[torch.Tensor]
    if _transforms():  # batched gradients (is_grads_batched): the formula knows how
        found = _vjp(e, dy, tensors, wanted, seed)
    elif torch.is_grad_enabled():
        found = _Backward.apply(e, seed, wanted, dy, *tensors)  # type: ignore[no-untyped-call]
    else:
        found = e.backward(dy, tensors, wanted, seed)
    rest = iter(found)
    return tuple(next(rest) if w else None for w in wanted)


class _WithNoise(torch.autograd.Function):
    """The kernels with their gradient and the same noise in both directions."""

    @staticmethod
    def forward(ctx: Any, e: Evaluator, seed: int, *tensors: torch.Tensor) -> torch.Tensor:
        ctx.of = e, seed
        ctx.save_for_backward(*tensors)
        return e.forward(tensors, seed)

    @staticmethod
    def backward(ctx: Any, dy: torch.Tensor) -> Any:
        e, seed = ctx.of
        wanted = ctx.needs_input_grad[2:]
        return None, None, *_differentiate(e, dy, ctx.saved_tensors, wanted, seed)


def _function(e: Evaluator, count: int) -> type[torch.autograd.Function]:
    """The kernels with their gradient, for one evaluator: every argument of `apply` costs time."""
    raw, handle, everything = e.raw.operator, e.raw.handle, (True,) * count
    raw_backward, all_bits = e.raw.plan(everything)
    transforms, grad = _transforms, torch.is_grad_enabled

    def forward(ctx: Any, *tensors: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(*tensors)
        return raw(handle, *tensors) if tensors[0].is_cpu else e.forward(tensors, -1)

    def backward(ctx: Any, dy: torch.Tensor) -> Any:
        wanted = ctx.needs_input_grad
        if wanted == everything and dy.is_cpu and not (grad() or transforms()):
            return raw_backward(handle, all_bits, dy, *ctx.saved_tensors)
        return _differentiate(e, dy, ctx.saved_tensors, wanted, -1)

    # The name is what print(y) shows as its grad_fn.
    title = "".join(c for c in e.activation.title if c.isalnum())
    body = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type(title, (torch.autograd.Function,), body)


class _Backward(torch.autograd.Function):
    """The backward kernels with their gradient, for create_graph=True: the same bits without it."""

    @staticmethod
    def forward(
        ctx: Any,
        evaluator: Evaluator,
        seed: int,
        wanted: tuple[bool, ...],
        dy: torch.Tensor,
        *tensors: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        ctx.evaluator, ctx.seed, ctx.wanted = evaluator, seed, wanted
        ctx.save_for_backward(dy, *tensors)
        return tuple(evaluator.backward(dy, tensors, wanted, seed))

    @staticmethod
    def backward(ctx: Any, *ddy: torch.Tensor | None) -> Any:
        dy, *tensors = ctx.saved_tensors
        needed = ctx.needs_input_grad[3:]
        found = second(ctx.evaluator, dy, tensors, ctx.wanted, ctx.seed, list(ddy), needed)
        return None, None, None, *found


def _vjp(
    evaluator: Evaluator,
    dy: torch.Tensor,
    tensors: tuple[torch.Tensor, ...],
    wanted: tuple[bool, ...],
    seed: int,
) -> list[torch.Tensor]:
    noise = None if seed < 0 else _noise(seed, tensors[0])
    chosen = [t for t, w in zip(tensors, wanted, strict=True) if w]

    def formula(*values: torch.Tensor) -> torch.Tensor:
        rest = iter(values)
        everything = (next(rest) if w else t for t, w in zip(tensors, wanted, strict=True))
        return evaluator.composite(tuple(everything), noise)

    return list(torch.func.vjp(formula, *chosen)[1](dy))


def _compiled_operator(e: Evaluator) -> Callable[..., torch.Tensor]:
    """The public operator for torch.compile: defined when it is traced, since it is for ever."""
    from ._operators import operator_name, options

    chosen = options(e)

    # Tracing calls it, and so defines the operator.
    @torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]
    def name() -> str:
        return operator_name(e.activation)

    def operator(*tensors: torch.Tensor, **seed: torch.Tensor) -> torch.Tensor:
        return getattr(torch.ops.actzoo, name()).default(*tensors, **seed, **chosen)

    return operator


def _caller(e: Evaluator, count: int) -> Callable[..., torch.Tensor]:
    """The function of inputs and parameters. Its common way is short, every 50 ns count there: the
    shim checks the tensors, and when it refuses them `_carefully` looks again."""
    raw, handle, plain = e.raw.operator, e.raw.handle, _PLAIN
    # Here and not when it is first needed: torch.compile cannot trace its making.
    composite = e.composite
    operator = _compiled_operator(e)
    is_compiling, grad = torch.compiler.is_compiling, torch.is_grad_enabled
    transforms, modes, tracing = _transforms, _modes, _tracing
    last = _WIDE if count > e.inputs else {d: d for d in DTYPES}
    # Without the search for tensors of a finished torch.func transform in Function.apply.
    apply = super(torch.autograd.Function, e.function).apply  # type: ignore[misc] # it is in C

    def one(x: torch.Tensor) -> torch.Tensor:
        if is_compiling():
            return (
                composite((x,)) if transforms() or forward_ad._current_level >= 0 else operator(x)
            )
        if (
            type(x) in plain
            and x.is_cpu
            and not (transforms() or modes() or tracing() or forward_ad._current_level >= 0)
        ):
            try:
                if x.requires_grad and grad():
                    return apply(x)
                return raw(handle, x)
            except RuntimeError:
                pass
        return e._carefully((x,), None)

    def several(*tensors: torch.Tensor) -> torch.Tensor:
        if is_compiling():
            if transforms() or forward_ad._current_level >= 0:
                return composite(tensors)
            return operator(*tensors)
        needed = False
        for t in tensors:
            if type(t) not in plain:
                return e._carefully(tensors, None)
            needed = needed or t.requires_grad
        x = tensors[0]
        if (
            x.is_cpu
            and tensors[-1].dtype is last.get(x.dtype)  # no tries in vain for bfloat16 models
            and not (transforms() or modes() or tracing() or forward_ad._current_level >= 0)
        ):
            try:
                if needed and grad():
                    return apply(*tensors)
                return raw(handle, *tensors)
            except RuntimeError:
                pass
        return e._carefully(tensors, None)

    def noisy(*tensors: torch.Tensor, seed: torch.Tensor | None = None) -> torch.Tensor:
        if is_compiling():
            if transforms() or forward_ad._current_level >= 0:
                noise = None if seed is None else torch.rand_like(tensors[0], dtype=torch.float32)
                return composite(tensors, noise)
            return operator(*tensors) if seed is None else operator(*tensors, seed=seed)
        return e._carefully(tensors, seed)

    if e.activation.uses_noise:
        return noisy
    return one if count == 1 else several


_WIDE = {d: torch.float64 if d == torch.float64 else torch.float32 for d in DTYPES}


@functools.cache
def _warn(device: str) -> bool:
    warnings.warn(
        f"actzoo has no kernels for {device}: activations run there as torch operations, compiled "
        "where torch.compile works",
        stacklevel=6,
    )
    from torch.utils._triton import has_triton

    return has_triton()


def _elsewhere(composite: Composite, device: str) -> Callable[..., torch.Tensor]:
    """The composite, compiled where that works."""
    if not _warn(device):
        return composite
    if composite.compiled is None:
        composite.compiled = torch.compile(composite.__call__, dynamic=True)
    return composite.compiled


def split(granularity: str | dict[str, str] | None, activation: Activation) -> tuple[str, ...]:
    """The granularities of all parameters, from one word for all or words by name."""
    by_name = granularity if isinstance(granularity, dict) else {}
    for name in by_name:
        activation.index(name)
    one = granularity if isinstance(granularity, str) else None
    return tuple(
        by_name.get(p.name) or (one if one and not p.fixed else p.granularity)
        for p in activation.parameters
    )


# Whoever has an evaluator keeps it, and so do the last ones for calls of functions with options. A
# program may make any number of formulas.
_alive: weakref.WeakValueDictionary[tuple[Any, ...], Evaluator] = weakref.WeakValueDictionary()
_recent: deque[Evaluator] = deque(maxlen=64)


def evaluator(
    activation: Activation,
    granularity: str | dict[str, str] | None = None,
    groups: int = 0,
    counts: dict[str, int] | None = None,
    channel_axis: int = 1,
) -> Evaluator:
    """The one evaluator of an activation and options."""
    words = split(granularity, activation)
    key = (
        activation.id,
        activation.path,
        activation.text,
        words,
        groups,
        tuple(sorted((counts or {}).items())),
        channel_axis,
    )
    found = _alive.get(key)
    if found is None:
        found = Evaluator(activation, words, groups, dict(counts or {}), channel_axis)
        _alive[key] = found
        _recent.append(found)
    return found
