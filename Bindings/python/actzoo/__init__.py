"""The Activation Zoo: activation functions as fast, trustworthy plugins.

>>> import actzoo, numpy as np
>>> crrelu = actzoo.get("crrelu")
>>> y = actzoo.numpy.forward(crrelu, np.linspace(-3, 3, 7), eps=0.05)
"""

import builtins
import functools

from . import numpy
from ._library import ActZooError, set_threads, threads
from ._library import version as _version
from ._loading import formula, load_plugin
from ._zoo import Activation, Bound, Parameter, Zoo

__version__ = _version().decode()
__all__ = [
    "ActZooError",
    "Activation",
    "Bound",
    "Parameter",
    "Zoo",
    "formula",
    "get",
    "list",
    "load_plugin",
    "numpy",
    "set_threads",
    "threads",
]


@functools.cache
def zoo() -> Zoo:
    """Return the zoo of the default search path, opened once."""
    return Zoo()


def get(name: str) -> Activation:
    """Find an activation by short name, alias or id; the error names the nearest."""
    return zoo().find(name)


def list() -> builtins.list[str]:
    """Names of all activations found."""
    return [a.name for a in zoo()]
