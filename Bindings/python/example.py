"""CRReLU forward and backward from Python: NumPy arrays in, NumPy arrays out."""

import numpy as np

import actzoo


def show(name, values):
    """Print the bits, as every example does."""
    print(name, *(f"0x{b:08x}" for b in np.atleast_1d(values).view(np.uint32)))


x = np.array([-4, -2, -1, -0.5, 0, 0.5, 1, 3], np.float32)
crrelu = actzoo.get("crrelu")
y = actzoo.numpy.forward(crrelu, x, eps=0.05)
(dx,), gradients = actzoo.numpy.backward(crrelu, x, np.ones_like(x), eps=0.05)
show("y", y)
show("dx", dx)
show("deps", gradients["eps"])
