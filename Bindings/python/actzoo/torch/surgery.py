"""Changing models: other activations, and which parameters decay."""

from collections.abc import Callable
from typing import Any

import torch

from .modules import Activation


def replace(
    model: torch.nn.Module,
    old: type | tuple[type, ...],
    new: str | type[torch.nn.Module] | Callable[[torch.nn.Module], torch.nn.Module],
    **options: Any,
) -> int:
    """Put an activation in place of every module of the class `old`; returns how many.

    `new` is a name ("crrelu"), a class (`actzoo.torch.CRReLU`) or a function of the old module;
    `options` go to `Activation`. Each place gets a module of its own, on the device, with the type
    and in the mode of its surroundings; a module that was in several places stays shared.
    """
    made: dict[torch.nn.Module, torch.nn.Module] = {}

    def instead(module: torch.nn.Module) -> torch.nn.Module:
        if module not in made:
            if isinstance(new, str):
                made[module] = Activation(new, **options)
            elif isinstance(new, type):
                made[module] = new(**options)
            else:
                made[module] = new(module)
            like = next(model.parameters(), None)
            if like is not None:
                made[module].to(
                    device=like.device, dtype=like.dtype if like.is_floating_point() else None
                )
            made[module].train(module.training)
        return made[module]

    count = 0
    for parent in list(model.modules()):
        for name, child in list(parent._modules.items()):
            if child is not None and isinstance(child, old):
                setattr(parent, name, instead(child))
                count += 1
    return count


def parameter_groups(model: torch.nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Parameters for an optimizer: weight decay for all but those that the zoo says it harms.

    >>> torch.optim.AdamW(actzoo.torch.parameter_groups(model, 0.05), lr=1e-3)
    """
    spared = {
        id(getattr(module, name))
        for module in model.modules()
        if isinstance(module, Activation)
        for name in module.undecayed()
    }
    groups: tuple[list[Any], list[Any]] = ([], [])
    for parameter in model.parameters():
        groups[id(parameter) in spared].append(parameter)
    return [
        {"params": members, "weight_decay": decay}
        for members, decay in zip(groups, (weight_decay, 0.0), strict=True)
        if members
    ]
