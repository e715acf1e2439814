"""What an op is here: a rule and a computation, each under the op's name; and the words that rules share.

A rule is `(op, operands..., constants by name) -> Result`, or Fault: preconditions, the result's type, shape and
interval, and the cost. `op` is a dict of the attributes (and "op", the name), an operand is a Value, a constant a
Tensor. Rules are in Python's unbounded integers, but for sums over weights, which int64 holds easily.

A computation is `(op, out, operands..., constants by name) -> array`, all int64; `out` is the result's Value.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..faults import Fault
from ..numbers import bounds, elements, size

I32_BOUND = 1 << 31
NARROW = ("i8", "i16")
RULES, COMPUTE, OPERANDS = {}, {}, {}


@dataclass(frozen=True)
class Value:
    dtype: str
    shape: tuple
    interval: tuple

    @property
    def bytes(self) -> int:
        return elements(self.shape) * size(self.dtype)


class Tensor(NamedTuple):
    """A constant: `array` is int64."""

    dtype: str
    array: np.ndarray

    @property
    def shape(self) -> tuple:
        return self.array.shape

    @property
    def bytes(self) -> int:
        return self.array.size * size(self.dtype)


class Result(NamedTuple):
    """`bytes` is None where it is that of operands, constants and result, as section 2 has it."""

    dtype: str
    shape: tuple
    interval: tuple
    macs: int
    steps: int = 0
    bytes: int | None = None


def rule(*names, operands=1):
    """`operands` is their number, or a range of it."""
    def put(function):
        for name in names:
            RULES[name] = function
            OPERANDS[name] = operands if isinstance(operands, range) else range(operands, operands + 1)
        return function
    return put


def compute(*names):
    def put(function):
        COMPUTE.update(dict.fromkeys(names, function))
        return function
    return put


def require(truth, kind, detail=""):
    if not truth:
        raise Fault(kind, detail)


def between(v, lo, hi, what):
    require(lo <= v <= hi, "attribute", f"{what} = {v}")


def in_type(v, dtype, what):
    between(v, *bounds(dtype), what)


def tensor(constant, dtype, rank, what):
    """The array of a constant that must be of this type and rank."""
    require(constant.dtype == dtype, "dtype", what)
    require(len(constant.shape) == rank, "shape", what)
    return constant.array


def clamp1(v, lo, hi):
    return min(max(v, lo), hi)


def range_attributes(op, dtype):
    """zero_point and lo <= hi, all within the result's type; `dtype` is that type."""
    in_type(op["zero_point"], dtype, "zero_point")
    clamp_attributes(op, dtype)


def clamp_attributes(op, dtype):
    in_type(op["lo"], dtype, "lo")
    in_type(op["hi"], dtype, "hi")
    require(op["lo"] <= op["hi"], "attribute", "lo above hi")


def magnitude(interval):
    return max(abs(interval[0]), abs(interval[1]))


def union(*intervals):
    return min(i[0] for i in intervals), max(i[1] for i in intervals)


def products(a, b):
    """The least and the greatest product of an end of one and an end of the other."""
    ends = [x * y for x in a for y in b]
    return min(ends), max(ends)


def fits_i32(interval, what):
    require(-I32_BOUND <= interval[0] and interval[1] < I32_BOUND, "overflow", what)


def broadcast(*shapes):
    require(len({len(s) for s in shapes}) == 1, "shape", "operands of unequal rank")
    out = tuple(max(sizes) for sizes in zip(*shapes))
    require(all(d in (1, n) for s in shapes for d, n in zip(s, out)), "shape", "operands that do not broadcast")
    return out


def within(value, lo, hi, what):
    """The condition on an index, a position or a row's maximum: its interval lies inside."""
    require(lo <= value.interval[0] and value.interval[1] <= hi, "overflow", what)
