"""Activations in PyTorch: an autograd function over the C ABI, and a module that learns."""

import torch

from . import _library as lib
from . import get
from ._library import ActZooError, Tensor

_DTYPES = {
    torch.float16: lib.F16,
    torch.bfloat16: lib.BF16,
    torch.float32: lib.F32,
    torch.float64: lib.F64,
}


def _tensor(t: torch.Tensor) -> Tensor:
    if t.device.type != "cpu" or t.dtype not in _DTYPES:
        raise ActZooError(
            lib.UNSUPPORTED, f"a {t.dtype} tensor on {t.device} cannot be served; use a CPU float"
        )
    return Tensor.of(t.data_ptr(), _DTYPES[t.dtype], t.shape, t.stride())


class _Function(torch.autograd.Function):
    @staticmethod
    def forward(ctx, bound, seed, inputs, *tensors):
        ctx.bound, ctx.seed, ctx.inputs = bound, seed, inputs
        ctx.save_for_backward(*tensors)
        y = torch.empty_like(tensors[0])
        views = [_tensor(t) for t in tensors]
        bound.forward(views[:inputs], _tensor(y), views[inputs:], seed=seed)
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, dy):
        tensors, n = ctx.saved_tensors, ctx.inputs
        wanted = ctx.needs_input_grad[3:]
        grads = [torch.empty_like(t) if w else None for t, w in zip(tensors, wanted, strict=True)]
        views = [_tensor(t) for t in tensors]
        outs = [None if d is None else _tensor(d) for d in grads]
        ctx.bound.backward(views[:n], _tensor(dy), outs[:n], views[n:], outs[n:], seed=ctx.seed)
        return None, None, None, *grads


class Activation(torch.nn.Module):
    """An activation as a layer: `Activation("crrelu")`, `Activation("prelu", channels=64)`.

    Its parameters have the descriptor's initial values (or a preset's) and its granularity; those
    the descriptor fixes are buffers. Noise is drawn anew in training, and the eval value otherwise.
    """

    def __init__(
        self, name, preset="", granularity=None, channels=1, groups=0, channel_axis=1, counts=None
    ):
        """Look the activation up and lay out its parameters."""
        super().__init__()
        self.activation, self.options = get(name), (granularity, groups, counts, channel_axis)
        for p in self.activation.parameters:
            count = (counts or {}).get(p.name, p.count)
            value = torch.tensor(self.activation.initial(p.name, preset, count))
            word = (granularity if not p.fixed else None) or p.granularity
            rows = {"channel": channels, "group": groups or p.groups}.get(word)
            value = value if p.is_vector else value.reshape(())
            value = value.expand(rows, *value.shape).clone() if rows else value
            if p.fixed:
                self.register_buffer(p.name, value)
            else:
                setattr(self, p.name, torch.nn.Parameter(value))

    def forward(self, x, g=None):
        """Y = f(x) or f(x, g)."""
        wide = torch.float64 if x.dtype == torch.float64 else torch.float32
        parameters = [getattr(self, p.name).to(wide) for p in self.activation.parameters]
        bound = self.activation.bind(_DTYPES.get(x.dtype, 0), *self.options)
        inputs = (x, g) if self.activation.is_gated else (x,)
        noisy = self.training and self.activation.uses_noise
        seed = (int(torch.randint(2**62, ())), 0) if noisy else None
        return _Function.apply(bound, seed, len(inputs), *inputs, *parameters)

    def extra_repr(self):
        """Name and formula, as print(model) shows them."""
        return f"{self.activation.name}: {self.activation.formula}"
