"""Softmax15, LayerNorm, RmsNorm, L2Norm. Rows are computed in Python's unbounded integers."""

from math import isqrt

import numpy as np

from ..numbers import elements, q31s
from .registry import I32_BOUND, Result, between, compute, magnitude, require, rule, tensor


def each_row(function, x):
    """The function of each row, a list of int, put together in the operand's shape."""
    rows = [function(row) for row in x.reshape(-1, x.shape[-1]).tolist()]
    return np.array(rows, np.int64).reshape(x.shape)


@rule("Softmax15")
def softmax15_rule(op, x, table):
    require(x.shape[-1] <= 65_536, "shape", "a row of more than 65,536")
    table = tensor(table, "i16", 1, "table")
    require(table.shape == (256,), "shape", "table")
    require(int(table.min()) >= 0 and int(table[0]) >= 1, "overflow", "table")
    require(op["multiplier"] >= 0, "attribute", "multiplier")
    between(op["shift"], 0, 62, "shift")
    return Result("i16", x.shape, (0, 32_767), 8 * elements(x.shape), 4 * elements(x.shape))


@compute("Softmax15")
def softmax15(op, _out, x, table):
    table, m, s = table.tolist(), op["multiplier"], op["shift"]

    def softmax(row):
        greatest = max(row)
        t = [((greatest - v) * m) >> s for v in row]
        e = [table[k % 256] >> min(k // 256, 15) for k in t]
        total = sum(e)
        return [min((k * 2**15 + total // 2) // total, 32_767) for k in e]
    return each_row(softmax, x)


def rsqrt(v: int) -> tuple[int, int]:
    """Section 4: (m, e) with m * 2^-e near 1 / sqrt(v), for 1 <= v < 2^62."""
    z = 0
    while v << (z + 2) < 1 << 62:
        z += 2
    return min((1 << 61) // isqrt(v << z), (1 << 31) - 1), 61 - z // 2


def norm_attributes(op, most_fraction):
    between(op["epsilon"], 1, I32_BOUND - 1, "epsilon")
    between(op["fraction"], 0, most_fraction, "fraction")


def row_constant(constant, dtype, x, what):
    array = tensor(constant, dtype, 1, what)
    require(array.shape == x.shape[-1:], "shape", what)
    return array


def squares(op, x, most):
    require(most < I32_BOUND and x.shape[-1] * most * most < 1 << 61, "overflow", f"squares in {op['op']}")


def norm_interval(op, x, gamma, beta):
    """With B, which is more than any normalised element."""
    reach = (isqrt(x.shape[-1] * 4 ** op["fraction"]) + 2) * np.abs(gamma)
    require(int((reach + np.abs(beta)).max()) < I32_BOUND, "overflow", "gamma or beta")
    return int((beta - reach).min()), int((beta + reach).max())


def norm_steps(x):
    return 2 * elements(x.shape) + 16 * elements(x.shape[:-1])


@rule("LayerNorm")
def layer_norm_rule(op, x, gamma, beta):
    gamma, beta = row_constant(gamma, "i16", x, "gamma"), row_constant(beta, "i32", x, "beta")
    norm_attributes(op, 14)
    squares(op, x, x.interval[1] - x.interval[0])
    return Result("i32", x.shape, norm_interval(op, x, gamma, beta), 4 * elements(x.shape), norm_steps(x))


@rule("RmsNorm")
def rms_norm_rule(op, x, gamma):
    gamma = row_constant(gamma, "i16", x, "gamma")
    norm_attributes(op, 14)
    squares(op, x, magnitude(x.interval))
    return Result("i32", x.shape, norm_interval(op, x, gamma, 0), 4 * elements(x.shape), norm_steps(x))


@rule("L2Norm")
def l2_norm_rule(op, x):
    norm_attributes(op, 24)
    squares(op, x, magnitude(x.interval))
    bound = 2 ** op["fraction"] + 1
    return Result("i32", x.shape, (-bound, bound), 3 * elements(x.shape), norm_steps(x))


def normalised(op, row, v):
    m, e = rsqrt(v)
    return [q31s(c, m, e - op["fraction"]) for c in row]


@compute("LayerNorm")
def layer_norm(op, _out, x, gamma, beta):
    def norm(row):
        k = len(row)
        mean = (2 * sum(row) + k) // (2 * k)
        centred = [v - mean for v in row]
        return normalised(op, centred, sum(c * c for c in centred) // k + op["epsilon"])
    return each_row(norm, x) * gamma + beta


@compute("RmsNorm")
def rms_norm(op, _out, x, gamma):
    return each_row(lambda row: normalised(op, row, sum(v * v for v in row) // len(row) + op["epsilon"]), x) * gamma


@compute("L2Norm")
def l2_norm(op, _out, x):
    return each_row(lambda row: normalised(op, row, sum(v * v for v in row) + op["epsilon"]), x)
