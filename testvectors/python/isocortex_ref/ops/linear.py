"""Conv2d, DepthwiseConv2d, ConvTranspose2d, MatMul, BatchMatMul."""

import numpy as np

from ..numbers import elements
from .registry import I32_BOUND, NARROW, Result, between, compute, in_type, require, rule, tensor
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
