"""What the bindings cost and gain: calls, kernels and a training step in PyTorch, kernels in JAX.

    .venv/bin/python Benchmarks/bindings.py -o docs/bindings.md

Every round times every candidate once, in random order (measuring.py); a ratio is the median of the
rounds' own, with a 95 % interval. Peak memory is that of a process of its own for each activation.
"""

import argparse
import math
import os
import subprocess
import sys
import time
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Bindings" / "python"))
os.environ.setdefault("ACTZOO_PATH_ONLY", str(HERE.parent / "build" / "lib" / "actzoo"))

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from measuring import Candidate, Ratio, measure  # noqa: E402

import actzoo.jax  # noqa: E402
import actzoo.torch  # noqa: E402
from actzoo.torch import functional  # noqa: E402


def eager_crrelu(x, eps):
    """CRReLU as one writes it."""
    return torch.relu(x) + eps * x * torch.exp(-(x**2) / 2)


def both_ways(function, *leaves, loss=None):
    """Forward and backward; without `loss` the gradient of the output is given."""
    dy = torch.ones_like(leaves[0])

    def call():
        y = function(*leaves)
        if loss is None:
            y.backward(dy)
        else:
            loss(y).backward()
        for leaf in leaves:
            leaf.grad = None

    return Candidate(call)


class Block(torch.nn.Module):
    """A transformer block, normalised first."""

    def __init__(self, width, heads, activation):
        """Attention and an MLP of four times the width."""
        super().__init__()
        self.heads = heads
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(width) for _ in range(2))
        self.qkv, self.out = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.mlp = torch.nn.Sequential(
            torch.nn.Linear(width, 4 * width), activation, torch.nn.Linear(4 * width, width)
        )

    def forward(self, x):
        """Y, in x's shape."""
        q, k, v = self.qkv(self.norms[0](x)).unflatten(-1, (3, self.heads, -1)).unbind(2)
        q, k, v = (t.transpose(1, 2) for t in (q, k, v))
        attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        x = x + self.out(attended)
        return x + self.mlp(self.norms[1](x))


class ViT(torch.nn.Module):
    """ViT-Ti for images of 28 x 28: width 192, depth 12, 3 heads, patches of 4, 50 tokens."""

    def __init__(self, make):
        """`make` gives an activation for each block."""
        super().__init__()
        self.patches = torch.nn.Conv2d(1, 192, 4, 4)
        self.first = torch.nn.Parameter(torch.zeros(1, 1, 192))
        self.places = torch.nn.Parameter(0.02 * torch.randn(1, 50, 192))
        self.blocks = torch.nn.Sequential(*(Block(192, 3, make()) for _ in range(12)))
        self.head = torch.nn.Sequential(torch.nn.LayerNorm(192), torch.nn.Linear(192, 10))

    def forward(self, images):
        """Logits."""
        x = self.patches(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(len(x), -1, -1), x], 1) + self.places
        return self.head(self.blocks(x)[:, 0])


ACTIVATIONS = {"gelu": torch.nn.GELU, "crrelu": lambda: actzoo.torch.CRReLU()}


def training_step(name):
    """One step of AdamW on 64 images."""
    torch.manual_seed(0)
    model = ViT(ACTIVATIONS[name])
    optimizer = torch.optim.AdamW(actzoo.torch.parameter_groups(model, 0.05), 1e-3)
    images, labels = torch.randn(64, 1, 28, 28), torch.randint(10, (64,))

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()

    return step


