"""Paired timing: every round times every candidate once, in random order.

So drift of the machine hits all alike. A figure is the median of the rounds; a ratio is the median
of the rounds' own ratios, with the interval that holds 95 % of bootstrapped medians.
"""

import gc
import random
import time

import numpy as np

NUMBERS = np.random.default_rng(1)
BATCH = 3e5  # nanoseconds: shorter calls are repeated until the clock's own time does not matter


class Candidate:
    """A call without arguments; `before` is run, untimed, ahead of each batch of calls."""

    def __init__(self, call, before=None):
        """Nothing is called yet."""
        self.call, self.before = call, before

    def batch(self, repeats, pause=0):
        """Nanoseconds a call, after a `pause` in which other contestants' threads fall asleep."""
        call = self.call
        if pause:
            time.sleep(pause)
        if self.before:
            self.before()
        if repeats > 1 or self.before:
            call()  # brings its memory into the caches after the others have used them
        begin = time.perf_counter_ns()
        for _ in range(repeats):
            call()
        return (time.perf_counter_ns() - begin) / repeats


def measure(candidates, seconds, pause=0, least=5, most=60):
    """Nanoseconds a call: name -> one figure a round; in about `seconds`, but `least` rounds."""
    order, repeats = list(candidates), {}
    for name in order:
        once = candidates[name].batch(1)
        if once < 1e8:
            once = min(candidates[name].batch(1) for _ in range(2))
        repeats[name] = int(min(max(BATCH / once, 1), 200))
        candidates[name].cost = once * (repeats[name] + 1) + pause * 1e9
    cost = sum(candidates[name].cost for name in order)
    rounds = int(min(max(seconds * 1e9 / cost, least), most))
    times = {name: [] for name in order}
    gc.disable()
    for _ in range(rounds):
        for name in random.sample(order, len(order)):
            times[name].append(candidates[name].batch(repeats[name], pause))
    gc.enable()
    return times


def placed(offset, *shape):
    """Zeros in memory that begins `offset` bytes into a page.

    Aligned to a cache line, as torch's memory is and NumPy's is not. And never a little after what
    is read: a store that is 64 to 1,024 bytes ahead of a load, modulo 4,096, looks to the CPU as if
    the load depended on it, which slows every vector loop, ours up to 1.4 times. Where memory lies
    is the allocator's luck, not a difference between kernels, so it is the same for all.
    """
    count = int(np.prod(shape))
    room = np.empty(count + 2048, np.float32)
    start = (offset - room.ctypes.data) % 4096 // 4
    values = room[start : start + count].reshape(shape)
    values[...] = 0
    return values


def normal(offset, *shape):
    """Normal numbers in such memory."""
    values = placed(offset, *shape)
    numbers = NUMBERS.standard_normal(min(values.size, 1 << 20), np.float32)
    values[...] = np.resize(numbers, shape)
    return values


class Ratio:
    """The median of paired ratios, and medians of resampled rounds for its interval."""

    def __init__(self, ours, theirs, samples=1000):
        """Both are figures of the same rounds."""
        ratios = np.asarray(ours) / np.asarray(theirs)
        picks = np.random.default_rng(1).integers(0, ratios.size, (samples, ratios.size))
        self.median = float(np.median(ratios))
        self.samples = np.median(ratios[picks], axis=1)

    @classmethod
    def geometric_mean(cls, ratios):
        """Of functions that were timed one after the other: their samples are independent."""
        mean = object.__new__(cls)
        mean.median = float(np.exp(np.mean([np.log(r.median) for r in ratios])))
        order = np.random.default_rng(2)
        logs = [np.log(order.permutation(r.samples)) for r in ratios]
        mean.samples = np.exp(np.mean(logs, axis=0))
        return mean

    @property
    def interval(self):
        """Where 95 % of the resampled medians lie."""
        low, high = np.quantile(self.samples, [0.025, 0.975])
        return float(low), float(high)
