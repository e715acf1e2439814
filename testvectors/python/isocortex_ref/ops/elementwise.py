"""AddScaled, Add, Sub, Mul, MulRescale, Max, Min, Neg, Abs, Shift, Compare, Select, Clamp."""

from ..numbers import clamp, elements
from .registry import (
    NARROW, Result, between, broadcast, clamp1, clamp_attributes, compute, in_type, range_attributes, require, rule)


@rule("AddScaled", operands=2)
def add_scaled_rule(op, a, b):
    require(a.dtype in NARROW and b.dtype in NARROW and op["dtype"] in NARROW, "dtype", "AddScaled")
    shape = broadcast(a.shape, b.shape)
    for operand, m, zp in zip((a, b), op["multipliers"], op["zero_points"]):
        require(m >= 0, "attribute", "multiplier")
        in_type(zp, operand.dtype, "zero_points")
    between(op["shift"], 2, 62, "shift")
    range_attributes(op, op["dtype"])
    ends = []
    for i in (0, 1):
        total = sum((v.interval[i] - z) * m for v, z, m in zip((a, b), op["zero_points"], op["multipliers"]))
        rounded = (total + (1 << (op["shift"] - 1))) >> op["shift"]
        ends.append(clamp1(rounded + op["zero_point"], op["lo"], op["hi"]))
    return Result(op["dtype"], shape, tuple(ends), 2 * elements(shape))


@compute("AddScaled")
def add_scaled(op, _out, a, b):
    (ma, mb), (za, zb), s = op["multipliers"], op["zero_points"], op["shift"]
    total = ((a - za) * ma + (b - zb) * mb + (1 << (s - 1))) >> s
    return clamp(total + op["zero_point"], op["lo"], op["hi"])


@rule("Clamp")
def clamp_rule(op, x):
    clamp_attributes(op, x.dtype)
    return Result(x.dtype, x.shape, tuple(clamp1(v, op["lo"], op["hi"]) for v in x.interval), 0)


@compute("Clamp")
def clamp_op(op, _out, x):
    return clamp(x, op["lo"], op["hi"])
