"""Our kernels against what a PyTorch user would pick instead: paired, in one run, one thread.

    make bench        (or: .venv/bin/python Benchmarks/crrelu.py [--rounds 200] [--json])

Every round times every candidate once, in random order, so that drift of the machine hits all
alike. A figure is the median of the rounds; a ratio is the median of the rounds' own ratios, with
the interval that holds 95 % of bootstrapped medians.
"""

import argparse
import ctypes
import json
import os
import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Bindings" / "python"))
os.environ.setdefault("ACTZOO_PATH_ONLY", str(ROOT / "build" / "lib" / "actzoo"))

import numpy as np  # noqa: E402
import torch  # noqa: E402

import actzoo  # noqa: E402
from actzoo import _library as lib  # noqa: E402
from actzoo.numpy import _tensor  # noqa: E402

N = 65_536
CHANNELS = 192  # the width of ViT-Ti
EPS = 0.05


def ours(name, x, y=None, dy=None, dx=None, parameters=(), gradients=None, **binding):
    """A call with everything prepared, as a C program would make it."""
    bound = actzoo.get(name).bind(**binding)
    view = lambda a: None if a is None else _tensor(a, "operand")  # noqa: E731
    operands = dict(y=view(y), dy=view(dy))
    if dx is not None:
        operands["dx"] = [view(dx)]
    if gradients is not None:
        operands["dparameters"] = [view(g) for g in gradients]
    arguments = bound._arguments([view(x)], [view(p) for p in parameters], **operands)
    function = lib._forward if dx is None else lib._backward
    pointer = ctypes.byref(arguments)
    keep = (bound, x, y, dy, dx, parameters, gradients)

    def call():
        status = function(bound._handle, pointer, None, 0)
        assert status == 0, (status, keep)

    return call


def placed(offset, *shape):
    """Normal numbers in memory that begins `offset` bytes into a page.

    Aligned to a cache line, as torch's memory is and NumPy's is not. And never a little after what
    is read: a store that is 64 to 1,024 bytes ahead of a load, modulo 4,096, looks to the CPU as if
    the load depended on it, which slows every vector loop, ours up to 1.4 times. Where memory lies
    is the allocator's luck, not a difference between kernels, so it is the same for all.
    """
    count = int(np.prod(shape))
    room = np.empty(count + 2048, np.float32)
    start = (offset - room.ctypes.data) % 4096 // 4
    values = room[start : start + count].reshape(shape)
    values[...] = torch.randn(shape).numpy()
    return values


def ulp_of_forward(x, y):
    """Largest error of y in units of the last place of the exact value, where that is normal."""
    wide = x.astype(np.float64)
    exact = np.maximum(wide, 0) + np.float64(np.float32(EPS)) * wide * np.exp(-wide * wide / 2)
    normal = np.abs(exact) >= np.finfo(np.float32).tiny
    ulp = np.spacing(np.abs(exact[normal]).astype(np.float32)).astype(np.float64)
    return float(np.max(np.abs(y.astype(np.float64)[normal] - exact[normal]) / ulp))


