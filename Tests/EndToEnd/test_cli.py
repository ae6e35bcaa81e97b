"""The command's main paths and its sentences."""

import re
import struct
import subprocess
import time

import pytest
from zoo import ACTZOO, actzoo, actzoo_json, environment, refusal

NAMES = ["crrelu", "gelu", "lslu", "mish", "prelu", "rational", "relu", "rrelu", "silu", "swiglu"]


def test_version_and_help():
    assert actzoo("--version").stdout == "1.0.0\n"
    commands = "list info eval plot gallery train compare new build doctor"
    for command in commands.split():
        told = actzoo(command, "--help").stdout
        assert f"USAGE: actzoo {command}" in told
        assert re.search(rf"actzoo {command}\b(?!.*USAGE)", told), f"no example for {command}"


def test_list_shows_every_activation_once():
    lines = actzoo("list").stdout.splitlines()
    shown = [line.split()[0] for line in lines[1:] if line and "activation" not in line]
    assert set(NAMES) <= set(shown), shown
    assert shown == sorted(shown), "not sorted by name"
    assert len(shown) == len(set(shown))


def test_list_fits_the_width_it_is_given():
    lines = actzoo("list", COLUMNS=70).stdout.splitlines()
    assert max(map(len, lines)) <= 70, max(lines, key=len)
    assert any("…" in line for line in lines)


def test_list_probe_loads_everything():
    done = actzoo("list", "--probe")
    loaded = re.search(r"(\d+) of (\d+) plugins load", done.stdout)
    assert loaded and loaded[1] == loaded[2], done.stdout


def test_list_json_has_its_members():
    found = actzoo_json("list", "--probe")
    assert set(found) == {"activations", "reports", "probes"}
    keys = "name id title aliases formula inputs noise parameters presets source plugin version"
    for activation in found["activations"]:
        assert set(keys.split()) | {"license", "path", "isa"} == set(activation)
    assert all(p["loads"] for p in found["probes"]), found["probes"]
    crrelu = next(a for a in found["activations"] if a["name"] == "crrelu")
    (eps,) = crrelu["parameters"]
    assert eps["name"] == "eps" and eps["initial"] == [0.01] and eps["decay"] is False
    assert eps["granularities"] == ["layer", "channel"]


def test_info_prints_the_symbolic_derivative():
    told = actzoo("info", "crrelu").stdout
    for part in ["CRReLU", "org.zoo.crrelu/1", "dy/dx = ", "dy/deps = x*exp(", "ulp", "f32 f64"]:
        assert part in told, f"{part!r} is missing in {told}"
    found = actzoo_json("info", "lslu")
    assert set(found["derivatives"]) >= {"dy/dx", "dy/dtheta[0]", "dy/domega[2]"}
    assert {"f32", "f64"} <= set(found["kernels"])


def floats(line):
    name, *words = line.split()
    return name, [struct.unpack(">f", bytes.fromhex(w[2:]))[0] for w in words]


def test_eval_takes_negative_numbers_in_any_place():
    found = actzoo_json("eval", "crrelu", "-1", "0", "2.5", "--param", "eps=-0.5", "-inf")
    assert found["x"] == [-1, 0, 2.5, "-inf"]
    assert found["parameters"] == {"eps": [-0.5]}
    assert found["y"][0] == pytest.approx(0.5 * 0.6065307, rel=1e-6)
    assert found["y"][1] == 0


def test_eval_bits_are_the_lines_that_all_languages_share():
    lines = actzoo("eval", "crrelu", "-1", "0", "2.5", "--bits").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["y", "dx", "deps"]
    assert all(re.fullmatch(r"\w+( 0x[0-9a-f]{8})+", line) for line in lines), lines
    (_, y), (_, dx), (_, deps) = map(floats, lines)
    assert len(y) == len(dx) == 3 and len(deps) == 1
    assert y[2] == pytest.approx(2.5 + 0.01 * 2.5 * 2.718281828 ** (-3.125), rel=1e-6)
    assert dx[1] == pytest.approx(0.01)
    wide = actzoo("eval", "crrelu", "1", "--bits", "--dtype", "f64").stdout
    assert re.search(r"^y 0x[0-9a-f]{16}$", wide, re.M), wide


def test_eval_forward_only():
    assert actzoo("eval", "relu", "1", "--bits", "--no-backward").stdout == "y 0x3f800000\n"


