import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Bindings" / "python"))
os.environ["PYTHONPATH"] = sys.path[0]  # for the processes that tests start
# Compiling is nearly all that the tests of JAX do.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
# The tests see the zoo of this tree and nothing that the user has installed.
os.environ["ACTZOO_PATH_ONLY"] = str(ROOT / "build" / "lib" / "actzoo")