def peak(name):
    """Peak memory of three steps in a process of its own, in MB over that before the model."""
    code = "import sys, bindings; bindings.print_peak(sys.argv[1])"
    # mmap for what is large, so that the peak does not depend on how the heap is cut up.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "0"}
    out = subprocess.run(
        [sys.executable, "-c", code, name],
        cwd=HERE,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(out.stdout)


def print_peak(name):
    """What `peak` runs."""
    torch.set_num_threads(2)
    before = high_water()
    step = training_step(name)
    for _ in range(3):
        step()
    print(high_water() - before)


def high_water():
    """The most memory that this process has had at once, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


class Table:
    """Rows of docs/bindings.md."""

    def __init__(self):
        """Empty."""
        self.rows = []
        self.dots = []

    def ratio(self, what, times, ours, theirs, goal, at_most):
        """A row of two candidates; `at_most` False: how many times faster ours is."""
        r = Ratio(*((times[ours], times[theirs]) if at_most else (times[theirs], times[ours])))
        low, high = r.interval
        sign = "<=" if at_most else ">="
        reached = goal is None or (r.median <= goal if at_most else r.median >= goal)
        self.rows.append(
            f"| {what} | {micro(times[ours])} | {micro(times[theirs])} | {r.median:.2f} | "
            f"{low:.2f} to {high:.2f} | {'' if goal is None else f'{sign} {goal}'} | "
            f"{'' if goal is None else 'reached' if reached else '**not reached**'} |"
        )
        print(self.rows[-1], file=sys.stderr, flush=True)
        turned = [1 / v if at_most else v for v in (r.median, low, high, goal or math.nan)]
        self.dots.append((what.replace("`", ""), *turned))


def chart(dots):
    """SVG: for each row how many times as long as ours the other takes, and where its goal is."""
    row, top, label, width, low, high = 18, 44, 470, 380, 0.25, 16
    height, total = top + row * len(dots) + 26, label + width + 20

    def place(value):
        share = math.log(min(max(value, low), high) / low) / math.log(high / low)
        return f"{label + width * share:.1f}"

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" '
        'font-family="sans-serif" font-size="11" fill="#222222">',
        f'<rect width="{total}" height="{height}" fill="#ffffff"/>',
        '<text x="8" y="18" font-size="13">How many times as long as ours the other takes: '
        "median, 95 % interval, and the goal as a bar</text>",
    ]
    bottom = top + row * len(dots)
    for power in range(-2, 5):
        x, stroke = place(2.0**power), "#222222" if power == 0 else "#cccccc"
        out.append(f'<path d="M{x} {top}V{bottom}" stroke="{stroke}" stroke-width="0.7"/>')
        out.append(f'<text x="{x}" y="{bottom + 14}" text-anchor="middle">{2.0**power:g}</text>')
    for k, (what, median, first, last, goal) in enumerate(dots):
        y = top + row * k + row / 2
        out.append(f'<text x="{label - 8}" y="{y + 4}" text-anchor="end">{escape(what)}</text>')
        if not math.isnan(goal):
            path = f"M{place(goal)} {y - 7}v14"
            out.append(f'<path d="{path}" stroke="#d1661f" stroke-width="2"/>')
        out.append(f'<path d="M{place(first)} {y}H{place(last)}" stroke="#1f6fd1"/>')
        out.append(f'<circle cx="{place(median)}" cy="{y}" r="4" fill="#1f6fd1"/>')
    return "\n".join([*out, "</svg>"]) + "\n"


def micro(times):
    """The median in microseconds or milliseconds."""
    ns = sorted(times)[len(times) // 2]
    return f"{ns / 1e3:.2f} us" if ns < 1e6 else f"{ns / 1e6:.2f} ms"


def calls(table, seconds):
    """16 floats, one thread: what a call costs."""
    torch.set_num_threads(1)
    x, eps = torch.randn(16), torch.tensor(0.02)
    modules = {"nn": torch.nn.SiLU(), "zoo": actzoo.torch.SiLU()}

    def quietly(function):
        def call():
            with torch.no_grad():
                for _ in range(20):
                    function()

        return Candidate(call)

    times = measure(
        {
            "native": quietly(lambda: F.silu(x)),
            "silu": quietly(lambda: functional.silu(x)),
            "crrelu": quietly(lambda: functional.crrelu(x, eps)),
            "nn": quietly(lambda: modules["nn"](x)),
            "module": quietly(lambda: modules["zoo"](x)),
        },
        seconds,
    )
    times = {k: [t / 20 for t in v] for k, v in times.items()}
    what = "16 floats, no gradient: `functional.{}` / `F.silu`"
    table.ratio(what.format("silu"), times, "silu", "native", 2.3, True)
    table.ratio(what.format("crrelu"), times, "crrelu", "native", None, True)
    table.ratio(
        "16 floats, no gradient: module `SiLU` / `nn.SiLU`", times, "module", "nn", None, True
    )
    leaf, e = x.clone().requires_grad_(), eps.clone().requires_grad_()
    times = measure(
        {
            "native": both_ways(F.silu, leaf, loss=torch.sum),
            "silu": both_ways(functional.silu, leaf, loss=torch.sum),
            "native dy": both_ways(F.silu, leaf),
            "silu dy": both_ways(functional.silu, leaf),
            "eager": both_ways(eager_crrelu, leaf, e, loss=torch.sum),
            "crrelu": both_ways(functional.crrelu, leaf, e, loss=torch.sum),
        },
        seconds,
    )
    what = "16 floats, forward and backward: "
    table.ratio(what + "`silu(x).sum()` / torch's", times, "silu", "native", 1.5, True)
    table.ratio(
        what + "`silu(x).backward(dy)` / torch's", times, "silu dy", "native dy", None, True
    )
    table.ratio(what + "CRReLU as one writes it / `crrelu`", times, "crrelu", "eager", None, False)


def kernels(table, seconds):
    """1,048,576 floats, two threads."""
    torch.set_num_threads(2)
    x = torch.randn(1 << 20, requires_grad=True)
    eps = torch.tensor(0.02, requires_grad=True)
    compiled = torch.compile(eager_crrelu)
    times = measure(
        {
            "ours": both_ways(functional.crrelu, x, eps),
            "eager": both_ways(eager_crrelu, x, eps),
            "compiled": both_ways(compiled, x, eps),
            "our mish": both_ways(functional.mish, x),
            "mish": both_ways(F.mish, x),
        },
        seconds,
    )
    what = "1,048,576 floats, 2 threads, forward and backward: "
    table.ratio(what + "CRReLU as one writes it / `crrelu`", times, "ours", "eager", 6, False)
    table.ratio(what + "its `torch.compile` / `crrelu`", times, "ours", "compiled", 1.2, False)
    table.ratio(what + "`F.mish` / `mish`", times, "our mish", "mish", 8, False)


def jitted(table, seconds):
    """1,048,576 floats in JAX, forward and backward as one program."""

    def both(function, *operands):
        program = jax.jit(
            lambda dy, *operands: (lambda y, pull: (y, pull(dy)))(*jax.vjp(function, *operands))
        )
        dy = jnp.ones_like(operands[0])
        return Candidate(lambda: jax.block_until_ready(program(dy, *operands)))

    x, eps = jnp.asarray(torch.randn(1 << 20).numpy()), jnp.float32(0.02)
    times = measure(
        {
            "ours": both(actzoo.jax.crrelu, x, eps),
            "jit": both(lambda x, e: jax.nn.relu(x) + e * x * jnp.exp(-(x**2) / 2), x, eps),
            "our mish": both(actzoo.jax.mish, x),
            "mish": both(jax.nn.mish, x),
        },
        seconds,
    )
    what = "JAX, 1,048,576 floats, jit, forward and backward: "
    table.ratio(what + "CRReLU as one writes it / `crrelu`", times, "ours", "jit", None, False)
    table.ratio(what + "`jax.nn.mish` / `mish`", times, "our mish", "mish", None, False)


def training(table, seconds):
    """A step of ViT-Ti, and its peak memory."""
    torch.set_num_threads(2)
    times = measure(
        {name: Candidate(training_step(name)) for name in ACTIVATIONS}, seconds, least=8
    )
    what = "ViT-Ti training step, batch 64: CRReLU / `nn.GELU`"
    table.ratio(what, times, "crrelu", "gelu", 1.0, True)
    ours, theirs = (sorted(peak(name) for _ in range(3))[1] for name in ("crrelu", "gelu"))
    reached = "reached" if ours <= 1.01 * theirs else "**not reached**"
    table.rows.append(
        f"| peak memory of three such steps | {ours:.0f} MB | {theirs:.0f} MB | "
        f"{ours / theirs:.3f} | | equal within 1 % | {reached} |"
    )


PAGE = """# What the bindings cost and gain

PyTorch and JAX, f32, in one run; the command below wrote this page. Ratios are medians of paired
rounds.

|  |  |
|---|---|
| CPU | {cpu}; {cpus} CPUs for this process |
| against | torch {torch}, jax {jax} |
| load before the start | {load:.2f} |
| command | `python Benchmarks/bindings.py`, {seconds:.0f} s |

| what | ours | theirs | ratio | 95 % interval | goal |  |
|---|--:|--:|--:|--:|--:|--:|
{rows}

![How many times as long as ours the other takes](bindings.svg)

The operator's call goes through torch's dispatcher and its stable ABI; what a gradient costs is
`torch.autograd.Function`, which the stable ABI cannot replace. A call without gradient is the
operator's own and about 0.4 us of Python, which looks whether the call is eager and plain.
"""


def main():
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--seconds", type=float, default=15, help="for each of six measurements")
    options = parser.parse_args()
    begin, load, table = time.time(), os.getloadavg()[0], Table()
    for part in (calls, kernels, jitted, training):
        part(table, options.seconds)
    cpu = next(
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    page = PAGE.format(
        cpu=cpu,
        cpus=len(os.sched_getaffinity(0)),
        torch=torch.__version__,
        jax=jax.__version__,
        load=load,
        seconds=time.time() - begin,
        rows="\n".join(table.rows),
    )
    if options.output:
        options.output.write_text(page)
        options.output.with_suffix(".svg").write_text(chart(table.dots))
    else:
        print(page)


if __name__ == "__main__":
    main()
