"""Add, Sub, Mul, MulRescale, Max, Min, Compare: two operands that broadcast."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, pack, vector
from .graphs import BROADCASTS, I8, I16, I32, TYPES, case, extremes
from .rng import Rng
from .scaling import M0, M1

MAX = M1  # of i32
HALF = (-(1 << 30), (1 << 30) - 1)  # of i32: two such sum up within i32
PAIRS = [(a, b) for a in TYPES for b in TYPES]
SIGNS = {  # intervals of two i16 operands, by the signs within
    "both positive": ((3, 50), (7, 900)),
    "both negative": ((-50, -3), (-900, -7)),
    "positive and negative": ((3, 50), (-900, -7)),
    "negative and positive": ((-50, -3), (7, 900)),
    "mixed and positive": ((-50, 3), (7, 900)),
    "mixed and negative": ((-50, 3), (-900, -7)),
    "both mixed": ((-50, 3), (-7, 900)),
    "first is one value": ((-50, -50), (-7, 900)),
    "second is zero": ((-50, 3), (0, 0)),
    "both are zero": ((0, 0), (0, 0)),
    "apart": ((-9, -5), (5, 9)),
    "touching": ((-9, 5), (5, 9)),
    "one inside the other": ((-9, 9), (-3, 3)),
}
LEAST = -(1 << 31)


def every_pair(op, name, types, clamps=(None, None), **attributes):
    """All pairs of extremes at once: a column against a row."""
    a, b = (extremes(t) for t in types)
    return case(op, name, [(types[0], [len(a), 1]), (types[1], [1, len(b)])], clamps, [(a, b)], **attributes)


def twice(op, name, of, clamp=None, **attributes):
    g = Graph((of, [11]))
    x = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add(op, x, x, **attributes)
    return vector(f"{op}: {name}", g, [pack(of, extremes(of))])


def with_constant(op, name, of, values, clamp=None, **attributes):
    g = Graph((of, [3, len(values)]))
    x = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add(op, x, g.add("Constant", tensor=(of, [1, len(values)], values)), **attributes)
    return vector(f"{op}: {name}", g)


def limits(op, types) -> tuple:
    """What an i32 operand is clamped to, so that the op's condition holds."""
    if op in ("Max", "Min", "Compare"):
        return None, None
    if op in ("Add", "Sub"):
        return tuple(HALF if t == I32 else None for t in types)
    reach = {I8: (1 << 24) - 1, I16: 65_535, I32: 46_340}
    return tuple((-reach[types[1 - i]], reach[types[1 - i]]) if t == I32 else None for i, t in enumerate(types))


def shared(op, pairs, **attributes) -> list:
    """What every op of two operands is tried on."""
    out = []
    for i, (name, shapes) in enumerate(BROADCASTS.items()):
        types = pairs[i % len(pairs)]
        out.append(case(op, f"{name}, {types[0]} and {types[1]}", list(zip(types, shapes)), limits(op, types),
                        **attributes))
    for types in pairs:
        out.append(every_pair(op, f"every pair of extremes, {types[0]} and {types[1]}", types, limits(op, types),
                              **attributes))
    for name, clamps in SIGNS.items():
        out.append(case(op, f"intervals {name}", [(I16, [8]), (I16, [8])], clamps, **attributes))
    for dtype in TYPES:
        out.append(twice(op, f"{dtype} with itself", dtype, limits(op, (dtype, dtype))[0], **attributes))
    for dtype in TYPES:
        clamp = limits(op, (dtype, dtype))[0]
        out.append(with_constant(op, f"{dtype} with a constant row", dtype, [-5, 0, 7, 100], clamp, **attributes))
    return out


