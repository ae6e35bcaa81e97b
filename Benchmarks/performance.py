"""Our kernels against what a user would pick instead: torch, torch.compile, JAX and oneDNN.

    make bench        (or: .venv/bin/python Benchmarks/performance.py -o docs/performance.md)

First everything is compiled, in as many processes as there are CPUs; then it is timed, by one
process for each number of threads, bound to as many CPUs. What everybody computes is compared with
our results before it is timed. NumPy and torch are needed; JAX, oneDNN (libdnnl-dev) and a C++
compiler (for oneDNN and torch.compile) are used if they are there.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import report
from contestants import ZOO

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "bench"


def say(text):
    """Progress."""
    print(text, file=sys.stderr, flush=True)


def cores():
    """CPUs that this process may use, one of each core first."""
    first, rest, seen = [], [], set()
    for cpu in sorted(os.sched_getaffinity(0), reverse=True):  # CPU 0 has the interrupts
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        siblings = topology.read_text().strip() if topology.exists() else str(cpu)
        (rest if siblings in seen else first).append(cpu)
        seen.add(siblings)
    return first + rest


def machine():
    """What the figures belong to."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    fields = dict(
        line.split(":", 1) for line in cpuinfo.split("\n\n")[0].splitlines() if ":" in line
    )
    fields = {k.strip(): v.strip() for k, v in fields.items()}
    caches = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((index / f).read_text().strip() for f in ("level", "type", "size"))
        if kind != "Instruction":
            caches.append(f"L{level} {size}")
    release = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return dict(
        cpu=f"{fields.get('model name', platform.machine())}, family {fields.get('cpu family')}, "
        f"model {fields.get('model')}",
        cpus=len(os.sched_getaffinity(0)),
        caches=", ".join(caches),
        system=f"{release}, Linux {platform.release()}",
        load=os.getloadavg()[0],
    )


def compiler():
    """A C++ compiler, or None."""
    return shutil.which(os.environ.get("CXX", "g++")) or shutil.which("c++")


def build_onednn():
    """Compile onednn.cpp where oneDNN is installed."""
    library, source = BUILD / "onednn.so", HERE / "onednn.cpp"
    library.unlink(missing_ok=True)
    command = [compiler(), "-std=c++17", "-O2", "-shared", "-fPIC", source, "-ldnnl", "-o", library]
    if subprocess.run(command, capture_output=True).returncode:
        say("oneDNN is left out: onednn.cpp does not compile (apt-get install libdnnl-dev)")


def start(order):
    """A worker with an order, to its end."""
    command = [sys.executable, str(HERE / "worker.py"), json.dumps(order)]
    if subprocess.run(command).returncode:
        sys.exit(f"performance: a worker failed with {order['threads']} thread(s)")


def prepare(orders, cpus):
    """Fill the caches of compiled code, all CPUs at it. Wrong formulas are found here as well."""
    jobs = []
    for order in orders:
        parts = max(len(cpus) // len(orders), 1)
        for k in range(min(parts, len(order["functions"]))):
            some = [cpus[(len(jobs) + i) % len(cpus)] for i in range(order["threads"])]
            jobs.append({**order, "functions": order["functions"][k::parts], "cpus": some})
    with ThreadPoolExecutor(len(cpus)) as pool:
        list(pool.map(start, jobs))


def run(options):
    """Compile, then measure; the report as JSON."""
    BUILD.mkdir(parents=True, exist_ok=True)
    without, cpus = options.without, cores()
    if not compiler():
        say("no C++ compiler: oneDNN and torch.compile are left out")
        without = [*without, "onednn", "compile"]
    if "onednn" not in without:
        build_onednn()
    about = dict(machine=machine(), command=" ".join(options.command), results=[], functions={})
    orders = []
    for threads in options.threads:
        if threads > len(cpus):
            say(f"{threads} threads are left out: this process may use {len(cpus)} CPUs")
            continue
        orders.append(
            dict(
                threads=threads,
                cpus=cpus[:threads],
                functions=options.functions,
                sizes=options.sizes,
                without=without,
                seconds=options.seconds,
                caches=str(BUILD),
            )
        )
    begin = time.perf_counter()
    if not {"compile", "jax"} <= set(without):
        prepare(orders, cpus)
        say(f"compiled in {time.perf_counter() - begin:.0f} s")
    for order in orders:
        out = BUILD / f"threads-{order['threads']}.json"
        say(f"{order['threads']} thread(s)")
        start({**order, "out": str(out)})
        part = json.loads(out.read_text())
        about["results"] += part["results"]
        about["functions"] |= part["functions"]
        about |= {key: part[key] for key in ("versions", "unlisted")}
    about["seconds"] = time.perf_counter() - begin
    say(f"all of it in {about['seconds']:.0f} s")
    return about


def numbers(text):
    """A list such as 4096,65536."""
    return [int(part.replace("_", "")) for part in text.split(",")]


def main():
    """Measure or read, then write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("-o", "--output", type=Path, help="where the report goes (default: standard output)")
    add("--json", type=Path, default=ROOT / "build" / "performance.json", help="every figure")
    add("--render", type=Path, nargs="+", help="write the report of such files and measure nothing")
    add("--functions", help="names with commas (default: all)")
    sizes = "65536,4096,1048576,16777216"  # the first is the one that code is compiled for
    add("--sizes", default=sizes, help="numbers of elements, with commas")
    add("--threads", default="1,2", help="numbers of threads, with commas")
    add("--seconds", type=float, default=1.0, help="factor to the time for each function")
    add("--without", default="", help="contestants: eager,native,compile,jax,onednn,copy")
    add("--quick", action="store_true", help="65,536 elements, one thread, a third of the time")
    options = parser.parse_args()
    # Of the command line, what decides the figures: not where they go.
    chosen = ("functions", "sizes", "threads", "seconds", "without", "quick")
    words = [
        f"--{name} {value}".removesuffix(" True")
        for name in chosen
        if (value := getattr(options, name)) != parser.get_default(name)
    ]
    options.command = ["python", "Benchmarks/performance.py", *words]
    options.without = options.without.split(",")
    names = options.functions.split(",") if options.functions else list(ZOO)
    if unknown := set(names) - set(ZOO):
        parser.error(f"not in contestants.py: {', '.join(sorted(unknown))}")
    options.functions = names
    try:
        options.sizes, options.threads = numbers(options.sizes), numbers(options.threads)
    except ValueError as wrong:
        parser.error(f"--sizes and --threads are numbers with commas: {wrong}")
    if options.quick:
        options.sizes, options.threads = [65_536], [1]
        options.seconds /= 3
    if options.render:
        about = report.merged([json.loads(path.read_text()) for path in options.render])
    else:
        about = run(options)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(about))
    text = report.document(about)
    if not options.output:
        return print(text, end="")
    options.output.write_text(text)
    chart = report.chart(about)
    if chart:
        options.output.with_suffix(".svg").write_text(chart)


if __name__ == "__main__":
    main()
