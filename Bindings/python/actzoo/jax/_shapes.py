"""Shapes: what users pass, and the four axes that the kernels see.

A kernel call has the axes (N, A, C, B): samples, what lies between samples and channels, channels,
and the rest. A parameter has 1 along an axis where its values do not change.
"""

import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

Shape = tuple[int, ...]


def spread(
    value: jax.Array, granularity: str, x: Shape, channel_axis: int, is_vector: bool
) -> jax.Array:
    """Reshape a parameter of the shape that a granularity asks for, so that it broadcasts."""
    words = set(granularity.split())
    own = value.shape[:-1] if is_vector else value.shape
    if not x and words != {"layer"}:
        raise ValueError(f"x is a number; nothing of it can vary per {granularity}")
    axis = channel_axis % max(len(x), 1)
    target, wanted = [1] * len(x), []
    if "sample" in words:
        wanted.append(x[0])
        target[0] = x[0]
    if "element" in words:
        wanted += x[1:]
        target[1:] = x[1:]
    if "channel" in words or "group" in words:
        channels = x[axis]
        wanted.append(own[-1] if "group" in words and own else channels)
        target[axis] = channels
        if "group" in words and (not wanted[-1] or channels % wanted[-1]):
            raise ValueError(f"{channels} channels are not {wanted[-1]} groups of equal size")
    if not wanted and math.prod(own) == 1:
        own, value = (), value.reshape(value.shape[len(own) :])
    if own != tuple(wanted):
        raise ValueError(
            f"a parameter per {granularity} has the shape {tuple(wanted)} for x of {x}, not {own}"
        )
    if "group" in words:
        value = jnp.repeat(value, channels // wanted[-1], axis=len(own) - 1)
    return value.reshape((*target, *value.shape[len(own) :]))


def four_axes(x: Shape, parameters: Sequence[Shape]) -> tuple[Shape, list[Shape]]:
    """Find the four axes of x, and of parameters that broadcast against it.

    A parameter may vary along all axes, along N, C or both, or along all but N. Where no choice of
    axes suits all, the one that varies along most is taken to vary along all: the caller must
    broadcast it.
    """
    rank = len(x)
    whole = frozenset(i for i, n in enumerate(x) if n != 1)
    varies = [
        frozenset(i for i in whole if rank - i <= len(p) and p[i - rank] != 1) for p in parameters
    ]
    while True:
        for cuts in itertools.combinations_with_replacement(range(rank + 1), 3):
            edges = (0, *cuts, rank)
            parts = [whole.intersection(range(*pair)) for pair in itertools.pairwise(edges)]
            n, c = parts[0], parts[2]
            if all(v in (frozenset(), whole, n, c, n | c, whole - n) for v in varies):
                sizes = [math.prod(x[a] for a in part) for part in parts]
                return tuple(sizes), [
                    tuple(s if part <= v else 1 for s, part in zip(sizes, parts, strict=True))
                    for v in varies
                ]
        largest = max((v for v in varies if v != whole), key=len)
        varies = [whole if v == largest else v for v in varies]