def test_eval_gated_vector_preset_and_noise():
    gated = actzoo_json("eval", "swiglu", "2", "3", "--g", "-1,0")
    assert gated["y"] == pytest.approx([2 * -1 / (1 + 2.718281828), 0], rel=1e-6)
    assert len(gated["dg"]) == 2
    series = actzoo_json("eval", "lslu", "1", "--param", "theta=1,2", "--param", "omega=0,-3")
    assert series["y"] == [1.0]
    assert series["dparameters"] == {"theta": [1, 0], "omega": [1, 0]}
    assert actzoo_json("eval", "lslu", "2", "--preset", "paper")["y"] == [6]
    low = actzoo_json("eval", "rrelu", "-1", "--noise", "0")["y"][0]
    assert low == pytest.approx(-0.125)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["eval", "cr-relu", "1"], "did you mean 'crrelu'?"),
        (["eval", "crrelu", "1", "--param", "ep=1"], "did you mean 'eps'?"),
        (["eval", "crrelu", "1", "--param", "eps"], "NAME=VALUE"),
        (["eval", "crrelu", "1", "--param", "eps=a"], "'a' of --param eps is not a number"),
        (["eval", "crrelu", "1", "--param", "eps=1,2"], "is one number"),
        (["eval", "relu", "1", "--param", "eps=1"], "relu has no parameters"),
        (["eval", "crrelu", "x"], "'x' among the values is not a number"),
        (["eval", "crrelu", "1", "--parm", "eps=1"], "did you mean '--param'?"),
        (["eval", "crrelu"], "See `actzoo eval --help`."),
        (["eval", "crrelu", "1", "--dtype", "f16"], "use f32 or f64"),
        (["eval", "crrelu", "1", "--preset", "best"], "has no presets"),
        (["eval", "lslu", "1", "--preset", "papr"], "it has paper"),
        (["eval", "lslu", "1", "--param", "theta=1,2", "--param", "omega=1"], "do not go together"),
        (["eval", "swiglu", "1"], "say --g VALUE"),
        (["eval", "swiglu", "1", "2", "3", "--g", "1,2"], "give one or 3"),
        (["eval", "relu", "1", "--g", "1"], "leave out --g"),
        (["eval", "relu", "1", "--noise", "0.5"], "leave out --noise"),
        (["eval", "rrelu", "1", "--noise", "1"], "[0, 1)"),
        (["info", "nothing-like-it"], "there is no activation"),
        (["plot", "relu", "--range", "4"], "LOW...HIGH"),
        (["plot", "relu", "--range", "4...-4"], "is empty"),
        (["plot", "relu", "-o", "/nonexistent/a.svg"], "cannot write"),
        (["lst"], "did you mean 'list'?"),
        (["list", "--wy"], "See `actzoo list --help`."),
        (["train", "--activation", "geluu"], "did you mean 'gelu'?"),
        (["train", "--data", "mnist"], "there is no data set 'mnist'"),
        (["train", "--model", "cnn"], "cnn"),
        (["train", "--optimizer", "adam"], "use adamw or sgd"),
        (["train", "--epochs", "0"], "epochs must be at least 1"),
        (["train", "--lr", "-1"], "See `actzoo train --help`."),
        (["compare", "relu", "relu"], "named twice"),
        (["compare", "relu", "--seeds", "0"], "give 1 or more"),
        (["build", "/nonexistent"], "there is no folder"),
        (["build", ".", "--isa", "avx"], "is not an ISA level"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_a_mistake_gets_one_sentence_and_exit_code_2(words, sentence):
    assert sentence in refusal(*words)


def test_plot_draws_in_the_terminal():
    told = actzoo("plot", "crrelu", COLUMNS=80).stdout
    assert any("\u2800" < mark < "\u2900" for mark in told), "no curve"
    assert "└" in told and " 2 ┤" in told and "\x1b" not in told
    assert max(map(len, told.splitlines()[2:])) <= 80


def test_plot_writes_svg_with_a_panel_for_each_parameter(tmp_path):
    for name, panels in {"relu": 0, "crrelu": 1, "lslu": 2, "swiglu": 1, "rrelu": 3}.items():
        path = tmp_path / f"{name}.svg"
        actzoo("plot", name, "-o", path, "--range", "-6...6")
        svg = path.read_text()
        assert svg.startswith("<svg") or svg.startswith("<?xml")
        assert svg.count("What ") == panels, f"{name}: {svg.count('What ')} panels"
        assert "nan" not in svg and "inf" not in svg.replace("info", "")


def test_colours_only_on_a_terminal_and_never_with_no_color():
    def on_terminal(**changes):
        command = ["script", "-qec", f"{ACTZOO} list", "/dev/null"]
        env = environment(TERM="xterm", **changes)
        return subprocess.run(command, env=env, capture_output=True, text=True).stdout

    assert "\x1b[" in on_terminal()
    assert "\x1b[" not in on_terminal(NO_COLOR="1")
    assert "\x1b[" not in actzoo("list").stdout


def test_a_reader_that_goes_away_is_no_error():
    done = subprocess.run(
        ["bash", "-c", f"for i in 1 2 3 4 5; do {ACTZOO} list | head -1; done"],
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.count("NAME") == 5


def test_starting_takes_less_than_50_ms():
    def once():
        start = time.perf_counter()
        actzoo("--version")
        return time.perf_counter() - start

    best = min(once() for _ in range(10))
    assert best < 0.05, f"{best * 1000:.0f} ms"


def test_doctor_says_what_to_do():
    subjects = {f["subject"]: f for f in actzoo_json("doctor")}
    wanted = {"CPU", "threads", "Swift", "C compiler", "OpenBLAS", "libactzoo.so", "activations"}
    assert wanted <= set(subjects)
    assert subjects["OpenBLAS"]["text"].startswith("core ")
    capped = {f["subject"]: f for f in actzoo_json("doctor", ACTZOO_ISA="x86-64-v3")}
    assert capped["CPU"]["state"] == "warning" and "unset" in capped["CPU"]["advice"]
    done = actzoo("doctor", code=1, ACTZOO_PATH_ONLY="/nonexistent")
    assert "none found" in done.stdout and "run `make`" in done.stdout
