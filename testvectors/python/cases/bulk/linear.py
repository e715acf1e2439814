"""Conv2d, DepthwiseConv2d, ConvTranspose2d, MatMul, BatchMatMul."""

from isocortex_ref.numbers import bounds

from ..build import Graph
from .draw import M0, M1, Draw, bulk


def bias(draw: Draw, n: int):
    """Mostly small; now and then near the bound of the condition, or past it."""
    most = M1 - (1 << draw.between(8, 24)) if draw.chance(8) else 1 << draw.between(0, 20)
    return draw.tensor_of("i32", [n], -most, most)


def then(draw: Draw, g: Graph, value: int, channels: int, taps: int) -> Graph:
    """Half of the time what graphs have behind a sum: a Rescale to i8 or i16, a Clamp, a Table8."""
    if draw.chance(2):
        return g
    n, to = draw.pick((1, channels)), draw.dtype("i8", "i8", "i16")
    # A sum of so many products, brought to about the result's range.
    middle = 38 + taps.bit_length() // 2 - (8 if to == "i16" else 0)
    m, s = draw.values(n, M0, M1), draw.numbers(n, middle - 2, middle + 2)
    y = g.add("Rescale", value, multiplier=("i32", [n], m), shift=("i8", [n], s),
              **(draw.range_attributes("i8") | {"dtype": to}))
    if draw.chance(4):
        lo, hi = draw.sub_range(*bounds(to))
        y = g.add("Clamp", y, lo=lo, hi=hi)
    if to == "i8" and draw.chance(4):
        g.add("Table8", y, table=draw.tensor_of("i8", [256]))
    return g


def image_weight(draw, name, c, o, kernel, groups=1):
    shape = [*kernel, c] if name == "DepthwiseConv2d" else [o, *kernel, c // groups]
    return draw.tensor_of("i8", shape)


@bulk("Conv2d", "DepthwiseConv2d")
def convolution(draw, name):
    dtype = draw.dtype("i8", "i8", "i16")
    kernel = draw.many(2, 1, 4)
    dilation = [draw.pick((1, 1, 2, 3)) for _ in range(2)]
    pads = draw.many(4, 0, draw.pick((0, 1, 3, 7)))
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    sizes = [max(1, extent[d] - pads[d] - pads[d + 2]) + draw.between(0, 5) for d in (0, 1)]
    groups = 1 if name == "DepthwiseConv2d" else draw.pick((1, 1, 2, 3))
    if name == "DepthwiseConv2d":
        c = o = draw.pick((1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 64, 65))
    else:
        c = groups * draw.pick((1, 2, 3, 4, 5, 8, 16, 17, 33))
        o = groups * draw.pick((1, 2, 3, 4, 5, 8, 15, 16, 17, 33))
    g = Graph((dtype, [*sizes, c]))
    x = draw.narrowed(g, 0, dtype)
    more = {} if name == "DepthwiseConv2d" else {"groups": groups}
    y = g.add(name, x, weight=image_weight(draw, name, c, o, kernel, groups),
              bias=bias(draw, o), zero_point=draw.edge(*bounds(dtype)),
              stride=[draw.pick((1, 1, 1, 2, 2, 3, 64)) for _ in range(2)], dilation=dilation, pads=pads, **more)
    return then(draw, g, y, o, kernel[0] * kernel[1] * (1 if name == "DepthwiseConv2d" else c // groups))


@bulk("MatMul")
def matmul(draw):
    dtype = draw.dtype("i8", "i8", "i16")
    shape = draw.shape(1, 6, 60)
    if draw.chance(2):
        shape[-1] = draw.between(1, 70) if not draw.chance(4) else draw.between(70, 300)
    n = draw.pick((1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 65))
    g = Graph((dtype, shape))
    y = g.add("MatMul", draw.narrowed(g, 0, dtype), weight=draw.tensor_of("i8", [n, shape[-1]]), bias=bias(draw, n),
              zero_point=draw.edge(*bounds(dtype)))
    return then(draw, g, y, n, shape[-1])


@bulk("ConvTranspose2d")
def conv_transpose(draw):
    dtype, kernel = draw.dtype("i8", "i8", "i16"), draw.many(2, 1, 4)
    stride, dilation = draw.many(2, 1, 3), [draw.pick((1, 1, 2, 3)) for _ in range(2)]
    x = draw.many(2, 1, 5) + [draw.pick((1, 2, 3, 5, 16, 17))]
    o = draw.pick((1, 2, 3, 5, 16, 17))
    length = [(n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(x, stride, kernel, dilation)]
    first = [draw.edge(-3, min(5, n - 1)) if draw.chance(2) else 0 for n in length]
    last = [draw.edge(-3, min(5, n - 1 - p)) if draw.chance(2) else min(0, n - 1 - p) for n, p in zip(length, first)]
    g = Graph((dtype, x))
    y = g.add("ConvTranspose2d", draw.narrowed(g, 0, dtype), weight=draw.tensor_of("i8", [o, *kernel, x[2]]),
              bias=bias(draw, o), zero_point=draw.edge(*bounds(dtype)), stride=stride, dilation=dilation,
              pads=first + last)
    return then(draw, g, y, o, kernel[0] * kernel[1] * x[2])


@bulk("BatchMatMul")
def batch_matmul(draw):
    types = [draw.dtype("i8", "i8", "i16") for _ in range(2)]
    lead = draw.shape(1, 4, 4) if draw.chance(2) else []
    (m, n), k = draw.many(2, 1, 9), draw.pick((1, 2, 3, 5, 16, 33, 64))
    transposed = draw.chance(2)
    g = Graph((types[0], lead + [m, k]), (types[1], lead + ([n, k] if transposed else [k, n])))
    values = [draw.narrowed(g, i, types[i]) for i in (0, 1)]
    zero_points = [draw.edge(*bounds(t)) for t in types]
    if types == ["i16", "i16"] and not draw.chance(20):
        # Inside the condition: one operand near its zero point.
        reach = min(((1 << 31) - 1) // (k * 65_535), 32_767)
        zero_points[0] = draw.between(-32_768 + reach, 32_767 - reach)
        values[0] = g.add("Clamp", 0, lo=zero_points[0] - reach, hi=zero_points[0] + reach)
    y = g.add("BatchMatMul", *values, zero_points=zero_points, transposed=transposed)
    return then(draw, g, y, n, k)
