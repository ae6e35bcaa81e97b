"""Functions of other libraries as activations: values, what verify says, what is refused."""

import json
import math
import os
import subprocess
from pathlib import Path

import pytest
from zoo import ROOT, actzoo, actzoo_json, plugin, refusal, text

LIB = ROOT / "build" / "lib"

SOURCE = """
#include <math.h>
#include <stddef.h>
float near_tanh(float x, float a, int k) { return tanhf(x) * a + (float)k; }
void many_tanh(int n, const float *x, float *y) { for (int i = 0; i < n; i++) y[i] = tanhf(x[i]); }
void scale(const double *x, double *y, double a, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = a * x[i];
}
double gate(double x, double g) { return x * g; }
float wrong(float x) { return x > 3 ? 0 : tanhf(x); }
void spill(int n, const float *x, float *y) {
  for (int i = 0; i <= n; i++) y[i] = tanhf(x[i < n ? i : 0]);
}
int variable = 3;
"""


def described(*activations):
    return "actzoo 1\nplugin org.test.foreign version 1 license MIT\n" + "".join(
        f'activation org.test.{name}/1 "{name}"\n' + "".join(f"  {line}\n" for line in lines)
        for name, *lines in activations
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    source = folder / "near.c"
    source.write_text(SOURCE)
    command = ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", source]
    subprocess.run([*command, "-o", folder / "libnear.so", "-lm"], check=True)
    return folder / "libnear.so"


@pytest.fixture
def zoo(tmp_path, library):
    """A folder with the library in which texts are put."""
    (tmp_path / "libnear.so").write_bytes(library.read_bytes())
    (tmp_path / "libnear.so").chmod(0o755)

    def put(*activations):
        (tmp_path / "foreign.actzoo").write_text(described(*activations))
        return tmp_path

    return put


def evaluated(folder, *words):
    return actzoo_json("eval", *words, ACTZOO_PATH_ONLY=folder, cwd="/")


def test_a_function_of_libm_with_a_parameter(zoo):
    folder = zoo(
        (
            "power",
            "formula abs(x)^p",
            "param p = 2 in 0.5...8 per layer|channel",
            "foreign libm.so.6 double pow(double x, double p)",
        )
    )
    for dtype in ("f32", "f64"):
        seen = evaluated(folder, "power", "3", "0.5", "-2", "--dtype", dtype)
        assert seen["y"] == [9, 0.25, 4], dtype
        assert seen["dx"] == [6, 1, -4], dtype
    seen = evaluated(folder, "power", "2", "--param", "p=3", "--dtype", "f64")
    assert seen["y"] == [8]
    assert seen["dparameters"]["p"][0] == pytest.approx(8 * math.log(2))
    # The function is what answers: pow(-2, 0.5) is NaN, the formula's abs(-2)^0.5 is not.
    assert evaluated(folder, "power", "-2", "--param", "p=0.5")["y"] == ["nan"]


def test_every_form_is_called(zoo):
    folder = zoo(
        (
            "near",
            "formula a * tanh(x) + 2",
            "param a = 3",
            "foreign ./libnear.so float near_tanh(float x, float a, int 2)",
        ),
        (
            "many",
            "formula tanh(x)",
            "foreign ./libnear.so void many_tanh(int n, const float *x, float *y)",
        ),
        (
            "scale",
            "formula a * x",
            "param a = 1.5 per layer|element",
            "foreign ./libnear.so void scale(const double *x, double *y, double a, size_t n)",
        ),
        ("gate", "formula x * g", "foreign ./libnear.so double gate(double x, double g)"),
    )
    for dtype in ("f32", "f64"):
        near = evaluated(folder, "near", "0.5", "-1", "--dtype", dtype)
        assert near["y"] == pytest.approx([3 * math.tanh(v) + 2 for v in (0.5, -1)], rel=1e-6)
        many = evaluated(folder, "many", "0.5", "-1", "--dtype", dtype)
        assert many["y"] == pytest.approx([math.tanh(v) for v in (0.5, -1)], rel=1e-6)
        assert many["dx"] == pytest.approx([1 - math.tanh(v) ** 2 for v in (0.5, -1)], rel=1e-6)
        assert evaluated(folder, "scale", "2", "-4", "--dtype", dtype)["y"] == [3, -6]
    assert evaluated(folder, "gate", "3", "--g", "5")["y"] == [15]


MANY = "void many_tanh(int n, const float *x, float *y)"
SCALE = "void scale(const double *x, double *y, double a, size_t n)"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "foreign"
    source = Path(__file__).with_name("foreign.c")
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "Include", source]
    subprocess.run([*command, "-L", LIB, "-lactzoo", f"-Wl,-rpath,{LIB}", "-o", path], check=True)
    return path


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize(
    "lines",
    [
        ["formula tanh(x)", "foreign libm.so.6 float tanhf(float x)"],
        ["formula tanh(x)", "foreign libm.so.6 double tanh(double x)"],
        ["formula tanh(x)", f"foreign ./libnear.so {MANY}"],
        ["formula a * x", "param a = 1", f"foreign ./libnear.so {SCALE}"],
    ],
    ids=["float", "double", "floats", "doubles"],
)
def test_the_same_bits_in_every_pass_layout_and_number_of_threads(zoo, program, lines, dtype):
    folder = zoo(("one", *lines))
    environment = {"ACTZOO_PATH_ONLY": str(folder)}
    done = subprocess.run([program, "one", dtype], env=environment, capture_output=True, text=True)
    assert done.stdout == "right\n", done.stdout + done.stderr


