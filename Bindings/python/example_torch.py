"""CRReLU forward and backward from PyTorch, through autograd."""

import torch

import actzoo.torch


def show(name, values):
    """Print the bits, as every example does."""
    bits = values.detach().reshape(-1).numpy().view("uint32")
    print(name, *(f"0x{b:08x}" for b in bits))


x = torch.tensor([-4, -2, -1, -0.5, 0, 0.5, 1, 3], requires_grad=True)
crrelu = actzoo.torch.Activation("crrelu")
with torch.no_grad():
    crrelu.eps.fill_(0.05)
y = crrelu(x)
y.sum().backward()
show("y", y)
show("dx", x.grad)
show("deps", crrelu.eps.grad)
