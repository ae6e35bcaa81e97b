"""The zoo, its activations, and activations bound to a type: what framework shims build on."""

import ctypes
import functools
import keyword
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from . import _library as lib
from ._library import ActZooError, Tensor

T = TypeVar("T")
GRANULARITIES = {"layer": 0, "channel": 1, "group": 2, "element": 4, "sample": 8}


@dataclass(frozen=True)
class Parameter:
    """What the descriptor says of one parameter.

    `count` is its default number of coefficients (1 for a scalar); `granularity` the default one,
    such as "channel"; `decay` is False where weight decay is not meant for it.
    """

    name: str
    granularity: str
    groups: int
    count: int
    is_vector: bool
    lower: float
    upper: float
    decay: bool
    fixed: bool
    supplied: bool


def _bits(granularity: str) -> int:
    try:
        return sum(GRANULARITIES[word] for word in granularity.split())
    except KeyError:
        words = ", ".join(GRANULARITIES)
        raise ActZooError(
            lib.INVALID,
            f"'{granularity}' is not a granularity; use one of {words}, or 'sample channel'",
        ) from None


def _words(bits: int) -> str:
    return " ".join(w for w, b in reversed(GRANULARITIES.items()) if b and bits & b) or "layer"


class Bound:
    """An activation bound to an element type and granularities. Immutable, safe in any thread."""

    def __init__(self, activation: "Activation", handle: int):
        """Take over a handle of actzoo_bind; use `Activation.bind`."""
        self.activation, self._handle = activation, handle

    def __del__(self) -> None:
        """Let go of the handle."""
        # At the interpreter's end the module may be empty already.
        if getattr(self, "_handle", None) and lib._unbind is not None:
            lib._unbind(self._handle)

    def __reduce__(self) -> NoReturn:
        """Refuse: a handle belongs to a process."""
        raise TypeError("a bound activation cannot be pickled; pickle its name and bind again")

    def _arguments(
        self, x: Sequence[Tensor | None], parameters: Sequence[Tensor], **operands: Any
    ) -> lib.Arguments:
        pointer, n = ctypes.pointer, len(parameters)
        arguments = lib.Arguments(size=ctypes.sizeof(lib.Arguments), parameters_count=n)
        for i, tensor in enumerate(x):
            if tensor is not None:
                arguments.x[i] = pointer(tensor)
        list_of = ctypes.POINTER(Tensor) * max(n, 1)
        arguments.parameters = list_of(*(pointer(p) for p in parameters))
        for name, value in operands.items():
            if value is None:
                continue
            if name == "dx":
                for i, tensor in enumerate(value):
                    if tensor is not None:
                        arguments.dx[i] = pointer(tensor)
            elif name == "dparameters":
                entries: Any = (pointer(d) if d is not None else None for d in value)
                arguments.dparameters = list_of(*entries)
            elif name == "seed":
                arguments.flags, (arguments.noise_seed, arguments.noise_offset) = 1, value
            else:
                setattr(arguments, name, pointer(value))
        return arguments

    def forward(
        self,
        x: Sequence[Tensor],
        y: Tensor,
        parameters: Sequence[Tensor] = (),
        noise: Tensor | None = None,
        seed: tuple[int, int] | None = None,
    ) -> None:
        """Y = f(x): `x` is (x,) or (x, g); all are `Tensor`. `seed` is (seed, offset)."""
        lib.call(
            lib._forward, self._handle, self._arguments(x, parameters, y=y, noise=noise, seed=seed)
        )

    def backward(
        self,
        x: Sequence[Tensor],
        dy: Tensor | None,
        dx: Sequence[Tensor | None],
        parameters: Sequence[Tensor] = (),
        dparameters: Sequence[Tensor | None] | None = None,
        noise: Tensor | None = None,
        seed: tuple[int, int] | None = None,
    ) -> None:
        """Overwrite dx and dparameters (None entries are skipped) with the gradients for `dy`."""
        arguments = self._arguments(
            x, parameters, dy=dy, dx=dx, dparameters=dparameters, noise=noise, seed=seed
        )
        lib.call(lib._backward, self._handle, arguments)


