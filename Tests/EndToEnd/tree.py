"""A stranger's evaluator: the graph of `actzoo export --to json` in numpy doubles."""

import math

import numpy as np


def _sigmoid(a):
    e = np.exp(-np.abs(a))
    return np.where(a < 0, e / (1 + e), 1 / (1 + e))


def _softplus(a):
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))


_OPERATIONS = {
    "negate": np.negative,
    "sech": lambda a: 1 / np.cosh(a),
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "erf": np.vectorize(math.erf, otypes=[float]),
    "erfc": np.vectorize(math.erfc, otypes=[float]),
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "min": np.minimum,
    "max": np.maximum,
    "power": np.power,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "select": np.where,
}


def evaluate(formula, parameters, x, g=0.75, u=0.5):
    """The formula's value at points; `parameters` has the coefficients of each by name."""
    values = []
    with np.errstate(all="ignore"):
        for node in formula["nodes"]:
            op = node["op"]
            if op == "number":
                value = np.float64(node["value"])
            elif op in ("x", "g", "u"):
                value = np.float64({"x": x, "g": g, "u": u}[op])
            elif op == "coefficient":
                value = np.float64(parameters[node["parameter"]][node["index"]])
            else:
                f = _OPERATIONS.get(op) or getattr(np, op)
                value = f(*(values[i] for i in node["operands"]))
            values.append(value)
    return np.broadcast_to(values[-1], np.shape(x)).astype(np.float64)
