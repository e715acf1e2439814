"""Rescale, AbsMaxRow, DynQuantRow, RescaleRow."""

import numpy as np

from ..numbers import clamp, elements, q31s
from .registry import (
    I32_BOUND, Result, between, clamp1, compute, magnitude, range_attributes, require, rule, tensor, within)


def channel_scales(x, multiplier, shift):
    """The pair (m, s) of every channel, or the one pair for all."""
    multiplier, shift = tensor(multiplier, "i32", 1, "multiplier"), tensor(shift, "i8", 1, "shift")
    require(multiplier.shape == shift.shape and multiplier.shape[0] in (1, x.shape[-1]), "shape", "multiplier, shift")
    pairs = list(zip(multiplier.tolist(), shift.tolist()))
    for m, s in pairs:
        require((m == 0 or 1 << 30 <= m) and 2 <= s <= 62, "overflow", "multiplier or shift")
    return pairs


@rule("Rescale")
def rescale_rule(op, x, multiplier, shift):
    range_attributes(op, op["dtype"])
    lows, highs = [], []
    for m, s in channel_scales(x, multiplier, shift):
        for ends, v in ((lows, x.interval[0]), (highs, x.interval[1])):
            ends.append(clamp1(q31s(v, m, s) + op["zero_point"], op["lo"], op["hi"]))
    return Result(op["dtype"], x.shape, (min(lows), max(highs)), elements(x.shape))


@compute("Rescale")
def rescale(op, _out, x, multiplier, shift):
    return clamp(q31s(x, multiplier, shift) + op["zero_point"], op["lo"], op["hi"])


@rule("AbsMaxRow")
def abs_max_row_rule(_op, x):
    require(x.interval[0] > -I32_BOUND, "overflow", "-2^31 has no magnitude in i32")
    return Result("i32", (*x.shape[:-1], 1), (1, max(1, magnitude(x.interval))), elements(x.shape))


@compute("AbsMaxRow")
def abs_max_row(_op, _out, x):
    return np.maximum(np.abs(x).max(axis=-1, keepdims=True), 1)


def check_row(x, row):
    require(row.dtype == "i32", "dtype", "row")
    require(row.shape == (*x.shape[:-1], 1), "shape", "row")
    within(row, 1, I32_BOUND - 1, "row")


@rule("DynQuantRow", operands=2)
def dyn_quant_row_rule(_op, x, row):
    check_row(x, row)
    lo, hi = x.interval
    return Result("i8", x.shape, (-127 if lo < 0 else 0, 127 if hi > 0 else 0), 2 * elements(x.shape),
                  16 * elements(row.shape))


def row_scale(row: int) -> tuple[int, int]:
    """M and S."""
    s = 0
    while (127 << s) // row < 1 << 30:
        s += 1
    return (127 << s) // row, s


@compute("DynQuantRow")
def dyn_quant_row(_op, _out, x, row):
    m, s = np.array([row_scale(r) for r in row.reshape(-1).tolist()]).T.reshape(2, *row.shape)
    return clamp(q31s(x, m, s), -127, 127)


@rule("RescaleRow", operands=2)
def rescale_row_rule(op, x, row, multiplier, shift):
    require(x.dtype == "i32", "dtype", "RescaleRow")
    check_row(x, row)
    range_attributes(op, op["dtype"])
    between(op["row_shift"], 2, 62, "row_shift")
    images = [
        int(row_image(op, v, r, m, s)) for m, s in channel_scales(x, multiplier, shift)
        for v in x.interval for r in row.interval
    ]
    return Result(op["dtype"], x.shape, (min(images), max(images)), 2 * elements(x.shape))


def row_image(op, x, row, m, s):
    u, r = clamp(q31s(x, m, s), -I32_BOUND, I32_BOUND - 1), op["row_shift"]
    return clamp(((u * row + (1 << (r - 1))) >> r) + op["zero_point"], op["lo"], op["hi"])


@compute("RescaleRow")
def rescale_row(op, _out, x, row, multiplier, shift):
    return row_image(op, x, row, multiplier, shift)
