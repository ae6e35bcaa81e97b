"""docs/performance.md and its chart, from the figures of performance.py."""

import math
import re
from html import escape

import numpy as np
from measuring import Ratio

# What is shown as one contestant, by the variants that were timed.
OTHERS = {
    "eager": ("eager", "eager out="),
    "compile": ("compile",),
    "native": ("native", "native out="),
    "oneDNN": ("onednn",),
    "JAX": ("jax",),
}
HEADLINE = 65_536
LARGE = 1 << 20
LARGEST = 1 << 24
# How many exponentials a function is worth; those that cost more than one count as two.
COSTS = dict(exp=1, expm1=1, sigmoid=1, tanh=1, silu=1)
COSTS |= dict(softplus=2, log=2, log1p=2, erf=2, erfc=2, gelu=2)
PERIODIC = dict(sin=2, cos=2)
# Function, layout: at least 6 times as fast as eager torch, forward and backward.
HEAVY = [
    ("crrelu", ""),
    ("crrelu", "channel innermost"),
    ("lslu", ""),
    ("lslu", "channel innermost"),
    ("rational", ""),
    ("rational", "channel innermost"),
    ("pwlu", ""),
    ("pwlu", "channel innermost"),
    ("rational", "8 groups of channels innermost (KAT)"),
    ("rational", "8 groups of channels, axis 1"),
    ("swiglu", ""),
    ("swiglu", "halves of one tensor"),
    ("dynamic-relu", ""),
    ("dynamic-relu", "channel innermost"),
]


class Timing:
    """One pass of one function at one size: medians, and paired ratios between contestants."""

    def __init__(self, result, function):
        """`function` is what the report knows of the activation."""
        self.__dict__ |= result
        self.known = function
        self.title = f"{self.function}, {self.layout}" if self.layout else self.function
        self.medians = {name: float(np.median(t)) for name, t in self.times.items()}

    def best(self, groups):
        """The variant with the smallest median, or None."""
        names = [n for g in groups for n in OTHERS.get(g, (g,)) if n in self.medians]
        return min(names, key=self.medians.get, default=None)

    def ratio(self, ours, theirs):
        """Of two contestants' times."""
        return Ratio(self.times[ours], self.times[theirs])

    def to(self, groups):
        """Our time as a share of the fastest of these; None where none was timed."""
        name = self.best(groups)
        return self.ratio("zoo", name) if name else None

    def share_of_copy(self):
        """Bytes a second against those of the copy: it moves two tensors, we move more if gated."""
        ratio = self.ratio("copy", "zoo")
        factor = (self.known["inputs"] + 1) / 2
        ratio.median *= factor
        ratio.samples = ratio.samples * factor
        return ratio

    def nanoseconds(self):
        """Ours, for an element."""
        return self.medians["zoo"] / self.size


def cost(formula, costs):
    """The sum of what the functions in a formula cost."""
    return sum(costs.get(word, 0) for word in re.findall(r"[a-z0-9]+(?=\()", formula))


def merged(reports):
    """Several files as one: parts of a measurement that were made one after the other.

    What was measured twice counts as it was the last time.
    """
    whole = reports[0]
    key = lambda r: tuple(v for k, v in r.items() if k != "times")  # noqa: E731
    for part in reports[1:]:
        results = {key(r): r for r in whole["results"] + part["results"]}
        whole["results"] = list(results.values())
        whole["functions"] |= part["functions"]
        whole["seconds"] += part["seconds"]
        if part["command"] not in whole["command"]:
            whole["command"] += "; " + part["command"]
    return whole


def timings(about, **wanted):
    """Those with these properties, in order of title."""
    results = [r for r in about["results"] if r["function"] != "strides"]
    chosen = [r for r in results if all(r[k] == v for k, v in wanted.items())]
    made = [Timing(r, about["functions"][r["function"]]) for r in chosen]
    return sorted(made, key=lambda t: t.title)


def number(value):
    """Three digits."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def with_interval(ratio):
    """Median and interval."""
    low, high = ratio.interval
    return number(ratio.median), f"{number(low)} to {number(high)}"


def table(head, rows, left=1):
    """Markdown; the first columns to the left, numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * left + "--:|" * (len(head) - left)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def verdict(reached):
    """The last column of the goals."""
    return "reached" if reached else "**not reached**"


