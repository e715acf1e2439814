"""RescaleF24, AddF24, AvgPoolF24: single precision's rounding, in integers (int64 throughout)."""

import numpy as np

from ..numbers import clamp, elements
from .pooling import pool, positions
from .registry import Result, between, broadcast, compute, in_type, range_attributes, require, rule, tensor
from .windows import padded, windows

POWERS = np.array([1 << i for i in range(63)], np.int64)


def rne(v, s):
    """v / 2^s to the nearest integer, halves to the even one."""
    q = v >> s
    twice, one = (v - (q << s)) * 2, np.int64(1) << s
    return q + ((twice > one) | ((twice == one) & (q & 1 == 1)))


def bits(v):
    """The number of bits of |v|: how many powers of two do not exceed it."""
    return np.searchsorted(POWERS, np.abs(v), side="right")


def r24(v):
    """v rounded to 24 significant bits, halves to even."""
    k = np.maximum(bits(v) - 24, 0)
    return rne(v, k) << k


def images(function, op, *ends):
    """The interval of a monotone function of the operands' ends, which are arrays of two numbers."""
    low, high = clamp(function(*ends) + op["zero_point"], op["lo"], op["hi"]).tolist()
    return low, high


@rule("RescaleF24")
def rescale_f24_rule(op, x, multiplier, shift):
    multiplier, shift = tensor(multiplier, "i32", 1, "multiplier"), tensor(shift, "i8", 1, "shift")
    between(op["offset"], -(1 << 15), 1 << 15, "offset")
    range_attributes(op, op["dtype"])
    require(multiplier.shape == shift.shape and multiplier.shape[0] in (1, x.shape[-1]), "shape", "RescaleF24")
    m, s = multiplier, shift
    require(((m == 0) | (m >= 1 << 23) & (m < 1 << 24)).all(), "overflow", "RescaleF24's multiplier")
    require(((0 <= s) & (s <= (46 if op["offset"] else 62))).all(), "overflow", "RescaleF24's shift")
    ends = clamp(scaled_f24(op, np.array(x.interval)[:, None], m, s) + op["zero_point"], op["lo"], op["hi"])
    return Result(op["dtype"], x.shape, (int(ends[0].min()), int(ends[1].max())), elements(x.shape))


def scaled_f24(op, x, m, s):
    p = r24(r24(x) * m)
    return rne(r24(p + (op["offset"] << s if op["offset"] else 0)), s)


@compute("RescaleF24")
def rescale_f24(op, _out, x, multiplier, shift):
    return clamp(scaled_f24(op, x, multiplier, shift) + op["zero_point"], op["lo"], op["hi"])


@rule("AddF24", operands=2)
def add_f24_rule(op, a, b):
    require(a.dtype == b.dtype == "i8", "dtype", "AddF24")
    shape = broadcast(a.shape, b.shape)
    for m, zp in zip(op["multipliers"], op["zero_points"]):
        between(m, 0, 1 << 52, "multipliers")
        require(int(r24(np.int64(m))) == m, "attribute", "multipliers")
        in_type(zp, "i8", "zero_points")
    between(op["fixed"], -(1 << 60), 1 << 60, "fixed")
    require(int(r24(np.int64(op["fixed"]))) == op["fixed"], "attribute", "fixed")
    between(op["shift"], 0, 62, "shift")
    range_attributes(op, "i8")
    interval = images(lambda *ends: sum_f24(op, *ends), op, np.array(a.interval), np.array(b.interval))
    return Result("i8", shape, interval, 2 * elements(shape))


def sum_f24(op, a, b):
    (ma, mb), (za, zb) = op["multipliers"], op["zero_points"]
    t = r24((b - zb) * mb + op["fixed"])
    return rne(r24((a - za) * ma + t), op["shift"])


@compute("AddF24")
def add_f24(op, _out, a, b):
    return clamp(sum_f24(op, a, b) + op["zero_point"], op["lo"], op["hi"])


@rule("AvgPoolF24")
def avgpool_f24_rule(op, x):
    shape, steps = pool(op, x)
    require(x.dtype == "i8", "dtype", "AvgPoolF24")
    in_type(op["operand_zero_point"], "i8", "operand_zero_point")
    for m, s in zip(op["multipliers"], op["shifts"]):
        between(m, 1 << 23, (1 << 24) - 1, "multipliers")
        between(s, 0, 62, "shifts")
    between(op["offset"], -(1 << 15), 1 << 15, "offset")
    range_attributes(op, "i8")
    return Result("i8", shape, (op["lo"], op["hi"]), elements(shape) * op["kernel"][0] * op["kernel"][1], steps)


def norm(v, e):
    """The pair (m, e) with the value r24(v) / 2^e: m is 0 or has 24 bits."""
    over = bits(v) - 24
    m = np.where(over > 0, rne(v, np.maximum(over, 0)), v << np.maximum(-over, 0))
    carry = np.abs(m) == 1 << 24  # the rounding gave a 25th bit
    return np.where(carry, m >> 1, m), np.where(v == 0, 0, e - over - carry)


def quot(m, e, d):
    q, r = np.divmod(np.abs(m) << 38, d)
    return norm((2 * q + (r != 0)) * np.sign(m), e + 39)


@compute("AvgPoolF24")
def avgpool_f24(op, _out, x):
    (mx, my), (sx, sy) = op["multipliers"], op["shifts"]
    terms = r24((x - op["operand_zero_point"]) * mx)
    total = np.int64(0)
    # Positions outside add nothing: a term of 0 leaves S, which has 24 bits.
    for _, _, part in windows(padded(terms, op["pads"], 0), op["kernel"], op["stride"], (1, 1)):
        total = r24(total + part)
    n = np.int64(op["kernel"][0] * op["kernel"][1]) if op["count_padding"] else positions(op, x)
    m, e = quot(*quot(*norm(total, sx), n), np.int64(my))
    e = e - sy
    near = np.clip(e, 0, 40)
    v = rne(r24(m + (op["offset"] << near)), near)
    v = np.where(e < 0, np.sign(m) << 31, v)
    v = np.where((m == 0) | (e > 40), op["offset"], v)
    return clamp(v + op["zero_point"], op["lo"], op["hi"])
