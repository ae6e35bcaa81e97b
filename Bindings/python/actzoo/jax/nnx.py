"""Activations as layers of flax.nnx, with parameters that learn."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from .._zoo import Parameter
from . import Function, get


class Activation(nnx.Module):
    """An activation as a layer: `Activation("crrelu")`, `Activation("prelu", channels=64)`.

    Its parameters have the descriptor's initial values, or a preset's, and its granularity; where
    that is one for each channel and `channels` is not given, one for the whole layer. Those that
    the descriptor fixes are plain variables, those that the model computes arguments of the call.
    Each nnx.Param says in its metadata whether weight decay is meant for it: `layer.a.decay`.
    """

    def __init__(
        self,
        activation: str | Function,
        *,
        preset: str = "",
        granularity: str | None = None,
        channels: int | None = None,
        groups: int = 0,
        channel_axis: int = -1,
        counts: dict[str, int] | None = None,
        param_dtype: Any = jnp.float32,
        rngs: nnx.Rngs | None = None,
    ) -> None:
        """Lay the parameters out. `rngs` are for noise, of their stream `noise`."""
        self.function = activation if isinstance(activation, Function) else get(activation)
        self.channel_axis = channel_axis
        self.deterministic = False
        found = self.function.activation
        self.noise = nnx.data(rngs.noise.fork() if found.uses_noise and rngs else None)
        for name in counts or {}:
            found.index(name)
        words = {}
        for p in found.parameters:
            word = p.granularity if granularity is None or p.fixed else granularity
            if word == "channel" and channels is None and granularity is None:
                word = "layer"
            rows = self._rows(p, word, channels, groups)
            words[p.name] = word
            if p.supplied:
                continue
            values = jnp.asarray(
                found.initial(p.name, preset, (counts or {}).get(p.name, p.count)), param_dtype
            )
            values = values if p.is_vector else values.reshape(())
            values = jnp.broadcast_to(values, (*rows, *values.shape))
            setattr(
                self,
                p.name,
                nnx.Variable(values) if p.fixed else nnx.Param(values, decay=p.decay),
            )
        self.granularity = tuple(words.items())

    @staticmethod
    def _rows(p: Parameter, word: str, channels: int | None, groups: int) -> tuple[int, ...]:
        if p.supplied or word == "layer":
            return ()
        if word == "channel":
            if channels is None:
                raise ValueError(
                    f"'{p.name}' has a value for each channel; say how many: channels="
                )
            return (channels,)
        if word == "group":
            return (groups or p.groups,)
        raise ValueError(
            f"a layer cannot keep '{p.name}' per {word}; call the function with a value for it"
        )

    def __call__(
        self,
        x: jax.Array,
        g: jax.Array | None = None,
        *,
        rngs: nnx.Rngs | None = None,
        **supplied: Any,
    ) -> jax.Array:
        """Y = f(x) or f(x, g); noise is drawn in training and has its eval value in eval()."""
        found = self.function.activation
        values = dict(supplied) if g is None else {"g": g, **supplied}
        words = dict(self.granularity)
        for p in found.parameters:
            if p.supplied:
                words.pop(p.name)  # of any shape that broadcasts
            elif p.name in values:
                raise TypeError(f"{found.name} keeps '{p.name}' itself; it is not an argument")
            else:
                values[p.name] = getattr(self, p.name)[...]
        stream = self.noise if rngs is None else rngs.noise
        key = None
        if found.uses_noise and not self.deterministic and stream is not None:
            key = stream()
        return self.function(
            x, key=key, granularity=words or None, channel_axis=self.channel_axis, **values
        )
