"""From the table of contestants to calls without arguments: ours, torch's, JAX's and oneDNN's."""

import ctypes
import functools
import os
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"
sys.path.insert(0, str(ROOT / "Bindings" / "python"))
os.environ.setdefault("ACTZOO_PATH_ONLY", str(ROOT / "build" / "lib" / "actzoo"))

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from contestants import CHANNELS, PLAIN, ZOO  # noqa: E402
from measuring import Candidate, normal, placed  # noqa: E402
from torch.fx.experimental.proxy_tensor import make_fx  # noqa: E402

import actzoo  # noqa: E402
from actzoo import _library as lib  # noqa: E402
from actzoo.numpy import _tensor  # noqa: E402

try:
    import jax
    import jax.numpy as jnp
except ImportError:
    jax = None

_SHARED = "abs cos exp expm1 log1p maximum sign sin sqrt tanh where".split()
TORCH = SimpleNamespace(
    **{name: getattr(torch, name) for name in _SHARED},
    clamp=torch.clamp,
    copy=torch.clone,
    erf=torch.erf,
    gelu=F.gelu,
    index=lambda v: torch.floor(v).long(),
    relu=torch.relu,
    sigmoid=torch.sigmoid,
    silu=F.silu,
    softplus=F.softplus,
    stop=torch.Tensor.detach,
    take=lambda y, k: y[k] if y.dim() == 1 else y[torch.arange(len(y)), k],
)
if jax:
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    JAX = SimpleNamespace(
        **{name: getattr(jnp, name) for name in _SHARED},
        clamp=jnp.clip,
        copy=jnp.copy,
        erf=jax.scipy.special.erf,
        gelu=lambda x: jax.nn.gelu(x, approximate=False),
        index=lambda v: jnp.floor(v).astype(jnp.int32),
        relu=jax.nn.relu,
        sigmoid=jax.nn.sigmoid,
        silu=jax.nn.silu,
        softplus=jax.nn.softplus,
        stop=jax.lax.stop_gradient,
        take=lambda y, k: y[k] if y.ndim == 1 else y[jnp.arange(len(y)), k],
    )


@functools.cache
def onednn():
    """The library made of onednn.cpp, or None where there is none."""
    path = BUILD / "onednn.so"
    if not path.exists():
        return None
    library = ctypes.CDLL(str(path))  # its own symbols first: torch has a oneDNN inside as well
    library.onednn_version.restype = ctypes.c_char_p
    library.onednn_eltwise.restype = ctypes.c_void_p
    library.onednn_eltwise.argtypes = (ctypes.c_char_p, ctypes.c_long) + (ctypes.c_float,) * 2
    library.onednn_forward.argtypes = (ctypes.c_void_p,) * 3
    library.onednn_backward.argtypes = (ctypes.c_void_p,) * 4
    library.onednn_forward.restype = library.onednn_backward.restype = None
    return library


def pointer(array):
    """The address, as ctypes passes it fastest."""
    return ctypes.c_void_p(array.ctypes.data)


def zoo_call(bound, inputs, parameters, y=None, dy=None, dx=None, gradients=None):
    """A call with everything prepared, as a C program would make it."""
    view = lambda a: None if a is None else _tensor(a, "operand")  # noqa: E731
    operands = dict(y=view(y), dy=view(dy))
    if dx is not None:
        operands |= dict(dx=[view(d) for d in dx], dparameters=[view(g) for g in gradients])
    arguments = bound._arguments(
        [view(x) for x in inputs], [view(p) for p in parameters], **operands
    )
    function = lib._forward if dx is None else lib._backward
    reference = ctypes.byref(arguments)
    keep = (bound, inputs, parameters, y, dy, dx, gradients)

    def call():
        status = function(bound._handle, reference, None, 0)
        assert status == 0, (status, keep)

    return call


def operator(name):
    """One of torch's own operators, by the entry with the least overhead."""
    return getattr(torch._C._nn, name, None) or getattr(torch, name, None) or getattr(F, name)