def candidates():
    """Everything that is timed: name -> a call without arguments."""
    torch.manual_seed(1)
    x, dy = placed(0, N), placed(0, N)
    y, dx = placed(2048, N), placed(2048, N)
    eps, deps = np.array(EPS, np.float32), np.empty((), np.float32)
    square, square_out = placed(0, 256, 256), placed(2048, 256, 256)
    shape = (N // CHANNELS, CHANNELS)
    rows, rows_dy, rows_dx = placed(0, *shape), placed(0, *shape), placed(2048, *shape)
    slope, dslope = np.full((), 0.25, np.float32), np.empty((), np.float32)
    slopes = np.full(CHANNELS, 0.25, np.float32)
    dslopes = np.empty_like(slopes)

    tx, teps = torch.from_numpy(x), torch.tensor(EPS)
    out, scratch, gate = (torch.from_numpy(placed(k, N)) for k in (1024, 2048, 3072))

    def eager():  # the formula as written, every operation with a preallocated output
        torch.pow(tx, 2, out=scratch)
        torch.neg(scratch, out=scratch)
        torch.div(scratch, 2, out=scratch)
        torch.exp(scratch, out=scratch)
        torch.mul(teps, tx, out=out)
        torch.mul(out, scratch, out=scratch)
        torch.clamp(tx, min=0, out=gate)
        torch.add(gate, scratch, out=out)

    def composite(v, e):
        return torch.relu(v) + e * v * torch.exp(-(v**2) / 2)

    allocating = torch.compile(composite, fullgraph=True)
    into = torch.compile(lambda v, e, o: o.copy_(composite(v, e)), fullgraph=True)

    def compiled():
        with torch.no_grad():
            allocating(tx, teps)

    def compiled_out():
        with torch.no_grad():
            into(tx, teps, out)

    pair = dict(parameters=[eps])
    channel = dict(granularity="channel", channel_axis=-1)
    calls = {
        "crrelu forward": ours("crrelu", x, y, **pair),
        "crrelu backward": ours("crrelu", x, dy=dy, dx=dx, gradients=[deps], **pair),
        "crrelu forward 256x256": ours("crrelu", square, square_out, **pair),
        "crrelu forward 256x256 transposed, out alike": ours(
            "crrelu", square.T, square_out.T, **pair
        ),
        "crrelu forward 256x256 transposed, out row-major": ours(
            "crrelu", square.T, square_out, **pair
        ),
        "prelu backward, layer": ours(
            "prelu",
            rows,
            dy=rows_dy,
            dx=rows_dx,
            parameters=[slope],
            gradients=[dslope],
            granularity="layer",
        ),
        "prelu backward, channel innermost": ours(
            "prelu",
            rows,
            dy=rows_dy,
            dx=rows_dx,
            parameters=[slopes],
            gradients=[dslopes],
            **channel,
        ),
        "torch eager, out=": eager,
        "torch.compile": compiled,
        "torch.compile, into a given tensor": compiled_out,
    }
    calls["crrelu forward"]()
    sweep = np.arange(0, 2**32, 997, dtype=np.uint64).astype(np.uint32).view(np.float32)
    sweep = np.concatenate([sweep[np.isfinite(sweep)], np.linspace(-15, 15, 2_000_001)])
    sweep = sweep.astype(np.float32)
    error = ulp_of_forward(sweep, actzoo.numpy.forward(actzoo.get("crrelu"), sweep, eps=EPS))
    return calls, error


# Ratio, its two sides, and the largest value that the project promises.
RATIOS = [
    ("forward / torch.compile", "crrelu forward", "torch.compile*", 0.6),
    ("forward / torch eager", "crrelu forward", "torch eager, out=", 0.2),
    ("backward with d/d eps / forward", "crrelu backward", "crrelu forward", 2.5),
    (
        "PReLU backward: channel innermost / layer",
        "prelu backward, channel innermost",
        "prelu backward, layer",
        1.5,
    ),
    (
        "transposed, output alike / contiguous",
        "crrelu forward 256x256 transposed, out alike",
        "crrelu forward 256x256",
        2.0,
    ),
    (
        "transposed, output row-major / contiguous",
        "crrelu forward 256x256 transposed, out row-major",
        "crrelu forward 256x256",
        2.0,
    ),
]


def measure(calls, rounds, repeats=100):
    """Nanoseconds an element: name -> one figure a round."""
    times = {name: [] for name in calls}
    for call in calls.values():
        for _ in range(50):
            call()
    for _ in range(rounds):
        for name in random.sample(list(calls), len(calls)):
            call = calls[name]
            begin = time.perf_counter_ns()
            for _ in range(repeats):
                call()
            times[name].append((time.perf_counter_ns() - begin) / repeats / N)
    return {name: np.array(t) for name, t in times.items()}


def main():
    """Measure, print the table, and say which promises hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    random.seed(1)
    torch.set_num_threads(1)
    actzoo.set_threads(1)
    calls, error = candidates()
    times = measure(calls, arguments.rounds)
    # The user would take the faster of the two ways to call a compiled function.
    ways = ["torch.compile", "torch.compile, into a given tensor"]
    times["torch.compile*"] = min((times[w] for w in ways), key=np.median)

    bootstrap = np.random.default_rng(2)
    ratios = []
    for title, ours_, theirs, limit in RATIOS:
        ratio = times[ours_] / times[theirs]
        medians = np.median(bootstrap.choice(ratio, (1000, ratio.size)), axis=1)
        low, high = np.quantile(medians, [0.025, 0.975])
        ratios.append((title, float(np.median(ratio)), float(low), float(high), limit))
    if arguments.json:
        keys = ("ratio", "median", "low", "high", "limit")
        table = {name: float(np.median(t)) for name, t in times.items()}
        rows = [dict(zip(keys, r, strict=True)) for r in ratios]
        print(json.dumps({"ns_per_element": table, "ratios": rows, "forward_ulp": error}))
        return 0
    isa = actzoo.get("crrelu").isa
    print(f"f32, {N:,} elements, one thread, torch {torch.__version__}, plugin level {isa}")
    print(f"median of {arguments.rounds} rounds\n\nns/element")
    for name in calls:
        print(f"  {np.median(times[name]):7.3f}  {name}")
    print("\nratio   95 % interval   promised")
    for title, median, low, high, limit in ratios:
        mark = "" if median <= limit else "   MISSED"
        print(f"{median:5.2f}   {low:.2f} to {high:.2f}    <= {limit:<4}  {title}{mark}")
    print(f"\nlargest error of the forward kernel: {error:.2f} ULP (promised: 4)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
