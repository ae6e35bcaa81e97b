import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The tests see the zoo of this tree and nothing that the user has installed.
os.environ["ACTZOO_PATH_ONLY"] = str(ROOT / "build" / "lib" / "actzoo")