def test_info_and_list_show_it_and_listing_loads_nothing(zoo):
    declaration = "./libnear.so float near_tanh(float x, float a, int 2)"
    folder = zoo(("near", "formula a * tanh(x) + 2", "param a = 3", f"foreign {declaration}"))
    info = actzoo("info", "near", ACTZOO_PATH_ONLY=folder).stdout
    assert declaration in info
    assert "forward is foreign" in info
    (one,) = actzoo_json("info", "near", ACTZOO_PATH_ONLY=folder)["foreign"]
    assert one == {
        "dtype": "f32",
        "library": "./libnear.so",
        "symbol": "near_tanh",
        "declaration": declaration,
    }
    (folder / "libnear.so").unlink()
    assert "near" in actzoo("list", ACTZOO_PATH_ONLY=folder).stdout
    probe = actzoo_json("list", "--probe", ACTZOO_PATH_ONLY=folder)["probes"]
    assert [p["loads"] for p in probe] == [False]


def test_verify_judges_forward_by_the_formula(zoo):
    claim = "claim f32 forward 2 ulp"
    folder = zoo(
        (
            "many",
            "formula tanh(x)",
            claim,
            "foreign ./libnear.so void many_tanh(int n, const float *x, float *y)",
        )
    )
    said = actzoo("verify", "many", "--tier", "quick", ACTZOO_PATH_ONLY=folder, timeout=300)
    assert "CONFORMS" in said.stdout
    assert "many f32 forward" in said.stdout


def test_the_example_of_the_page_on_plugins_conforms(tmp_path):
    page = (ROOT / "docs" / "plugins.md").read_text()
    (block,) = [b for b in page.split("```") if "foreign " in b and b.startswith("text\nactzoo 1")]
    path = tmp_path / "smooth-abs.actzoo"
    path.write_text(block.removeprefix("text\n"))
    said = actzoo("verify", path, "--tier", "quick", timeout=300).stdout
    assert "smooth-abs f64 forward" in said and "CONFORMS" in said


def test_verify_finds_a_wrong_value_and_a_write_out_of_bounds(zoo):
    claim = "claim f32 forward 2 ulp"
    folder = zoo(
        ("wrong", "formula tanh(x)", claim, "foreign ./libnear.so float wrong(float x)"),
        (
            "spill",
            "formula tanh(x)",
            claim,
            "foreign ./libnear.so void spill(int n, const float *x, float *y)",
        ),
    )
    path = folder / "foreign.actzoo"
    said = actzoo("verify", path, "--tier", "quick", "--json", code=1, timeout=300).stdout
    results = json.loads(said)["plugins"][0]["tests"]
    broken = {(r["activation"], r["id"]) for r in results if r["status"] in ("fail", "crash")}
    assert ("org.test.wrong/1", "ulp-forward") in broken
    assert {test for name, test in broken if "spill" in name} & {"guard-after", "guard-y", "canary"}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("libnope.so.9 float f(float x)", "libnope.so.9: cannot open shared object file"),
        ("./libnope.so float f(float x)", "libnope.so: No such file or directory"),
        ("libm.so.6 float tanhff(float x)", "has no function 'tanhff'; did you mean 'tanhf'?"),
        ("libm.so.6 float qqqqqqqq(float x)", "has no function 'qqqqqqqq'; nm -D shows"),
        ("./libnear.so float variable(float x)", "'variable' of ./libnear.so is a variable"),
        ("./foreign.actzoo float f(float x)", "the foreign library of bad cannot be loaded"),
        ("./ float f(float x)", "is not a regular file (rule H7)"),
    ],
)
def test_a_library_or_symbol_that_is_not_there_is_one_sentence(zoo, line, sentence):
    folder = zoo(("bad", "formula tanh(x)", f"foreign {line}"))
    for words in (("eval", "bad", "1"), ("bench", "bad", "--seconds", "0.1")):
        assert sentence in refusal(*words, ACTZOO_PATH_ONLY=folder)
    assert sentence in actzoo("info", "bad", ACTZOO_PATH_ONLY=folder).stdout


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["foreign libm.so.6 char *f(float x)"], "'char' is not a result that can be served"),
        (["foreign libm.so.6 float f(void *x)"], "'void' is not a type that can be passed"),
        (["foreign libm.so.6 float f()"], "is not a type that can be passed"),
        (["foreign libm.so.6 float f(float x, float q)"], "'q' is neither x nor a parameter"),
        (["foreign libm.so.6 float f(float 1)"], "f does not get x"),
    ],
)
def test_a_signature_that_cannot_be_served_is_refused_when_the_text_is_read(zoo, lines, sentence):
    folder = zoo(("bad", "formula tanh(x)", *lines))
    why = actzoo("list", "--why", ACTZOO_PATH_ONLY=folder).stdout
    assert "P13" in why
    assert sentence in " ".join(why.split())
    assert "there are no activations" in refusal("eval", "bad", "1", ACTZOO_PATH_ONLY=folder)