def randoms(op, count=6, **attributes) -> list:
    out = []
    for i in range(count):
        rng = Rng(f"{op} {i}")
        types = (rng.pick(TYPES), rng.pick(TYPES))
        clamps = [c and tuple(sorted(rng.many(2, *c))) for c in limits(op, types)]
        shape = rng.many(rng.between(1, 4), 1, 4)
        shapes = [[rng.pick((1, d)) for d in shape] for _ in types]
        out.append(case(op, f"random {i}", list(zip(types, shapes)), clamps, seed_runs=2, **attributes))
    return out


def bound(op, name, clamps, types=(I32, I32)):
    """The ends of both operands in every combination."""
    ends = [c or bounds(t) for c, t in zip(clamps, types)]
    return case(op, name, [(types[0], [2, 1]), (types[1], [1, 2])], clamps, [ends])


@named("add")
def add() -> list:
    return shared("Add", PAIRS) + randoms("Add") + [
        bound("Add", "interval is all of i32", (HALF, (HALF[0], -HALF[0]))),
        bound("Add", "interval is all of i32, second is 0", (None, (0, 0))),
        bound("Add", "greatest sum 2^31 - 1", ((MAX - 127, MAX - 127), None), (I32, I8)),
        bound("Add", "least sum -2^31", ((LEAST + 32_768,) * 2, None), (I32, I16)),
        bound("Add", "one end each", ((LEAST, LEAST), (MAX, MAX))),
    ]


@named("sub")
def sub() -> list:
    return shared("Sub", PAIRS) + randoms("Sub") + [
        bound("Sub", "interval is all of i32", (HALF, (HALF[0], -HALF[0]))),
        bound("Sub", "interval is all of i32, second is 0", (None, (0, 0))),
        bound("Sub", "least of i32 from -1", ((-1, -1), None)),
        bound("Sub", "least difference -2^31", ((LEAST + 127,) * 2, (0, 127)), (I32, I8)),
        bound("Sub", "greatest difference 2^31 - 1", ((0, MAX - 32_768), None), (I32, I16)),
    ]


@named("mul")
def mul() -> list:
    return shared("Mul", PAIRS) + randoms("Mul") + [
        bound("Mul", "i32 by zero or one", (None, (0, 1))),
        bound("Mul", "all but the least of i32 by minus one", ((-MAX, MAX), (-1, 0))),
        bound("Mul", "least product -2^31", ((-65_536, 0), (0, 32_767 + 1))),
        bound("Mul", "46340 squared", ((-46_340, 46_340),) * 2),
        bound("Mul", "46341 by 46340", ((46_341, 46_341), (-46_340, 46_340))),
        bound("Mul", "i16 by the greatest i32 that fits", (None, (-65_535, 65_535)), (I16, I32)),
        bound("Mul", "i8 by the greatest i32 that fits", (None, (1 - (1 << 24), (1 << 24) - 1)), (I8, I32)),
    ]


PLAIN = dict(zero_points=(0, 0), multiplier=M0, shift=31, zero_point=0, lo=-128, hi=127, dtype=I8)
MUL_RESCALE = {  # name: (types, attributes)
    "shift 2, greatest multiplier": ((I8, I8), dict(multiplier=M1, shift=2, lo=LEAST, hi=MAX, dtype=I32)),
    "shift 62, greatest multiplier": ((I16, I16), dict(multiplier=M1, shift=62)),
    "shift 62, least multiplier": ((I16, I16), dict(shift=62)),
    "multiplier 0": ((I8, I16), dict(multiplier=0)),
    "multiplier 0, zero point": ((I8, I16), dict(multiplier=0, shift=2, zero_point=-7)),
    "identity to i32": ((I16, I16), dict(shift=30, lo=LEAST, hi=MAX, dtype=I32)),
    "Q15 by Q15 to Q15": ((I16, I16), dict(shift=45, lo=-32_768, hi=32_767, dtype=I16)),
    "saturates i8": ((I8, I8), dict(shift=30)),
    "saturates i16": ((I16, I16), dict(shift=30, lo=-32_768, hi=32_767, dtype=I16)),
    "saturates i32 by its zero point": ((I16, I16), dict(shift=30, zero_point=MAX, lo=LEAST, hi=MAX, dtype=I32)),
    "least zero point of i32": ((I16, I16), dict(shift=30, zero_point=LEAST, lo=LEAST, hi=MAX, dtype=I32)),
    "zero points at both ends of i8": ((I8, I8), dict(zero_points=(-128, 127), shift=38)),
    "zero points exchanged": ((I8, I8), dict(zero_points=(127, -128), shift=38)),
    "least zero point of i16, greatest of i8": ((I16, I8), dict(zero_points=(-32_768, 127), shift=46)),
    "relu": ((I8, I8), dict(zero_points=(3, -4), shift=36, zero_point=-9, lo=-9)),
    "lo = hi": ((I8, I8), dict(lo=4, hi=4)),
    "result zero point 127": ((I8, I8), dict(shift=37, zero_point=127)),
    "result zero point -128": ((I8, I8), dict(shift=37, zero_point=-128)),
}


