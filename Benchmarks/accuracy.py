#!/usr/bin/env python3
"""Measure how exact every kernel of the zoo is, torch's operators too, and write docs/accuracy.md.

Everything is measured by `actzoo verify`, on its accuracy tests: each result against the formula,
evaluated in as many bits as it takes. The same code judges the zoo's plugins and two that are
built here and belong to nobody's zoo. One calls libactzoo for f16 and bf16, which have no kernels
of their own, the other calls torch's operators. What was measured is kept in build/accuracy (or
ACCURACY_STORE), a file for each; a second run does only what is missing or was measured on other
code.

    Benchmarks/accuracy.py --types f16 bf16          every input
    Benchmarks/accuracy.py --types f32 --limit-seconds 600
    Benchmarks/accuracy.py --render -o docs/accuracy.md
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ACTZOO = ROOT / "build" / "bin" / "actzoo"
STORE = Path(os.environ.get("ACCURACY_STORE", ROOT / "build" / "accuracy"))
TYPES = ("f32", "f64", "f16", "bf16")
PASSES = ("forward", "backward", "params")
BITS = {"f16": 11, "bf16": 8}
# torch's claims are the zoo's times this: the same results count in ULP, and none is judged.
GENEROUS = 1e30


def actzoo_json(*words):
    """What the command prints with --json."""
    run = subprocess.run([ACTZOO, *words, "--json"], capture_output=True, text=True)
    if not run.stdout:
        sys.exit(f"actzoo {' '.join(map(str, words))}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def zoo():
    """The zoo's activations with kernels, as `info` has them, by name."""
    listed = [a["name"] for a in actzoo_json("list")["activations"] if a["isa"]]
    return {name: actzoo_json("info", name) for name in listed}


# ------------------------------------------------------------------------------- subjects


def claims(info, dtype, passes=PASSES):
    """The zoo's claims on a type."""
    return [c for c in info["claims"] if c["dtype"] == dtype and c["pass"] in passes]


def claimed_halves(info, dtype):
    """Claims on 16 bits: half a unit of their own and what f32 may be off, at least 0.51."""
    own = claims(info, "f32", PASSES[:2])
    return [{**c, "ulp": max(0.51, 0.5 + c["ulp"] * 2 ** (BITS[dtype] - 23))} for c in own]


def claim_lines(dtype, claimed):
    """Statements of a descriptor, one for each range."""
    for c in claimed:
        bounds = [float(c["lower"]), float(c["upper"])]
        within = f" in {bounds[0]}...{bounds[1]}" if all(map(math.isfinite, bounds)) else ""
        yield f"  claim {dtype} {c['pass']} {c['ulp']} ulp + {c['absolute']}{within}"


def texts():
    """Of each activation what its descriptor says, without what is about the zoo's own kernels."""
    found = {}
    for path in sorted(ROOT.glob("Plugins/*/*.actzoo")):
        for block in re.split(r"^(?=activation )", path.read_text(), flags=re.M)[1:]:
            name = re.match(r"activation \S+\.([\w-]+)/", block)[1]
            lines = block.splitlines()
            found[name] = [s for s in lines if s.split()[:1] and s.split()[0] not in DROPPED]
    return found


DROPPED = {"alias", "source", "note", "claim"}


def write_subject(folder, subject, zoo_, claimed):
    """Writes subject.h: the text of a plugin with the zoo's formulas and other claims."""
    lines = ["actzoo 1", f"plugin {subject} version 1.0.0 license Apache-2.0"]
    described = texts()
    for name, info in zoo_.items():
        lines.append(f'activation {subject}.{name}/1 "{info["title"]}"')
        lines += described[name][1:]
        for dtype in TYPES:
            lines += claim_lines(dtype, claimed(info, dtype))
    quoted = "\n".join(json.dumps(line + "\n") for line in lines)
    names = " ".join(f'X("{name}")' for name in zoo_)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "subject.h").write_text(
        f'#define SUBJECT "{subject}"\n#define NAMES(X) {names}\n'
        f"ACTZOO_MANIFEST const char manifest[] = {' '.join(quoted.splitlines())};\n"
    )


