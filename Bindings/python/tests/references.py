"""The activations as composites of torch's own operations: the independent source of the tests."""

import math

import torch
import torch.nn.functional as F


def lslu(x, theta, omega):
    return (theta * torch.relu(x.unsqueeze(-1) + omega)).sum(-1)


def pwlu(x, y, left, right, slope_left, slope_right):
    n = y.shape[-1] - 1
    u = (x - left) / (right - left) * n
    i = u.detach().floor().clamp(0, n - 1).long()
    inside = y[i] + (y[i + 1] - y[i]) * (u - i)
    below = y[0] + (x - left) * slope_left
    above = y[n] + (x - right) * slope_right
    return torch.where(x < left, below, torch.where(x > right, above, inside))


def rational(x, a, b):
    numerator = sum(a[k] * x**k for k in range(6))
    return numerator / (1 + sum(b[k].abs() * x.abs() ** (k + 1) for k in range(4)))


def rrelu(x, lower, upper, u=0.5):
    return torch.where(x >= 0, x, x * (lower + (upper - lower) * u))


REFERENCES = {
    "relu": torch.relu,
    "gelu": lambda x: 0.5 * x * torch.erfc(-x / math.sqrt(2)),
    "gelu-tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "mish": F.mish,
    "prelu": lambda x, a: torch.where(x > 0, x, a * x),
    "crrelu": lambda x, eps: torch.relu(x) + eps * x * torch.exp(-(x**2) / 2),
    "lslu": lslu,
    "pwlu": pwlu,
    "swiglu": lambda x, g: x * F.silu(g),
    "rrelu": rrelu,
    "rational": rational,
}
