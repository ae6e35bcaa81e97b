"""The command as a process, and plugins made on the spot."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACTZOO = ROOT / "build" / "bin" / "actzoo"
BUILT = ROOT / "build" / "lib" / "actzoo"
# Nobody's own plugins are here; compilers keep their module caches in it from test to test.
HOME = ROOT / "build" / "tests" / "home"


def environment(**changes):
    """The caller's environment without what steers the zoo, and with nobody's own plugins."""
    # PYTHONPATH: the tests of the package in the tree set it for their own processes.
    unwanted = ("ACTZOO_", "XDG_", "COLUMNS", "PYTHONPATH")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    return {**kept, "HOME": str(HOME), **{k: str(v) for k, v in changes.items()}}


def actzoo(*words, cwd=None, code=0, timeout=120, **changes):
    """Runs the command; returns the finished process after checking its exit code."""
    done = subprocess.run(
        [ACTZOO, *map(str, words)],
        cwd=cwd,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    said = f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    assert done.returncode == code, said
    return done


def actzoo_json(*words, **options):
    """What the command prints with --json."""
    return json.loads(actzoo(*words, "--json", **options).stdout)


def refusal(*words, **options):
    """The one sentence of a failure."""
    done = actzoo(*words, code=2, **options)
    assert done.stdout == "", f"a failure printed to standard output: {done.stdout}"
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, f"not one sentence: {done.stderr}"
    return lines[0]


def text(name="tiny", formula="x + 1", isa=""):
    """A descriptor."""
    return (
        "actzoo 1\n"
        f"plugin org.test.{name} version 1.0.0 license Apache-2.0{isa and ' isa ' + isa}\n"
        f'activation org.test.{name}/1 "{name.capitalize()}"\n'
        f"  formula {formula}\n"
    )


KERNELS = """
static actzoo_status forward(const void *self, const actzoo_call *c) {
  (void)self;
  for (int64_t i = 0; i < c->extent[0]; i++)
    for (int64_t j = 0; j < c->extent[1]; j++)
      for (int64_t k = 0; k < c->extent[2]; k++)
        for (int64_t l = 0; l < c->extent[3]; l++) {
          const int64_t *s = c->x[0].stride, *t = c->y.stride;
          ((float *)c->y.data)[i * t[0] + j * t[1] + k * t[2] + l * t[3]] =
              ((float *)c->x[0].data)[i * s[0] + j * s[1] + k * s[2] + l * s[3]] + 1;
        }
  return ACTZOO_OK;
}
static const actzoo_kernels row = {
    .size = sizeof(actzoo_kernels), .dtype = ACTZOO_F32, .device_type = 1,
    .activation = ID, .forward = FORWARD};
static const actzoo_kernels *const rows[] = {&row};
static const actzoo_plugin plugin = {
    .size = SIZE, .kernels_count = 1, .kernels = ROWS};
"""
ENTRY = """
const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  (void)host;
  ENTRY
  return &plugin;
}
"""


def manifest(words, name="manifest"):
    """C source that puts a text into the plugin's section."""
    lines = "\n".join(json.dumps(line + "\n") for line in words.splitlines())
    return f"ACTZOO_MANIFEST const char {name}[] = {lines};\n"


def plugin(path, name="tiny", words=None, extra="", flags=(), **parts):
    """Compiles a C plugin; `parts` replace ENTRY, SIZE, ROWS, ID and FORWARD of its source."""
    parts = {
        "SIZE": "sizeof(actzoo_plugin)",
        "ROWS": "rows",
        "ID": f'"org.test.{name}/1"',
        "FORWARD": "forward",
        "ENTRY": "",
        **parts,
    }
    head = "#include <stdlib.h>\n#include <stdio.h>\n#include <unistd.h>\n"
    defines = "".join(f"#define {k} {v}\n" for k, v in parts.items())
    given = manifest(words if words is not None else text(name)) if words != "" else ""
    source = path.with_suffix(".c")
    source.write_text(head + '#include "actzoo/plugin.h"\n' + defines + given + KERNELS + extra)
    with source.open("a") as file:
        file.write(ENTRY)
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-I", ROOT / "Include", *flags, source, "-o", path], check=True
    )
    source.unlink()
    path.chmod(0o755)
    return path
