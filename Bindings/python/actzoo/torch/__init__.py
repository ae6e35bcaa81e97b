"""Activations in PyTorch, as if they had always been there.

>>> import torch, actzoo.torch
>>> model = torch.nn.Sequential(torch.nn.Linear(8, 32), actzoo.torch.CRReLU())
>>> y = actzoo.torch.functional.swiglu(x, g)
>>> actzoo.torch.replace(model, torch.nn.GELU, "crrelu")
>>> groups = actzoo.torch.parameter_groups(model, weight_decay=0.05)

Every activation is a class by its title (`CRReLU`, `GELUtanh`), a function by its name
(`functional.gelu_tanh`) and an operator (`torch.ops.actzoo.gelu_tanh`).
"""

from typing import Any

from .. import zoo as _zoo
from .._zoo import Activation as _Description
from . import functional
from ._kernels import DtypeError
from .modules import Activation, module_class
from .surgery import parameter_groups, replace

__all__ = ["Activation", "DtypeError", "functional", "parameter_groups", "replace"]


def _titles() -> dict[str, _Description]:
    return {"".join(c for c in a.title if c.isalnum()): a for a in _zoo()}


def __getattr__(name: str) -> Any:
    if name == "layers":
        import importlib

        return importlib.import_module(".layers", __name__)
    found = None if name.startswith("_") else _titles().get(name)
    if found is None:
        raise AttributeError(
            f"actzoo.torch has no {name}; actzoo.torch.Activation(name) takes any of actzoo.list()"
        )
    globals()[name] = made = module_class(found)
    return made


def __dir__() -> list[str]:
    return sorted([*globals(), "layers", *_titles()])