def operator_into(name, *operands, **options):
    """The same with out=, or None where there is none. It is tried with these operands."""
    entries = [operator(name)]
    aten = getattr(torch.ops.aten, name, None)
    if aten and "out" in aten.overloads():
        entries.append(aten.out)
    for entry in entries:
        try:
            entry(*operands, **options)
        except TypeError:
            continue
        return entry
    return None


def words_of(entry):
    """An entry of the table: name, operands, options."""
    name, *operands = entry
    options = dict(operands.pop()) if isinstance(operands[-1], dict) else {}
    return name, operands, options


def fill(words, known):
    """Operands by their names; numbers stand for themselves."""
    return [known[w] if isinstance(w, str) else w for w in words]


def some(array):
    """All elements in a row; some of them, at odd distances, where there are very many."""
    return array.reshape(-1)[:: max(array.size >> 18, 1) | 1]


def preallocated(formula, *operands):
    """The eager formula with every operation writing into memory given beforehand.

    Memory is used again once nobody reads it any more, as a careful author would. None where an
    operation has no out=.
    """
    graph = make_fx(formula)(*operands).graph
    values = dict(zip((n for n in graph.nodes if n.op == "placeholder"), operands, strict=True))
    nodes = [n for n in graph.nodes if n.op == "call_function"]
    last = {used: n for n in nodes for used in n.all_input_nodes}
    steps, own, free = [], set(), []
    lookup = lambda node: values[node]  # noqa: E731
    for node in nodes:
        arguments = torch.fx.map_arg(node.args, lookup)
        options = torch.fx.map_arg(node.kwargs, lookup)
        values[node] = value = node.target(*arguments, **options)
        if not node.all_input_nodes:
            continue  # a constant
        memory = value.untyped_storage().data_ptr()
        sources = [
            u for u in node.all_input_nodes if memory == values[u].untyped_storage().data_ptr()
        ]
        if sources:
            own -= set(sources)  # a view: what it looks at is kept
            continue
        packet, name = node.target.overloadpacket, node.target._overloadname
        out = next((o for o in (name + "_out", "out") if o in packet.overloads()), None)
        if out is None or "dtype" in options:
            return None
        spare = [
            u for u in free if (values[u].shape, values[u].dtype) == (value.shape, value.dtype)
        ]
        if spare:
            values[node] = value = values[spare[0]]
            free.remove(spare[0])
        own.add(node)
        steps.append((getattr(packet, out), arguments, {**options, "out": value}))
        free += [u for u in node.all_input_nodes if last[u] is node and u in own]
    result = values[graph.output_node().args[0]]

    def call():
        for function, arguments, options in steps:
            function(*arguments, **options)
        return result

    return call