def compile_subject(compiler, name, folder, flags):
    """The library made of a source; made anew if the source, its subject.h or the flags changed."""
    source, library = ROOT / "Benchmarks/accuracy" / name, folder / "plugin.actzoo.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-fvisibility=hidden", str(source)]
    command += [*flags, "-o", str(library)]
    known = digest_of(repr(command).encode(), source, folder / "subject.h")
    stamp = folder / "made"
    if not library.exists() or not stamp.exists() or stamp.read_text() != known:
        print(f"compiling {name}", file=sys.stderr)
        subprocess.run(command, check=True)
        stamp.write_text(known)
    return library


def digest_of(start, *paths):
    """The first digits of the SHA-256 of some bytes and files."""
    found = hashlib.sha256(start)
    for path in paths:
        found.update(Path(path).read_bytes())
    return found.hexdigest()[:16]


class Zoo:
    """The zoo's own kernels: rows of f32 and f64."""

    title = "zoo"
    types = ("f32", "f64")

    def build(self, zoo_):
        """Makes what is measured, where that is not there."""

    def has(self, name, dtype):
        """True if it has that function."""
        return dtype in self.types

    def path(self, info):
        """The file with the kernels."""
        return info["path"]

    def id(self, info):
        """The activation in it."""
        return info["id"]

    def version(self, info):
        """Changes when the code does that is measured."""
        return digest_of(b"", info["path"])


class Halves(Zoo):
    """The zoo in f16 and bf16, by libactzoo."""

    types = ("f16", "bf16")
    folder = STORE / "halves"

    def build(self, zoo_):
        """The plugin."""

        def claimed(info, dtype):
            return claimed_halves(info, dtype) if dtype in self.types else []

        write_subject(self.folder, "org.halves", zoo_, claimed)
        library = ROOT / "build/lib"
        flags = [f"-I{ROOT / 'Include'}", f"-I{self.folder}"]
        flags += [f"-L{library}", "-lactzoo", f"-Wl,-rpath,{library}"]
        compile_subject("cc", "halves.c", self.folder, flags)

    def path(self, info):
        """The file with the kernels."""
        return str(self.folder / "plugin.actzoo.so")

    def id(self, info):
        """The activation in it."""
        return f"org.halves.{info['name']}/1"


class Torch(Zoo):
    """torch's operators."""

    title = "torch"
    types = TYPES
    folder = STORE / "torch"
    source = ROOT / "Benchmarks/accuracy/torch.cpp"
    names = frozenset(re.findall(r'^    \{"([\w-]+)", \d', source.read_text(), flags=re.M))

    def __init__(self, python):
        """`python` is the one whose torch is meant."""
        self.python = python

    def build(self, zoo_):
        """The plugin."""
        asked = "torch.__version__, torch.__path__[0], torch.compiled_with_cxx11_abi()"
        words = [self.python, "-c", f"import torch; print({asked})"]
        run = subprocess.run(words, capture_output=True, text=True, check=True)
        self.installed, home, abi = run.stdout.split()

        def generous(info, dtype):
            own = claimed_halves(info, dtype) if dtype in BITS else claims(info, dtype)
            return [
                {**c, "ulp": GENEROUS * (c["ulp"] or 1), "absolute": GENEROUS * c["absolute"]}
                for c in own
            ]

        common = {n: i for n, i in zoo_.items() if n in self.names}
        write_subject(self.folder, "org.pytorch", common, generous)
        flags = ["-std=c++20", f"-D_GLIBCXX_USE_CXX11_ABI={int(abi == 'True')}"]
        flags += [f"-I{self.folder}", f"-I{ROOT / 'Include'}", f"-I{home}/include"]
        flags += [f"-L{home}/lib", "-ltorch_cpu", "-lc10", f"-Wl,-rpath,{home}/lib"]
        compile_subject("c++", self.source.name, self.folder, flags)

    def path(self, info):
        """The file with the kernels."""
        return str(self.folder / "plugin.actzoo.so")

    def id(self, info):
        """The activation in it."""
        return f"org.pytorch.{info['name']}/1"

    def has(self, name, dtype):
        """True if it has that function; PReLU's weight has another type than x here on 16 bits."""
        return name in self.names and not (name == "prelu" and dtype in BITS)

    def version(self, info):
        """Changes when the code does that is measured."""
        return f"torch {self.installed}"


