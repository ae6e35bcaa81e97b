"""The same bits from every language, framework and number of threads.

Each caller (same/) is given: NAME COUNT INPUT OUTPUT. INPUT holds x[COUNT], dy[COUNT] and one value
of each parameter, as floats; into OUTPUT go y, dx and the parameters' gradients.
"""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from zoo import BUILT, ROOT, environment

SOURCES = ROOT / "Tests" / "EndToEnd" / "same"
LIB = ROOT / "build" / "lib"
INCLUDE = ["-I", ROOT / "Include"]
# Several of the host's shards, with an odd tail behind them.
COUNT = 100_003
SMALLEST = np.float32(2**-126)

# Ways to call of one process each; the last of PyTorch's and all of JAX's are with FTZ and DAZ on.
PYTHON = {
    "numpy": ["numpy-1", "numpy-2"],
    "torch": ["torch-1", "torch-2", "torch-flush"],
    "jax": ["jax-jit", "jax-eager"],
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """What to run for each compiled caller. Swift's has the host in it, the others link to it."""
    folder = tmp_path_factory.mktemp("same")
    link = ["-L", LIB, "-lactzoo", f"-Wl,-rpath,{LIB}"]
    strict = ["-O2", "-Wall", "-Wextra", "-Werror", "-pedantic", *INCLUDE]
    hpp = ["-I", ROOT / "Bindings" / "cpp" / "include"]
    host = [
        f for part in ("Formula", "ZooHost") for f in (ROOT / "Sources" / part).rglob("*.swift")
    ]
    swift = [
        *("swiftc", "-wmo", "-parse-as-library", "-D", "ACTZOO_ONE_MODULE", "-swift-version", "6"),
        *(*INCLUDE, "-I", ROOT / "Sources" / "CSystem", "-Xcc", "-D_GNU_SOURCE"),
        *("-use-ld=lld", "-Xlinker", "-l:libffi_pic.a", *host, "-lm"),
    ]
    for kind, command in {
        "swift": swift,
        "c": ["cc", "-std=c11", *strict],
        "cpp": ["c++", "-std=c++17", *strict, *hpp],
    }.items():
        after = [] if kind == "swift" else link
        command += [SOURCES / f"same.{kind}", "-o", folder / kind, *after]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return {
        **{kind: ([folder / kind], []) for kind in ("swift", "c", "cpp")},
        "c, FTZ and DAZ": ([folder / "c"], ["flush"]),
    }


def inputs(special):
    """Floats of every size, with all kinds of zeros, subnormals and, if special, inf and NaN."""
    random = np.random.default_rng(7)
    x = random.normal(0, 4, COUNT).astype(np.float32)
    # As far out as results are subnormal: e^(-x^2/2) of CRReLU, e^x of Mish.
    x[::7] = random.uniform(-15, -12, x[::7].size)
    x[1::7] = random.uniform(-104, -84, x[1::7].size)
    x[2::70] = random.uniform(-1, 1, x[2::70].size) * SMALLEST
    edges = [0.0, -0.0, SMALLEST / 8, -SMALLEST / 8, SMALLEST, -SMALLEST, 2**-149, -(2**-149)]
    if special:
        edges += [np.inf, -np.inf, np.nan, -np.nan, 3e38, -3e38]
    dy = random.normal(0, 1, COUNT).astype(np.float32)
    dy[3::70] *= SMALLEST
    # Both at the front, in whole vectors, and in the tail.
    for place in (slice(len(edges)), slice(-len(edges), None)):
        x[place] = edges
    return x, dy


def results(command, ways, name, given, folder):
    """The bits from each way to call that one process has."""
    source, target = folder / "given", folder / "results"
    given.tofile(source)
    command = [*command, name, COUNT, source, target, *ways]
    env = environment(ACTZOO_PATH_ONLY=BUILT, PYTHONPATH=ROOT / "Bindings" / "python")
    words = list(map(str, command))
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    found = np.fromfile(target, np.uint32)
    assert found.size == max(len(ways), 1) * given.size
    return dict(zip(ways or [""], found.reshape(-1, given.size), strict=True))


# NaN and inf make the parameter's gradient NaN, so that it is compared without them too.
@pytest.mark.parametrize(
    ("name", "parameters", "special"),
    [("crrelu", [0.05], False), ("crrelu", [0.05], True), ("mish", [], True)],
)
def test_all_callers_give_the_same_bits(programs, name, parameters, special, tmp_path):
    given = np.concatenate([*inputs(special), np.array(parameters, np.float32)])
    callers = dict(programs)
    for framework, ways in PYTHON.items():
        if importlib.util.find_spec(framework):
            callers[framework] = [sys.executable, SOURCES / "same.py"], ways
    (wanted,) = results(*callers.pop("swift"), name, given, tmp_path).values()

    # What is compared is worth it: no part is all zeros, all NaN or without subnormals.
    values = wanted.view(np.float32)
    for part in (values[:COUNT], values[COUNT : 2 * COUNT]):
        tiny = (part != 0) & (np.abs(part) < SMALLEST)
        assert tiny.sum() > 100 and np.isnan(part).any() == special
        assert np.isfinite(part).mean() > 0.99 and np.unique(part).size > COUNT / 2
    assert special or np.isfinite(values[2 * COUNT :]).all()

    for caller, (command, ways) in callers.items():
        for way, seen in results(command, ways, name, given, tmp_path).items():
            (other,) = np.nonzero(seen != wanted)
            assert not other.size, (
                f"{caller} {way}: {other.size} differ, the first at {other[0]}: "
                f"{seen[other[0]]:#010x}, and Swift has {wanted[other[0]]:#010x}"
            )