def test_two_activations_of_one_name_need_their_ids(zoo):
    folder = zoo(("same", "formula tanh(x)", "foreign libm.so.6 float tanhf(float x)"))
    other = described(("same", "formula sin(x)", "foreign libm.so.6 float sinf(float x)"))
    (folder / "other.actzoo").write_text(other.replace("org.test", "org.other"))
    assert "give the full id" in refusal("eval", "same", "1", ACTZOO_PATH_ONLY=folder)
    seen = evaluated(folder, "org.other.same/1", "1")
    assert seen["y"] == pytest.approx([math.sin(1)], rel=1e-6)


def test_a_library_that_everybody_can_write_is_refused(zoo):
    folder = zoo(("near", "formula tanh(x)", "foreign ./libnear.so float wrong(float x)"))
    (folder / "libnear.so").chmod(0o777)
    said = refusal("eval", "near", "1", ACTZOO_PATH_ONLY=folder)
    assert "can be written by everybody; run chmod o-w on it (rule H6)" in said


@pytest.fixture
def setgid(program, tmp_path):
    """The program with the rights of another group, as in test_privileges.py."""
    path = tmp_path / "setgid"
    path.write_bytes(program.read_bytes())
    other = next(g for g in (1, 2, 3) if g != os.getgid())
    try:
        os.chown(path, -1, other)
        path.chmod(0o2755)
    except PermissionError:
        pytest.skip("making a setgid program takes root: run the tests as root to check rule H2")
    if os.statvfs(path).f_flag & os.ST_NOSUID:
        pytest.skip(f"{tmp_path} is mounted nosuid, so that setgid means nothing there")
    return path


def test_a_program_with_other_rights_loads_only_what_root_keeps(zoo, setgid):
    def answer(library, function="many_tanh"):
        declaration = f"foreign {library} void {function}(int n, const float *x, float *y)"
        folder = zoo(("many", "formula tanh(x)", declaration))
        done = subprocess.run([setgid, "many", "f32", folder], capture_output=True, text=True)
        return done.stdout, folder / "libnear.so"

    said, path = answer("./libnear.so")
    assert "relative path, which a setuid program does not load (rule H2)" in said
    assert answer(path)[0] == "right\n"
    path.chmod(0o775)
    assert "can be written by its group; run chmod g-w on it (rule H6)" in answer(path)[0]
    assert "has no function 'many_tanh'" in answer("libm.so.6")[0]


def test_a_library_of_kernels_does_not_use_it(tmp_path):
    words = text("tiny") + "  foreign libm.so.6 float tanhf(float x)\n"
    plugin(tmp_path / "tiny.actzoo.so", words=words)
    assert evaluated(tmp_path, "tiny", "1")["y"] == [2]
    why = actzoo("list", "--why", ACTZOO_PATH_ONLY=tmp_path).stdout
    assert "names a foreign function" in " ".join(why.split())


def test_nothing_built_needs_libffi():
    for path in (ROOT / "build/lib/libactzoo.so", ROOT / "build/bin/actzoo"):
        assert "libffi" not in subprocess.check_output(["readelf", "-dW", path], text=True)