class Activation:
    """One activation function of a zoo: its description, and the way to bind it."""

    # What actzoo_info says, in its order.
    id: str
    name: str
    title: str
    formula: str
    source: str
    plugin: str
    version: str
    license: str
    path: str
    isa: str
    text: str

    def __init__(self, zoo: "Zoo", handle: int):
        """Read the description; use `Zoo.find`."""
        self._zoo, self._handle = zoo, handle  # the zoo must outlive its activations (rule C4)
        info = lib.Info(size=ctypes.sizeof(lib.Info))
        lib._describe(handle, ctypes.byref(info))
        for name in list(type(self).__annotations__):
            setattr(self, name, (getattr(info, name) or b"").decode())
        self.is_gated = info.inputs == 2
        self.uses_noise = bool(info.uses_noise)
        self.noise_eval: float = info.noise_eval
        self.parameters = tuple(self._parameter(i) for i in range(info.parameters_count))
        self.presets = tuple(
            (lib._preset(handle, i) or b"").decode() for i in range(info.presets_count)
        )

    def _parameter(self, index: int) -> Parameter:
        p = lib.ParameterInfo(size=ctypes.sizeof(lib.ParameterInfo))
        lib._parameter(self._handle, index, ctypes.byref(p))
        return Parameter(
            p.name.decode(),
            _words(p.granularity),
            p.groups,
            p.count,
            bool(p.flags & 8),
            p.lower,
            p.upper,
            not p.flags & 1,
            bool(p.flags & 2),
            bool(p.flags & 4),
        )

    def __repr__(self) -> str:
        """Name and formula."""
        return f"<actzoo.Activation {self.name}: {self.formula}>"

    def initial(self, parameter: str, preset: str = "", count: int = 0) -> list[float]:
        """Initial values of a parameter, of the descriptor or of a preset."""
        index = self.index(parameter)
        values = (ctypes.c_double * (count or self.parameters[index].count))()
        lib.call(lib._initial, self._handle, preset.encode(), index, len(values), values)
        return list(values)

    def export(self, form: str, counts: dict[str, int] | None = None) -> str:
        """Text that needs no zoo: Python source ("torch" or "jax"), or the description ("json").

        What is in it, docs/command.md says. `counts` are numbers of coefficients by parameter.
        """
        binding = lib.Binding(ctypes.sizeof(lib.Binding))
        choices = (lib.Choice * max(len(self.parameters), 1))()
        if counts:
            for i, p in enumerate(self.parameters):
                choices[i] = lib.Choice(_bits(p.granularity), p.groups, counts.get(p.name, 0))
            for name in counts:
                self.index(name)
            binding.choices, binding.choices_count = choices, len(self.parameters)
        length = ctypes.c_uint64()
        arguments = (self._handle, ctypes.byref(binding), form.encode())
        lib.call(lib._export, *arguments, None, 0, ctypes.byref(length))
        text = ctypes.create_string_buffer(length.value + 1)
        lib.call(lib._export, *arguments, text, len(text), ctypes.byref(length))
        return text.value.decode()

    def index(self, parameter: str) -> int:
        """Place of a parameter in the descriptor's order."""
        names = [p.name for p in self.parameters]
        if parameter not in names:
            have = ", ".join(names) or "none"
            raise ActZooError(
                lib.INVALID, f"{self.name} has no parameter '{parameter}'; it has {have}"
            )
        return names.index(parameter)

    @functools.lru_cache(maxsize=64)  # noqa: B019 - activations live as long as their zoo
    def _bind(
        self, dtype: int, choices: "tuple[tuple[int, int, int], ...] | None", channel_axis: int
    ) -> Bound:
        n = len(self.parameters)
        rows = (lib.Choice * max(n, 1))(*(lib.Choice(*c) for c in choices or ()))
        binding = lib.Binding(ctypes.sizeof(lib.Binding), dtype, channel_axis)
        if choices is not None:
            binding.choices, binding.choices_count = rows, n
        handle = ctypes.c_void_p()
        lib.call(lib._bind, self._handle, ctypes.byref(binding), ctypes.byref(handle))
        return Bound(self, handle.value or 0)

    def bind(
        self,
        dtype: int = lib.F32,
        granularity: str | dict[str, str] | None = None,
        groups: int = 0,
        counts: dict[str, int] | None = None,
        channel_axis: int = 1,
    ) -> Bound:
        """Bind to an element type.

        `granularity` is one word for all parameters that are not fixed, or a word for each by
        name; `counts` the numbers of coefficients by name; `channel_axis` the axis of channels
        and groups.
        """
        counts = counts or {}
        by_name = granularity if isinstance(granularity, dict) else {}
        for name in (*by_name, *counts):
            self.index(name)
        choices = []
        for p in self.parameters:
            word = by_name.get(p.name)
            if word is None and isinstance(granularity, str) and not p.fixed:
                word = granularity
            bits = _bits(word or p.granularity)
            choices.append((bits, (groups or p.groups) if bits & 2 else 0, counts.get(p.name, 0)))
        return self._bind(dtype, tuple(choices), channel_axis)


