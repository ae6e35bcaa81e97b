import pytest
import torch

import actzoo
import actzoo.torch
from references import REFERENCES


def inputs(layer, *shape):
    n = 2 if layer.activation.is_gated else 1
    # Away from kinks, where a central difference means nothing.
    return [(3 * torch.randn(shape, dtype=torch.float64)).requires_grad_() for _ in range(n)]


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_gradcheck(name):
    torch.manual_seed(3)
    layer = actzoo.torch.Activation(name, channels=8).double()
    layer.eval()
    xs = inputs(layer, 3, 8, 5)
    names = [n for n, _ in layer.named_parameters()]

    def f(*values):
        parameters = dict(zip(names, values[len(xs) :], strict=True))
        return torch.func.functional_call(layer, parameters, values[: len(xs)])

    # Off the initial values: identity rationals start at b = 0, the kink of |b|.
    values = [(p + 0.05 * torch.randn_like(p)).detach() for p in layer.parameters()]
    values = [v.requires_grad_() for v in values]
    assert torch.autograd.gradcheck(f, (*xs, *values), eps=1e-7, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_channels_last_and_slices_equal_the_composite(name, dtype):
    torch.manual_seed(4)
    # One value for all channels, so that the composite is one expression; PReLU is the exception.
    word = "channel" if name == "prelu" else "layer"
    layer = actzoo.torch.Activation(name, granularity=word, channels=6).eval()
    x = torch.randn(2, 6, 7, 8).to(memory_format=torch.channels_last).to(dtype)
    xs = [x[:, :, 1:, ::2]] * (2 if layer.activation.is_gated else 1)
    y = layer(*xs)
    wide = [t.double() for t in xs]
    ps = [getattr(layer, p.name).detach().double() for p in layer.activation.parameters]
    if name == "prelu":
        ps = [ps[0].reshape(6, 1, 1)]
    want = REFERENCES[name](*wide, *ps)
    tolerance = {torch.float32: 1e-5, torch.bfloat16: 1e-2, torch.float16: 2e-3}[dtype]
    torch.testing.assert_close(y.double(), want, rtol=tolerance, atol=tolerance)
    assert y.dtype == dtype


def test_bfloat16_is_the_f32_result_rounded_in_rows_and_alone():
    """All 65,536 inputs; rows go through the CPU's instructions, single elements never do."""
    silu = actzoo.torch.Activation("silu")
    x = torch.arange(-32768, 32768, dtype=torch.int32).to(torch.int16).view(torch.bfloat16)
    y = silu(x)
    torch.testing.assert_close(
        y, silu(x.float()).to(torch.bfloat16), rtol=0, atol=0, equal_nan=True
    )
    some = range(3, len(x), 61)
    alone = torch.cat([silu(x[i : i + 1]) for i in some]).view(torch.int16)
    assert torch.equal(y[3::61].view(torch.int16), alone)


def test_rational_groups():
    torch.manual_seed(5)
    layer = actzoo.torch.Activation("rational", preset="swish", channel_axis=-1)
    with torch.no_grad():
        layer.b.mul_(1 + 0.1 * torch.randn_like(layer.b))
    x = torch.randn(3, 5, 16)
    y = layer(x)
    for group in range(8):
        cut = slice(2 * group, 2 * group + 2)
        want = REFERENCES["rational"](
            x[..., cut].double(), layer.a.double(), layer.b[group].double()
        )
        torch.testing.assert_close(y[..., cut].double(), want, rtol=1e-5, atol=1e-5)


def test_trains_and_learns_its_parameter():
    torch.manual_seed(6)
    x = torch.randn(512, 8)
    labels = (x[:, 0] * x[:, 1] > 0).long()
    model = torch.nn.Sequential(
        torch.nn.Linear(8, 32), actzoo.torch.Activation("crrelu"), torch.nn.Linear(32, 2)
    )
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    eps = model[1].eps.item()
    for _ in range(200):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
    accuracy = (model(x).argmax(1) == labels).float().mean().item()
    assert accuracy > 0.97, f"accuracy {accuracy} after 200 steps"
    assert model[1].eps.item() != eps
    again = torch.nn.Sequential(
        torch.nn.Linear(8, 32), actzoo.torch.Activation("crrelu"), torch.nn.Linear(32, 2)
    )
    again.load_state_dict(model.state_dict())
    assert torch.equal(again(x), model(x))


def test_noise_in_training_and_eval_value_otherwise():
    layer = actzoo.torch.Activation("rrelu")
    x = -torch.ones(1000)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    torch.testing.assert_close(layer(x), x * (1 / 8 + 1 / 3) / 2)


def test_refuses_what_it_cannot_serve():
    layer = actzoo.torch.Activation("silu")
    with pytest.raises(actzoo.ActZooError, match="int64"):
        layer(torch.arange(4))
    with pytest.raises(actzoo.ActZooError, match="meta"):
        layer(torch.ones(4, device="meta"))