# ------------------------------------------------------------------------------ measuring


def is_swept(info):
    """True if a sweep over all 2^32 inputs says all: nothing is learned, and there is one input."""
    fixed = all(p["fixed"] for p in info["parameters"])
    return fixed and not info["noise"] and info["inputs"] == 1


# Their formulas cancel: nearly every f32 result would be computed in many bits, which takes hours.
SAMPLED = {("tanhshrink", "forward"), ("tanhshrink", "backward"), ("softsign", "backward")}

Task = collections.namedtuple("Task", "subject info dtype passes tier")


def tasks(subjects, zoo_, types, swept):
    """What is to be measured, each part of it once."""
    for subject in subjects:
        for name, info in zoo_.items():
            for dtype in types:
                if not subject.has(name, dtype):
                    continue
                learns = any(not p["fixed"] for p in info["parameters"])
                passes = PASSES[: 3 if learns and dtype in ("f32", "f64") else 2]
                if dtype == "f32" and swept and is_swept(info):
                    for one in passes:
                        tier = "standard" if (name, one) in SAMPLED else "exhaustive"
                        yield Task(subject, info, dtype, (one,), tier)
                else:
                    yield Task(subject, info, dtype, passes, "standard")


def record_path(subject, name, dtype, one):
    """Where a measurement is kept."""
    return STORE / f"{subject.title}.{name}.{dtype}.{one}.json"


def record(subject, name, dtype, one):
    """What was measured, or None."""
    path = record_path(subject, name, dtype, one)
    return json.loads(path.read_text()) if path.exists() else None


def is_done(task):
    """True if it was measured on the same code, by this tier or a higher one."""
    found = [record(task.subject, task.info["name"], task.dtype, one) for one in task.passes]
    # Any torch will do: the document says which it was.
    is_torch = task.subject.title == "torch"
    return all(
        r
        and (is_torch or r["version"] == task.subject.version(task.info))
        and r["tier"] in (task.tier, "exhaustive")
        for r in found
    )


def expected_seconds(task):
    """About how long it takes: as long as it took before, or by the length of the formula."""
    before = [record(task.subject, task.info["name"], task.dtype, one) for one in task.passes]
    if all(r and r["tier"] == task.tier for r in before):
        return sum(r["seconds"] for r in before)
    length = len(task.info["formula"]) * (2 if "backward" in task.passes else 1)
    return length if task.tier == "exhaustive" else length / 100


