"""The interface of XLA that native/xla_ffi.h declares by hand is the installed one's."""

import re
import subprocess
from pathlib import Path

import pytest

jax = pytest.importorskip("jax")

HEADER = Path(__file__).parents[1] / "native" / "xla_ffi.h"


def layout(header, lines, folder):
    source = folder / "layout.c"
    prints = "\n".join(f'printf("{name} %zu\\n", (size_t)({code}));' for name, code in lines)
    source.write_text(f'#include <stdio.h>\n#include "{header}"\nint main(void) {{ {prints} }}\n')
    subprocess.run(["cc", "-w", source, "-o", folder / "layout"], check=True)
    text = subprocess.run([folder / "layout"], capture_output=True, text=True, check=True).stdout
    return dict(line.rsplit(maxsplit=1) for line in text.splitlines())


def test_declarations_are_those_of_the_installed_header(tmp_path):
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    lines = []
    for name, body in re.findall(r"struct (XLA_FFI_\w+) \{(.*?)\n\}", text, re.S):
        for field in re.findall(r"\(?\*?(\w+)\)?(?:\([^;]*\))?;", body):
            lines.append((f"{name}.{field}", f"offsetof(struct {name}, {field})"))
            lines.append((f"sizeof {name}.{field}", f"sizeof(((struct {name} *)0)->{field})"))
    for body in re.findall(r"enum \{(.*?)\}", text, re.S):
        lines += [(v, v) for v in re.findall(r"(XLA_FFI_\w+) =", body)]
    assert len(lines) > 120
    theirs = Path(jax.ffi.include_dir()) / "xla" / "ffi" / "api" / "c_api.h"
    own, installed = layout(HEADER, lines, tmp_path), layout(theirs, lines, tmp_path)
    assert own == installed
