"""Section 5: per op, its preconditions, the result's type, shape and interval, and its macs.

One function an op: (attributes, operands..., constants) -> (dtype, shape, interval, macs), or Fault.
Everything here is in Python's unbounded integers, but for sums over weights, which int64 holds easily.
"""

import numpy as np

from .faults import Fault
from .numbers import bounds, elements, q31s

I32_BOUND = 1 << 31


def require(truth, kind, detail=""):
    if not truth:
        raise Fault(kind, detail)


def between(v, lo, hi, what):
    require(lo <= v <= hi, "attribute", f"{what} = {v}")


def in_type(v, dtype, what):
    between(v, *bounds(dtype), what)


def constant(constants, name, dtype, rank):
    described, array = constants[name]
    require(described["dtype"] == dtype, "dtype", name)
    require(len(described["shape"]) == rank, "shape", name)
    return array


def clamp1(v, lo, hi):
    return min(max(v, lo), hi)


def window_sizes(op, x, kernel, dilation):
    top, left, bottom, right = op["pads"]
    sizes = []
    for d, pad in ((0, top + bottom), (1, left + right)):
        extent = (kernel[d] - 1) * dilation[d] + 1
        require(x.shape[d] + pad >= extent, "shape", "the kernel exceeds the padded operand")
        sizes.append((x.shape[d] + pad - extent) // op["stride"][d] + 1)
    return sizes


def weighted_interval(op, x, weight, bias, padded=False):
    """`weight` as [channels, taps]: the condition and the union of the channels' intervals."""
    a, b = x.interval[0] - op["zero_point"], x.interval[1] - op["zero_point"]
    most = np.abs(bias) + np.abs(weight).sum(axis=1) * max(abs(a), abs(b))
    require(int(most.max()) < I32_BOUND, "overflow", op["op"])
    if padded:
        a, b = min(a, 0), max(b, 0)
    low = bias + np.minimum(weight * a, weight * b).sum(axis=1)
    high = bias + np.maximum(weight * a, weight * b).sum(axis=1)
    return int(low.min()), int(high.max())


def convolution(op, x, constants, depthwise):
    require(x.dtype == "i8", "dtype", op["op"])
    require(len(x.shape) == 3, "shape", op["op"])
    weight = constant(constants, "weight", "i8", 3 if depthwise else 4)
    bias = constant(constants, "bias", "i32", 1)
    in_type(op["zero_point"], "i8", "zero_point")
    for v in op["stride"]:
        between(v, 1, 64, "stride")
    for v in op["dilation"]:
        between(v, 1, 64, "dilation")
    for v in op["pads"]:
        between(v, 0, 1024, "pads")
    require(weight.shape[-1] == x.shape[2], "shape", "channels")
    kernel = weight.shape[:2] if depthwise else weight.shape[1:3]
    channels = x.shape[2] if depthwise else weight.shape[0]
    require(bias.shape == (channels,), "shape", "bias")
    oh, ow = window_sizes(op, x, kernel, op["dilation"])
    flat = weight.reshape(-1, channels).T if depthwise else weight.reshape(channels, -1)
    interval = weighted_interval(op, x, flat, bias, any(op["pads"]))
    return "i32", (oh, ow, channels), interval, oh * ow * weight.size


def conv2d(op, x, constants):
    return convolution(op, x, constants, depthwise=False)


def depthwise_conv2d(op, x, constants):
    return convolution(op, x, constants, depthwise=True)


def matmul(op, x, constants):
    require(x.dtype == "i8", "dtype", "MatMul")
    weight = constant(constants, "weight", "i8", 2)
    bias = constant(constants, "bias", "i32", 1)
    in_type(op["zero_point"], "i8", "zero_point")
    require(weight.shape[1] == x.shape[-1] and bias.shape == weight.shape[:1], "shape", "MatMul")
    interval = weighted_interval(op, x, weight, bias)
    return "i32", x.shape[:-1] + weight.shape[:1], interval, elements(x.shape[:-1]) * weight.size


def clamp_attributes(op, dtype):
    in_type(op["lo"], dtype, "lo")
    in_type(op["hi"], dtype, "hi")
    require(op["lo"] <= op["hi"], "attribute", "lo above hi")


def rescale(op, x, constants):
    multiplier = constant(constants, "multiplier", "i32", 1)
    shift = constant(constants, "shift", "i8", 1)
    in_type(op["zero_point"], op["dtype"], "zero_point")
    clamp_attributes(op, op["dtype"])
    require(multiplier.shape == shift.shape and multiplier.shape[0] in (1, x.shape[-1]), "shape", "Rescale")
    lows, highs = [], []
    for m, s in zip(multiplier.tolist(), shift.tolist()):
        require((m == 0 or 1 << 30 <= m) and 2 <= s <= 62, "overflow", "Rescale's multiplier or shift")
        for ends, v in ((lows, x.interval[0]), (highs, x.interval[1])):
            ends.append(clamp1(q31s(v, m, s) + op["zero_point"], op["lo"], op["hi"]))
    return op["dtype"], x.shape, (min(lows), max(highs)), elements(x.shape)


def add_scaled(op, a, b, _constants):
    narrow = ("i8", "i16")
    require(a.dtype in narrow and b.dtype in narrow and op["dtype"] in narrow, "dtype", "AddScaled")
    require(a.shape == b.shape, "shape", "AddScaled")
    for operand, m, zp in zip((a, b), op["multipliers"], op["zero_points"]):
        require(m >= 0, "attribute", "multiplier")
        in_type(zp, operand.dtype, "zero_points")
    between(op["shift"], 2, 62, "shift")
    in_type(op["zero_point"], op["dtype"], "zero_point")
    clamp_attributes(op, op["dtype"])
    ends = []
    for i in (0, 1):
        total = sum((v.interval[i] - z) * m for v, z, m in zip((a, b), op["zero_points"], op["multipliers"]))
        rounded = (total + (1 << (op["shift"] - 1))) >> op["shift"]
        ends.append(clamp1(rounded + op["zero_point"], op["lo"], op["hi"]))
    return op["dtype"], a.shape, tuple(ends), 2 * elements(a.shape)


def clamp(op, x, _constants):
    clamp_attributes(op, x.dtype)
    return x.dtype, x.shape, tuple(clamp1(v, op["lo"], op["hi"]) for v in x.interval), 0


def maxpool(op, x, _constants):
    require(x.dtype == "i8", "dtype", "MaxPool")
    require(len(x.shape) == 3, "shape", "MaxPool")
    for v in op["kernel"]:
        between(v, 1, 64, "kernel")
    for v in op["stride"]:
        between(v, 1, 64, "stride")
    for i, v in enumerate(op["pads"]):
        between(v, 0, op["kernel"][i % 2] - 1, "pads")
    oh, ow = window_sizes(op, x, op["kernel"], (1, 1))
    return "i8", (oh, ow, x.shape[2]), x.interval, 0


def reduce_sum(op, x, _constants):
    axes = op["axes"]
    require(axes and all(i < j for i, j in zip(axes, axes[1:])), "attribute", "axes")
    require(axes[-1] < len(x.shape), "attribute", "axes")
    in_type(op["zero_point"], x.dtype, "zero_point")
    n = elements(x.shape[d] for d in axes)
    low, high = (v - op["zero_point"] for v in x.interval)
    require(n * max(abs(low), abs(high)) < I32_BOUND, "overflow", "ReduceSum")
    left = tuple(d for i, d in enumerate(x.shape) if i not in axes)
    return "i32", left or (1,), (n * low, n * high), elements(x.shape)


def reshape(op, x, _constants):
    require(elements(op["shape"]) == elements(x.shape), "shape", "Reshape")
    return x.dtype, tuple(op["shape"]), x.interval, 0


def transpose(op, x, _constants):
    require(sorted(op["perm"]) == list(range(len(x.shape))), "attribute", "perm")
    return x.dtype, tuple(x.shape[p] for p in op["perm"]), x.interval, 0


def table8(_op, x, constants):
    require(x.dtype == "i8", "dtype", "Table8")
    table = constant(constants, "table", "i8", 1)
    require(table.shape == (256,), "shape", "table")
    seen = table[x.interval[0] + 128:x.interval[1] + 129]
    return "i8", x.shape, (int(seen.min()), int(seen.max())), 0


RULES = {
    "Conv2d": conv2d, "DepthwiseConv2d": depthwise_conv2d, "MatMul": matmul, "Rescale": rescale,
    "AddScaled": add_scaled, "Clamp": clamp, "MaxPool": maxpool, "ReduceSum": reduce_sum,
    "Reshape": reshape, "Transpose": transpose, "Table8": table8,
}