class Work:
    """One activation in one layout at one size: operands, and everybody's calls on them.

    Inputs lie at the beginning of a page and outputs in its middle. Contestants that allocate their
    outputs get copies of the inputs in the middle, since allocators return the beginning.
    """

    def __init__(self, compiled, n, threads):
        """`compiled` is the activation's Compiled."""
        self.compiled, self.threads = compiled, threads
        activation, layout = compiled.activation, compiled.layout
        self.activation, self.table = activation, ZOO[activation.name]
        self.n = n
        shape = layout.shape(n)
        count = 2 if activation.is_gated else 1
        self.dy, self.y = normal(0, *shape), placed(2048, *shape)
        if layout.halves:
            double = (*shape[:-1], 2 * shape[-1])
            halves = lambda a: [a[..., : shape[-1]], a[..., shape[-1] :]]  # noqa: E731
            self.whole = normal(0, *double)
            self.inputs, self.dx = halves(self.whole), halves(placed(2048, *double))
        else:
            self.whole = normal(0, count, *shape)
            self.inputs, self.dx = list(self.whole), list(placed(2048, count, *shape))
        self.parameters = compiled.parameters
        self.gradients = [
            None if p.fixed else np.empty_like(v)
            for p, v in zip(activation.parameters, self.parameters, strict=True)
        ]
        arguments = (compiled.bound, self.inputs, self.parameters)
        self.forward_call = zoo_call(*arguments, y=self.y)
        self.backward_call = zoo_call(*arguments, dy=self.dy, dx=self.dx, gradients=self.gradients)

        # torch's side: a leaf for the inputs together where they are halves, else one for each.
        view = layout.view(n)
        wide = self.whole.shape if layout.halves else None
        aside = [placed(2048, *(wide or shape)) for _ in range(1 if layout.halves else count)]
        for copy, source in zip(aside, [self.whole] if wide else self.inputs, strict=True):
            copy[...] = source
        self.leaves = [torch.from_numpy(a.reshape(wide or view)).requires_grad_() for a in aside]
        self.tensors = [torch.from_numpy(a).reshape(view) for a in self.inputs]
        self.out = torch.from_numpy(self.y).view(view)
        self.torch_dy = torch.from_numpy(self.dy).view(view)
        self.dy_aside = torch.from_numpy(placed(2048, *view)).copy_(self.torch_dy)

    def zoo_both(self):
        """Forward, then backward."""
        self.forward_call()
        self.backward_call()

    def expect(self):
        """Keep our results: everybody else's are compared with them."""
        self.zoo_both()
        dx = np.concatenate(self.dx, -1) if self.compiled.layout.halves else np.stack(self.dx)
        sums = [g for g in self.gradients if g is not None]
        self.expected = [some(a).astype(np.float64) for a in (self.y, dx, *sums)]

    def check(self, name, y, gradients=()):
        """A contestant whose results are not ours computes something else: say so loudly."""
        inputs = len(self.leaves)
        arrays = [np.asarray(a.detach() if isinstance(a, torch.Tensor) else a) for a in gradients]
        y = np.asarray(y.detach() if isinstance(y, torch.Tensor) else y)
        theirs = [y, *([np.stack(arrays[:inputs]), *arrays[inputs:]] if arrays else [])]
        for place, (value, ours) in enumerate(zip(theirs, self.expected, strict=False)):
            bound = 2e-4 * np.abs(ours) + 2e-5
            if place > 1:  # a sum of terms of both signs, added up in some order
                terms = self.n / self.compiled.places[place - 2]
                bound = 1e-3 * (np.abs(ours) + np.sqrt(terms))
            value = some(value)
            wrong = ~(np.abs(value - ours) <= bound)
            # An element or two may lie on a kink, where there are several derivatives.
            if wrong.sum() > (2 if place < 2 else 0):
                at = np.argmax(np.abs(value - ours) / bound)
                raise AssertionError(
                    f"{self.compiled.title}: {name} disagrees with the zoo in result {place} at "
                    f"{at}: {value[at]} and {ours[at]}; {wrong.sum()} of {wrong.size} differ"
                )

    def candidates(self, backward, wanted):
        """Name -> Candidate for one pass, each checked; `wanted` is a predicate on names."""
        self.expect()
        found = {}
        for make in (
            self.zoo,
            self.copy,
            self.eager,
            self.native,
            self.torch_compile,
            self.jax,
            self.onednn,
        ):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of resized outputs, of unused gradients
                found |= make(backward, wanted)
        return found

    def zoo(self, backward, wanted):
        """Ours; with several threads also ours with one, to see what they bring."""
        call = self.zoo_both if backward else self.forward_call
        if self.threads == 1:
            return {"zoo": Candidate(call)}
        use = lambda k: lambda: actzoo.set_threads(k)  # noqa: E731
        several, one = Candidate(call, use(self.threads)), Candidate(call, use(1))
        return {"zoo": several, "zoo, one thread": one}

    def copy(self, backward, wanted):
        """The C library's memmove, of one tensor."""
        if backward or not wanted("copy"):
            return {}
        move, to, size = ctypes.memmove, pointer(self.y), self.y.nbytes
        source = pointer(self.whole)
        return {"copy": Candidate(lambda: move(to, source, size))}

    def grad(self, function):
        """Forward and backward of a torch function by autograd."""
        operands = (*self.leaves, *self.compiled.learned)
        dy = self.dy_aside

        def call():
            y = function(*operands)
            return y, torch.autograd.grad(y, operands, dy)

        return call

    def eager(self, backward, wanted):
        """The formula as it is written, and with out= in every operation."""
        if not wanted("eager"):
            return {}
        if backward:
            call = self.grad(self.compiled.of_leaves)
            self.check("eager", *call())
            return {"eager": Candidate(call)}
        operands = (*self.tensors, *self.compiled.plain)
        function = self.compiled.function

        def call():
            with torch.no_grad():
                return function(*operands)

        self.check("eager", call())
        found = {"eager": Candidate(call)}
        planned = preallocated(function, *operands)
        if planned is None:
            return found
        self.check("eager out=", planned())
        return found | {"eager out=": Candidate(planned)}

    def native(self, backward, wanted):
        """The operator that torch has for it: allocating, and into given memory."""
        if not self.table.native or self.compiled.layout.name or not wanted("native"):
            return {}
        name, operands, options = words_of(self.table.native)
        function, out = operator(name), self.out
        whole = torch.from_numpy(self.whole).view(-1)
        known = dict(x=self.tensors[0], xg=whole, dy=self.torch_dy, y=out)
        if self.compiled.plain:
            known["parameter"] = self.compiled.plain[0]
        arguments = fill(operands, known)
        found = {}
        if backward and len(self.leaves) == 1:
            call = self.grad(
                lambda x, *p: function(*fill(operands, dict(x=x, parameter=p and p[0])), **options)
            )
            self.check("native", *call())
            found["native"] = Candidate(call)
        elif not backward:

            def call():
                with torch.no_grad():
                    return function(*arguments, **options)

            self.check("native", call())
            found["native"] = Candidate(call)
        into = operator_into(name, *arguments, **options, out=out)
        if into is None or (backward and not self.table.backward):
            return found
        if not backward:
            forward = lambda: into(*arguments, **options, out=out)  # noqa: E731
            self.check("native out=", forward())
            return found | {"native out=": Candidate(forward)}
        name, words, more = words_of(self.table.backward)
        packet, given = getattr(torch.ops.aten, name), fill(words, known)
        gradient = packet.default
        if "grad_input" in packet.overloads():
            gradient = packet.grad_input
            more["grad_input"] = torch.from_numpy(placed(2048, *self.whole.shape)).view(
                whole.shape if self.activation.is_gated else out.shape
            )

        def both():
            into(*arguments, **options, out=out)
            return gradient(*given, **more)

        dx = both()
        self.check("native out=", out, list(dx.view(len(self.inputs), *out.shape)))
        return found | {"native out=": Candidate(both)}

    def torch_compile(self, backward, wanted):
        """Inductor's code, into given memory where there is no gradient to keep."""
        if not wanted("compile"):
            return {}
        dynamic = torch._dynamo.mark_dynamic
        for t in (*self.leaves, *self.tensors, self.out, self.dy_aside):
            dynamic(t, 0)
        if backward:
            call = self.grad(self.compiled.gradient)
            self.check("compile", *call())
            return {"compile": Candidate(call)}
        function, out = self.compiled.into, self.out
        operands = (*self.tensors, *self.compiled.plain)

        def call():
            with torch.no_grad():
                return function(out, *operands)

        self.check("compile", call())
        return {"compile": Candidate(call)}

    def jax(self, backward, wanted):
        """XLA's code; forward and backward as one program, which may use that they are together."""
        if not jax or not wanted("jax"):
            return {}
        given = [t.detach().numpy() for t in (*self.leaves, *self.compiled.learned)]
        operands = [jnp.asarray(a) for a in given]
        if backward:
            function, dy = self.compiled.jax_both, jnp.asarray(self.dy_aside.numpy())
            call = lambda: jax.block_until_ready(function(dy, *operands))  # noqa: E731
            self.check("jax", *call())
        else:
            function = self.compiled.jax_forward
            call = lambda: function(*operands).block_until_ready()  # noqa: E731
            self.check("jax", call())
        return {"jax": Candidate(call)}

    def onednn(self, backward, wanted):
        """Its eltwise primitive, everything prepared."""
        if not self.table.onednn or self.compiled.layout.name or not wanted("onednn"):
            return {}
        library = onednn()
        if not library:
            return {}
        name, alpha, beta = self.table.onednn
        primitive = library.onednn_eltwise(name.encode(), self.n, alpha, beta)
        if not primitive:
            return {}
        handle, x, y = ctypes.c_void_p(primitive), pointer(self.inputs[0]), pointer(self.y)
        room = placed(2048, *self.y.shape)
        dy, dx = pointer(self.dy), pointer(room)
        forward, gradient = library.onednn_forward, library.onednn_backward
        keep = room

        def call():
            forward(handle, x, y)

        def both():
            forward(handle, x, y)
            gradient(handle, x, dy, dx)
            return keep

        (both if backward else call)()
        self.check("onednn", self.y, [room] if backward else ())
        return {"onednn": Candidate(both if backward else call)}


