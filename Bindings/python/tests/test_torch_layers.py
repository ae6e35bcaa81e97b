"""Layers around activations: their formulas, their fusion, their gradients, wrong shapes."""

import pytest
import torch
import torch.nn.functional as F

import actzoo
from actzoo.torch import layers


def trained(layer, x):
    """The layer after a few steps: statistics and parameters off their start."""
    optimizer = torch.optim.SGD(layer.parameters(), 0.3)
    for _ in range(5):
        optimizer.zero_grad()
        (layer(x + 0.1 * torch.randn_like(x)) - torch.randn_like(x)).square().mean().backward()
        optimizer.step()
    return layer.eval()


@pytest.mark.parametrize("kind", ["series", "chain"])
def test_deployed_lslu_is_the_same_function(kind):
    torch.manual_seed(1)
    x = torch.randn(4, 6, 9, 9, dtype=torch.float64)
    layer = trained(layers.SpatialLSLU(6, kind=kind, dtype=torch.float64), x)
    assert layer.normalization.running_mean.abs().max() > 1e-3
    want = layer(x)
    deployed = layer.deploy()
    assert len(list(deployed.modules())) == 4 and not deployed.normalization.state_dict()
    torch.testing.assert_close(deployed(x), want, rtol=1e-12, atol=1e-12)
    assert deployed.deploy() is deployed


def test_lslu_series_is_its_formula():
    torch.manual_seed(2)
    layer = layers.SpatialLSLU(3, terms=5, reach=1).eval()
    x = torch.randn(2, 3, 6, 6)
    theta, omega = layer.activation.theta, layer.activation.omega
    assert theta.shape == (5,)
    f = (theta * torch.relu(x.unsqueeze(-1) + omega)).sum(-1)
    want = F.conv2d(f, layer.convolution.weight, padding=1, groups=3) / (1 + 1e-6) ** 0.5
    torch.testing.assert_close(layer(x), want, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("start", ["identity", "swish", "gelu", "relu"])
def test_grkan_keeps_the_variance(start):
    torch.manual_seed(3)
    layer = layers.GRKANLinear(512, 512, start=start)
    assert abs(layer(torch.randn(200, 512)).var().item() - 1) < 0.1


def test_grkan_block_is_its_formula():
    torch.manual_seed(4)
    block = layers.GRKAN(16, 32, groups=4)
    x = torch.randn(2, 5, 16)

    def rational(x, module):
        a, b = module.a, module.b.repeat_interleave(x.shape[-1] // 4, 0)
        q = 1 + sum(b[:, k].abs() * x.abs() ** (k + 1) for k in range(4))
        return sum(a[k] * x**k for k in range(6)) / q

    hidden = block[0].linear(rational(x, block[0].rational))
    want = block[2].linear(rational(hidden, block[2].rational))
    torch.testing.assert_close(block(x), want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", "abc")
def test_dynamic_relu_is_its_formula(kind):
    torch.manual_seed(5)
    layer = layers.DynamicReLU(8, kind, reduction=2)
    torch.nn.init.normal_(layer.hyper[2].weight)
    x = torch.randn(3, 8, 5, 4)
    d = 2 * torch.sigmoid(layer.hyper(x.mean((2, 3)))) - 1
    d = d.reshape(3, -1, 4)[..., None, None]
    want = torch.maximum((1 + d[:, :, 0]) * x + d[:, :, 1] / 2, d[:, :, 2] * x + d[:, :, 3] / 2)
    if kind == "c":
        z = layer.attention(x).flatten(1) / 10
        want = want * (torch.softmax(z, -1) * 20 / 3).clamp(max=1).reshape(3, 1, 5, 4)
    torch.testing.assert_close(layer(x), want, rtol=1e-5, atol=1e-6)


def test_grelu_is_its_formula_dense_and_sparse():
    torch.manual_seed(6)
    layer = layers.GReLU(4)
    torch.nn.init.normal_(layer.node.weight)
    torch.nn.init.normal_(layer.channel.weight)
    h, adjacency = torch.randn(7, 4), torch.rand(7, 7).round()
    s = adjacency @ h
    u = 2 * torch.sigmoid(layer.node(s)) - 1
    v = 2 * torch.sigmoid(layer.channel(s.mean(0))).reshape(4, 4) - 1
    d = torch.einsum("ik,ck->ick", u, v)
    want = torch.maximum((1 + d[..., 0]) * h + d[..., 1] / 2, d[..., 2] * h + d[..., 3] / 2)
    torch.testing.assert_close(layer(h, adjacency), want, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(layer(h, adjacency.to_sparse()), want, rtol=1e-5, atol=1e-6)


SMALL = {
    "lslu": (lambda: layers.SpatialLSLU(2, reach=1, dtype=torch.float64).eval(), (2, 2, 3, 3)),
    "grkan": (lambda: layers.GRKAN(4, 4, groups=2, dtype=torch.float64), (2, 3, 4)),
    "dynamic-relu-a": (lambda: layers.DynamicReLU(4, "a", dtype=torch.float64), (2, 4, 3)),
    "dynamic-relu-b": (lambda: layers.DynamicReLU(4, "b", dtype=torch.float64), (2, 4)),
    "dynamic-relu-c": (lambda: layers.DynamicReLU(4, "c", dtype=torch.float64), (2, 4, 3, 2)),
}


@pytest.mark.parametrize("name", SMALL)
def test_gradients(name):
    torch.manual_seed(7)
    make, shape = SMALL[name]
    layer = make()
    # Off the start: identity rationals begin at b = 0, the kink of |b|.
    values = {n: p.detach() + 0.1 * torch.randn_like(p) for n, p in layer.named_parameters()}
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)

    def f(x, *values_):
        return torch.func.functional_call(layer, dict(zip(values, values_, strict=True)), (x,))

    leaves = [v.requires_grad_() for v in values.values()]
    assert torch.autograd.gradcheck(f, (x, *leaves), eps=1e-7, atol=1e-5)


def test_wrong_shapes_are_sentences():
    for make in (
        lambda: layers.GRKANLinear(10, 4),
        lambda: layers.DynamicReLU(8, "d"),
        lambda: layers.SpatialLSLU(4, kind="tree"),
        lambda: layers.SpatialLSLU(4, terms=4, kind="chain"),
    ):
        with pytest.raises(actzoo.ActZooError):
            make()
