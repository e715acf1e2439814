"""MaxPool, AvgPool, AvgPoolF24, ReduceSum, ReduceMax, ReduceMin, CumSum, ArgMax, TopK, Resize."""

from isocortex_ref.numbers import bounds, elements

from ..build import Graph
from .draw import bulk


def pool(draw, *types):
    """A graph with its image, and a pool's attributes."""
    dtype, kernel = draw.dtype(*types), draw.many(2, 1, draw.pick((1, 2, 3, 3, 4, 8)))
    pads = [draw.edge(0, kernel[i % 2] - 1) if draw.chance(2) else 0 for i in range(4)]
    shape = [max(1, kernel[d] - pads[d] - pads[d + 2]) + draw.between(0, 5) for d in (0, 1)]
    shape.append(draw.pick((1, 2, 3, 5, 8, 15, 16, 17, 33)))
    g = Graph((dtype, shape))
    return g, dtype, draw.narrowed(g, 0, dtype), dict(
        kernel=kernel, stride=[draw.pick((1, 1, 2, 2, 3, 5, 64)) for _ in range(2)], pads=pads)


@bulk("MaxPool")
def maxpool(draw):
    g, _, x, window = pool(draw, "i8", "i16")
    g.add("MaxPool", x, **window)
    return g


@bulk("AvgPool")
def avgpool(draw):
    g, dtype, x, window = pool(draw, "i8", "i16")
    zero_points = [draw.edge(*bounds(dtype)) for _ in range(2)]
    g.add("AvgPool", x, **window, zero_points=zero_points, count_padding=draw.chance(2))
    return g


@bulk("AvgPoolF24")
def avgpool_f24(draw):
    g, _, x, window = pool(draw, "i8")
    shift = draw.edge(0, 62)
    near = min(max(shift + draw.between(-9, 9), 0), 62)
    attributes = draw.range_attributes("i8")
    attributes.pop("dtype")
    g.add("AvgPoolF24", x, **window, count_padding=draw.chance(2), operand_zero_point=draw.edge(-128, 127),
          multipliers=[draw.edge(1 << 23, (1 << 24) - 1) for _ in range(2)],
          shifts=[shift, near if not draw.chance(8) else draw.between(0, 62)],
          offset=draw.edge(-(1 << 15), 1 << 15) if draw.chance(4) else draw.between(-200, 200), **attributes)
    return g


def axes_of(draw, shape) -> list:
    return [d for d in range(len(shape)) if draw.chance(2)] or [draw.between(0, len(shape) - 1)]


@bulk("ReduceSum")
def reduce_sum(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 120)
    g, axes = Graph((dtype, shape)), axes_of(draw, shape)
    n, (least, most) = elements(shape[d] for d in axes), bounds(dtype)
    if dtype == "i32" and not draw.chance(20):
        # At the bound of the condition, or inside.
        reach = ((1 << 31) - 1) // n if draw.chance(2) else draw.between(1, 1 << 20)
        zp = draw.edge(-reach // 2, reach // 2)
        x = g.add("Clamp", 0, lo=max(least, zp - reach), hi=min(most, zp + reach))
    else:
        x, zp = draw.narrowed(g, 0, dtype), draw.edge(least, most)
    g.add("ReduceSum", x, axes=axes, zero_point=zp)
    return g


@bulk("ReduceMax", "ReduceMin")
def reduce_ends(draw, name):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 200)
    g = Graph((dtype, shape))
    g.add(name, draw.narrowed(g, 0, dtype), axes=axes_of(draw, shape))
    return g


def ties(draw, g, dtype) -> int:
    """The input, behind a Clamp to few values half of the time."""
    if draw.chance(2):
        return draw.narrowed(g, 0, dtype)
    at = draw.edge(*bounds(dtype))
    return g.add("Clamp", 0, lo=at, hi=min(at + draw.between(0, 3), bounds(dtype)[1]))


@bulk("CumSum")
def cumsum(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 200)
    axis = draw.between(0, len(shape) - 1)
    g = Graph((dtype, shape))
    value = ties(draw, g, dtype)
    if dtype == "i32":
        most = ((1 << 31) - 1) // shape[axis]
        value = g.add("Clamp", value, lo=-draw.between(0, most), hi=draw.pick((0, 1, most)))
    g.add("CumSum", value, axis=axis)
    return g


@bulk("ArgMax")
def argmax(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 200)
    g = Graph((dtype, shape))
    g.add("ArgMax", ties(draw, g, dtype), axis=draw.between(0, len(shape) - 1))
    return g


@bulk("TopK")
def topk(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 60)
    if draw.chance(3):
        shape[-1] = draw.between(1, 40)
    g = Graph((dtype, shape))
    g.add("TopK", ties(draw, g, dtype), k=draw.edge(1, shape[-1]))
    return g


@bulk("Resize")
def resize(draw):
    """The border is what makes the division go up."""
    dtype, mode = draw.dtype("i8", "i16"), draw.between(0, 1)
    shape, scale, offset, border = draw.many(2, 1, 6) + [draw.pick((1, 2, 3, 16, 17))], [], [], []
    for size in shape[:2]:
        n = draw.pick((1, 2, 3, 4, 6, 8, 16, draw.between(1, 64), draw.edge(1, 2048)))
        reach = (size - 1) * n
        d = draw.edge(max(1, reach // 12), min(16 * n - 1, max(reach, 2 * n)))
        o = draw.pick((0, 0, draw.edge(-n, n), draw.edge(-n, min(16 * n - 1, reach + n))))
        # Multiples of d that leave the border in its range.
        least, most = max(0, -((o - reach + 16 * n) // d)), (reach - o + n - 1) // d
        steps = draw.edge(least, max(least, min(most, least + 12)) if draw.chance(4) else max(least, most))
        scale, offset, border = scale + [n, d], offset + [o], border + [min(steps, 14) * d - reach + o]
    g = Graph((dtype, shape))
    g.add("Resize", draw.narrowed(g, 0, dtype), mode=mode, scale=scale, offset=offset, border=border)
    return g
