"""The quantised operators of onnxruntime, each in both graphs at once. x is a Q; what is returned is one."""

import numpy as np

import f24
from f24 import F


def conv(p, x, weight, scales, bias, y, **how):
    """QLinearConv. weight [O, C/G, KH, KW]; `y` is the result without name and value."""
    group, (sh, sw), (dh, dw) = how.get("group", 1), how.get("strides", (1, 1)), how.get("dilations", (1, 1))
    pads = how.get("pads", [0, 0, 0, 0])  # top, left, bottom, right in both
    kernel = p.weights(weight, scales, 0)
    if p.qdq:
        unit = p.initializer(x.scale * scales.astype(F) if len(scales) > 1 else x.scale * scales[0], F)
        zeros = p.initializer(np.zeros(len(scales) if len(scales) > 1 else ()), np.int32)
        biases = p.add("DequantizeLinear", [p.initializer(bias, np.int32), unit, zeros], axis=0)
        p.quantised("Conv", [x, *kernel, biases], y, **how)
    else:
        inputs = [*p.params(x), *kernel, *p.params(y)[1:], p.initializer(bias, np.int32)]
        y.name = p.add("QLinearConv", inputs, **how)
    o, c = weight.shape[:2]
    attributes = dict(zero_point=x.here, stride=[sh, sw], dilation=[dh, dw], pads=list(pads),
                      bias=p.ours.constant("i32", bias))
    if c == 1 and group == o:
        kernel = p.ours.constant("i8", weight[:, 0].transpose(1, 2, 0))
        acc = p.ours.node("DepthwiseConv2d", x.value, weight=kernel, **attributes)
    else:
        kernel = p.ours.constant("i8", weight.transpose(0, 2, 3, 1))
        acc = p.ours.node("Conv2d", x.value, weight=kernel, groups=group, **attributes)
    y.value = p.rescale(acc, (x.scale * scales.astype(F)) / y.scale, y)
    eh, ew = (weight.shape[2] - 1) * dh + 1, (weight.shape[3] - 1) * dw + 1
    y.shape = (1, o, (x.shape[2] + pads[0] + pads[2] - eh) // sh + 1, (x.shape[3] + pads[1] + pads[3] - ew) // sw + 1)
    return y


def matmul(p, x, weight, scales, y):
    """QLinearMatMul by a constant [K, N]."""
    kernel = p.weights(weight, scales, 1)
    if p.qdq:
        p.quantised("MatMul", [x, *kernel], y)
    else:
        y.name = p.add("QLinearMatMul", [*p.params(x), *kernel, *p.params(y)[1:]])
    acc = p.ours.node("MatMul", x.value, weight=p.ours.constant("i8", weight.T), zero_point=x.here,
                      bias=p.ours.constant("i32", np.zeros(weight.shape[1], np.int64)))
    y.value, y.shape = p.rescale(acc, (x.scale * scales.astype(F)) / y.scale, y), (*x.shape[:-1], weight.shape[1])
    return y


def product(p, a, b, y):
    """QLinearMatMul of two inputs."""
    p.quantised("MatMul", [a, b], y)
    acc = p.ours.node("BatchMatMul", a.value, b.value, zero_points=[a.here, b.here], transposed=False)
    y.value, y.shape = p.rescale(acc, (a.scale * b.scale) / y.scale, y), (*a.shape[:-1], b.shape[-1])
    return y


def add(p, a, b, y):
    p.quantised("Add", [a, b], y)
    multipliers, fixed, shift = f24.add(a.scale, a.zero, b.scale, b.zero, y.scale, y.zero)
    order = [(a, multipliers[0]), (b, multipliers[1])]
    if a.shape[-1] == 1 < b.shape[-1]:  # its kernel adds an operand that is one number for the row first
        order.reverse()
    y.value = p.ours.node(
        "AddF24", *(q.value for q, _ in order), multipliers=[m for _, m in order], fixed=fixed, shift=shift,
        zero_points=[-q.moved for q, _ in order], zero_point=-y.moved, lo=-128, hi=127)
    y.shape = np.broadcast_shapes(a.shape, b.shape)
    return y


def mul(p, a, b, y):
    p.quantised("Mul", [a, b], y)
    rank = len(a.shape) - (len(a.shape) == 4)
    less = [p.ours.node("Sub", q.value, p.ours.value("i32", np.full((1,) * rank, q.here))) for q in (a, b)]
    acc = p.ours.node("Mul", *less)
    y.value, y.shape = p.rescale(acc, (a.scale * b.scale) / y.scale, y, y.zero), np.broadcast_shapes(a.shape, b.shape)
    return y


def global_pool(p, x, y):
    p.quantised("GlobalAveragePool", [x], y, **({} if p.qdq else {"channels_last": 0}))
    total = p.ours.node("ReduceSum", x.value, axes=[0, 1], zero_point=x.here)
    total = p.ours.node("Reshape", total, shape=[1, 1, x.shape[1]])
    n = x.shape[2] * x.shape[3]
    y.value, y.shape = p.rescale(total, x.scale / (y.scale * F(n)), y), (1, x.shape[1], 1, 1)
    return y


def pooled(x, kernel, strides, pads):
    return (1, x.shape[1], *((x.shape[2 + d] + pads[d] + pads[d + 2] - kernel[d]) // strides[d] + 1 for d in (0, 1)))


def average_pool(p, x, y, kernel, strides, pads, count):
    p.quantised("AveragePool", [x], y, kernel_shape=kernel, strides=strides, pads=pads, count_include_pad=count)
    (mx, sx), (my, sy) = f24.scale(x.scale), f24.scale(y.scale)
    y.value = p.ours.node(
        "AvgPoolF24", x.value, kernel=kernel, stride=strides, pads=pads, count_padding=bool(count),
        operand_zero_point=x.here, multipliers=[mx, my], shifts=[sx, sy], offset=y.zero, zero_point=-y.moved,
        lo=-128, hi=127)
    y.shape = pooled(x, kernel, strides, pads)
    return y


def max_pool(p, x, kernel, strides, pads):
    y = p.like(pooled(x, kernel, strides, pads), x.dtype, x.scale, x.zero)
    how = dict(kernel_shape=kernel, strides=strides, pads=pads)
    if p.qdq:
        p.quantised("MaxPool", [x], y, **how)
    else:
        y.name = p.add("MaxPool", [x.name], **how)
    y.value = p.ours.node("MaxPool", x.value, kernel=kernel, stride=strides, pads=pads)
    return y


def requantise(p, x, y):
    """DequantizeLinear, then QuantizeLinear with other parameters: a function of one byte, hence a table."""
    real = p.add("DequantizeLinear", p.params(x))
    y.name = p.add("QuantizeLinear", [real, *p.params(y)[1:]])
    every = np.arange(-128, 128).astype(F) + F(x.moved)
    steps = np.rint((every - F(x.zero)) * x.scale / y.scale) + y.zero - y.moved
    table = p.ours.constant("i8", np.clip(steps, -128, 127).astype(np.int64))
    y.value, y.shape = p.ours.node("Table8", x.value, table=table), x.shape
    return y


def flatten(p, x):
    """[1, C, 1, 1] to [1, C]."""
    shape = (1, x.shape[1])
    y = p.like(shape, x.dtype, x.scale, x.zero)
    to = p.initializer(shape, np.int64)
    if p.qdq:
        p.quantised("Reshape", [x, to], y)
    else:
        y.name = p.add("Reshape", [x.name, to])
    y.value = p.ours.node("Reshape", x.value, shape=list(shape))
    return y
