"""MaxPool, AvgPool, ReduceSum, ReduceMax, ReduceMin, CumSum, ArgMax, TopK."""

import numpy as np

from ..numbers import bounds, clamp, elements, q31s
from .registry import I32_BOUND, NARROW, Result, between, clamp1, compute, in_type, magnitude, require, rule
from .windows import padded, window_sizes, windows


def pool(op, x):
    """What pools share: the result's shape and the steps."""
    require(x.dtype in NARROW, "dtype", op["op"])
    require(len(x.shape) == 3, "shape", op["op"])
    for v in op["kernel"]:
        between(v, 1, 64, "kernel")
    for v in op["stride"]:
        between(v, 1, 64, "stride")
    for i, v in enumerate(op["pads"]):
        between(v, 0, op["kernel"][i % 2] - 1, "pads")
    oh, ow = window_sizes(op, x, op["kernel"], (1, 1))
    return (oh, ow, x.shape[2]), oh * ow * op["kernel"][0] * op["kernel"][1] * -(-x.shape[2] // 16)


@rule("MaxPool")
def maxpool_rule(op, x):
    shape, steps = pool(op, x)
    return Result(x.dtype, shape, x.interval, 0, steps)


@compute("MaxPool")
def maxpool(op, out, x):
    # The type's least stands outside: every window holds at least one element, and none is smaller.
    x = padded(x, op["pads"], bounds(out.dtype)[0])
    return np.maximum.reduce([part for _, _, part in windows(x, op["kernel"], op["stride"], (1, 1))])


def without(axes, shape):
    """The shape without these axes, which must be as ReduceSum has them."""
    require(axes and all(i < j for i, j in zip(axes, axes[1:])), "attribute", "axes")
    require(axes[-1] < len(shape), "attribute", "axes")
    return tuple(d for i, d in enumerate(shape) if i not in axes) or (1,)


@rule("ReduceSum")
def reduce_sum_rule(op, x):
    shape = without(op["axes"], x.shape)
    in_type(op["zero_point"], x.dtype, "zero_point")
    n = elements(x.shape[d] for d in op["axes"])
    low, high = (v - op["zero_point"] for v in x.interval)
    require(n * magnitude((low, high)) < I32_BOUND, "overflow", "ReduceSum")
    return Result("i32", shape, (n * low, n * high), elements(x.shape))


@compute("ReduceSum")
def reduce_sum(op, out, x):
    return (x - op["zero_point"]).sum(axis=tuple(op["axes"])).reshape(out.shape)


@rule("AvgPool")
def avgpool_rule(op, x):
    shape, steps = pool(op, x)
    zx, zy = op["zero_points"]
    in_type(zx, x.dtype, "zero_points")
    in_type(zy, x.dtype, "zero_points")
    a, b = (v - zx for v in x.interval)
    if op["count_padding"] and any(op["pads"]):
        a, b = min(a, 0), max(b, 0)
    interval = tuple(clamp1(v + zy, *bounds(x.dtype)) for v in (a, b))
    return Result(x.dtype, shape, interval, elements(shape), steps)


def positions(op, x):
    """How many of each window's positions are inside the tensor, [OH, OW, 1]."""
    inside = padded(np.ones(x.shape[:2] + (1,), np.int64), op["pads"], 0)
    return sum(part for _, _, part in windows(inside, op["kernel"], op["stride"], (1, 1)))


def reciprocal(n: int) -> tuple[int, int]:
    """AvgPool's multiplier and shift for 1/n."""
    k = (n - 1).bit_length()
    return ((1 << 30) + 1 << k) // n, 30 + k


@compute("AvgPool")
def avgpool(op, out, x):
    zx, zy = op["zero_points"]
    parts = windows(padded(x - zx, op["pads"], 0), op["kernel"], op["stride"], (1, 1))
    acc = sum(part for _, _, part in parts)
    if op["count_padding"]:
        m, s = reciprocal(op["kernel"][0] * op["kernel"][1])
    else:
        counts, which = np.unique(positions(op, x), return_inverse=True)
        m, s = np.array([reciprocal(int(n)) for n in counts]).T[:, which.reshape(out.shape[:2] + (1,))]
    return clamp(q31s(acc, m, s) + zy, *bounds(out.dtype))


def search(x):
    """macs and steps of looking at each element."""
    n = elements(x.shape)
    return n, -(-n // 4)


@rule("ReduceMax", "ReduceMin")
def reduce_ends_rule(op, x):
    return Result(x.dtype, without(op["axes"], x.shape), x.interval, *search(x))


@compute("ReduceMax", "ReduceMin")
def reduce_ends(op, out, x):
    reduced = x.max if op["op"] == "ReduceMax" else x.min
    return reduced(axis=tuple(op["axes"])).reshape(out.shape)


@rule("CumSum")
def cumsum_rule(op, x):
    without([op["axis"]], x.shape)
    n, (lo, hi) = x.shape[op["axis"]], x.interval
    require(n * magnitude(x.interval) < I32_BOUND, "overflow", "CumSum")
    work = elements(x.shape)
    return Result("i32", x.shape, (min(lo, n * lo), max(hi, n * hi)), work, work)


@compute("CumSum")
def cumsum(op, _out, x):
    return np.cumsum(x, axis=op["axis"])


@rule("ArgMax")
def argmax_rule(op, x):
    shape = without([op["axis"]], x.shape)
    return Result("i32", shape, (0, x.shape[op["axis"]] - 1), *search(x))


@compute("ArgMax")
def argmax(op, out, x):
    return np.argmax(x, axis=op["axis"]).reshape(out.shape)  # the first of equals


@rule("TopK")
def topk_rule(op, x):
    n = x.shape[-1]
    between(op["k"], 1, n, "k")
    work = elements(x.shape) * n.bit_length()
    return Result("i32", x.shape[:-1] + (op["k"],), (0, n - 1), work, work)


@compute("TopK")
def topk(op, _out, x):
    return np.argsort(-x, axis=-1, kind="stable")[..., :op["k"]]
