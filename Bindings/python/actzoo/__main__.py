"""Tells C and C++ builds where this package's library is.

cc -I $(python -m actzoo --includedir) x.c -L $(python -m actzoo --libdir) -lactzoo
"""

import argparse

from . import _library

FOLDERS = {
    "includedir": ("include", "actzoo/actzoo.h and actzoo/actzoo.hpp"),
    "libdir": ("lib", "libactzoo.so, for -L and -rpath"),
    "cmakedir": ("lib/cmake/actzoo", "the CMake package, for actzoo_DIR"),
    "pkgconfigdir": ("lib/pkgconfig", "actzoo.pc, for PKG_CONFIG_PATH"),
}


def main() -> None:
    """Print the folder that is asked for."""
    version = _library.version().decode()
    parser = argparse.ArgumentParser("python -m actzoo", description=f"actzoo {version}")
    choice = parser.add_mutually_exclusive_group(required=True)
    for name, (folder, text) in FOLDERS.items():
        choice.add_argument(f"--{name}", action="store_const", const=folder, dest="it", help=text)
    folder = _library.path.resolve().parent.parent / parser.parse_args().it
    if not folder.is_dir():
        parser.exit(
            1, f"there is no {folder}: only an installed package has it, not a source tree\n"
        )
    print(folder)


if __name__ == "__main__":
    main()