def mean_goal(title, timed, groups, goal):
    """A geometric mean of our share of the fastest of some."""
    ratios = [r for t in timed if (r := t.to(groups))]
    if not ratios:
        return None
    mean = Ratio.geometric_mean(ratios)
    return [
        title.format(len(ratios)),
        *with_interval(mean),
        f"<= {goal}",
        verdict(mean.median <= goal),
    ]


def each_goal(title, ratios, goal, at_least=True):
    """A bar for each function: the worst, and which miss it.

    One to stay above is missed by the median; one to stay below only by the whole interval.
    """
    if not ratios:
        return []
    sign = 1 if at_least else -1
    worst = min(ratios, key=lambda name: sign * ratios[name].median)
    if at_least:
        misses = {n: r for n, r in ratios.items() if r.median < goal}
    else:
        misses = {n: r for n, r in ratios.items() if r.interval[0] > goal}
    bar = f">= {goal}" if at_least else f"not significantly above {goal}"
    middle, interval = with_interval(ratios[worst])
    rows = [[f"{title.format(len(ratios))}: worst, `{worst}`", middle, interval, bar]]
    rows[0].append(verdict(not misses))
    if misses:
        order = sorted(misses.items(), key=lambda item: sign * item[1].median)
        listed = ", ".join(f"`{n}` {number(r.median)}" for n, r in order)
        rows.append([f"the {len(misses)} that miss it: {listed}", "", "", "", ""])
    return rows


def goals(about):
    """What was to be reached."""
    rows = []
    forward = timings(about, size=HEADLINE, threads=1, backward=False)
    both = timings(about, size=HEADLINE, threads=1, backward=True)
    plain = [t for t in forward if not t.layout]
    fastest, torchs = ("compile", "native", "oneDNN"), ("eager", "compile", "native")
    others = "fastest of torch.compile, torch's own operator, oneDNN"
    rows += [
        mean_goal(f"forward / {others}: geometric mean of {{}}", plain, fastest, 0.8),
        *each_goal(
            f"forward / {others}, each of {{}} that do more than move memory",
            {t.title: r for t in plain if not t.known["copies"] and (r := t.to(fastest))},
            1.1,
            at_least=False,
        ),
        mean_goal(
            "forward and backward / torch's best: geometric mean of {}",
            [t for t in both if not t.layout],
            torchs,
            0.6,
        ),
    ]
    named = {(t.function, t.layout): t for t in both}
    for function, layout in HEAVY:
        title = f"`{function}`{', ' + layout if layout else ''}: eager torch / forward and backward"
        timed = named.get((function, layout))
        if function not in about["functions"]:
            if len(about["functions"]) > len(HEAVY):
                rows.append([title, "", "", ">= 6", "not in the zoo yet"])
        elif timed and timed.best(["eager"]):
            ratio = timed.ratio(timed.best(["eager"]), "zoo")
            rows.append([title, *with_interval(ratio), ">= 6", verdict(ratio.median >= 6)])
    mish = named.get(("mish", ""))
    if mish and mish.best(["native"]):
        ratio = mish.ratio(mish.best(["native"]), "zoo")
        title = "`mish`: torch's own / forward and backward"
        rows.append([title, *with_interval(ratio), ">= 8", verdict(ratio.median >= 8)])
    rows += each_goal(
        "16,777,216 elements, forward: share of the copy speed, {} functions of up to one exp",
        {
            t.title: t.share_of_copy()
            for t in timings(about, size=LARGEST, threads=1, backward=False, layout="")
            if cost(t.known["formula"], COSTS | PERIODIC) <= 1 and "copy" in t.times
        },
        0.85,
    )
    rows += each_goal(
        "1,048,576 elements, forward: one thread / two, {} functions with an exp",
        {
            t.title: t.ratio("zoo, one thread", "zoo")
            for t in timings(about, size=LARGE, threads=2, backward=False, layout="")
            if cost(t.known["formula"], COSTS) >= 1
        },
        1.8,
    )
    rows = [row for row in rows if row]
    return table(["what", "measured", "95 % interval", "goal", ""], rows) if rows else ""


