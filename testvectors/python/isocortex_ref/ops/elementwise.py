"""AddScaled, Add, Sub, Mul, MulRescale, Max, Min, Neg, Abs, Shift, Compare, Select, Clamp."""

import numpy as np

from ..numbers import bounds, clamp, elements, q31s
from .registry import (
    NARROW, Result, between, broadcast, clamp1, clamp_attributes, compute, fits_i32, in_type, magnitude, products,
    range_attributes, require, rule, union)


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


def wide(a, b, interval):
    fits_i32(interval, f"{interval}")
    shape = broadcast(a.shape, b.shape)
    return Result("i32", shape, interval, elements(shape))


@rule("Add", operands=2)
def add_rule(_op, a, b):
    return wide(a, b, (a.interval[0] + b.interval[0], a.interval[1] + b.interval[1]))


@compute("Add")
def add(_op, _out, a, b):
    return a + b


@rule("Sub", operands=2)
def sub_rule(_op, a, b):
    return wide(a, b, (a.interval[0] - b.interval[1], a.interval[1] - b.interval[0]))


@compute("Sub")
def sub(_op, _out, a, b):
    return a - b


@rule("Mul", operands=2)
def mul_rule(_op, a, b):
    return wide(a, b, products(a.interval, b.interval))


@compute("Mul")
def mul(_op, _out, a, b):
    return a * b


@rule("MulRescale", operands=2)
def mul_rescale_rule(op, a, b):
    shape, centred = broadcast(a.shape, b.shape), []
    for operand, zp in zip((a, b), op["zero_points"]):
        in_type(zp, operand.dtype, "zero_points")
        centred.append([v - zp for v in operand.interval])
    require(op["multiplier"] == 0 or op["multiplier"] >= 1 << 30, "attribute", "multiplier")
    between(op["shift"], 2, 62, "shift")
    range_attributes(op, op["dtype"])
    ends = products(*centred)
    fits_i32(ends, f"product in {ends}")
    images = tuple(
        clamp1(q31s(p, op["multiplier"], op["shift"]) + op["zero_point"], op["lo"], op["hi"]) for p in ends)
    return Result(op["dtype"], shape, images, 2 * elements(shape))


@compute("MulRescale")
def mul_rescale(op, _out, a, b):
    za, zb = op["zero_points"]
    return clamp(q31s((a - za) * (b - zb), op["multiplier"], op["shift"]) + op["zero_point"], op["lo"], op["hi"])


def same_type(*operands):
    require(len({v.dtype for v in operands}) == 1, "dtype", "operands of unequal types")
    return operands[0].dtype


@rule("Max", "Min", operands=2)
def extreme_rule(op, a, b):
    shape, pick = broadcast(a.shape, b.shape), max if op["op"] == "Max" else min
    return Result(same_type(a, b), shape, tuple(map(pick, a.interval, b.interval)), elements(shape))


@compute("Max")
def greater(_op, _out, a, b):
    return np.maximum(a, b)


@compute("Min")
def lesser(_op, _out, a, b):
    return np.minimum(a, b)


@rule("Neg", "Abs")
def negated_rule(op, x):
    (lo, hi), least = x.interval, bounds(x.dtype)[0]
    require(lo != least, "overflow", f"{least} has no negative in its type")
    interval = -hi, -lo
    if op["op"] == "Abs":
        interval = 0 if lo <= 0 <= hi else min(abs(lo), abs(hi)), magnitude(x.interval)
    return Result(x.dtype, x.shape, interval, elements(x.shape))


@compute("Neg")
def neg(_op, _out, x):
    return -x


@compute("Abs")
def absolute(_op, _out, x):
    return np.abs(x)


@rule("Shift")
def shift_rule(op, x):
    between(op["bits"], -31, 31, "bits")
    require(op["bits"] < 0 or not op["round"], "attribute", "round without a shift to the right")
    interval = tuple(shift(op, None, v) for v in x.interval)
    fits_i32(interval, f"{interval}")
    return Result("i32", x.shape, interval, elements(x.shape))


@compute("Shift")
def shift(op, _out, x):
    if op["bits"] >= 0:
        return x * (1 << op["bits"])
    n = -op["bits"]
    return (x + (1 << (n - 1) if op["round"] else 0)) >> n


@rule("Compare", operands=2)
def compare_rule(_op, a, b):
    same_type(a, b)
    shape = broadcast(a.shape, b.shape)
    return Result("i8", shape, (0, 1), elements(shape))


@compute("Compare")
def compare(op, _out, a, b):
    return (np.equal, np.greater, np.greater_equal)[op["relation"]](a, b).astype(np.int64)


@rule("Select", operands=3)
def select_rule(_op, c, a, b):
    shape = broadcast(c.shape, a.shape, b.shape)
    return Result(same_type(a, b), shape, union(a.interval, b.interval), elements(shape))


@compute("Select")
def select(_op, _out, c, a, b):
    return np.where(c != 0, a, b)


@rule("Clamp")
def clamp_rule(op, x):
    clamp_attributes(op, x.dtype)
    return Result(x.dtype, x.shape, tuple(clamp1(v, op["lo"], op["hi"]) for v in x.interval), 0)


@compute("Clamp")
def clamp_op(op, _out, x):
    return clamp(x, op["lo"], op["hi"])
