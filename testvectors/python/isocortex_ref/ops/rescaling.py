"""Rescale, AbsMaxRow, DynQuantRow, RescaleRow."""

from ..numbers import clamp, elements, q31s
from .registry import Result, clamp1, compute, range_attributes, require, rule, tensor


@rule("Rescale")
def rescale_rule(op, x, multiplier, shift):
    multiplier, shift = tensor(multiplier, "i32", 1, "multiplier"), tensor(shift, "i8", 1, "shift")
    range_attributes(op, op["dtype"])
    require(multiplier.shape == shift.shape and multiplier.shape[0] in (1, x.shape[-1]), "shape", "Rescale")
    lows, highs = [], []
    for m, s in zip(multiplier.tolist(), shift.tolist()):
        require((m == 0 or 1 << 30 <= m) and 2 <= s <= 62, "overflow", "Rescale's multiplier or shift")
        for ends, v in ((lows, x.interval[0]), (highs, x.interval[1])):
            ends.append(clamp1(q31s(v, m, s) + op["zero_point"], op["lo"], op["hi"]))
    return Result(op["dtype"], x.shape, (min(lows), max(highs)), elements(x.shape))


@compute("Rescale")
def rescale(op, _out, x, multiplier, shift):
    return clamp(q31s(x, multiplier, shift) + op["zero_point"], op["lo"], op["hi"])
