"""The promise of docs/contract.md: a plugin and a caller of 1.0 with the host of now."""

import re
import subprocess

import pytest
from zoo import ROOT, actzoo, environment

OLD, NOW, LIB = ROOT / "Tests" / "Contract" / "1.0", ROOT / "Include", ROOT / "build" / "lib"
STRICT = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"]
HEADERS = ["plugin.h", "actzoo.h"]


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def code(folder, header):
    """A header without its comments, its spaces made one."""
    text = re.sub(r"/\*.*?\*/", " ", (folder / "actzoo" / header).read_text(), flags=re.S)
    return re.sub(r"[ \t]+", " ", text)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_a_plugin_of_then_conforms(compiler, tmp_path):
    plugin = tmp_path / "frozen.actzoo.so"
    flags = ["-shared", "-fPIC", f"-Wl,--version-script={NOW}/actzoo/plugin.map", "-I", OLD]
    run(compiler, *STRICT, *flags, OLD / "plugin.c", "-lm", "-o", plugin)
    plugin.chmod(0o755)
    said = actzoo("verify", plugin, "--tier", "quick").stdout
    assert "CONFORMS" in said and "0 failed" not in said
    for name in ("ramp", "product", "noisy", "growth", "bend"):
        assert f"{name} f32 forward" in said
    assert "0.25" in actzoo("info", "ramp", "--path", plugin).stdout


def test_a_caller_of_then_runs(tmp_path):
    program = tmp_path / "caller"
    link = ["-L", LIB, "-lactzoo", f"-Wl,-rpath,{LIB}", "-o", program]
    run("cc", *STRICT, "-I", OLD, OLD / "caller.c", *link)
    env = environment(ACTZOO_PATH_ONLY=LIB / "actzoo")
    assert run(program, env=env) == ""


def structs(header):
    """Name and fields of every struct that is not opaque."""
    found = re.findall(r"typedef struct (\w+) \{(.*?)\} \1;", code(OLD, header), re.S)
    return {
        name: re.findall(r"(?:\(\*|\b)(\w+)(?:\)\([^;]*\)|\[\d+\])?;", body) for name, body in found
    }


def layout(folder, header, tmp_path):
    lines = []
    for name, fields in structs(header).items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        for field in fields:
            where = f"offsetof({name}, {field}), sizeof((({name} *)0)->{field})"
            lines.append(f'printf("{name}.{field} %zu %zu\\n", {where});')
    source = tmp_path / "layout.c"
    source.write_text(
        f'#include "actzoo/{header}"\n#include <stdio.h>\nint main(void) {{\n'
        + "\n".join(lines)
        + "\nreturn 0;\n}\n"
    )
    run("cc", "-I", folder, source, "-o", tmp_path / "layout")
    return dict(line.split(" ", 1) for line in run(tmp_path / "layout").splitlines())


@pytest.mark.parametrize("header", HEADERS)
def test_structs_have_grown_at_their_end_alone(header, tmp_path):
    then, now = layout(OLD, header, tmp_path), layout(NOW, header, tmp_path)
    assert len(then) > 20
    comments = (OLD / "actzoo" / header).read_text()
    for name, numbers in then.items():
        if "." in name:
            assert now[name] == numbers, f"{name} was at (offset, size) {numbers}"
        else:
            before = comments[: comments.index(f"typedef struct {name} {{")]
            is_frozen = "FROZEN" in before[before.rindex("/*") :]
            assert int(now[name]) == int(numbers) if is_frozen else int(now[name]) >= int(numbers)


@pytest.mark.parametrize("header", HEADERS)
def test_constants_keep_their_values(header, tmp_path):
    defines = re.findall(r"#define (ACTZOO_\w+)\s+(?:\\\n\s*)?(-?[0-9]\w*)", code(OLD, header))
    assert len(defines) >= 10
    checks = [
        f'_Static_assert({name} == {value}, "{name} was {value}");'
        for name, value in defines
        if name != "ACTZOO_MINOR"
    ]
    source = tmp_path / "constants.c"
    source.write_text(f'#include "actzoo/{header}"\n' + "\n".join(checks))
    run("cc", "-std=c11", "-fsyntax-only", "-I", NOW, source)


@pytest.mark.parametrize("header", HEADERS)
def test_functions_keep_their_types(header, tmp_path):
    functions = re.findall(r"ACTZOO_EXPORT [^;{}]*\);", code(OLD, header))
    types = re.findall(r"typedef [^;{}]*;", code(OLD, header))
    assert functions
    source = tmp_path / "functions.c"
    source.write_text("\n".join([f'#include "actzoo/{header}"', *types, *functions]))
    run("cc", "-std=c11", "-fsyntax-only", "-Werror", "-I", NOW, source)


@pytest.mark.parametrize("header", HEADERS)
def test_the_copy_is_the_header_until_something_is_added(header):
    """Once a minor version adds something, the copy stays and this test goes."""
    assert code(OLD, header) == code(NOW, header), (
        f"1.0 is frozen: what is added to {header} is a minor version of its own (docs/contract.md)"
    )
