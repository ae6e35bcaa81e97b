#!/usr/bin/env python3
"""Time texts in the block evaluator against their compiled kernels and eager torch, in one run.

One thread, f32, memory given beforehand but for eager torch, which is written as its users write
it. Ratios are paired, with 95 % intervals; above 1 the first is slower.

    Benchmarks/evaluator.py [--seconds 4] [NAME ...]
"""

import argparse
import os
import tempfile
from pathlib import Path

from accuracy import texts

ROOT = Path(__file__).resolve().parents[1]


def prepare(names):
    """Puts texts of these functions beside the zoo's plugins; before actzoo is imported."""
    folder = tempfile.mkdtemp(prefix="actzoo-")
    lines = ["actzoo 1", "plugin org.text.both version 1.0.0 license Apache-2.0"]
    described = texts()
    for name in names:
        lines += [f'activation org.text.{name}/1 "{name}"', *described[name][1:]]
    (Path(folder) / "both.actzoo").write_text("\n".join(lines) + "\n")
    os.environ["ACTZOO_PATH_ONLY"] = f"{ROOT / 'build' / 'lib' / 'actzoo'}:{folder}"


def main():
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4, help="for each function and size")
    parser.add_argument("names", nargs="*", default=["crrelu", "grafs-vit-1"], metavar="NAME")
    options = parser.parse_args()
    prepare(options.names)

    import numpy as np
    import torch
    from calls import TORCH, zoo_call
    from contestants import ZOO
    from measuring import Candidate, Ratio, measure, normal, placed

    import actzoo

    torch.set_num_threads(1)
    actzoo.set_threads(1)
    contestants = ZOO
    print("| function | elements | pass | evaluator ns | evaluator / kernel | eager / evaluator |")
    print("|---|---|---|---|---|---|")
    for name in options.names:
        for count in (65_536, 1_048_576):
            x, y, dy, dx = (
                normal(0, count),
                placed(1024, count),
                normal(0, count),
                placed(2048, count),
            )
            kernel, text = (actzoo.get(f"org.{owner}.{name}/1") for owner in ("zoo", "text"))
            values = [np.asarray(kernel.initial(p.name), np.float32) for p in kernel.parameters]
            parameters = [v.reshape(()) for v in values]
            tensors = [torch.from_numpy(v) for v in (x, *parameters)]
            formula = contestants[name].formula
            candidates = {}
            for key, one in (("kernel", kernel), ("text", text)):
                gradients = [np.zeros((), np.float32) for _ in parameters]
                candidates[key, "forward"] = Candidate(zoo_call(one.bind(), [x], parameters, y))
                candidates[key, "backward"] = Candidate(
                    zoo_call(one.bind(), [x], parameters, None, dy, [dx], gradients)
                )

            def eager(tensors=tensors, formula=formula):
                with torch.no_grad():
                    return formula(TORCH, *tensors)

            leaves = [t.clone().requires_grad_() for t in tensors]
            slope = torch.from_numpy(dy)

            def both(leaves=leaves, formula=formula, slope=slope):
                torch.autograd.grad(formula(TORCH, *leaves), leaves, slope)

            candidates["eager", "forward"] = Candidate(eager)
            candidates["eager", "both"] = Candidate(both)
            times = {k: np.asarray(v) for k, v in measure(candidates, options.seconds).items()}
            for who in ("kernel", "text"):
                times[who, "both"] = times[who, "forward"] + times[who, "backward"]
            for what in ("forward", "both"):
                own = times["text", what]
                slower = Ratio(own, times["kernel", what])
                faster = Ratio(times["eager", what], own)
                cells = [name, f"{count:,}", what, f"{np.median(own) / count:.3f}"]
                for r in (slower, faster):
                    cells.append(f"{r.median:.2f} ({r.interval[0]:.2f} to {r.interval[1]:.2f})")
                print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
