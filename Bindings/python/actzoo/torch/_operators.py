"""The public operators `torch.ops.actzoo.NAME` and `NAME_backward`, one pair for each activation.

    crrelu(Tensor x, Tensor eps, str granularity="", int groups=0, int channel_axis=1) -> Tensor
    crrelu_backward(Tensor dy, Tensor x, Tensor eps, bool[] wanted, ...) -> Tensor[]

Both have fakes and autograd, so they are what torch.compile, torch.export, tracing and tensor
subclasses see; eager calls go a shorter way to the same kernels (_evaluator.py). An operator is
defined when it is first asked for, by what sees it or by name, as when an exported program is
loaded; torch then keeps it until the process ends.
Attributes are text and numbers, never a handle, so graphs can be stored.
"""

from typing import Any

import torch

from .. import _zoo, get
from .._library import ActZooError
from .._zoo import Activation
from ._evaluator import Evaluator, evaluator, second

_library = torch.library.Library("actzoo", "FRAGMENT")
_taken = {"x", "g", "seed", "granularity", "groups", "channel_axis", "dy", "wanted"}
_defined: dict[str, Activation] = {}  # by operator name


def identifier(name: str) -> str:
    """A name as a schema can have it: neither Python's own nor one that all operators take."""
    name = _zoo.identifier(name)
    return name + "_" if name in _taken else name


def _same(a: Activation, b: Activation) -> bool:
    return (a.id, a.text, a.path) == (b.id, b.text, b.path)


def operator_name(activation: Activation) -> str:
    """The name in torch.ops.actzoo of the public operator, which is defined now if it is not yet.

    With the operator the activation is kept for ever; one that is only called in eager mode is not.
    """
    name = identifier(activation.name)
    if name in _defined and not _same(_defined[name], activation):
        # Another plugin's, or another text's, activation of the same name.
        name = identifier(activation.id)
        while name in _defined and not _same(_defined[name], activation):
            name += "_"
    if name not in _defined:
        _defined[name] = activation  # first: defining looks whether the name is there
        _define(name, activation)
    return name


def operator(activation: Activation) -> torch._ops.OpOverload:
    """The public operator of an activation."""
    return getattr(torch.ops.actzoo, operator_name(activation)).default


def options(e: Evaluator) -> dict[str, str | int]:
    """What the public operator is told beside tensors, to be this evaluator."""
    chosen: dict[str, str | int] = {}
    if any(w != p.granularity for w, p in zip(e.words, e.activation.parameters, strict=True)):
        chosen["granularity"] = ",".join(e.words)
    if e.groups:
        chosen["groups"] = e.groups
    if e.channel_axis != 1:
        chosen["channel_axis"] = e.channel_axis
    return chosen


