"""libactzoo through ctypes: where it is, its structs (actzoo.h), its statuses as exceptions."""

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from ctypes import (
    POINTER,
    c_char_p,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_uint32,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from typing import Any

OK, UNSUPPORTED, INVALID, NOT_FOUND, FAILED = range(5)
F16, BF16, F32, F64 = 0x00011002, 0x00011004, 0x00012002, 0x00014002


class ActZooError(ValueError):
    """A call was refused; the text says what was wrong and what to do. `status` is actzoo.h's."""

    def __init__(self, status: int, message: str):
        """Keep the status beside the sentence."""
        super().__init__(message)
        self.status = status


class Tensor(ctypes.Structure):
    """`actzoo_tensor`, DLPack's DLTensor."""

    _fields_ = (
        ("data", c_void_p),
        ("device_type", c_int32),
        ("device_id", c_int32),
        ("ndim", c_int32),
        ("dtype", c_uint32),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
        ("byte_offset", c_uint64),
    )

    @classmethod
    def of(cls, data: int, dtype: int, shape: Sequence[int], strides: Sequence[int]) -> "Tensor":
        """Describe memory that someone else keeps alive; strides are in elements."""
        n = len(shape)
        ints = c_int64 * n
        return cls(data, 1, 0, n, dtype, ints(*shape), ints(*strides), 0)


class Options(ctypes.Structure):
    """`actzoo_options`."""

    _fields_ = (
        ("size", c_uint32),
        ("flags", c_uint32),
        ("paths", POINTER(c_char_p)),
        ("paths_count", c_uint64),
    )


class Info(ctypes.Structure):
    """`actzoo_info`."""

    _fields_ = (
        ("size", c_uint32),
        ("inputs", c_uint32),
        ("parameters_count", c_uint32),
        ("presets_count", c_uint32),
        ("uses_noise", c_uint32),
        ("reserved", c_uint32),
        ("noise_eval", c_double),
        *((name, c_char_p) for name in "id name title formula source plugin".split()),
        *((name, c_char_p) for name in "version license path isa text".split()),
    )


class ParameterInfo(ctypes.Structure):
    """`actzoo_parameter`."""

    _fields_ = (
        ("size", c_uint32),
        ("flags", c_uint32),
        ("name", c_char_p),
        ("granularity", c_uint32),
        ("groups", c_uint32),
        ("count", c_uint64),
        ("lower", c_double),
        ("upper", c_double),
    )


class Report(ctypes.Structure):
    """`actzoo_report`."""

    _fields_ = (
        ("size", c_uint32),
        ("kind", c_uint32),
        ("path", c_char_p),
        ("rule", c_char_p),
        ("text", c_char_p),
    )


class Choice(ctypes.Structure):
    """`actzoo_choice`."""

    _fields_ = (("granularity", c_uint32), ("groups", c_uint32), ("count", c_uint64))


class Binding(ctypes.Structure):
    """`actzoo_binding`."""

    _fields_ = (
        ("size", c_uint32),
        ("dtype", c_uint32),
        ("channel_axis", c_int32),
        ("reserved", c_uint32),
        ("choices", POINTER(Choice)),
        ("choices_count", c_uint64),
    )


class Arguments(ctypes.Structure):
    """`actzoo_arguments`."""

    _fields_ = (
        ("size", c_uint32),
        ("flags", c_uint32),
        ("x", POINTER(Tensor) * 2),
        ("y", POINTER(Tensor)),
        ("dy", POINTER(Tensor)),
        ("dx", POINTER(Tensor) * 2),
        ("noise", POINTER(Tensor)),
        ("parameters", POINTER(POINTER(Tensor))),
        ("dparameters", POINTER(POINTER(Tensor))),
        ("parameters_count", c_uint64),
        ("noise_seed", c_uint64),
        ("noise_offset", c_uint64),
        ("executor", c_void_p),
    )


def _candidates() -> Iterator[Path]:
    if path := os.environ.get("ACTZOO_LIBRARY"):
        yield Path(path)
        return
    here = Path(__file__).resolve().parent
    yield here / "lib" / "libactzoo.so.1"  # in a wheel
    yield here.parents[2] / "build" / "lib" / "libactzoo.so"  # in the source tree, after `make`


def _load() -> tuple[ctypes.CDLL, Path]:
    tried = []
    for path in _candidates():
        if path.exists():
            return ctypes.CDLL(str(path)), path
        tried.append(str(path))
    raise ImportError(
        "libactzoo.so was not found at "
        + " or ".join(tried)
        + "; run `make` in the zoo's folder or set ACTZOO_LIBRARY to its path"
    )


def shim(name: str) -> ctypes.CDLL:
    """Load the shim of a framework, which lies beside libactzoo and uses it."""
    file = path.with_name(f"libactzoo_{name}.so")
    if not file.exists():
        raise ImportError(f"{file} was not found; run `make` in the zoo's folder or install anew")
    return ctypes.CDLL(str(file))


library, path = _load()
_text = (c_char_p, c_uint64)


def _declare(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(library, "actzoo_" + name)
    function.restype, function.argtypes = result, arguments  # type: ignore[attr-defined]
    return function


version = _declare("version", c_char_p)
_open = _declare("open", c_int32, POINTER(Options), POINTER(c_void_p), *_text)
_close = _declare("close", None, c_void_p)
_count = _declare("count", c_uint64, c_void_p)
_at = _declare("at", c_void_p, c_void_p, c_uint64)
_find = _declare("find", c_int32, c_void_p, c_char_p, POINTER(c_void_p), *_text)
_report_count = _declare("report_count", c_uint64, c_void_p)
_report_at = _declare("report_at", c_int32, c_void_p, c_uint64, POINTER(Report))
_describe = _declare("describe", c_int32, c_void_p, POINTER(Info))
_parameter = _declare("describe_parameter", c_int32, c_void_p, c_uint32, POINTER(ParameterInfo))
_preset = _declare("preset", c_char_p, c_void_p, c_uint32)
_initial = _declare(
    "initial", c_int32, c_void_p, c_char_p, c_uint32, c_uint64, POINTER(c_double), *_text
)
_bind = _declare("bind", c_int32, c_void_p, POINTER(Binding), POINTER(c_void_p), *_text)
_unbind = _declare("unbind", None, c_void_p)
_forward = _declare("forward", c_int32, c_void_p, POINTER(Arguments), *_text)
_backward = _declare("backward", c_int32, c_void_p, POINTER(Arguments), *_text)
_export = _declare(
    "export",
    c_int32,
    c_void_p,
    POINTER(Binding),
    c_char_p,
    c_char_p,
    c_uint64,
    POINTER(c_uint64),
    *_text,
)
_noise = _declare("noise", None, c_uint64, c_uint64, POINTER(c_float), c_uint64)
set_threads = _declare("set_threads", None, c_uint32)
threads = _declare("threads", c_uint32)


def call(function: Callable[..., int], *arguments: Any) -> None:
    """Call a function that takes (message, message_size) last; raise its sentence if it refuses."""
    message = ctypes.create_string_buffer(512)
    if status := function(*arguments, message, 512):
        raise ActZooError(status, message.value.decode(errors="replace"))
