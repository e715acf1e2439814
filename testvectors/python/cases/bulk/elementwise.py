"""AddScaled, Add, Sub, Mul, MulRescale, Max, Min, Neg, Abs, Shift, Compare, Select."""

from isocortex_ref.numbers import bounds

from ..build import Graph
from .draw import M1, bulk


def broadcasting(draw, count: int) -> list:
    """Shapes that broadcast: one, with dimensions of some operands set to 1."""
    whole = draw.shape(1, 6, 48)
    if draw.chance(3):
        return [whole] * count
    return [[1 if draw.chance(3) else d for d in whole] for _ in range(count)]


def bounded(draw, g, value, dtype, most):
    """The value, behind a Clamp to some interval within ±most where its type holds more, now and then past it."""
    if -bounds(dtype)[0] <= most:
        return draw.narrowed(g, value, dtype)
    if draw.chance(30):
        return value
    return g.add("Clamp", value, **dict(zip(("lo", "hi"), draw.sub_range(-most, most))))


def operands(draw, types, limits) -> tuple:
    """A graph with an input a type and the operands, which are now and then one value twice or a constant."""
    shapes = broadcasting(draw, len(types))
    if len(set(types)) == 1 and draw.chance(10):
        g = Graph((types[0], shapes[0]))
        x = bounded(draw, g, 0, types[0], min(limits))
        return g, [x] * len(types)
    g = Graph(*zip(types, shapes))
    values = [bounded(draw, g, i, t, most) for i, (t, most) in enumerate(zip(types, limits))]
    if draw.chance(6):
        at = draw.between(0, len(types) - 1)
        dtype, most = types[at], min(limits[at], bounds(types[at])[1])
        values[at] = g.add("Constant", tensor=draw.tensor_of(dtype, shapes[at], -most, most))
    return g, values


@bulk("AddScaled")
def add_scaled(draw):
    types = [draw.dtype("i8", "i16") for _ in range(3)]
    g, values = operands(draw, types[:2], (1 << 31,) * 2)
    s = draw.edge(2, 62) if draw.chance(3) else draw.between(24, 40)
    near = [min(max(1 << max(s - draw.between(0, 3), 0), 1), M1) for _ in range(2)]
    m = [draw.edge(0, M1) if draw.chance(3) else draw.between(v >> 1, v) for v in near]
    g.add("AddScaled", *values, multipliers=m, zero_points=[draw.edge(*bounds(t)) for t in types[:2]], shift=s,
          **draw.range_attributes(types[2]))
    return g


@bulk("Add", "Sub")
def sum_or_difference(draw, name):
    types = [draw.dtype() for _ in range(2)]
    g, values = operands(draw, types, [(1 << 30) - 1] * 2)
    g.add(name, *values)
    return g


def factors(types) -> list:
    """Magnitudes whose products fit i32."""
    partner = {"i8": (1 << 24) - 1, "i16": 65_535, "i32": 46_340}
    return [partner[types[1 - i]] for i in (0, 1)]


@bulk("Mul")
def mul(draw):
    types = [draw.dtype() for _ in range(2)]
    g, values = operands(draw, types, factors(types))
    g.add("Mul", *values)
    return g


@bulk("MulRescale")
def mul_rescale(draw):
    types = [draw.dtype() for _ in range(2)]
    limits = factors(types)
    g, values = operands(draw, types, [most // 3 for most in limits])
    reach = [min(most // 3, bounds(t)[1]) for most, t in zip(limits, types)]
    g.add("MulRescale", *values, zero_points=[draw.edge(-r, r) for r in reach], multiplier=draw.multiplier(),
          shift=draw.edge(2, 62) if draw.chance(3) else draw.between(28, 44), **draw.range_attributes(draw.dtype()))
    return g


@bulk("Max", "Min")
def extreme(draw, name):
    dtype = draw.dtype()
    g, values = operands(draw, [dtype] * 2, [1 << 31] * 2)
    g.add(name, *values)
    return g


@bulk("Neg", "Abs")
def negated(draw, name):
    dtype = draw.dtype()
    g, values = operands(draw, [dtype], [bounds(dtype)[1]])
    g.add(name, *values)
    return g


@bulk("Shift")
def shift(draw):
    dtype = draw.dtype()
    bits = draw.edge(-31, 31) if draw.chance(3) else draw.between(-31, 8)
    g, values = operands(draw, [dtype], [((1 << 31) >> max(bits, 0)) - 1 or 1])
    g.add("Shift", *values, bits=bits, round=bits < 0 and draw.chance(2))
    return g


@bulk("Compare")
def compare(draw):
    dtype = draw.dtype()
    g, values = operands(draw, [dtype] * 2, [draw.pick((1 << 31, 2))] * 2)
    g.add("Compare", *values, relation=draw.between(0, 2))
    return g


@bulk("Select")
def select(draw):
    dtype = draw.dtype()
    g, values = operands(draw, [draw.dtype(), dtype, dtype], [draw.pick((1 << 31, 1)), 1 << 31, 1 << 31])
    g.add("Select", *values)
    return g
