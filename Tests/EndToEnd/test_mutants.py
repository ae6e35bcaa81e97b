"""The conformance suite against deliberately broken plugins: Tests/Mutants.

Every mutant must be found by the test that is there for it, with the rule that it breaks; the clean
plugin by none. What else finds a mutant is written down in Tests/Mutants/matrix.txt, so that a test
that starts to see more, or less, is noticed. A sixth of the mutants a day meet all tests, in about
a minute; ACTZOO_WHOLE_MATRIX=1 takes all of them, ACTZOO_WRITE_MATRIX=1 writes that file anew.
"""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from zoo import ACTZOO, ROOT, actzoo, actzoo_json, environment

MUTANTS = ROOT / "Tests" / "Mutants"
OUT = ROOT / "build" / "tests" / "mutants"
FOUND = {"fail", "warn", "crash", "timeout"}
# What these see beside their own mutants hangs on the clock and on who else uses the machine.
TIMED = {
    "load-time",
    "throughput",
    "denormal-slowdown",
    "reentrancy",
    "threads-hammer",
    "no-threads",
}


def table(path):
    """The rows of a file of fields between bars; # starts a comment."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    return [[f.strip() for f in line.split("|")] for line in lines if line and line[0] != "#"]


ROWS = {row[0]: row for row in table(MUTANTS / "mutants.txt")}
IS_WHOLE = any(os.environ.get(f"ACTZOO_{what}_MATRIX") for what in ("WHOLE", "WRITE"))
# The mutants that meet all tests of tier quick; the others meet their own alone.
TODAY = [n for i, n in enumerate(ROWS) if IS_WHOLE or i % 6 == date.today().toordinal() % 6]


def verify(library, *words):
    """What the tests of tier standard say, without what only measures speed at length."""
    done = subprocess.run(
        [ACTZOO, "verify", library, "--json", "-j", "1", "--timeout", "10", *words],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=600,
    )
    assert done.returncode in (0, 1), f"{library}: exit {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout)["plugins"][0]


@pytest.fixture(scope="session")
def reports():
    """Every mutant's report, and that of the clean plugin, "none"."""
    subprocess.run([MUTANTS / "build", OUT], check=True)
    tests = {test["id"]: test for test in actzoo_json("list", "tests")}

    def report(name):
        library = OUT / f"{name}.actzoo.so"
        if name not in ROWS:
            return name, verify(library, "--tier", "quick")
        own = tests.get(ROWS[name][1])
        if not own:  # it stands for any test
            return name, verify(library, "--tier", "quick")
        whole = verify(library, "--tier", "quick") if name in TODAY else None
        if whole and own["tier"] == "quick":
            return name, whole
        alone = verify(library, "--tier", own["tier"], "-t", f"^{own['id']}$")
        if whole:
            whole["tests"] += alone["tests"]
        return name, whole or alone

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(report, ["none", *ROWS]))


def tripped(report):
    return {test["id"] for test in report["tests"] if test["status"] in FOUND}


def test_the_clean_plugin_trips_nothing(reports):
    seen = [t for t in reports["none"]["tests"] if t["status"] in FOUND]
    if seen and all(t["status"] == "warn" and t["id"] in TIMED for t in seen):
        again = verify(OUT / "none.actzoo.so", "-t", f"^({'|'.join(t['id'] for t in seen)})$")
        seen = [t for t in again["tests"] if t["status"] in FOUND]
    assert not seen, json.dumps(seen, indent=1)
    assert not reports["none"]["trouble"]


@pytest.mark.parametrize("name", ROWS)
def test_a_mutant_is_found(reports, name):
    _, check, rule, verdict, *_ = ROWS[name]
    own = [test for test in reports[name]["tests"] if test["id"] == check]
    assert own, f"{check} was not run on {name}: {reports[name]['trouble']}"
    seen = [test for test in own if test["status"] in FOUND]
    assert seen, f"{check} does not see {name}; tripped: {sorted(tripped(reports[name]))}"
    statuses = {test["status"] for test in seen}
    if verdict == "fail":  # a fault in memory may end the process
        assert statuses & {"fail", "crash"}, f"{name}: {statuses}"
    else:
        assert verdict in statuses, f"{name}: {statuses}"
    if verdict in ("fail", "warn"):
        assert {test["rule"] for test in seen} == {rule}
    assert all(test["findings"] and test["findings"][0]["message"] for test in seen)


def test_every_test_has_a_mutant_and_every_mutant_a_test():
    listed = {test["id"]: set(test["mutants"]) for test in actzoo_json("list", "tests")}
    written = {}
    for name, check, _, verdict, *_ in ROWS.values():
        if verdict not in ("crash", "timeout"):  # those stand for any test
            written.setdefault(check, set()).add(name)
    assert listed == written


def test_the_matrix_is_as_it_was(reports):
    """One line a mutant: its own test, then the others; ~ before those that see it now and then."""
    path = MUTANTS / "matrix.txt"
    known = {row[0]: row[2].split() for row in table(path)} if path.exists() else {}
    seen = {name: sorted(tripped(reports[name]) - {ROWS[name][1]}) for name in TODAY}
    if os.environ.get("ACTZOO_WRITE_MATRIX"):
        lines = ["# mutant | its test | what else finds it (~: not every time)"]
        for name, row in ROWS.items():
            # What was marked as unsteady stays so.
            unsteady = {word for word in known.get(name, []) if word[0] == "~"}
            others = [o for o in seen[name] if "~" + o not in unsteady]
            lines.append(f"{name} | {row[1]} | {' '.join(sorted([*others, *unsteady]))}".strip())
        path.write_text("\n".join(lines) + "\n")
        return
    for name in TODAY:
        always = {word for word in known.get(name, []) if word[0] != "~"} - TIMED
        sometimes = {word[1:] for word in known.get(name, []) if word[0] == "~"}
        now = set(seen[name])
        assert always <= now, f"{name} is no longer found by {sorted(always - now)}"
        more = now - always - sometimes - TIMED
        assert not more, f"{name} is now found by {sorted(more)} too"


def test_the_names_in_the_sources_are_the_table_s():
    """A mutant without code, or code without a mutant, would go unnoticed."""
    sources = "".join(p.read_text() for p in MUTANTS.glob("*.[ch]"))
    swift = {folder.name for folder in (MUTANTS / "swift").iterdir()}
    assert swift == {name for name, row in ROWS.items() if row[4] == "swift"}
    written = [n for n, row in ROWS.items() if row[4] != "swift" and not row[5]]
    missing = [n for n in written if n.upper().replace("-", "_") not in sources]
    assert not missing, f"no code for {missing}"


def test_the_tool_says_when_a_library_is_gone():
    gone = Path(OUT) / "gone.actzoo.so"
    assert "there is no file" in actzoo("verify", gone, code=2).stderr
