"""Rope, KvAppend, CausalMask."""

from isocortex_ref.numbers import bounds

from ..build import Graph
from ..tables import turns
from .copying import batch, index, index_of
from .draw import bulk


@bulk("Rope")
def rope(draw):
    b, t, half, p = batch(draw), draw.between(1, 5), draw.pick((1, 1, 2, 3, 4, 8)), draw.between(1, 9)
    dtype = draw.dtype()
    g, position = index(draw, [(dtype, [*b, t, 2 * half])], [t], p)
    cos, sin = (("i16", [p, half], v) for v in turns(p, half))
    if draw.chance(3):
        cos, sin = draw.tensor_of("i16", [p, half]), draw.tensor_of("i16", [p, half])
    g.add("Rope", draw.narrowed(g, 0, dtype), position, cos=cos, sin=sin, interleaved=draw.chance(2))
    return g


@bulk("KvAppend")
def kv_append(draw):
    b, t, d, dtype = batch(draw), draw.between(1, 9), draw.between(1, 6), draw.dtype()
    n = draw.edge(1, t)
    g, position = index(draw, [(dtype, [*b, t, d]), (dtype, [*b, n, d])], [1], t - n + 1)
    g.add("KvAppend", draw.narrowed(g, 0, dtype), draw.narrowed(g, 1, dtype), position)
    return g


@bulk("CausalMask")
def causal_mask(draw):
    b, q, k, dtype = batch(draw), draw.between(1, 8), draw.between(1, 9), draw.dtype()
    of = draw.dtype("i8", "i8", "i16", "i32")
    g = Graph((dtype, [*b, q, k]), (of, [1]))
    position = index_of(draw, g, 1, of, draw.pick((k + 1, k + 1, 1, (1 << 24) + 1)))
    g.add("CausalMask", draw.narrowed(g, 0, dtype), position, fill=draw.edge(*bounds(dtype)))
    return g
