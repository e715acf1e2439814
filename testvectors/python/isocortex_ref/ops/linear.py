"""Conv2d, DepthwiseConv2d, ConvTranspose2d, MatMul, BatchMatMul."""

import numpy as np

from ..numbers import elements
from .registry import (
    I32_BOUND, NARROW, Result, between, compute, in_type, magnitude, products, require, rule, tensor)
from .windows import padded, window_sizes, windows


def weighted_interval(op, x, weight, bias, padding=False):
    """`weight` as [channels, taps]: the condition and the union of the channels' intervals."""
    a, b = x.interval[0] - op["zero_point"], x.interval[1] - op["zero_point"]
    most = np.abs(bias) + np.abs(weight).sum(axis=1) * max(abs(a), abs(b))
    require(int(most.max()) < I32_BOUND, "overflow", op["op"])
    if padding:
        a, b = min(a, 0), max(b, 0)
    low = bias + np.minimum(weight * a, weight * b).sum(axis=1)
    high = bias + np.maximum(weight * a, weight * b).sum(axis=1)
    return int(low.min()), int(high.max())


@rule("Conv2d", "DepthwiseConv2d")
def convolution_rule(op, x, weight, bias):
    depthwise = op["op"] == "DepthwiseConv2d"
    require(x.dtype in NARROW, "dtype", op["op"])
    require(len(x.shape) == 3, "shape", op["op"])
    weight, bias = tensor(weight, "i8", 3 if depthwise else 4, "weight"), tensor(bias, "i32", 1, "bias")
    in_type(op["zero_point"], x.dtype, "zero_point")
    for v in op["stride"]:
        between(v, 1, 64, "stride")
    for v in op["dilation"]:
        between(v, 1, 64, "dilation")
    for v in op["pads"]:
        between(v, 0, 1024, "pads")
    c = x.shape[2]
    groups = 1 if depthwise else op["groups"]
    kernel = weight.shape[:2] if depthwise else weight.shape[1:3]
    channels = c if depthwise else weight.shape[0]
    require(groups >= 1 and c % groups == 0 and channels % groups == 0, "attribute", "groups")
    require(weight.shape[-1] == c // groups, "shape", "channels")
    require(bias.shape == (channels,), "shape", "bias")
    oh, ow = window_sizes(op, x, kernel, op["dilation"])
    flat = weight.reshape(-1, channels).T if depthwise else weight.reshape(channels, -1)
    interval = weighted_interval(op, x, flat, bias, any(op["pads"]))
    steps = oh * ow * kernel[0] * kernel[1] * groups * -(-(c // groups) // 16)
    return Result("i32", (oh, ow, channels), interval, oh * ow * weight.size, steps)


@compute("Conv2d")
def conv2d(op, _out, x, weight, bias):
    groups, c = op["groups"], weight.shape[3]
    x = padded(x - op["zero_point"], op["pads"], 0)
    out = []
    for g, w in enumerate(np.split(weight, groups)):
        y = 0
        for u, v, part in windows(x[:, :, g * c:(g + 1) * c], w.shape[1:3], op["stride"], op["dilation"]):
            y = y + part @ w[:, u, v, :].T
        out.append(y)
    return np.concatenate(out, axis=2) + bias


@compute("DepthwiseConv2d")
def depthwise_conv2d(op, _out, x, weight, bias):
    x = padded(x - op["zero_point"], op["pads"], 0)
    y = bias
    for u, v, part in windows(x, weight.shape[:2], op["stride"], op["dilation"]):
        y = y + part * weight[u, v, :]
    return y


@rule("MatMul")
def matmul_rule(op, x, weight, bias):
    require(x.dtype in NARROW, "dtype", "MatMul")
    weight, bias = tensor(weight, "i8", 2, "weight"), tensor(bias, "i32", 1, "bias")
    in_type(op["zero_point"], x.dtype, "zero_point")
    require(weight.shape[1] == x.shape[-1] and bias.shape == weight.shape[:1], "shape", "MatMul")
    interval = weighted_interval(op, x, weight, bias)
    return Result("i32", x.shape[:-1] + weight.shape[:1], interval, elements(x.shape[:-1]) * weight.size)


@compute("MatMul")
def matmul(op, _out, x, weight, bias):
    return bias + (x - op["zero_point"]) @ weight.T


@rule("ConvTranspose2d")
def conv_transpose2d_rule(op, x, weight, bias):
    require(x.dtype in NARROW, "dtype", "ConvTranspose2d")
    require(len(x.shape) == 3, "shape", "ConvTranspose2d")
    weight, bias = tensor(weight, "i8", 4, "weight"), tensor(bias, "i32", 1, "bias")
    in_type(op["zero_point"], x.dtype, "zero_point")
    for what, least, most in (("stride", 1, 64), ("dilation", 1, 64), ("pads", -1024, 1024)):
        for v in op[what]:
            between(v, least, most, what)
    o, kh, kw, c = weight.shape
    require(c == x.shape[2], "shape", "channels")
    require(bias.shape == (o,), "shape", "bias")
    (h, w), pads = x.shape[:2], op["pads"]
    oh, ow = (
        (n - 1) * op["stride"][d] + (k - 1) * op["dilation"][d] + 1 - pads[d] - pads[d + 2]
        for d, n, k in ((0, h, kh), (1, w, kw))
    )
    require(oh >= 1 and ow >= 1, "shape", "the pads leave nothing")
    interval = weighted_interval(op, x, weight.reshape(o, -1), bias, padding=True)
    return Result("i32", (oh, ow, o), interval, h * w * weight.size, h * w * kh * kw * -(-o // 16))


@compute("ConvTranspose2d")
def conv_transpose2d(op, out, x, weight, bias):
    """Each tap adds to every stride-th element of the result; what falls outside is cut off."""
    (h, w), (sh, sw), (dh, dw) = x.shape[:2], op["stride"], op["dilation"]
    top, left, bottom, right = op["pads"]
    # The whole result, with room for the rows that negative pads add.
    y = np.zeros((out.shape[0] + max(top, 0) + max(bottom, 0), out.shape[1] + max(left, 0) + max(right, 0),
                  out.shape[2]), np.int64)
    x = x - op["zero_point"]
    for u in range(weight.shape[1]):
        for v in range(weight.shape[2]):
            i, j = u * dh + max(-top, 0), v * dw + max(-left, 0)
            y[i:i + (h - 1) * sh + 1:sh, j:j + (w - 1) * sw + 1:sw] += x @ weight[:, u, v, :].T
    top, left = max(top, 0), max(left, 0)
    return y[top:top + out.shape[0], left:left + out.shape[1]] + bias


@rule("BatchMatMul", operands=2)
def batch_matmul_rule(op, a, b):
    require(a.dtype in NARROW and b.dtype in NARROW, "dtype", "BatchMatMul")
    require(len(a.shape) == len(b.shape) >= 2 and a.shape[:-2] == b.shape[:-2], "shape", "BatchMatMul")
    for operand, zp in zip((a, b), op["zero_points"]):
        in_type(zp, operand.dtype, "zero_points")
    k, n = b.shape[-2:][::-1] if op["transposed"] else b.shape[-2:]
    require(a.shape[-1] == k, "shape", "BatchMatMul's K")
    ends = [tuple(v - zp for v in operand.interval) for operand, zp in zip((a, b), op["zero_points"])]
    require(k * magnitude(ends[0]) * magnitude(ends[1]) < I32_BOUND, "overflow", "BatchMatMul")
    low, high = products(*ends)
    shape = a.shape[:-1] + (n,)
    return Result("i32", shape, (k * low, k * high), elements(shape) * k, -(-elements(b.shape) // 16))


@compute("BatchMatMul")
def batch_matmul(op, _out, a, b):
    za, zb = op["zero_points"]
    return (a - za) @ ((b.swapaxes(-1, -2) if op["transposed"] else b) - zb)