class Zoo:
    """The activations found in the search path; `paths` (files or folders) are searched first."""

    def __init__(self, paths: Sequence[str | os.PathLike[str]] = (), only_paths: bool = False):
        """Search. Runs no plugin code; what was refused is in `reports`."""
        array = (ctypes.c_char_p * max(len(paths), 1))(*(os.fsencode(p) for p in paths))
        flags = (1 | 2) if only_paths else 0
        options = lib.Options(ctypes.sizeof(lib.Options), flags, array, len(paths))
        handle = ctypes.c_void_p()
        lib.call(lib._open, ctypes.byref(options), ctypes.byref(handle))
        self._handle = handle.value

    def __del__(self) -> None:
        """Close the zoo; bound activations live on."""
        if getattr(self, "_handle", None) and lib._close is not None:
            lib._close(self._handle)

    def _wrap(self, handle: int) -> Activation:
        # Not cached: an activation holds its zoo, and a cycle would keep both from being freed.
        return Activation(self, handle)

    def __iter__(self) -> Iterator[Activation]:
        """Activations in order of name."""
        return (self._wrap(lib._at(self._handle, i)) for i in range(len(self)))

    def __len__(self) -> int:
        """How many activations."""
        return int(lib._count(self._handle))

    def find(self, name: str) -> Activation:
        """By short name, alias or full id; the error names the nearest."""
        handle = ctypes.c_void_p()
        lib.call(lib._find, self._handle, name.encode(), ctypes.byref(handle))
        return self._wrap(handle.value or 0)

    @property
    def reports(self) -> list[tuple[str, str, str, str]]:
        """What the search refused or noticed: (kind, path, rule, sentence)."""
        kinds = {1: "refused", 2: "shadowed", 3: "warning"}
        rows = []
        for i in range(lib._report_count(self._handle)):
            r = lib.Report(size=ctypes.sizeof(lib.Report))
            lib._report_at(self._handle, i, ctypes.byref(r))
            path, rule, text = (
                (t or b"").decode(errors="replace") for t in (r.path, r.rule, r.text)
            )
            rows.append((kinds.get(r.kind, "?"), path, rule, text))
        return rows


def attribute(module: str, name: str, make: Callable[[str], T]) -> T:
    """Make what `module.gelu_tanh` stands for, of "gelu-tanh": for a module's `__getattr__`.

    An underscore behind keeps a name that is a word of Python's apart from it.
    """
    sentence = ""
    if not name.startswith("_"):
        for spelt in (name.replace("_", "-"), name, name.rstrip("_")):
            try:
                return make(spelt)
            except ActZooError as error:
                sentence = sentence or f": {error}"
    raise AttributeError(f"{module} has no '{name}'{sentence}", name=name)


def attributes(zoo: Zoo, *own: str) -> list[str]:
    """Names of a module's `own`, and those under which it has the zoo's activations."""
    return sorted({*own, *(identifier(a.name) for a in zoo)})


def identifier(name: str) -> str:
    """A name as Python can write it: `gelu_tanh`, `lambda_`."""
    name = re.sub(r"\W", "_", name)
    return name + "_" if keyword.iskeyword(name) else name
