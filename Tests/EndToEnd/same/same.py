"""One of the callers of test_same_bits.py, which says what they read and write.

Further words are ways to call, each of which writes its results behind those of the one before.
"""

import sys
from collections.abc import Iterable

import numpy as np

import actzoo


def with_numpy(name: str, x, dy, values, threads: str) -> Iterable[np.ndarray]:
    actzoo.set_threads(int(threads))
    f = getattr(actzoo.numpy, name)
    names = [p.name for p in f.activation.parameters]
    parameters = dict(zip(names, values, strict=True))
    (dx,), gradients = f.backward(x, dy, **parameters)
    return f(x, **parameters), dx, *(gradients[n] for n in names)


def with_torch(name: str, x, dy, values, how: str) -> Iterable[np.ndarray]:
    import torch

    import actzoo.torch

    torch.set_num_threads(2 if how == "flush" else int(how))
    torch.set_flush_denormal(how == "flush")
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *values)]
    y = getattr(actzoo.torch.functional, name)(*leaves)
    y.backward(torch.tensor(dy))
    return [t.detach().numpy() for t in (y, *(leaf.grad for leaf in leaves))]


def with_jax(name: str, x, dy, values, how: str) -> Iterable[np.ndarray]:
    import jax

    import actzoo.jax

    def both(dy, *operands):
        y, transpose = jax.vjp(getattr(actzoo.jax, name), *operands)
        return y, *transpose(dy)

    return (jax.jit(both) if how == "jit" else both)(dy, x, *values)


name, count, source, target, *ways = sys.argv[1:]
x, dy, values = np.split(np.fromfile(source, np.float32), [int(count), 2 * int(count)])
with open(target, "wb") as file:
    for way in ways:
        framework, how = way.split("-")
        call = {"numpy": with_numpy, "torch": with_torch, "jax": with_jax}[framework]
        for result in call(name, x, dy, values, how):
            np.asarray(result).tofile(file)
