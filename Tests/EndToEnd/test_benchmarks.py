"""The benchmark program runs, refuses wrong formulas, and says what its figures say."""

import json
import os
import subprocess

import pytest
from zoo import ROOT, actzoo_json

PYTHON = ROOT / ".venv" / "bin" / "python"
BENCHMARKS = ROOT / "Benchmarks"
GATED = ["zoo", "copy", "eager", "eager out="]
NATIVE = [*GATED, "native", "native out="]


def run(*words, code=0):
    environment = {**os.environ, "PYTHONPATH": str(BENCHMARKS)}
    done = subprocess.run(
        [PYTHON, *map(str, words)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A small run: the folder with its page, chart and figures."""
    folder = tmp_path_factory.mktemp("bench")
    run(
        *(BENCHMARKS / "performance.py", "--functions", "crrelu,silu,swiglu", "--quick"),
        *("--seconds", "0.01", "--without", "compile,jax,onednn"),
        *("-o", folder / "page.md", "--json", folder / "page.json"),
    )
    return folder


def render(folder, report):
    file = folder / "changed.json"
    file.write_text(json.dumps(report))
    return run(BENCHMARKS / "performance.py", "--render", file).stdout


def test_every_contestant_is_timed(measured):
    results = json.loads((measured / "page.json").read_text())["results"]
    forward = {(r["function"], r["layout"]): list(r["times"]) for r in results if not r["backward"]}
    assert forward == {
        ("crrelu", ""): GATED,
        ("crrelu", "channel innermost"): GATED,
        ("silu", ""): NATIVE,
        ("swiglu", ""): GATED,
        ("swiglu", "halves of one tensor"): GATED,
    }
    assert len(results) == 2 * len(forward)


def test_the_page_is_made_of_the_figures_alone(measured):
    report = json.loads((measured / "page.json").read_text())
    assert render(measured, report) == (measured / "page.md").read_text()
    assert (measured / "page.svg").read_text().endswith("</svg>\n")


def test_a_goal_is_reached_or_not(measured):
    report = json.loads((measured / "page.json").read_text())
    goal = "| `crrelu`: eager torch / forward and backward | {} | {} to {} | >= 6 | {} |"
    for factor, word in ((6, "reached"), (5.9, "**not reached**")):
        for result in report["results"]:
            result["times"] = {
                n: [1e5 * (factor if n.startswith("eager") else 1)] * 5 for n in NATIVE
            }
        figure = f"{factor:.2f}"
        assert goal.format(figure, figure, figure, word) in render(measured, report)


def test_a_wrong_formula_is_not_timed():
    program = """\
import contestants
contestants.ZOO["silu"] = contestants.Contestant(lambda t, x: x * t.sigmoid(1.001 * x))
from calls import Compiled, Work
Work(Compiled("silu"), 4096, 1).candidates(False, lambda name: name == "eager")
"""
    said = run("-c", program, code=1).stderr
    assert "silu: eager disagrees with the zoo" in said


def test_contestants_are_of_the_zoo():
    """Not the other way round: a new function need not be compared; the page says so."""
    program = (
        "import contestants; print(*contestants.ZOO, *contestants.LAYOUTS, *contestants.SHOWN)"
    )
    listed = {a["name"] for a in actzoo_json("list")["activations"]}
    assert set(run("-c", program).stdout.split()) <= listed


def test_what_is_not_compared_is_named(measured):
    report = json.loads((measured / "page.json").read_text()) | {"unlisted": ["ripple"]}
    assert "not yet in Benchmarks/contestants.py: `ripple`." in render(measured, report)