def figures(timed, backward):
    """One table of one pass."""
    head = ["function", "zoo, ns/element"] + ([] if backward else ["of copy speed"])
    head += [f"{name}, x" for name in OTHERS] + ["zoo / fastest", "95 % interval"]
    rows = []
    for t in timed:
        row = [t.title, f"{t.nanoseconds():.3g}"]
        if not backward:
            row.append(number(t.share_of_copy().median) if "copy" in t.times else "")
        for group in OTHERS:
            name = t.best([group])
            row.append(number(t.ratio(name, "zoo").median) if name else "")
        ratio = t.to(list(OTHERS))
        rows.append(row + (list(with_interval(ratio)) if ratio else ["", ""]))
    return table(head, rows)


def stride_goals(about):
    """Ratios inside the zoo, and those that CRReLU alone promises."""
    found = [r["times"] for r in about["results"] if r["function"] == "strides"]
    if not found:
        return ""
    rows = []
    headline = dict(function="crrelu", size=HEADLINE, threads=1, backward=False, layout="")
    for timed in timings(about, **headline):
        for group, goal in (("compile", 0.6), ("eager", 0.2)):
            if ratio := timed.to([group]):
                title = f"crrelu forward / {group}"
                bar = verdict(ratio.median <= goal)
                rows.append([title, *with_interval(ratio), f"<= {goal}", bar])
    pairs = [
        ("crrelu backward", "crrelu forward", 2.5),
        ("prelu backward, channel innermost", "prelu backward, layer", 1.5),
        ("crrelu forward, transposed", "crrelu forward", 2.0),
        ("crrelu forward, transposed into row-major", "crrelu forward", 2.0),
    ]
    for above, below, goal in pairs:
        ratio = Ratio(found[0][above], found[0][below])
        middle, interval = with_interval(ratio)
        title = f"{above} / {below}"
        rows.append([title, middle, interval, f"<= {goal}", verdict(ratio.median <= goal)])
    return table(["what", "measured", "95 % interval", "goal", ""], rows)


def document(about):
    """The whole page."""
    m, v = about["machine"], about["versions"]
    levels = sorted({f["isa"] for f in about["functions"].values()})
    absent = "not installed, left out"
    facts = [
        ["CPU", f"{m['cpu']}; {m['cpus']} CPUs for this process"],
        ["caches", m["caches"]],
        ["system", f"{m['system']}, Python {v['python']}, NumPy {v['numpy']}"],
        [
            "against",
            f"torch {v['torch']}, JAX {v['jax'] or absent}, oneDNN {v['onednn'] or absent}",
        ],
        ["our kernels", f"plugin level {', '.join(levels)}"],
        ["load before the start", f"{m['load']:.2f}"],
        ["command", f"`{about['command']}`, {about['seconds']:.0f} s"],
    ]
    parts = [
        "# Speed",
        "Every function of the zoo against what a user would pick instead, f32, in one run. The\n"
        "command below wrote this page; `make bench` writes it anew. Other machines have other\n"
        "figures; ratios differ less.",
        table(["", ""], facts, left=2),
    ]
    if about["unlisted"]:
        names = ", ".join(f"`{name}`" for name in about["unlisted"])
        parts.append(f"In the zoo, and not yet in Benchmarks/contestants.py: {names}.")
    if reached := goals(about):
        parts += [
            "## What was to be reached",
            "65,536 elements and one thread where nothing else is said. Significantly above is\n"
            "what is above with its whole interval.",
            reached,
        ]
    if chart(about):
        parts.append("![Time of others for one of ours, by function](performance.svg)")
    parts += ["## How it is measured", METHOD]
    for threads in sorted({r["threads"] for r in about["results"]}):
        for size in sorted({r["size"] for r in about["results"]}, key=lambda s: (s != HEADLINE, s)):
            for backward, name in ((False, "forward"), (True, "forward and backward")):
                timed = timings(about, size=size, threads=threads, backward=backward)
                if timed:
                    plural = "one thread" if threads == 1 else f"{threads} threads"
                    parts.append(f"## {size:,} elements, {plural}, {name}")
                    parts.append(figures(timed, backward))
    if inside := stride_goals(about):
        parts += [
            "## CRReLU, and memory that is not in order",
            "65,536 elements, one thread; 256 x 256 for our own kernels against each other.",
            inside,
        ]
    return "\n\n".join(parts) + "\n"


