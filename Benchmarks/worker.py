"""One process with one number of threads: compiles for performance.py, or measures.

worker.py JSON: threads, cpus, functions, sizes, without, seconds, and where the results go ("out"),
or nothing of that when it is only to fill the caches of compiled code.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

from contestants import LAYOUTS, PLAIN, SHOWN, ZOO

LARGEST = 1 << 24
# Seconds for one pass of one function at a size, with one thread; a third of it with more threads.
SECONDS = {4096: 0.05, 65_536: 0.2, 1 << 20: 0.25, LARGEST: 0.3}
PAUSE = 0.0005
# What the zoo's layouts of parameters cost is the same at other sizes.
LAYOUT_SIZES = (65_536, 1 << 20)


def settle(order):
    """Threads, CPUs and caches, before torch and JAX are imported."""
    os.sched_setaffinity(0, order["cpus"])
    caches = Path(order["caches"]) / f"threads-{order['threads']}"
    os.environ |= {
        "OMP_NUM_THREADS": str(order["threads"]),
        "MKL_NUM_THREADS": str(order["threads"]),
        "GOMP_SPINCOUNT": "10000",  # as long as PAUSE at most, else torch's threads slow the others
        "TORCHINDUCTOR_CACHE_DIR": str(caches / "inductor"),
        "TORCHINDUCTOR_COMPILE_THREADS": "1",
        "JAX_PLATFORMS": "cpu",
        "JAX_COMPILATION_CACHE_DIR": str(caches / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def is_wanted(order, function, size, backward):
    """Which contestants: name -> bool. At the largest size not those that take minutes."""
    without, threads = set(order["without"]), order["threads"]
    if size >= LARGEST and function not in SHOWN:
        without |= {"eager"}
        if threads > 1:
            without |= {"compile", "native", "jax", "onednn"}
    return lambda name: name not in without


def passes(function, size):
    """Forward, and forward with backward where that is not nothing or takes minutes."""
    if function == "identity":
        return [False]
    if size >= LARGEST and function not in SHOWN and not ZOO[function].native:
        return [False]
    return [False, True]


def strides(calls, measuring, order):
    """What memory that is not in order, and parameters for each channel, cost our own kernels."""
    np, placed, normal = calls.np, measuring.placed, measuring.normal
    square, out = normal(0, 256, 256), placed(2048, 256, 256)
    rows, dy, dx = normal(0, 256, 256), normal(0, 256, 256), placed(2048, 256, 256)
    eps, deps = np.array(0.05, np.float32), np.empty((), np.float32)
    crrelu, prelu = calls.actzoo.get("crrelu"), calls.actzoo.get("prelu")
    bound = crrelu.bind()

    def channels(granularity, slope):
        binding = prelu.bind(granularity=granularity, channel_axis=-1)
        gradients = [np.empty_like(slope)]
        return calls.zoo_call(binding, [rows], [slope], dy=dy, dx=[dx], gradients=gradients)

    found = {
        "crrelu forward": calls.zoo_call(bound, [square], [eps], y=out),
        "crrelu backward": calls.zoo_call(bound, [square], [eps], dy=dy, dx=[dx], gradients=[deps]),
        "crrelu forward, transposed": calls.zoo_call(bound, [square.T], [eps], y=out.T),
        "crrelu forward, transposed into row-major": calls.zoo_call(
            bound, [square.T], [eps], y=out
        ),
        "prelu backward, layer": channels("layer", np.array(0.25, np.float32)),
        "prelu backward, channel innermost": channels("channel", np.full(256, 0.25, np.float32)),
    }
    candidates = {name: measuring.Candidate(call) for name, call in found.items()}
    return measuring.measure(candidates, order["seconds"])


def main():
    """Do as ordered."""
    order = json.loads(sys.argv[1])
    settle(order)
    import calls
    import measuring

    random.seed(1)
    threads, results, known = order["threads"], [], {}
    calls.torch.set_num_threads(threads)
    calls.actzoo.set_threads(threads)
    library = calls.onednn()
    for at, function in enumerate(order["functions"]):
        begin = time.perf_counter()
        for layout in [PLAIN, *LAYOUTS.get(function, [])]:
            compiled = calls.Compiled(function, layout)
            activation = compiled.activation
            known[function] = dict(
                formula=activation.formula,
                inputs=2 if activation.is_gated else 1,
                isa=activation.isa,
                copies=ZOO[function].copies,
            )
            for size in order["sizes"]:
                if layout is not PLAIN and size not in LAYOUT_SIZES:
                    continue
                if "out" not in order and size > LAYOUT_SIZES[-1]:
                    continue
                work = None  # gives its memory back
                work = calls.Work(compiled, size, threads)
                for backward in passes(function, size):
                    wanted = is_wanted(order, function, size, backward)
                    candidates = work.candidates(backward, wanted)
                    if "out" not in order:
                        continue
                    seconds = SECONDS.get(size, 0.2) * order["seconds"]
                    if threads > 1:
                        seconds /= 3
                    results.append(
                        dict(
                            function=function,
                            layout=layout.name,
                            size=size,
                            threads=threads,
                            backward=backward,
                            times=measuring.measure(
                                candidates, seconds, PAUSE if threads > 1 else 0
                            ),
                        )
                    )
        if "out" in order:
            passed = time.perf_counter() - begin
            count = len(order["functions"])
            print(f"  {at + 1}/{count} {function} {passed:.1f} s", file=sys.stderr, flush=True)
    if "out" not in order:
        return
    if threads == 1 and 65_536 in order["sizes"] and {"crrelu", "prelu"} <= known.keys():
        times = strides(calls, measuring, order)
        results.append(dict(function="strides", size=65_536, threads=1, times=times))
    for result in results:  # four digits are more than the clock knows
        result["times"] = {k: [float(f"{t:.4g}") for t in v] for k, v in result["times"].items()}
    versions = dict(
        python=sys.version.split()[0],
        numpy=calls.np.__version__,
        torch=calls.torch.__version__,
        jax=calls.jax.__version__ if calls.jax else None,
        onednn=library.onednn_version().decode() if library else None,
    )
    unlisted = sorted(set(calls.actzoo.list()) - set(ZOO))
    report = dict(functions=known, versions=versions, unlisted=unlisted, results=results)
    Path(order["out"]).write_text(json.dumps(report))


if __name__ == "__main__":
    main()