def _define(name: str, activation: Activation) -> None:
    inputs = 1 + activation.is_gated
    count = inputs + len(activation.parameters)
    names = ["x", "g"][:inputs] + [identifier(p.name) for p in activation.parameters]
    tensors = ", ".join(f"Tensor {n}" for n in names)
    rest = ", Tensor? seed=None" if activation.uses_noise else ""
    if activation.parameters:
        rest += ', str granularity="", int groups=0, int channel_axis=1'
    parameters = tuple(p.name for p in activation.parameters)
    vectors = [(i + inputs, p.name) for i, p in enumerate(activation.parameters) if p.is_vector]
    evaluators = {}

    def chosen(
        tensors: tuple[torch.Tensor, ...], rest: tuple[Any, ...]
    ) -> tuple[Evaluator, torch.Tensor | None]:
        """The evaluator for the tensors and what follows them, and the seed's tensor."""
        seed = rest[0] if activation.uses_noise and rest else None
        given = rest[activation.uses_noise :]
        words, groups, axis = given + ("", 0, 1)[len(given) :]
        key = (words, groups, axis, *(tensors[i].shape[-1] for i, _ in vectors))
        if key not in evaluators:
            granularity = dict(zip(parameters, words.split(","), strict=True)) if words else None
            counts = {n: tensors[i].shape[-1] for i, n in vectors}
            evaluators[key] = evaluator(activation, granularity, groups, counts, axis)
        return evaluators[key], seed

    def forward(*arguments: Any) -> torch.Tensor:
        e, seed = chosen(arguments[:count], arguments[count:])
        return e.forward(e._fitting(arguments[:count]), -1 if seed is None else int(seed))

    def forward_fake(*arguments: Any) -> torch.Tensor:
        return torch.empty_like(arguments[0])

    def setup(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        seed = [s for s in inputs[count : count + activation.uses_noise] if s is not None]
        ctx.save_for_backward(*inputs[:count], *seed)
        ctx.rest = inputs[count + activation.uses_noise :]

    def differentiate(ctx: Any, dy: torch.Tensor) -> tuple[Any, ...]:
        tensors, seed = ctx.saved_tensors[:count], ctx.saved_tensors[count:]
        wanted = list(ctx.needs_input_grad[:count])
        noise = (seed[0] if seed else None,) if activation.uses_noise else ()
        found = iter(backward_operator(dy, *tensors, wanted, *noise, *ctx.rest))
        answers = [next(found) if w else None for w in wanted]
        return (*answers, *[None] * (len(noise) + len(ctx.rest)))

    def backward(dy: torch.Tensor, *arguments: Any) -> list[torch.Tensor]:
        tensors, wanted = arguments[:count], arguments[count]
        e, seed = chosen(tensors, arguments[count + 1 :])
        fitting = e._fitting(tensors)
        found = e.backward(dy, fitting, tuple(wanted), -1 if seed is None else int(seed))
        likes = (t for t, w in zip(tensors, wanted, strict=True) if w)
        return [d.to(t.dtype) for d, t in zip(found, likes, strict=True)]

    def backward_fake(dy: torch.Tensor, *arguments: Any) -> list[torch.Tensor]:
        wanted = arguments[count]
        return [torch.empty_like(t) for t, w in zip(arguments[:count], wanted, strict=True) if w]

    def setup_backward(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        e, seed = chosen(inputs[1 : 1 + count], inputs[2 + count :])
        ctx.evaluator, ctx.wanted, ctx.length = e, tuple(inputs[1 + count]), len(inputs)
        ctx.seed = -1 if seed is None else int(seed)
        ctx.save_for_backward(*inputs[: 1 + count])

    def differentiate_backward(ctx: Any, ddy: list[torch.Tensor | None]) -> tuple[Any, ...]:
        dy, *tensors = ctx.saved_tensors
        needed = ctx.needs_input_grad[: 1 + count]
        found = second(ctx.evaluator, dy, tensors, ctx.wanted, ctx.seed, list(ddy), needed)
        return (*found, *[None] * (ctx.length - len(found)))

    backward_schema = f"(Tensor dy, {tensors}, bool[] wanted{rest}) -> Tensor[]"
    for op, schema, kernel, fake, gradient, context in (
        (name, f"({tensors}{rest}) -> Tensor", forward, forward_fake, differentiate, setup),
        (
            f"{name}_backward",
            backward_schema,
            backward,
            backward_fake,
            differentiate_backward,
            setup_backward,
        ),
    ):
        _library.define(op + schema, tags=(torch.Tag.pt2_compliant_tag,))
        _library.impl(op, kernel, "CompositeExplicitAutograd")
        torch.library.register_fake(f"actzoo::{op}", fake, lib=_library)
        torch.library.register_autograd(
            f"actzoo::{op}", gradient, setup_context=context, lib=_library
        )
    backward_operator = getattr(torch.ops.actzoo, f"{name}_backward").default


class _Operators(type(torch.ops.actzoo)):  # type: ignore[misc] # of a class without a name
    """`torch.ops.actzoo`, which defines an operator of the zoo when it is first asked for."""

    # Graphs that are written down look their operators up there.
    __module__ = type(torch.ops.actzoo).__module__

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name not in _defined:
            wanted = name.removesuffix("_backward")
            for candidate in (wanted.replace("_", "-"), wanted, wanted.rstrip("_")):
                try:
                    operator(get(candidate))
                    break
                except ActZooError:
                    continue
        return super().__getattr__(name)


torch.ops.actzoo = _Operators("actzoo")  # type: ignore[attr-defined]
