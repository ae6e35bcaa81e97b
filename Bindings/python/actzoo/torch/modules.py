"""Activations as layers."""

import tempfile
from pathlib import Path
from typing import Any

import torch

from .. import get
from .._library import INVALID, ActZooError
from .._zoo import Activation as Description
from .._zoo import Zoo
from . import functional
from ._evaluator import evaluator, split
from ._operators import identifier


def attribute(name: str) -> str:
    """The attribute in which a module keeps a parameter: its name, where that is free."""
    name = identifier(name)
    return name + "_" if hasattr(torch.nn.Module, name) else name


class Activation(torch.nn.Module):
    """An activation as a layer: `Activation("crrelu")`, `Activation("prelu", channels=64)`.

    Parameters begin with the descriptor's initial values, or with a preset's; those that the
    descriptor fixes are buffers, those that it calls supplied are arguments of each call.

    name: short name, alias or id; or what `actzoo.get` returns.
    preset: the name of a set of initial values, such as "swish" for "rational".
    granularity: how parameters vary, "layer", "channel", "group", "element", "sample" or two of
        them ("sample channel"): one word for all that are not fixed, or words by name.
    channels: how many channels there are, for "channel".
    groups: into how many groups the channels are divided, for "group".
    channel_axis: the axis of the channels; -1 for transformers.
    counts: numbers of coefficients by parameter.
    shape: the shape of one sample, for "element"; samples: how many there are, for "sample".
    """

    def __init__(
        self,
        name: str | Description,
        preset: str = "",
        granularity: str | dict[str, str] | None = None,
        channels: int = 1,
        groups: int = 0,
        channel_axis: int = 1,
        counts: dict[str, int] | None = None,
        shape: tuple[int, ...] = (),
        samples: int = 1,
        device: torch.types.Device = None,
        dtype: torch.dtype | None = None,
        **initial: float | torch.Tensor,
    ) -> None:
        """Look the activation up and lay out its parameters; `initial` overrides their values."""
        super().__init__()
        self.activation = name if isinstance(name, Description) else get(name)
        counts = dict(counts or {})
        words = split(granularity, self.activation)
        self._options = (dict(zip(self._names(), words, strict=True)), groups, counts, channel_axis)
        self.preset = preset
        self._evaluator = evaluator(self.activation, *self._options)
        self._attributes = []
        for p, word in zip(self.activation.parameters, words, strict=True):
            if p.supplied:
                continue
            value = torch.tensor(
                self.activation.initial(p.name, preset, counts.get(p.name, p.count)),
                dtype=torch.float64,
            )
            value = value if p.is_vector else value.reshape(())
            name = attribute(p.name)
            if p.name in initial or name in initial:
                chosen = initial.pop(p.name if p.name in initial else name)
                value = torch.as_tensor(chosen, dtype=torch.float64).expand(value.shape)
            lead: tuple[int, ...] = (samples,) if "sample" in word else ()
            if "element" in word:
                lead += tuple(shape)
            elif "channel" in word or "group" in word:
                lead += (channels if "channel" in word else groups or p.groups,)
            value = value.expand((*lead, *value.shape))
            value = value.to(device=device, dtype=dtype or torch.get_default_dtype()).clone()
            if p.fixed:
                self.register_buffer(name, value)
            else:
                self.register_parameter(name, torch.nn.Parameter(value))
            self._attributes.append(name)
        if initial:
            have = ", ".join(self._names()) or "none"
            raise ActZooError(
                INVALID,
                f"{self.activation.name} has no parameter '{min(initial)}'; it has {have}",
            )
        self._inputs = 1 + self.activation.is_gated
        self._supplied = sum(p.supplied for p in self.activation.parameters)
        self._noisy = self.activation.uses_noise

    def _names(self) -> list[str]:
        return [p.name for p in self.activation.parameters]

    def forward(self, x: torch.Tensor, *rest: torch.Tensor) -> torch.Tensor:
        """Y = f(x) or, if gated, f(x, g); supplied parameters follow."""
        if len(rest) + 1 != self._inputs + self._supplied:
            raise TypeError(self._takes())
        if not self._attributes:
            return self._evaluator.call(x, *rest)
        tensors = [getattr(self, name) for name in self._attributes]
        if self._noisy and self.training:
            return self._evaluator.call(x, *rest, *tensors, seed=functional.seed())
        return self._evaluator.call(x, *rest, *tensors)

    def undecayed(self) -> list[str]:
        """Names of the parameters that weight decay is not meant for."""
        learned = [p for p in self.activation.parameters if not p.supplied]
        return [
            n for n, p in zip(self._attributes, learned, strict=True) if not p.decay and not p.fixed
        ]

    def _takes(self) -> str:
        names = ["x", "g"][: self._inputs]
        names += [p.name for p in self.activation.parameters if p.supplied]
        return f"{self.activation.name} takes {', '.join(names)}"

    def extra_repr(self) -> str:
        """Name and formula, as print(model) shows them."""
        shapes = "".join(
            f", {n}{tuple(t.shape)}" for n in self._attributes if (t := getattr(self, n)).dim()
        )
        return f"{self.activation.name}: {self.activation.formula}{shapes}"

    def __getstate__(self) -> dict[str, Any]:
        """Everything but what belongs to this process."""
        state = self.__dict__.copy()
        found = self.activation
        state["activation"] = found.id, found.path, found.text
        del state["_evaluator"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Find the activation again: in the zoo, where it was, or by its text."""
        state = dict(state)
        self.__dict__["activation"] = _again(*state.pop("activation"))
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        self._evaluator = evaluator(self.activation, *self._options)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Activation":
        """A copy with parameters of its own; the activation itself is shared."""
        import copy

        new = self.__class__.__new__(self.__class__)
        memo[id(self)] = new
        shared = {"activation", "_evaluator"}
        new.__dict__.update(
            {k: v if k in shared else copy.deepcopy(v, memo) for k, v in self.__dict__.items()}
        )
        return new


def _again(name: str, path: str, text: str) -> Description:
    """The activation that a pickle tells of. A text is enough to evaluate it."""
    try:
        found = get(name)
        if found.text == text:
            return found
    except ActZooError:
        pass
    if Path(path).is_file():
        return Zoo([path]).find(name)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pickled.actzoo")
        file.write_text(text)
        return Zoo([file]).find(name)


def module_class(description: Description) -> type[Activation]:
    """The class of modules of one activation, named by its title: `CRReLU`."""

    def __init__(self: Any, *arguments: Any, **options: Any) -> None:
        Activation.__init__(self, self._id, *arguments, **options)

    title = "".join(c for c in description.title if c.isalnum())
    body = {
        "__init__": __init__,
        "__doc__": f"y = {description.formula}; arguments as for `Activation`.",
        "__module__": "actzoo.torch",
        "_id": description.id,
        "extra_repr": lambda self: Activation.extra_repr(self).partition(": ")[2],
    }
    return type(title, (Activation,), body)