def measure(task, deadline):
    """Runs the tests of a task and keeps what they found; a sentence if they could not run."""
    ids = "|".join(f"ulp-{one}" for one in task.passes)
    left = max(1, deadline - time.monotonic())
    words = [str(ACTZOO), "verify", task.subject.path(task.info), "--json", "-j", "1"]
    words += ["--activation", task.subject.id(task.info), "--type", task.dtype]
    words += ["-t", f"^({ids})$", "--tier", task.tier, "--timeout", str(min(left, 36000))]
    began = time.monotonic()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    environment["ACTZOO_PATH_ONLY"] = str(ROOT / "build/lib/actzoo")
    run = subprocess.run(words, capture_output=True, text=True, env=environment)
    what = f"{task.subject.title} {task.info['name']} {task.dtype} {' '.join(task.passes)}"
    if not run.stdout:
        return f"{what}: {run.stderr.strip()}"
    plugin = json.loads(run.stdout)["plugins"][0]
    if plugin["trouble"] or plugin["tool_failures"]:
        return f"{what}: {plugin['trouble'] or plugin['tool_failures'][0]}"
    trouble = None if plugin["tests"] else f"{what}: there is no such row."
    for test in plugin["tests"]:
        if test["status"] in ("timeout", "crash"):
            said = test["findings"][0]["message"] if test["findings"] else test["message"]
            trouble = f"{what}: {test['status']}: {said[:300]}"
            continue
        kept = ("status", "message", "findings", "measurements", "notes", "seconds")
        write(
            record_path(task.subject, task.info["name"], task.dtype, test["id"][4:]),
            {
                "version": task.subject.version(task.info),
                "tier": task.tier,
                **{k: test[k] for k in kept},
            },
        )
    print(f"{time.monotonic() - began:7.1f} s  {what}", file=sys.stderr)
    return trouble


def write(path, value):
    """A whole file or none."""
    draft = path.with_suffix(f".{os.getpid()}.{id(value)}")
    draft.write_text(json.dumps(value, indent=1))
    draft.replace(path)


def measure_all(todo, jobs, limit):
    """Runs the longest tasks first, as many at once as there are processors."""
    deadline = time.monotonic() + limit
    todo = sorted(todo, key=expected_seconds, reverse=True)
    troubles, unstarted = [], 0
    longest = {}

    def one(task):
        nonlocal unstarted
        # What would not end in time is not begun; what is like it took about as long.
        kind = (task.tier, task.dtype)
        if time.monotonic() + longest.get(kind, 0) > deadline:
            unstarted += 1
            return None
        began = time.monotonic()
        trouble = measure(task, deadline)
        longest[kind] = time.monotonic() - began
        return trouble

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for trouble in pool.map(one, todo):
            if trouble:
                troubles.append(trouble)
                print(trouble, file=sys.stderr)
    print(
        f"{len(todo) - len(troubles) - unstarted} measured, {len(troubles)} failed, "
        f"{unstarted} left",
        file=sys.stderr,
    )
    return not troubles


# -------------------------------------------------------------------------------- writing


def number(text):
    """JSON's numbers, and the strings that it has for the others."""
    return float(text)


def ulps(value):
    """Two digits behind the point, or a power of ten."""
    value = number(value)
    return f"{value:.2f}" if value < 1000 else f"{value:.1e}" if value < math.inf else "inf or NaN"


def claim_text(claimed):
    """What is claimed on a pass: "2 ulp + 1e-06 in -8...8"."""
    parts = []
    for c in claimed:
        bounds = [number(c["lower"]), number(c["upper"])]
        within = f" in {bounds[0]:g}...{bounds[1]:g}" if all(map(math.isfinite, bounds)) else ""
        beyond = f" + {c['absolute']:g}" if c["absolute"] else ""
        parts.append(f"{c['ulp']:.4g}{beyond}{within}")
    return "; ".join(parts) or "-"


def measured(found, claimed):
    """The cells "measured" and "at"."""
    if not found or not found["measurements"]:
        return ("-" if found and found["status"] == "skip" else "missing"), ""
    m = found["measurements"][0]
    errors, places = [], []
    # Where only absolute errors were seen, perhaps no result counts in ULP.
    if number(m["observed_ulp"]) or not number(m["observed_absolute"]):
        errors.append(ulps(m["observed_ulp"]))
        places.append(f"{number(m['at']):.7g}" if number(m["observed_ulp"]) else "")
    if any(c["absolute"] for c in claimed) and number(m["observed_absolute"]):
        errors.append(f"{number(m['observed_absolute']):.1e} abs.")
        places.append(f"{number(m['absolute_at']):.7g}")
    return ", ".join(errors), ", ".join(filter(None, places))


