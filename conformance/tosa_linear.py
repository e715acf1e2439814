"""TOSA's operators as graphs of ours: convolutions, products, pools, rescaling, resizing."""

import functools

import numpy as np

from artifact import RANGE
from tosa_lower import NotCovered, rule


def four(pads):
    """TOSA's top, bottom, left, right as our top, left, bottom, right."""
    top, bottom, left, right = pads
    return [top, left, bottom, right]


def numbers(attribute, name):
    return [getattr(attribute, name)(i) for i in range(getattr(attribute, name + "Length")())]


def fits(array, dtype):
    lo, hi = RANGE[dtype]
    return lo <= array.min() and array.max() <= hi


def weighted(low, op, weight, channels, **attributes):
    """One of our linear ops; several and Adds where TOSA's zero point takes the weights out of i8."""
    bias, model = low.test.array(2), low.model
    if not fits(bias, "i32"):
        low.plus, low.note, bias = bias, "a bias of 48 bits, added to our result", np.zeros(1)
    x = low.images(0)
    weight = weight - low.test.scalar(4)
    parts = []
    while weight.any() or not parts:
        parts.append(weight.clip(*RANGE["i8"]))
        weight = weight - parts[-1]
    sums = [
        model.node(op, x, weight=model.constant("i8", part), zero_point=low.test.scalar(3),
                   bias=model.constant("i32", np.broadcast_to(bias if i == 0 else 0, [channels])), **attributes)
        for i, part in enumerate(parts)
    ]
    return functools.reduce(lambda a, b: model.node("Add", a, b), sums)


@rule("CONV2D")
def conv2d(low):
    a, weight = low.test.attribute, low.test.array(1)
    return weighted(low, "Conv2d", weight, len(weight), stride=numbers(a, "Stride"), dilation=numbers(a, "Dilation"),
                    pads=four(numbers(a, "Pad")), groups=1)


@rule("DEPTHWISE_CONV2D")
def depthwise_conv2d(low):
    """Weights [KH, KW, C, M]; more than one result a channel is a grouped convolution."""
    a, weight = low.test.attribute, low.test.array(1)
    kh, kw, c, m = weight.shape
    how = dict(stride=numbers(a, "Stride"), dilation=numbers(a, "Dilation"), pads=four(numbers(a, "Pad")))
    if m == 1:
        return weighted(low, "DepthwiseConv2d", weight[..., 0], c, **how)
    return weighted(low, "Conv2d", weight.reshape(kh, kw, c * m, 1).transpose(2, 0, 1, 3), c * m, groups=c, **how)


@rule("TRANSPOSE_CONV2D")
def transpose_conv2d(low):
    a, weight = low.test.attribute, low.test.array(1)
    pads = [-p for p in four(numbers(a, "OutPad"))]
    how = dict(stride=numbers(a, "Stride"), dilation=[1, 1], pads=pads)
    return weighted(low, "ConvTranspose2d", weight, len(weight), **how)


@rule("MATMUL")
def matmul(low, transposed=False):
    a, b = low.inputs(0, 1)
    batch = low.test.array(0).shape[0]
    if low.test.array(1).shape[0] != batch:
        b = low.model.node("Tile", b, repeats=[batch, 1, 1])
    points = [low.test.scalar(2), low.test.scalar(3)]
    return low.model.node("BatchMatMul", a, b, zero_points=points, transposed=transposed)


@rule("MATMUL_T")
def matmul_t(low):
    return matmul(low, transposed=True)


def window(low, first):
    """Kernel, stride and pads, from the attributes or, for the adaptive ops, from operands."""
    if low.test.op.endswith("ADAPTIVE"):
        kernel, stride, pads = (low.test.array(first + i).tolist() for i in range(3))
    else:
        kernel, stride, pads = (numbers(low.test.attribute, name) for name in ("Kernel", "Stride", "Pad"))
    return dict(kernel=kernel, stride=stride, pads=four(pads))


@rule("MAX_POOL2D", "MAX_POOL2D_ADAPTIVE")
def max_pool2d(low):
    return low.model.node("MaxPool", low.images(0), **window(low, 1))


@rule("AVG_POOL2D", "AVG_POOL2D_ADAPTIVE")
def avg_pool2d(low):
    points = [low.test.scalar(1), low.test.scalar(2)]
    return low.model.node("AvgPool", low.images(0), **window(low, 3), zero_points=points, count_padding=False)


@rule("RESIZE")
def resize(low):
    scale, offset, border = (low.test.array(i).tolist() for i in (1, 2, 3))
    mode = low.test.attribute.Mode() - 1
    return low.model.node("Resize", low.images(0), mode=mode, scale=scale, offset=offset, border=border)


def q31(multiplier, shift):
    """The same m / 2^s with m in [2^30, 2^31): a change of both by powers of two changes no rounding."""
    for i, m in enumerate(multiplier):
        while 0 < m < 1 << 30:
            m, shift[i] = 2 * m, shift[i] + 1
        multiplier[i] = m
    if not all(2 <= s <= 62 for s in shift) or max(multiplier) >= 1 << 31 or min(multiplier) < 0:
        raise NotCovered("a scale that Q31S does not hold")
    return multiplier, shift


@rule("RESCALE")
def rescale(low):
    """An unsigned operand or result is ours less half its range, which moves its zero point by as much."""
    test, model, a = low.test, low.model, low.test.attribute
    kind, to = low.kind(0), {"INT8": "i8", "INT16": "i16", "INT32": "i32"}[test.results[0]]
    x_point, y_point = test.scalar(3), test.scalar(4)
    if a.InputUnsigned():
        span = RANGE[kind][1] - RANGE[kind][0] + 1
        x, = low.inputs(0, arrays=[test.array(0) % span - span // 2])
        x_point = x_point % span - span // 2
    else:
        x, = low.narrowed(0)
    if a.OutputUnsigned():
        span = RANGE[to][1] - RANGE[to][0] + 1
        y_point, low.moved = y_point % span - span // 2, span // 2
    if x_point:
        x = model.node("Sub", x, model.value("i32", np.full((1,) * max(test.array(0).ndim, 1), x_point)))
    multiplier, shift = q31(test.array(1).tolist(), test.array(2).tolist())
    return model.node("Rescale", x, multiplier=model.constant("i32", multiplier), shift=model.constant("i8", shift),
                      zero_point=y_point, lo=RANGE[to][0], hi=RANGE[to][1], dtype=to)
