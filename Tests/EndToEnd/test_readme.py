"""What the README says is what the zoo says."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_the_table_is_the_list():
    table = subprocess.check_output([ROOT / "Scripts" / "zoo-table"], text=True)
    assert table in README, "run Scripts/zoo-table and put its output into the README"


def test_every_linked_file_exists():
    links = [part.split(")")[0] for part in README.split("](")[1:]]
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert links and not missing


def python_blocks():
    return [block.split("```")[0] for block in README.split("```python\n")[1:]]


def test_the_python_lines_run(tmp_path):
    import os

    python = ROOT / ".venv" / "bin" / "python"
    # One thread: torch's spin for each other's sake where the tests share two cores.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = str(ROOT / "Bindings" / "python")
    (code,) = python_blocks()
    result = subprocess.run([python, "-c", code], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    accuracy = float(result.stdout.split("%")[0])
    assert 80 < accuracy < 90, result.stdout


def test_the_c_lines_compile_and_run(tmp_path):
    (code,) = [block.split("```")[0] for block in README.split("```c\n")[1:]]
    include, *body = code.split("\n", 1)
    program = f"""{include}
#include <stdio.h>
int main(void) {{
  float x_data[3] = {{-1, 0, 2}}, y_data[3], e = 0.01f;
  int64_t n = 3, one = 1;
  actzoo_tensor x = {{x_data, 1, 0, 1, ACTZOO_F32, &n, NULL, 0}};
  actzoo_tensor y = {{y_data, 1, 0, 1, ACTZOO_F32, &n, NULL, 0}};
  actzoo_tensor e_tensor = {{&e, 1, 0, 1, ACTZOO_F32, &one, NULL, 0}};
  const actzoo_tensor *eps[] = {{&e_tensor}};
  {body[0]}
  printf("%g\\n", y_data[2]);
  return 0;
}}
"""
    (tmp_path / "a.c").write_text(program)
    lib = ROOT / "build" / "lib"
    command = ["cc", "-I", ROOT / "Include", tmp_path / "a.c", "-L", lib, "-lactzoo", "-o"]
    subprocess.run([*command, tmp_path / "a"], check=True)
    run = [tmp_path / "a"]
    out = subprocess.run(run, env={"LD_LIBRARY_PATH": str(lib)}, capture_output=True, text=True)
    assert out.returncode == 0 and out.stdout.startswith("2.00"), out
