"""What a user would write instead of each activation: one table for torch, JAX and oneDNN.

A formula is written once, against `t`, which is torch or JAX. `native` and `backward` are torch's
own operators with their operands by name; `onednn` is oneDNN's algorithm with alpha and beta.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Contestant:
    """What others have for one activation.

    `formula` takes t, x, the gate of gated ones, and the parameters in the descriptor's order;
    those that are fixed are floats. `copies` marks what costs no more than moving the memory.
    """

    formula: Callable
    native: tuple | None = None
    backward: tuple | None = None
    onednn: tuple | None = None
    copies: bool = False


def horner(coefficients, x):
    """The polynomial whose coefficients lie along the last axis, constant first."""
    count = coefficients.shape[-1]
    value = coefficients[..., count - 1]
    for k in reversed(range(count - 1)):
        value = value * x + coefficients[..., k]
    return value


def softplus(t, x):
    """As it is written so that it does not overflow."""
    return t.relu(x) + t.log1p(t.exp(-t.abs(x)))


def gelu_tanh(t, x):
    """GELU's approximation by tanh."""
    return 0.5 * x * (1 + t.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def crrelu(t, x, eps):
    """The formula of arXiv:2405.12954."""
    return t.relu(x) + eps * x * t.exp(-(x**2) / 2)


def linear_combination(t, x, w):
    """Four functions, weighted."""
    parts = (t.relu(x), t.sigmoid(x), t.tanh(x), x)
    weights = [w[..., k] for k in range(4)]
    return sum(a * b for a, b in zip(weights, parts, strict=True)) / sum(weights)


def lslu(t, x, theta, omega):
    """A sum of shifted ReLUs."""
    return sum(theta[..., k] * t.relu(x + omega[..., k]) for k in range(theta.shape[-1]))


def lslu_chain(t, x, alpha, bias):
    """ReLUs one after the other."""
    x = t.relu(x)
    for k in range(3):
        x = t.relu(alpha[..., k] * x + bias[..., k])
    return x


def pwlu(t, x, y, low, high, left, right):
    """Piecewise linear by a table of N + 1 values."""
    count = y.shape[-1] - 1
    place = (x - low) * (count / (high - low))
    k = t.index(t.clamp(place, 0, count - 1))
    below, above = t.take(y, k), t.take(y, k + 1)
    inside = below + (above - below) * (place - k)
    outside = t.where(x < low, y[..., 0] + (x - low) * left, y[..., count] + (x - high) * right)
    return t.where((x < low) | (x > high), outside, inside)


def rational(t, x, a, b):
    """Version A, the one that cannot have a pole: every term of the denominator is positive."""
    return horner(a, x) / (1 + horner(t.abs(b), t.abs(x)) * t.abs(x))


def fourier(t, x, constant, w, a, b):
    """A Fourier series."""
    waves = range(1, a.shape[-1] + 1)
    terms = (a[..., k - 1] * t.cos(k * w * x) + b[..., k - 1] * t.sin(k * w * x) for k in waves)
    return constant + sum(terms)


def selu(t, x):
    """Two constants of arXiv:1706.02515."""
    return 1.0507009873554805 * t.where(x > 0, x, 1.6732632423543772 * t.expm1(x))


def sqish(t, x, alpha, beta, gamma):
    """arXiv:2310.10126."""
    root = t.sqrt(1 + beta * t.exp(-2 * gamma * (1 - alpha) * x))
    return alpha * x + (1 - alpha) * x / root


def srelu(t, x, tl, al, tr, ar):
    """Three straight lines."""
    return t.where(x >= tr, tr + ar * (x - tr), t.where(x <= tl, tl + al * (x - tl), x))


def threshold_unit(t, x, s):
    """A step forward, a ramp backward."""
    ramp = s * t.clamp(x + 0.5, 0, 1)
    return ramp + t.stop(t.where(x < 0, 0.0, s) - ramp)


def xielu(t, x, ap, an, beta):
    """arXiv:2411.13010, section 3."""
    p, n = softplus(t, ap), softplus(t, an)
    return t.where(x > 0, (p * x + beta) * x, (beta + n) * t.expm1(x) - n * x)


C = Contestant
_mask = ("threshold_backward", "dy", "x", 0)
ZOO = {
    "acon-c": C(
        lambda t, x, p1, p2, b: (p1 - p2) * x * t.sigmoid(b * (p1 - p2) * x) + p2 * x,
    ),
    "apalu": C(
        lambda t, x, a, b: t.where(x >= 0, a * x * (1 + t.sigmoid(1.702 * x)), b * t.expm1(x))
    ),
    "bent-identity": C(lambda t, x: (t.sqrt(x**2 + 1) - 1) / 2 + x),
    "bilinear": C(lambda t, x, g: x * g, copies=True),
    "celu": C(
        lambda t, x, alpha: t.where(x > 0, x, alpha * t.expm1(x / alpha)),
        native=("elu", "x", 1.0),
        backward=("elu_backward", "dy", 1.0, 1.0, 1.0, False, "x"),
        onednn=("elu", 1, 0),
    ),
    "crreglu": C(lambda t, x, g, eps: x * crrelu(t, g, eps)),
    "crrelu": C(crrelu),
    "dynamic-relu": C(lambda t, x, a1, b1, a2, b2: t.maximum(a1 * x + b1, a2 * x + b2)),
    "elu": C(
        lambda t, x, alpha: t.where(x > 0, x, alpha * t.expm1(x)),
        native=("elu", "x", 1.0),
        backward=("elu_backward", "dy", 1.0, 1.0, 1.0, False, "x"),
        onednn=("elu", 1, 0),
    ),
    "exp": C(lambda t, x: t.exp(x), native=("exp", "x"), onednn=("exp", 0, 0)),
    "fourier": C(fourier),
    "gaussian": C(lambda t, x: t.exp(-(x**2))),
    "geglu": C(lambda t, x, g: x * t.gelu(g)),
    "gelu": C(
        lambda t, x: 0.5 * x * (1 + t.erf(x / math.sqrt(2))),
        native=("gelu", "x"),
        backward=("gelu_backward", "dy", "x"),
        onednn=("gelu_erf", 0, 0),
    ),
    "gelu-tanh": C(
        gelu_tanh,
        native=("gelu", "x", {"approximate": "tanh"}),
        backward=("gelu_backward", "dy", "x", {"approximate": "tanh"}),
        onednn=("gelu_tanh", 0, 0),
    ),
    "glu": C(
        lambda t, x, g: x * t.sigmoid(g),
        native=("glu", "xg", 0),
        backward=("glu_backward", "dy", "xg", 0),
    ),
    "golu": C(lambda t, x: x * t.exp(-t.exp(-x))),
    "grafs-gpt-1": C(
        lambda t, x: t.silu(t.sigmoid(t.relu(x)) * t.gelu(x)) * t.silu(x),
    ),
    "grafs-gpt-2": C(
        lambda t, x: 0.431 * t.silu(t.sigmoid(t.silu(x)) * x**2) + 0.5681 * t.silu(x),
    ),
    "grafs-gpt-3": C(lambda t, x: t.gelu(t.gelu(x)) + t.gelu(x)),
    "grafs-resnet-1": C(lambda t, x: t.silu(t.gelu(x))),
    "grafs-resnet-2": C(
        lambda t, x: t.silu(t.where(t.gelu(x) > 0, t.gelu(x), 0.01 * t.gelu(x))),
    ),
    "grafs-resnet-3": C(lambda t, x: t.relu(t.silu(t.gelu(x)))),
    "grafs-resnet-4": C(lambda t, x: t.sigmoid(t.gelu(t.relu(x))) * t.relu(x)),
    "grafs-vit-1": C(lambda t, x: 0.3399 * x**2 + 0.6601 * t.gelu(t.silu(x) * t.gelu(x))),
    "grafs-vit-2": C(
        lambda t, x: 0.2678 * x**2 + 0.7322 * t.silu(0.2822 * x**2 + 0.7178 * t.gelu(x)),
    ),
    "grafs-vit-3": C(lambda t, x: 0.2681 * x**2 + 0.7319 * t.gelu(t.silu(x) * t.gelu(x))),
    "grafs-vit-4": C(lambda t, x: 0.3222 * x**2 + 0.6778 * t.gelu(t.silu(x) * t.gelu(x))),
    "grafs-vit-5": C(lambda t, x: 0.3139 * x**2 + 0.5431 * t.gelu(x)),
    "grafs-wrn": C(lambda t, x: t.sigmoid(t.relu(x)) * t.gelu(x)),
    "hard-mish": C(lambda t, x: x / 2 * t.clamp(x + 2, 0, 2)),
    "hard-sigmoid": C(
        lambda t, x: t.clamp(x + 3, 0, 6) / 6,
        native=("hardsigmoid", "x"),
        backward=("hardsigmoid_backward", "dy", "x"),
        onednn=("hardsigmoid", 1 / 6, 0.5),
    ),
    "hard-sigmoid-onnx": C(
        lambda t, x, alpha, beta: t.clamp(alpha * x + beta, 0, 1),
        onednn=("hardsigmoid", 0.2, 0.5),
    ),
    "hard-swish": C(
        lambda t, x: x * t.clamp(x + 3, 0, 6) / 6,
        native=("hardswish", "x"),
        backward=("hardswish_backward", "dy", "x"),
        onednn=("hardswish", 1 / 6, 0.5),
    ),
    "hardshrink": C(
        lambda t, x, limit: t.where(t.abs(x) <= limit, 0.0, x),
        native=("hardshrink", "x", 0.5),
        backward=("hardshrink_backward", "dy", "x", 0.5),
        copies=True,
    ),
    "hardtanh": C(
        lambda t, x, low, high: t.clamp(x, low, high),
        native=("hardtanh", "x", -1.0, 1.0),
        backward=("hardtanh_backward", "dy", "x", -1.0, 1.0),
        onednn=("clip", -1, 1),
        copies=True,
    ),
    "identity": C(
        lambda t, x: t.copy(x), native=("clone", "x"), onednn=("linear", 1, 0), copies=True
    ),
    "isrlu": C(lambda t, x, alpha: t.where(x >= 0, x, x / t.sqrt(1 + alpha * x**2))),
    "isru": C(lambda t, x, alpha: x / t.sqrt(1 + alpha * x**2)),
    "leaky-relu": C(
        lambda t, x, slope: t.where(x > 0, x, slope * x),
        native=("leaky_relu", "x", 0.01),
        backward=("leaky_relu_backward", "dy", "x", 0.01, False),
        onednn=("relu", 0.01, 0),
        copies=True,
    ),
    "linear-combination": C(linear_combination),
    "lisht": C(lambda t, x: x * t.tanh(x)),
    "log-sigmoid": C(
        lambda t, x: -softplus(t, -x),
        native=("log_sigmoid", "x"),
        onednn=("logsigmoid", 0, 0),
    ),
    "lslu": C(lslu),
    "lslu-chain": C(lslu_chain),
    "mish": C(
        lambda t, x: x * t.tanh(t.softplus(x)),
        native=("mish", "x"),
        backward=("mish_backward", "dy", "x"),
        onednn=("mish", 0, 0),
    ),
    "phish": C(lambda t, x: x * t.tanh(t.gelu(x))),
    "prelu": C(
        lambda t, x, a: t.where(x > 0, x, a * x),
        native=("prelu", "x", "parameter"),
        copies=True,
    ),
    "pwlu": C(pwlu),
    "quick-gelu": C(lambda t, x: x * t.sigmoid(1.702 * x), onednn=("swish", 1.702, 0)),
    "rational": C(rational),
    "rational-b": C(lambda t, x, a, b: horner(a, x) / (1 + t.abs(x * horner(b, x)))),
    "rational-c": C(lambda t, x, a, b: horner(a, x) / (0.1 + t.abs(horner(b, x)))),
    "reglu": C(lambda t, x, g: x * t.relu(g), copies=True),
    "relu": C(
        lambda t, x: t.relu(x),
        native=("relu", "x"),
        backward=_mask,
        onednn=("relu", 0, 0),
        copies=True,
    ),
    "relu-squared": C(lambda t, x: t.relu(x) ** 2, copies=True),
    "relu6": C(
        lambda t, x: t.clamp(x, 0, 6),
        native=("hardtanh", "x", 0.0, 6.0),
        backward=("hardtanh_backward", "dy", "x", 0.0, 6.0),
        onednn=("clip", 0, 6),
        copies=True,
    ),
    "rrelu": C(
        lambda t, x, low, high: t.where(x >= 0, x, x * ((low + high) / 2)),
        native=("leaky_relu", "x", (1 / 8 + 1 / 3) / 2),
        backward=("leaky_relu_backward", "dy", "x", (1 / 8 + 1 / 3) / 2, False),
        onednn=("relu", (1 / 8 + 1 / 3) / 2, 0),
        copies=True,
    ),
    "selu": C(
        selu,
        native=("selu", "x"),
        backward=(
            *("elu_backward", "dy", 1.6732632423543772, 1.0507009873554805, 1.0),
            *(False, "x"),
        ),
    ),
    "serf": C(lambda t, x: x * t.erf(t.softplus(x))),
    "shrink": C(
        lambda t, x, limit, bias: t.where(t.abs(x) <= limit, 0.0, x - t.sign(x) * bias),
    ),
    "sigmoid": C(
        lambda t, x: t.sigmoid(x),
        native=("sigmoid", "x"),
        backward=("sigmoid_backward", "dy", "y"),
        onednn=("sigmoid", 0, 0),
    ),
    "silu": C(
        lambda t, x: x * t.sigmoid(x),
        native=("silu", "x"),
        backward=("silu_backward", "dy", "x"),
        onednn=("swish", 1, 0),
    ),
    "sin": C(lambda t, x: t.sin(x), native=("sin", "x")),
    "smish": C(lambda t, x: x * t.tanh(t.log1p(t.sigmoid(x)))),
    "snake": C(lambda t, x, a: x + t.sin(a * x) ** 2 / a),
    "softplus": C(
        lambda t, x, beta: softplus(t, beta * x) / beta,
        native=("softplus", "x", 1.0, 20.0),
        backward=("softplus_backward", "dy", "x", 1.0, 20.0),
        onednn=("softplus", 1, 0),
    ),
    "softshrink": C(
        lambda t, x, limit: t.where(t.abs(x) <= limit, 0.0, x - t.sign(x) * limit),
        native=("softshrink", "x", 0.5),
        backward=("softshrink_backward", "dy", "x", 0.5),
    ),
    "softsign": C(lambda t, x: x / (1 + t.abs(x)), native=("softsign", "x")),
    "sparse-plus": C(lambda t, x: t.where(x <= -1, 0.0, t.where(x >= 1, x, (x + 1) ** 2 / 4))),
    "sparse-sigmoid": C(lambda t, x: t.clamp((x + 1) / 2, 0, 1), onednn=("hardsigmoid", 0.5, 0.5)),
    "sqish": C(sqish),
    "squareplus": C(lambda t, x, b: (x + t.sqrt(x**2 + b)) / 2),
    "srelu": C(srelu),
    "star-relu": C(lambda t, x, s, b: s * t.relu(x) ** 2 + b),
    "swiglu": C(lambda t, x, g: x * t.silu(g)),
    "swish-beta": C(lambda t, x, beta: x * t.sigmoid(beta * x)),
    "talu": C(lambda t, x, alpha: t.where(x >= 0, x, t.tanh(t.clamp(x, alpha, 0)))),
    "tanh": C(
        lambda t, x: t.tanh(x),
        native=("tanh", "x"),
        backward=("tanh_backward", "dy", "y"),
        onednn=("tanh", 0, 0),
    ),
    "tanhshrink": C(lambda t, x: x - t.tanh(x), native=("tanhshrink", "x")),
    "telu": C(lambda t, x: x * t.tanh(t.exp(x))),
    "threshold": C(
        lambda t, x, theta, value: t.where(x <= theta, value, x),
        native=("threshold", "x", 1.0, 0.0),
        backward=("threshold_backward", "dy", "x", 1.0),
        copies=True,
    ),
    "threshold-unit": C(threshold_unit),
    "xielu": C(xielu),
}


@dataclass(frozen=True)
class Layout:
    """How the parameters of an activation lie over the memory, with CHANNELS channels if any.

    `granularity` is the bindings' word, or a word for each parameter. `shape` is the shape of x for
    a number of elements; `view` the one that torch's formulas see, so that parameters broadcast.
    With `halves`, the two inputs of a gated function are the halves of one tensor's last axis.
    """

    name: str = ""
    granularity: str | dict | None = "layer"
    groups: int = 0
    channel_axis: int = -1
    shape: Callable = lambda n: (n,)
    view: Callable = lambda n: (n,)
    halves: bool = False


CHANNELS = 256
PLAIN = Layout()
_INNER = dict(shape=lambda n: (n // CHANNELS, CHANNELS), view=lambda n: (n // CHANNELS, CHANNELS))
_CHANNEL = Layout("channel innermost", "channel", **_INNER)
_GROUPS = dict(granularity={"a": "layer", "b": "group"}, groups=8)
# Beside PLAIN, where it makes a difference.
LAYOUTS = {
    "crrelu": [_CHANNEL],
    "dynamic-relu": [_CHANNEL],
    "lslu": [_CHANNEL],
    "prelu": [_CHANNEL],
    "pwlu": [_CHANNEL],
    "rational": [
        _CHANNEL,
        Layout(
            "8 groups of channels innermost (KAT)",
            **_GROUPS,
            shape=_INNER["shape"],
            view=lambda n: (n // CHANNELS, 8, CHANNELS // 8),
        ),
        Layout(
            "8 groups of channels, axis 1",
            **_GROUPS,
            channel_axis=1,
            shape=lambda n: (n // CHANNELS // 8, CHANNELS, 8),
            view=lambda n: (n // CHANNELS // 8, 8, CHANNELS),
        ),
    ],
    "swiglu": [Layout("halves of one tensor", **_INNER, halves=True)],
}

# Also against eager torch at the largest size, where that takes long.
SHOWN = ["crrelu", "gelu", "mish", "silu", "swiglu"]
