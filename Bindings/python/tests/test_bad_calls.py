"""The C functions themselves, called as a careless C program would: refused, with a sentence."""

import ctypes
from ctypes import byref, pointer

import pytest

import actzoo
from actzoo import _library as lib

INT64_MAX = 2**63 - 1


class Call:
    """A good forward call of CRReLU on eight floats, to be spoiled in one place."""

    def __init__(self):
        self.x = (ctypes.c_float * 9)(*range(9))
        self.y = (ctypes.c_float * 9)(*[7] * 9)
        self.eps = (ctypes.c_float * 1)(0.05)
        self.shape = [8]
        self.strides = [1]
        self.dtype = lib.F32
        self.shift = 0
        self.ndim = None
        self.count = 1
        self.size = ctypes.sizeof(lib.Arguments)
        self.without = ()
        self.bound = actzoo.get("crrelu").bind()

    def run(self):
        def tensor(memory, shape, strides):
            t = lib.Tensor.of(ctypes.addressof(memory) + self.shift, self.dtype, shape, strides)
            t.ndim = len(shape) if self.ndim is None else self.ndim
            return t

        x = tensor(self.x, self.shape, self.strides)
        y = tensor(self.y, self.shape, self.strides)
        eps = lib.Tensor.of(ctypes.addressof(self.eps), lib.F32, [], [])
        a = lib.Arguments(size=self.size, parameters_count=self.count)
        a.x[0] = None if "x" in self.without else pointer(x)
        a.y = None if "y" in self.without else pointer(y)
        if "parameters" not in self.without:
            a.parameters = (ctypes.POINTER(lib.Tensor) * 1)(pointer(eps))
        message = ctypes.create_string_buffer(256)
        handle = None if "bound" in self.without else self.bound._handle
        arguments = None if "arguments" in self.without else byref(a)
        return lib._forward(handle, arguments, message, 256), message.value.decode()


def test_the_good_call_is_good():
    call = Call()
    assert call.run() == (lib.OK, "")
    assert call.y[8] == 7 and abs(call.y[1] - 1.0303) < 1e-3


@pytest.mark.parametrize(
    "spoil",
    [
        dict(without=("x",)),
        dict(without=("y",)),
        dict(without=("parameters",)),
        dict(without=("bound",)),
        dict(without=("arguments",)),
        dict(shape=[-8]),
        dict(shape=[INT64_MAX], strides=[1]),
        dict(shape=[INT64_MAX, 4], strides=[4, 1]),
        dict(shape=[8], strides=[INT64_MAX]),
        dict(shift=1),
        dict(dtype=lib.F64),
        dict(dtype=0),
        dict(ndim=-1),
        dict(ndim=33),
        dict(count=2),
        dict(count=0),
        dict(size=4),
    ],
    ids=str,
)
def test_refused_with_a_sentence_and_nothing_written(spoil):
    call = Call()
    for name, value in spoil.items():
        setattr(call, name, value)
    status, sentence = call.run()
    assert status != lib.OK
    assert len(sentence) > 10, f"status {status} says only {sentence!r}"
    assert list(call.y) == [7] * 9


def test_a_message_is_cut_to_its_buffer():
    found, message = ctypes.c_void_p(), ctypes.create_string_buffer(b"?" * 16, 16)
    zoo = actzoo.zoo()
    status = lib._find(zoo._handle, b"crelu", byref(found), message, 8)
    assert status == lib.NOT_FOUND
    assert message.raw[7] == 0 and message.raw[8:16] == b"?" * 8
    assert lib._find(zoo._handle, b"crelu", byref(found), None, 0) == lib.NOT_FOUND
