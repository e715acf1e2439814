"""AbsMaxRow, DynQuantRow, RescaleRow, Softmax15, LayerNorm, RmsNorm, L2Norm."""

from isocortex_ref.numbers import bounds

from ..build import Graph
from ..tables import exponential
from .draw import M1, bulk
from .elementwise import bounded


def row_shape(draw) -> list:
    shape = draw.shape(1, 6, 60)
    if draw.chance(2):
        shape[-1] = draw.pick((1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64))
        shape[:-1] = [min(d, 2) for d in shape[:-1]]
    return shape


def row_input(draw, g, value) -> int:
    """A row's maximum as an independent input: behind a Clamp to an interval above 0, now and then not."""
    if draw.chance(40):
        return value
    lo, hi = draw.sub_range(1, draw.pick((127, 1 << 15, M1)))
    return g.add("Clamp", value, lo=lo, hi=hi)


@bulk("AbsMaxRow")
def abs_max_row(draw):
    dtype = draw.dtype()
    g = Graph((dtype, row_shape(draw)))
    g.add("AbsMaxRow", bounded(draw, g, 0, dtype, M1))
    return g


@bulk("DynQuantRow")
def dyn_quant_row(draw):
    dtype, shape = draw.dtype(), row_shape(draw)
    if draw.chance(2):
        g = Graph((dtype, shape))
        x = bounded(draw, g, 0, dtype, M1)
        g.add("DynQuantRow", x, g.add("AbsMaxRow", x))
        return g
    g = Graph((dtype, shape), ("i32", [*shape[:-1], 1]))
    x = draw.narrowed(g, 0, dtype)
    g.add("DynQuantRow", x, row_input(draw, g, 1))
    return g


@bulk("RescaleRow")
def rescale_row(draw):
    shape = row_shape(draw)
    g = Graph(("i32", shape), ("i32", [*shape[:-1], 1]))
    x = bounded(draw, g, 0, "i32", draw.pick((1 << 10, 1 << 20, 1 << 31)))
    m, s = draw.multipliers(draw.pick((1, shape[-1])))
    g.add("RescaleRow", x, row_input(draw, g, 1), multiplier=m, shift=s,
          row_shift=draw.edge(2, 62) if draw.chance(3) else draw.between(4, 40), **draw.range_attributes(draw.dtype()))
    return g


@bulk("Softmax15")
def softmax15(draw):
    dtype = draw.dtype()
    g = Graph((dtype, row_shape(draw)))
    x = bounded(draw, g, 0, dtype, 1 << draw.between(3, 31))
    table = ("i16", [256], exponential())
    if draw.chance(3):
        table = draw.tensor_of("i16", [256], 0, draw.pick((1, 2, 32_767)))
        table[2][0] = max(table[2][0], 0 if draw.chance(20) else 1)
    # As a converter chooses it, some units of 1/256 of a power of two a step; or anything.
    m, s = draw.between(1 << 30, M1), draw.between(20, 36)
    if draw.chance(3):
        m, s = draw.edge(0, M1), draw.edge(0, 62)
    g.add("Softmax15", x, table=table, multiplier=m, shift=s)
    return g


def norm_operand(draw) -> tuple:
    dtype, shape = draw.dtype(), row_shape(draw)
    g = Graph((dtype, shape))
    return g, bounded(draw, g, 0, dtype, 1 << draw.between(4, 27)), shape[-1]


def norm_attributes(draw, most_fraction) -> dict:
    epsilon = draw.edge(1, M1) if draw.chance(3) else draw.between(1, 1000)
    return {"epsilon": epsilon, "fraction": draw.edge(0, most_fraction)}


@bulk("LayerNorm", "RmsNorm")
def norm(draw, name):
    g, x, k = norm_operand(draw)
    constants = {"gamma": draw.tensor_of("i16", [k])}
    if name == "LayerNorm":
        reach = 1 << draw.between(0, 29)
        constants["beta"] = draw.tensor_of("i32", [k], -reach, reach)
    g.add(name, x, **constants, **norm_attributes(draw, 14 if draw.chance(2) else 10))
    return g


@bulk("L2Norm")
def l2_norm(draw):
    g, x, _ = norm_operand(draw)
    g.add("L2Norm", x, **norm_attributes(draw, 24))
    return g
