"""MaxPool, AvgPool, ReduceSum, ReduceMax, ReduceMin, ArgMax, TopK."""

import numpy as np

from ..numbers import bounds, elements
from .registry import I32_BOUND, NARROW, Result, between, compute, in_type, magnitude, require, rule
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