@named("mul_rescale")
def mul_rescale() -> list:
    op, out = "MulRescale", shared("MulRescale", PAIRS, **{**PLAIN, "shift": 43})
    for name, (types, changed) in MUL_RESCALE.items():
        out.append(every_pair(op, name, types, **{**PLAIN, **changed}))
    column, row = (I8, [9, 1]), (I8, [1, 9])
    near = list(range(-4, 5))
    out.append(case(op, "ties go up", [column, row], values=[(near, near)], **PLAIN))
    out.append(case(op, "quarters", [column, row], values=[(near, near)], **{**PLAIN, "shift": 32}))
    i32 = [(I32, [2, 1]), (I32, [1, 2])]
    reach = (-46_340, 46_340)
    for name, clamps, zps in (
        ("greatest products of i32", (reach, reach), (0, 0)),
        ("product 2^31 - 1", ((MAX, MAX), (1, 1)), (0, 0)),
        ("product -2^31", ((LEAST, LEAST), (1, 1)), (0, 0)),
        ("far zero point of i32", ((MAX - 9, MAX), (LEAST, LEAST + 9)), (MAX, LEAST)),
        ("difference of 2^32 - 1 by 0", ((LEAST, LEAST), (5, 5)), (MAX, 5)),
    ):
        out.append(case(op, name, i32, clamps, **{**PLAIN, "zero_points": zps, "shift": 55}))
    return out


def same(op, **attributes) -> list:
    """An op whose operands are of one type."""
    out = shared(op, [(t, t) for t in TYPES], **attributes)
    for dtype in TYPES:
        near = [-2, -1, 0, 1, 2]
        out.append(case(op, f"{dtype}, near zero", [(dtype, [5, 1]), (dtype, [1, 5])], values=[(near, near)],
                        **attributes))
        ends = bounds(dtype)
        out.append(case(op, f"{dtype}, ends alone", [(dtype, [2, 1]), (dtype, [1, 2])], values=[(ends, ends)],
                        **attributes))
    return out


def extreme(op) -> list:
    out = same(op)
    for dtype in TYPES:
        least, most = bounds(dtype)
        for name, a, b in (("least value", (least, least), None), ("greatest value", None, (most, most))):
            out.append(case(op, f"{dtype} against its {name}", [(dtype, [6]), (dtype, [6])], (a, b)))
    return out


named("max")(lambda: extreme("Max"))
named("min")(lambda: extreme("Min"))


@named("compare")
def compare() -> list:
    names = ("equal", "greater", "greater or equal")
    out = [dict(c, name=f"{c['name']}, greater") for c in same("Compare", relation=1)]
    for relation, name in enumerate(names):
        for dtype in TYPES:
            out.append(every_pair("Compare", f"{name}, every pair of {dtype}", (dtype, dtype), relation=relation))
            out.append(twice("Compare", f"{name}, {dtype} and the same", dtype, relation=relation))
    return out