def points(found):
    """How many results a measurement rests on."""
    if not found or not found["measurements"]:
        return ""
    return "all" if found["tier"] == "exhaustive" else f"{found['measurements'][0]['points']:,}"


def rows(dtype, zoo_, own, torch):
    """One for each activation and pass."""
    for name, info in zoo_.items():
        listed = claimed_halves(info, dtype) if dtype in BITS else claims(info, dtype)
        for one in PASSES:
            claimed = [c for c in listed if c["pass"] == one]
            if one == "params" and not claimed:
                claimed = [c for c in listed if c["pass"] == "backward"]
            ours, theirs = (record(s, name, dtype, one) for s in (own, torch))
            learns = any(not p["fixed"] for p in info["parameters"])
            if one == "params" and (dtype in BITS or not learns):
                continue
            yield name, one, claimed, ours, theirs


def table(dtype, zoo_, own, torch):
    """Lines of Markdown."""
    yield "| activation | pass | claimed | measured | at | torch | at | results |"
    yield "|---|---|---|---|---|---|---|---|"
    before = ""
    for name, one, claimed, ours, theirs in rows(dtype, zoo_, own, torch):
        error, place = measured(ours, claimed)
        if ours and ours["status"] == "fail":
            error = f"**{error}**"
        other, there = measured(theirs, claimed) if torch.has(name, dtype) else ("", "")
        count = points(ours)
        if theirs and points(theirs) != count:
            count += f", torch {points(theirs)}"
        shown = "" if name == before else f"`{name}`"
        before = name
        yield (
            f"| {shown} | {one} | {claim_text(claimed)} | {error} | {place} | {other} | {there} "
            f"| {count} |"
        )


def summary(zoo_, subjects, torch):
    """Lines of Markdown: how the zoo and torch did as a whole."""
    yield "| type | pass | functions | claims kept | worst | in torch too | worst | torch's worst |"
    yield "|---|---|---|---|---|---|---|---|"

    def worst(found):
        errors = [number(r["measurements"][0]["observed_ulp"]) for r in found]
        return ulps(max(errors)) if errors else ""

    for dtype in TYPES:
        for one in PASSES:
            lines = [r for r in rows(dtype, zoo_, subjects[dtype], torch) if r[1] == one]
            pairs = [r[3:] for r in lines if r[3] and r[3]["measurements"]]
            ours = [r[0] for r in pairs]
            kept = sum(r["status"] != "fail" for r in ours)
            common = [r for r in pairs if r[1] and r[1]["measurements"]]
            if ours:
                both = [worst(r[i] for r in common) for i in (0, 1)]
                yield (
                    f"| {dtype} | {one} | {len(ours)} | {kept} | {worst(ours)} "
                    f"| {len(common)} | {both[0]} | {both[1]} |"
                )


def render(zoo_, subjects):
    """The document."""
    torch = subjects[-1]
    own = {t: s for s in subjects[:-1] for t in s.types}
    used = {t: set() for t in TYPES}
    for dtype in TYPES:
        for *_, theirs in rows(dtype, zoo_, own[dtype], torch):
            used[dtype] |= {theirs["version"]} if theirs else set()
    versions = sorted(set().union(*used.values()))
    told = ", ".join(f"{v} ({', '.join(t for t in TYPES if v in used[t])})" for v in versions)
    lines = [HEAD.format(torch=told or "none").strip(), ""]
    left = [t for t in tasks(subjects, zoo_, TYPES, True) if not is_done(t)]
    kinds = collections.Counter((t.subject.title, t.dtype, t.tier) for t in left)
    if left:
        parts = [f"{s} {d} {tier}: {n}" for (s, d, tier), n in sorted(kinds.items())]
        lines += [f"Not measured yet on the present code: {'; '.join(parts)}.", ""]
    lines += ["## All together", "", *summary(zoo_, own, torch), ""]
    for dtype in TYPES:
        lines += [f"## {dtype}", "", NOTES[dtype], "", *table(dtype, zoo_, own[dtype], torch), ""]
    failures = [
        f"- `{name}` {dtype} {one}: {ours['findings'][0]['message']}"
        for dtype in TYPES
        for name, one, _, ours, _ in rows(dtype, zoo_, own[dtype], torch)
        if ours and ours["status"] == "fail"
    ]
    if failures:
        lines += ["## Claims that are not kept", "", *failures, ""]
    return "\n".join(lines)


