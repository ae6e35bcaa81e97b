"""Activations that are not in the zoo: of a plugin's file, or of a formula just thought of."""

import math
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from . import _library as lib
from ._library import ActZooError
from ._zoo import Activation, Zoo


def load_plugin(path: str | os.PathLike[str]) -> tuple[Activation, ...]:
    """Open one plugin, a library or a text (`.actzoo`), and give its activations.

    The zoo that `get` searches stays as it is.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise ActZooError(lib.NOT_FOUND, f"there is no plugin {path}")
    # The rest of the zoo is searched too, for the evaluator of formulas.
    zoo = Zoo([file])
    found = tuple(a for a in zoo if Path(a.path).resolve() == file)
    if found:
        return found
    for kind, reported, rule, sentence in zoo.reports:
        if kind == "refused" and Path(reported).resolve() == file:
            raise ActZooError(lib.FAILED, f"{path} is refused: {sentence} ({rule})")
    raise ActZooError(
        lib.INVALID, f"{path} is no plugin; its name must end in .actzoo.so or .actzoo"
    )


def _is_vector(value: object) -> bool:
    return not isinstance(value, str) and bool(getattr(value, "ndim", hasattr(value, "__len__")))


def _numbers(name: str, value: Any) -> list[str]:
    """Initial values as the descriptor writes them."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ActZooError(lib.INVALID, f"{name!r} is not a name of letters, digits and _")
    try:
        values = [float(v) for v in (value if _is_vector(value) else [value])]
    except (TypeError, ValueError):
        raise TypeError(f"'{name}' is {value!r}; give a number or a list of numbers") from None
    if not values or not all(map(math.isfinite, values)):
        raise ActZooError(lib.INVALID, f"'{name}' is {value!r}; initial values are finite numbers")
    return [repr(v) for v in values]


def formula(
    text: str, *, name: str = "formula", noise: float | None = None, **parameters: Any
) -> Activation:
    """Make an activation of a formula (docs/formula.md) over x, and g if it is gated.

    >>> swish = actzoo.formula("x * sigmoid(a * x)", a=1.0)

    Parameters by name with their initial values, vectors as lists. `noise` is the eval value of u
    where the formula uses u. The host derives the gradients and evaluates blocks of elements.
    """
    if any(c in text for c in '\r\n"#') or not text.strip():
        raise ActZooError(lib.INVALID, f"{text!r} is not a formula: one line, without quotes and #")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise ActZooError(lib.INVALID, f"{name!r} is not a name of letters, digits, - and _")
    lines = [
        "actzoo 1",
        f"plugin local.{name} version 1.0.0 license LicenseRef-none",
        f'activation local.{name}/1 "{name}"',
        f"  formula {text}",
    ]
    if noise is not None:
        lines.append(f"  noise u eval {float(noise)!r}")
    for parameter, value in parameters.items():
        values = _numbers(parameter, value)
        if _is_vector(value):
            numbers = ", ".join(values)
            lines.append(f"  param {parameter}[{len(values)}] = [{numbers}] per layer|channel")
        else:
            lines.append(f"  param {parameter} = {values[0]} per layer|channel")
    # Texts are read when the zoo is opened; nobody else can write to this folder until then.
    folder = tempfile.mkdtemp(prefix="actzoo-")
    try:
        file = Path(folder, f"{name}.actzoo")
        file.write_text("\n".join(lines) + "\n")
        (found,) = load_plugin(file)
    except ActZooError as error:
        sentence = str(error).replace(f"{file} is refused: ", "")
        raise ActZooError(error.status, f"'{text}' is not understood: {sentence}") from None
    finally:
        shutil.rmtree(folder)
    return found
