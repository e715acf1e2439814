"""Slice, Concat, Pad, Tile, Gather, Embed, ScatterRow, Constant."""

from isocortex_ref.numbers import bounds

from ..build import Graph
from .draw import bulk


def index_of(draw, g, value, dtype, k) -> int:
    """The value as an index below k: clamped, or an i8 through a table; now and then neither or one too far."""
    if draw.chance(40):
        return value
    if dtype == "i8" and draw.chance(2):
        return g.add("Table8", value, table=draw.tensor_of("i8", [256], 0, min(k - 1, 127)))
    hi = min(k - 1, bounds(dtype)[1])
    lo, hi = (0, hi) if draw.chance(2) else draw.sub_range(0, hi)
    return g.add("Clamp", value, lo=lo, hi=min(hi + draw.chance(40), bounds(dtype)[1]))


def index(draw, inputs, shape, k) -> tuple:
    """A graph with these inputs, and the index: an input more, or a constant."""
    if draw.chance(3):
        g = Graph(*inputs)
        dtype = draw.dtype("i8", "i8", "i16", "i32") if k <= 128 else "i32"
        return g, g.add("Constant", tensor=draw.tensor_of(dtype, shape, 0, k - 1))
    dtype = draw.dtype("i8", "i8", "i16", "i32")
    g = Graph(*inputs, (dtype, shape))
    return g, index_of(draw, g, len(inputs), dtype, k)


@bulk("Slice")
def slice_(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 80)
    start, step, size = [], [], []
    for d in shape:
        n = draw.edge(1, d)
        most = (d - 1) // (n - 1) if n > 1 else 1 << 24
        by = draw.edge(1, most)
        reach = (n - 1) * by
        first = draw.edge(0, d - 1 - reach)
        backwards = draw.chance(3)
        start.append(first + reach if backwards else first)
        step.append(-by if backwards else by)
        size.append(n)
    g = Graph((dtype, shape))
    g.add("Slice", draw.narrowed(g, 0, dtype), start=start, step=step, size=size)
    return g


@bulk("Concat")
def concat(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 24)
    axis = draw.between(0, len(shape) - 1)
    count = draw.pick((2, 2, 2, 3, 3, 5, 16))
    shapes = [[draw.between(1, 3) if d == axis else n for d, n in enumerate(shape)] for _ in range(count)]
    g = Graph(*((dtype, s) for s in shapes))
    values = [draw.narrowed(g, i, dtype) for i in range(count)]
    if draw.chance(10):
        values[-1] = values[0]
    g.add("Concat", *values, axis=axis)
    return g


@bulk("Pad")
def pad(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 16)
    most = draw.pick((0, 1, 1, 2)) if len(shape) > 3 else draw.pick((0, 1, 2, 5))
    g = Graph((dtype, shape))
    g.add("Pad", draw.narrowed(g, 0, dtype), before=draw.many(len(shape), 0, most),
          after=draw.many(len(shape), 0, most), value=draw.edge(*bounds(dtype)))
    return g


@bulk("Tile")
def tile(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 16)
    repeats, left = [], 24
    for _ in shape:
        repeats.append(draw.between(1, min(4, left)))
        left //= repeats[-1]
    g = Graph((dtype, shape))
    g.add("Tile", draw.narrowed(g, 0, dtype), repeats=repeats)
    return g


def batch(draw) -> list:
    """B…, maybe none."""
    return draw.shape(1, 4, 6) if draw.chance(2) else []


@bulk("Gather")
def gather(draw):
    b, k, w, c, dtype = batch(draw), draw.between(1, 9), draw.between(1, 6), draw.between(1, 8), draw.dtype()
    g, i = index(draw, [(dtype, [*b, k, c])], [*b, w], k)
    g.add("Gather", draw.narrowed(g, 0, dtype), i)
    return g


@bulk("Embed")
def embed(draw):
    row, w = draw.shape(1, 3, 12), draw.shape(1, 3, 12)
    k = draw.pick((1, 2, 3, 10, 129, 300))
    g = Graph((draw.dtype("i8", "i8", "i16", "i32"), w))
    i = index_of(draw, g, 0, g.inputs[0]["type"]["dtype"], k)
    g.add("Embed", i, table=draw.tensor_of(draw.dtype(), [k, *row]))
    return g


@bulk("ScatterRow")
def scatter_row(draw):
    b, k, w, c, dtype = batch(draw), draw.between(1, 9), draw.between(1, 6), draw.between(1, 8), draw.dtype()
    g, i = index(draw, [(dtype, [*b, k, c]), (dtype, [*b, w, c])], [*b, w], k)
    g.add("ScatterRow", draw.narrowed(g, 0, dtype), i, draw.narrowed(g, 1, dtype))
    return g


@bulk("Constant")
def constant(draw):
    g = Graph(("i8", [1]))
    dtype = draw.dtype()
    g.add("Constant", tensor=draw.tensor_of(dtype, draw.shape(1, 6, 64), *draw.sub_range(*bounds(dtype))))
    return g