class Compiled:
    """One activation in one layout: its parameters, and functions compiled once for every size."""

    def __init__(self, name, layout=PLAIN):
        """Nothing is compiled before the first call."""
        self.activation, self.layout = actzoo.get(name), layout
        self.title = f"{name}, {layout.name}" if layout.name else name
        self.bound = self.activation.bind(
            granularity=layout.granularity, groups=layout.groups, channel_axis=layout.channel_axis
        )
        numbers = np.random.default_rng(3)
        self.parameters, self.learned, self.places, order = [], [], [], []
        words = layout.granularity if isinstance(layout.granularity, dict) else {}
        for p in self.activation.parameters:
            start = 1 / (len(self.parameters) + 1)  # what a model might supply
            if not p.supplied:
                start = self.activation.initial(p.name)
            start = np.asarray(start, np.float32)
            if not p.is_vector:
                start = start.reshape(())
            if p.fixed:
                self.parameters.append(start)
                order.append(float(start))
                continue
            word = words.get(p.name, layout.granularity)
            sharing = {"layer": (), "group": (layout.groups,), "channel": (CHANNELS,)}[word]
            # A little beside the initial values: not 0, where derivatives have kinks.
            value = start + numbers.uniform(0.02, 0.05, (*sharing, *start.shape))
            value = np.asarray(value, np.float32)
            self.parameters.append(value)
            self.places.append(sharing[0] if sharing else 1)
            spread = value[:, None] if word == "group" else value
            order.append(len(self.learned))
            self.learned.append(torch.from_numpy(spread).clone().requires_grad_())
        self.plain = [p.detach() for p in self.learned]
        formula, inputs = ZOO[name].formula, 2 if self.activation.is_gated else 1

        def with_fixed(t, *operands):
            """Inputs and what is learned, with the fixed parameters in their places."""
            given, learned = operands[:inputs], operands[inputs:]
            rest = (p if isinstance(p, float) else learned[p] for p in order)
            return formula(t, *given, *rest)

        def split(t, *operands):
            if not layout.halves:
                return with_fixed(t, *operands)
            half = operands[0].shape[-1] // 2
            return with_fixed(t, operands[0][..., :half], operands[0][..., half:], *operands[1:])

        self.function = lambda *operands: with_fixed(TORCH, *operands)
        self.of_leaves = lambda *operands: split(TORCH, *operands)
        function, of_leaves = self.function, self.of_leaves
        torch._dynamo.reset()  # one code object serves all activations; it may hold few versions
        self.into = torch.compile(lambda out, *o: out.copy_(function(*o)), fullgraph=True)
        self.gradient = torch.compile(lambda *o: of_leaves(*o), fullgraph=True)
        if jax:

            def both(dy, *operands):
                y, back = jax.vjp(lambda *o: split(JAX, *o), *operands)
                return y, back(dy)

            self.jax_forward = jax.jit(lambda *o: split(JAX, *o))
            self.jax_both = jax.jit(both)
