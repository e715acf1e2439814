"""Rescale, RescaleF24, AddF24."""

import numpy as np

from isocortex_ref.numbers import bounds, elements

from ..build import Graph
from .draw import bulk

F0, F1 = 1 << 23, (1 << 24) - 1


def channels(draw, shape) -> int:
    return draw.pick((1, shape[-1]))


@bulk("Rescale")
def rescale(draw):
    dtype, shape = draw.dtype("i32", "i32", "i16", "i8"), draw.shape(1, 6, 80)
    g = Graph((dtype, shape))
    m, s = draw.multipliers(channels(draw, shape))
    g.add("Rescale", draw.narrowed(g, 0, dtype), multiplier=m, shift=s, **draw.range_attributes(draw.dtype()))
    return g


@bulk("RescaleF24")
def rescale_f24(draw):
    dtype, shape = draw.dtype("i32", "i32", "i16", "i8"), draw.shape(1, 6, 80)
    g, n = Graph((dtype, shape)), channels(draw, shape)
    offset = draw.pick((0, 0, draw.between(-300, 300), draw.edge(-(1 << 15), 1 << 15)))
    most, middle = 46 if offset else 62, draw.between(20, 44)
    s = draw.values(n, 0, most) if draw.chance(4) else np.minimum(draw.numbers(n, middle - 2, middle + 2), most)
    m = np.where(draw.numbers(n, 0, 11) == 0, 0, draw.values(n, F0, F1))
    g.add("RescaleF24", draw.narrowed(g, 0, dtype), multiplier=("i32", [n], m), shift=("i8", [n], s), offset=offset,
          **draw.range_attributes(draw.dtype()))
    return g


def of_24_bits(draw, bits: int) -> int:
    """A number below 2^bits with at most 24 significant bits."""
    length = draw.edge(0, bits)
    return draw.edge(0, (1 << min(length, 24)) - 1) << max(length - 24, 0)


@bulk("AddF24")
def add_f24(draw):
    shape = draw.shape(1, 6, 80)
    shapes = [[1 if draw.chance(6) else d for d in shape] for _ in range(2)]
    g = Graph(*(("i8", s) for s in shapes))
    a, b = (draw.narrowed(g, i, "i8") for i in (0, 1))
    if draw.chance(4):
        m, shift = [of_24_bits(draw, 52) for _ in range(2)], draw.edge(0, 62)
        fixed = of_24_bits(draw, 60)
    else:  # scales of one size, as graphs have them
        shift = draw.between(24, 34)
        m = [draw.between(F0, F1) << draw.between(0, shift - 24) for _ in range(2)]
        fixed = of_24_bits(draw, shift + 8)
    if draw.chance(8):
        fixed, m[0] = 1 << 60, 1 << 52
    attributes = draw.range_attributes("i8")
    attributes.pop("dtype")
    g.add("AddF24", a, b, multipliers=m, zero_points=[draw.edge(*bounds("i8")) for _ in range(2)],
          fixed=-fixed if draw.chance(2) else fixed, shift=shift, **attributes)
    return g


@bulk("Clamp")
def clamp(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 80)
    g = Graph((dtype, shape))
    lo, hi = draw.sub_range(*bounds(dtype))
    g.add("Clamp", draw.narrowed(g, 0, dtype), lo=lo, hi=hi)
    return g


@bulk("Reshape")
def reshape(draw):
    """Factors of the elements dealt to other dimensions."""
    dtype, shape = draw.dtype(), draw.shape(1, 6, 120)
    target, left = [1] * draw.between(1, 6), elements(shape)
    for p in (2, 3, 5, 7):
        while left % p == 0:
            target[draw.between(0, len(target) - 1)] *= p
            left //= p
    target[0] *= left
    g = Graph((dtype, shape))
    g.add("Reshape", draw.narrowed(g, 0, dtype), shape=target)
    return g


@bulk("Transpose")
def transpose(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 200)
    g, axes, perm = Graph((dtype, shape)), list(range(len(shape))), []
    while axes:
        perm.append(axes.pop(draw.between(0, len(axes) - 1)))
    g.add("Transpose", draw.narrowed(g, 0, dtype), perm=perm)
    return g
