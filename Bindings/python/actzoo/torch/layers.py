"""Activations that are more than one function: with a convolution, a linear map or a hyperfunction.

What papers call one activation is here the zoo's kernel with the layers around it: LSLU's spatial
layer, KAT's group-rational linear layer, Dynamic ReLU and GReLU with their hyperfunctions.
"""

import math
from typing import Any

import torch
from torch import nn

from .._library import INVALID, ActZooError
from ._evaluator import evaluator
from .modules import Activation


class SpatialLSLU(nn.Module):
    """LSLU as its paper's networks use it: activation, depthwise convolution, BatchNorm.

        y = BatchNorm(conv(f(x))),  f = LSLU of `terms` terms,  conv depthwise of 2 reach + 1

    `kind` is "series", the paper's sum, or "chain", what its released code computes. `deploy` makes
    of it the same function in evaluation mode without BatchNorm.
    Source: arXiv:2409.08283; VanillaNet, arXiv:2305.12972.
    """

    def __init__(
        self,
        channels: int,
        terms: int = 3,
        reach: int = 3,
        kind: str = "series",
        preset: str = "",
        device: torch.types.Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """Convolution as in VanillaNet: normal with deviation 0.02."""
        super().__init__()
        where: dict[str, Any] = {"device": device, "dtype": dtype}
        if kind not in ("series", "chain"):
            raise ActZooError(INVALID, f"kind is '{kind}'; it must be 'series' or 'chain'")
        if kind == "chain" and terms != 3:
            raise ActZooError(INVALID, "the chain of the released code has 3 terms")
        if kind == "series":
            counts = {"theta": terms, "omega": terms}
            values: dict[str, Any] = {}
            if not preset and terms != 3:  # as the descriptor's start, for any number of terms
                values = {"theta": 1 / terms, "omega": torch.linspace(-0.5, 0.5, terms)}
            self.activation = Activation("lslu", preset, counts=counts, **values, **where)
        else:
            self.activation = Activation("lslu-chain", preset, **where)
        size = 2 * reach + 1
        self.convolution = nn.Conv2d(
            channels, channels, size, padding=reach, groups=channels, bias=False, **where
        )
        nn.init.trunc_normal_(self.convolution.weight, std=0.02)
        self.normalization: nn.Module = nn.BatchNorm2d(channels, eps=1e-6, **where)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Y, in x's shape: (batch, channels, height, width)."""
        return self.normalization(self.convolution(self.activation(x)))

    @torch.no_grad()
    def deploy(self) -> "SpatialLSLU":
        """Fold BatchNorm's running statistics into the convolution, in place; returns self.

        Activation and convolution stay apart: with several kinks, or padding after a constant,
        their merging would be another function.
        """
        norm, old = self.normalization, self.convolution
        if not isinstance(norm, nn.BatchNorm2d):
            return self
        mean, variance = norm.running_mean, norm.running_var
        assert mean is not None and variance is not None  # __init__ asks for them
        scale = norm.weight / torch.sqrt(variance + norm.eps)
        new = nn.Conv2d(
            old.in_channels,
            old.out_channels,
            old.weight.shape[-1],
            padding=old.weight.shape[-1] // 2,
            groups=old.groups,
            device=old.weight.device,
            dtype=old.weight.dtype,
        )
        new.weight.copy_(old.weight * scale.reshape(-1, 1, 1, 1))
        assert new.bias is not None
        new.bias.copy_(norm.bias - mean * scale)
        self.convolution, self.normalization = new, nn.Identity()
        return self


def variance_gain(activation: Activation) -> float:
    """sqrt(1 / E[f(x)^2]) for standard normal x: what a linear map after f has to make up for."""
    x = torch.linspace(-10, 10, 20001, dtype=torch.float64)
    weights = torch.exp(-x * x / 2) / math.sqrt(2 * math.pi) * (x[1] - x[0])
    described, counts, tensors = activation.activation, {}, []
    for p, name in zip(described.parameters, activation._attributes, strict=True):
        value = getattr(activation, name).detach().double().cpu()
        # All groups start alike: the first stands for them.
        tensors.append(value.reshape(-1, *value.shape[value.dim() - p.is_vector :])[0])
        if p.is_vector:
            counts[p.name] = value.shape[-1]
    y = evaluator(described, "layer", counts=counts)(x, *tensors)
    return float(torch.rsqrt((weights * y.square()).sum()))


class GRKANLinear(nn.Module):
    """KAT's layer: a rational function for each group of features, and then a linear map.

        y = W F(x) + bias,  F = P / Q with P for all groups and Q for each

    W starts normal with variance 1 / (features E[F^2]), so that y varies as much as x does.
    `start` is a preset of `rational`: "identity", "swish", "gelu", "relu".
    Source: arXiv:2409.10594.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        groups: int = 8,
        start: str = "swish",
        bias: bool = True,
        device: torch.types.Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """The features are divided into `groups` groups of neighbours."""
        super().__init__()
        if in_features % groups:
            raise ActZooError(
                INVALID, f"{in_features} features cannot be divided into {groups} equal groups"
            )
        where: dict[str, Any] = {"device": device, "dtype": dtype}
        self.rational = Activation("rational", start, groups=groups, channel_axis=-1, **where)
        self.linear = nn.Linear(in_features, out_features, bias, **where)
        deviation = variance_gain(self.rational) / math.sqrt(in_features)
        nn.init.normal_(self.linear.weight, std=deviation)
        if bias:
            nn.init.zeros_(self.linear.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Y: (..., out_features) of x: (..., in_features) with at least one leading axis."""
        return self.linear(self.rational(x))


class GRKAN(nn.Sequential):
    """KAT's block in place of a transformer's MLP: fc2(R2(fc1(R1(x)))), R1 identity, R2 swish."""

    def __init__(
        self,
        features: int,
        hidden: int,
        out_features: int = 0,
        groups: int = 8,
        dropout: float = 0.0,
        device: torch.types.Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """`out_features` 0: as many as `features`."""
        where: dict[str, Any] = {"device": device, "dtype": dtype}
        super().__init__(
            GRKANLinear(features, hidden, groups, "identity", **where),
            nn.Dropout(dropout),
            GRKANLinear(hidden, out_features or features, groups, "swish", **where),
            nn.Dropout(dropout),
        )


def _coefficients(d: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """a1, b1, a2, b2 from residuals in (-1, 1), last axis 4: the start is max(x, 0)."""
    return 1 + d[..., 0], 0.5 * d[..., 1], d[..., 2], 0.5 * d[..., 3]


class DynamicReLU(nn.Module):
    """y = max(a1 x + b1, a2 x + b2), its coefficients computed from x itself.

        d = 2 sigmoid(fc(relu(fc(mean of x over space)))) - 1
        a = (1, 0) + d,  b = d / 2

    Kind "a": one set of coefficients for a sample; "b": one for each of its channels; "c": as "b",
    times the attention min(HW/3 softmax(z / 10), 1) with z a 1x1 convolution of x.
    Source: arXiv:2003.10027, reduction and temperature as recalled.
    """

    def __init__(
        self,
        channels: int,
        kind: str = "b",
        reduction: int = 8,
        device: torch.types.Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """Starts near ReLU: the last layer's weights begin small."""
        super().__init__()
        if kind not in ("a", "b", "c"):
            raise ActZooError(INVALID, f"kind is '{kind}'; it must be 'a', 'b' or 'c'")
        where: dict[str, Any] = {"device": device, "dtype": dtype}
        self.kind, self.channels = kind, channels
        hidden = max(channels // reduction, 1)
        last = nn.Linear(hidden, 4 if kind == "a" else 4 * channels, **where)
        nn.init.normal_(last.weight, std=0.01)
        nn.init.zeros_(last.bias)
        self.hyper = nn.Sequential(nn.Linear(channels, hidden, **where), nn.ReLU(), last)
        self.activation = Activation(
            "dynamic-relu", granularity="sample" if kind == "a" else "sample channel"
        )
        self.attention = nn.Conv2d(channels, 1, 1, **where) if kind == "c" else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Y, in x's shape: (batch, channels, ...); for "c" (batch, channels, height, width)."""
        pooled = x.flatten(2).mean(-1) if x.dim() > 2 else x
        d = 2 * torch.sigmoid(self.hyper(pooled)) - 1
        if self.kind != "a":
            d = d.unflatten(-1, (self.channels, 4))
        y = self.activation(x, *_coefficients(d))
        if self.attention is None:
            return y
        z = self.attention(x).flatten(1) / 10
        share = (torch.softmax(z, -1) * (z.shape[-1] / 3)).clamp(max=1)
        # The attention is not negative, so it may scale the maximum instead of what it is taken of.
        return y * share.reshape(x.shape[0], 1, *x.shape[2:])

    def extra_repr(self) -> str:
        """The kind."""
        return f"kind={self.kind}"


class GReLU(nn.Module):
    """Graph-adaptive ReLU: y = max(a1 h + b1, a2 h + b2), coefficients for each node and channel.

        s = A h,  d = (2 sigmoid(s U) - 1) (2 sigmoid(mean of s over nodes V) - 1)
        a = (1, 0) + d,  b = d / 2

    with A the normalised adjacency: a part for the node times a part for the channel.
    Source: arXiv:2202.06281, the form of the hyperfunction as recalled.
    """

    def __init__(
        self, channels: int, device: torch.types.Device = None, dtype: torch.dtype | None = None
    ) -> None:
        """Starts near ReLU."""
        super().__init__()
        where: dict[str, Any] = {"device": device, "dtype": dtype}
        self.channels = channels
        self.node = nn.Linear(channels, 4, **where)
        self.channel = nn.Linear(channels, 4 * channels, **where)
        for linear in (self.node, self.channel):
            nn.init.normal_(linear.weight, std=0.01)
            nn.init.zeros_(linear.bias)
        self.activation = Activation("dynamic-relu")

    def forward(self, h: torch.Tensor, adjacency: torch.Tensor) -> torch.Tensor:
        """Y, in h's shape: (nodes, channels); adjacency: (nodes, nodes), dense or sparse."""
        s = adjacency @ h
        node = 2 * torch.sigmoid(self.node(s)) - 1
        channel = 2 * torch.sigmoid(self.channel(s.mean(0)).reshape(self.channels, 4)) - 1
        return self.activation(h, *_coefficients(node[:, None, :] * channel))


__all__ = ["GRKAN", "DynamicReLU", "GRKANLinear", "GReLU", "SpatialLSLU", "variance_gain"]
