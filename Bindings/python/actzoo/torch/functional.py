"""Every activation as a function: `functional.crrelu(x, eps=0.02)`, `functional.swiglu(x, g)`.

Parameters follow the inputs in the descriptor's order, as tensors (which may need gradients) or
numbers; those left out have their initial values. `granularity`, `groups` and `channel_axis` say
what a tensor's axes mean, as for a module. With `training=True` noise is drawn from torch's
generator.
"""

from collections.abc import Callable
from typing import Any

import torch

from .. import get
from .. import zoo as _zoo
from .._library import INVALID, ActZooError
from .._zoo import Activation, attribute, attributes
from ._evaluator import Evaluator, evaluator
from ._operators import identifier


def seed() -> torch.Tensor:
    """A number for one draw of noise, from torch's generator."""
    return torch.randint(2**62, (), device="cpu")


def function(activation: Activation) -> Callable[..., torch.Tensor]:
    """The function of an activation."""
    names = [identifier(p.name) for p in activation.parameters]
    gated, count, plain = activation.is_gated, len(names), evaluator(activation)
    initial = tuple(
        None
        if p.supplied
        else tuple(activation.initial(p.name))
        if p.is_vector
        else activation.initial(p.name)[0]
        for p in activation.parameters
    )

    # Where numbers are for the layer by default, those seen before take a short way.
    usual = count and not gated and all(p.granularity == "layer" for p in activation.parameters)
    usual = usual and not any(p.is_vector or p.supplied for p in activation.parameters)
    usual = usual and not activation.uses_noise
    constants: dict[Any, torch.Tensor] = {}
    is_compiling = torch.compiler.is_compiling

    def tensor(value: Any, x: torch.Tensor, i: int) -> torch.Tensor:
        if isinstance(value, torch.Tensor):
            return value
        if value is None and initial[i] is None:
            raise ActZooError(INVALID, f"{activation.name} needs a value for '{names[i]}'")
        value = initial[i] if value is None else value
        if not isinstance(x, torch.Tensor):
            raise TypeError(f"{activation.name} takes tensors, not a {type(x).__name__}")
        dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
        if is_compiling() or not isinstance(value, int | float | tuple):
            return torch.tensor(value, dtype=dtype, device=x.device)
        key = value, x.dtype, x.device
        if key not in constants:
            if len(constants) > 1000:
                constants.clear()
            constants[key] = torch.tensor(value, dtype=dtype, device=x.device)
        return constants[key]

    def call(
        x: torch.Tensor,
        *values: Any,
        training: bool = False,
        granularity: str | dict[str, str] | None = None,
        groups: int = 0,
        channel_axis: int = 1,
        **named: Any,
    ) -> torch.Tensor:
        if usual and len(values) == count and not named and granularity is None:
            try:
                if not is_compiling():
                    return plain.call(
                        x,
                        *[
                            v if isinstance(v, torch.Tensor) else constants[v, x.dtype, x.device]
                            for v in values
                        ],
                    )
            except (KeyError, AttributeError):
                pass  # the first time, or not a tensor
        inputs: tuple[torch.Tensor, ...] = (x,)
        if gated:
            if not values and "g" not in named:
                raise TypeError(f"{activation.name} is gated: it takes x and g")
            g, values = (named.pop("g"), values) if "g" in named else (values[0], values[1:])
            inputs = (x, g)
        if named or len(values) != count:
            if len(values) > count or (unknown := set(named) - set(names[len(values) :])):
                have = ", ".join(names) or "none"
                what = f"'{min(unknown)}'" if len(values) <= count else f"{len(values)} values"
                raise TypeError(f"{activation.name} cannot take {what}; its parameters: {have}")
            values = (*values, *(named.get(n) for n in names[len(values) :]))
        tensors = [tensor(v, x, i) for i, v in enumerate(values)]
        e = plain
        if granularity is not None or groups or channel_axis != 1 or vectors:
            e = _chosen(activation, tensors, values, granularity, groups, channel_axis)
        if training and activation.uses_noise:
            return e.call(*inputs, *tensors, seed=seed())
        return e.call(*inputs, *tensors)

    vectors = any(p.is_vector for p in activation.parameters)
    if not gated and not count and not activation.uses_noise:
        call = plain.call

    call.__name__ = call.__qualname__ = identifier(activation.name)
    call.__doc__ = f"y = {activation.formula}"
    return call


def _chosen(
    activation: Activation,
    tensors: list[torch.Tensor],
    values: tuple[Any, ...],
    granularity: str | dict[str, str] | None,
    groups: int,
    channel_axis: int,
) -> Evaluator:
    """The evaluator for these shapes; what has its initial value is one for the layer."""
    words, counts = {}, {}
    for p, t, v in zip(activation.parameters, tensors, values, strict=True):
        if v is None or t.dim() == p.is_vector:
            words[p.name] = "layer"
        elif isinstance(granularity, dict):
            words[p.name] = granularity.get(p.name, p.granularity)
        elif granularity and not p.fixed:
            words[p.name] = granularity
        if p.is_vector and t.dim():
            counts[p.name] = t.shape[-1]
    return evaluator(activation, words, groups, counts, channel_axis)


def __getattr__(name: str) -> Callable[..., torch.Tensor]:
    globals()[name] = made = attribute(__name__, name, lambda spelt: function(get(spelt)))
    return made


def __dir__() -> list[str]:
    return attributes(_zoo(), *globals())