HEAD = """
# Accuracy

Written by `Benchmarks/accuracy.py`; measured by `actzoo verify`, whose accuracy tests compare every
result with the formula of the descriptor in as many bits as it takes ([certify.md](certify.md)).
torch's operators ({torch}; one thread) were judged by the same code against the same
formulas: a plugin that calls them stands in for the zoo's.

- **claimed**: `k + a` is at most k times the distance of neighbouring numbers of the type at the
  exact result (ULP), plus a. A range behind it is that of the inputs which the claim covers.
- **measured**: the largest error in ULP of the results for which k ULP are more than a; behind it,
  where the claim has an absolute part, the largest error of all others. **at** says at which inputs
  these were. Tails and subnormal results count as any other.
- **torch**: the same of torch's operator. Which of its results count in ULP, and which by the size
  of their error, is decided by the zoo's claim, so that the two columns compare.
- **results**: how many were judged. "all" is each of the 2^32 f32 inputs with the parameters'
  initial values, and samples with others. Of f16 and bf16 every finite input is among those
  counted. Other samples are of every binade, denser where functions bend.
- Gradients by inputs are judged with dy absent and with dy at random, gradients by parameters
  (`params`) element by element, by the claim on `backward` where there is no other; the figures are
  those without dy.
"""
NOTES = {
    "f32": "Functions with one input and nothing to learn were swept over every input, but for\n"
    "tanhshrink and the derivative of softsign: their formulas cancel, and nearly every result\n"
    "would have to be computed in many bits.",
    "f64": "Samples, all of them compared in many bits.",
    "f16": "There are no f16 kernels: this is what libactzoo makes of those of f32. The claim\n"
    "follows from theirs: half a unit for the rounding to f16, and what the f32 kernel may be off.",
    "bf16": "As f16.",
}


def main():
    """Measure what is missing, then write what is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--types", nargs="+", choices=TYPES, default=list(TYPES))
    parser.add_argument("--activations", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--subjects", nargs="+", choices=("zoo", "torch"), default=["zoo", "torch"])
    parser.add_argument("--python", default=sys.executable, help="the Python whose torch is meant")
    parser.add_argument("--samples", action="store_true", help="no sweeps over all f32 inputs")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--limit-seconds", type=float, default=1e9)
    parser.add_argument("--render", action="store_true", help="measure nothing")
    parser.add_argument("-o", "--output", type=Path, help="the document to write")
    arguments = parser.parse_args()
    everything = zoo()
    unknown = set(arguments.activations) - set(everything)
    if unknown:
        parser.error(f"the zoo has no kernels for {', '.join(sorted(unknown))}")
    chosen = {n: everything[n] for n in arguments.activations or everything}
    subjects = [Zoo(), Halves(), Torch(arguments.python)]
    wanted = [s for s in subjects if s.title in arguments.subjects]
    good = True
    if not arguments.render:
        listed = tasks(wanted, chosen, arguments.types, not arguments.samples)
        todo = [t for t in listed if not is_done(t)]
        for subject in {t.subject for t in todo}:
            subject.build(everything)
        good = measure_all(todo, arguments.jobs, arguments.limit_seconds)
    if arguments.output:
        arguments.output.write_text(render(chosen, subjects))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