METHOD = """\
- Every round times every contestant once, in random order, each after one call that is not timed.
  A figure is the median of the rounds, a ratio the median of the rounds' own ratios; its interval
  holds 95 % of the medians of resampled rounds.
- Ours is a prepared call, as a C program makes it, through ctypes. The others are called from
  Python as their users call them. *eager* is the formula in torch's operations, allocating or
  with `out=` in each, whichever is faster. *compile* is torch.compile of the same formula, forward
  into a given tensor. *native* is torch's own operator, by autograd or `aten::*_backward`,
  allocating or with `out=`. *JAX* is jit of the same formula, forward and backward as one program.
  *oneDNN* is its eltwise primitive, prepared as ours is.
- Forward and backward computes y, and from a given dy the gradients of every input and parameter.
- Parameters belong to the layer and lie a little beside their initial values, where nothing else is
  said; 256 channels where there are channels. Inputs are normal numbers.
- Buffers are used again. They are placed so that no store is a little ahead of a load modulo 4,096.
- The result of each contestant is compared with ours before it is timed.
- A process for each number of threads is bound to as many CPUs. Nothing is compiled meanwhile.
- The copy is the C library's memmove of one tensor; a share counts bytes read and bytes written.
- Columns with an x say how many times as long as the zoo the others take. At 16,777,216 elements,
  what would take minutes is left out."""

COLOURS = {
    "eager": "#999999",
    "compile": "#d1661f",
    "native": "#1f6fd1",
    "oneDNN": "#2a9d4a",
    "JAX": "#8a4fc4",
}


def chart(about):
    """SVG: a row for each function, a dot for each contestant; the zoo is the line at 1."""
    panels = [
        (name, timings(about, size=HEADLINE, threads=1, backward=backward, layout=""))
        for backward, name in ((False, "forward"), (True, "forward and backward"))
    ]
    if not panels[0][1]:
        return ""
    order = sorted(
        panels[0][1], key=lambda t: -(r.median if (r := t.to(list(OTHERS))) else math.inf)
    )[::-1]
    row, top, label, width, gap = 13, 64, 130, 380, 24
    low, high = 0.25, 64
    height = top + row * len(order) + 30
    total = label + 2 * width + gap + 16
    scale = lambda v: (math.log(min(max(v, low), high) / low)) / math.log(high / low)  # noqa: E731
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" '
        f'font-family="sans-serif" font-size="10">',
        f'<rect width="{total}" height="{height}" fill="#ffffff"/>',
        '<text x="8" y="18" font-size="13" fill="#222222">How many times as long as the zoo others'
        f" take: {HEADLINE:,} elements, f32, one thread</text>",
    ]
    for k, (name, colour) in enumerate(COLOURS.items()):
        x = label + 90 * k
        out.append(f'<circle cx="{x}" cy="32" r="4" fill="{colour}"/>')
        out.append(f'<text x="{x + 8}" y="36" fill="#222222">{name}</text>')
    for k, timed in enumerate(order):
        y = top + row * k + row / 2
        if k % 2:
            out.append(f'<rect y="{y - row / 2}" width="{total}" height="{row}" fill="#f4f4f4"/>')
        name = escape(timed.title)
        out.append(
            f'<text x="{label - 8}" y="{y + 3.5}" text-anchor="end" fill="#222222">{name}</text>'
        )
    for panel, (name, timed) in enumerate(panels):
        left = label + panel * (width + gap)
        bottom = top + row * len(order)
        out.append(f'<text x="{left}" y="{top - 12}" fill="#222222">{name}</text>')
        tick = low
        while tick <= high:
            x = left + width * scale(tick)
            stroke = "#222222" if tick == 1 else "#cccccc"
            out.append(f'<path d="M{x:.1f} {top}V{bottom}" stroke="{stroke}" stroke-width="0.7"/>')
            words = f"{tick:g}" + ("+" if tick == high else "")
            out.append(f'<text x="{x:.1f}" y="{bottom + 14}" text-anchor="middle">{words}</text>')
            tick *= 2
        places = {t.title: top + row * k + row / 2 for k, t in enumerate(order)}
        for t in timed:
            if t.title not in places:
                continue
            for group, colour in COLOURS.items():
                if best := t.best([group]):
                    value = t.medians[best] / t.medians["zoo"]
                    x = left + width * scale(value)
                    out.append(
                        f'<circle cx="{x:.1f}" cy="{places[t.title]}" r="3.2" fill="{colour}" '
                        f'fill-opacity="0.85"><title>{escape(t.title)}, {group}: '
                        f"{number(value)}</title></circle>"
                    )
    return "\n".join([*out, "</svg>"]) + "\n"
