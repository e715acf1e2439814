"""Neg, Abs, Shift; and Select, whose condition is one operand more."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, refused, vector
from .graphs import BROADCASTS, I8, I16, I32, TYPES, case, extremes, one
from .rng import Rng

SHAPES = ([1], [7], [2, 3], [1, 5], [5, 1], [2, 3, 2], [1, 2, 1, 3], [2, 1, 2, 1, 2], [1, 2, 1, 2, 1, 2])
MAX, LEAST = (1 << 31) - 1, -(1 << 31)


def negated(op) -> list:
    out = []
    for dtype in TYPES:
        least, most = bounds(dtype)
        values = [max(v, -most) for v in extremes(dtype)]
        for name, clamp in (
            ("all but the least value", (-most, most)), ("positive", (3, 9)), ("negative", (-9, -3)),
            ("mostly positive", (-3, 9)), ("mostly negative", (-9, 3)), ("from zero", (0, most)),
            ("up to zero", (-most, 0)), ("zero alone", (0, 0)), ("one value, the least allowed", (-most, -most)),
            ("one value, the greatest", (most, most)), ("one value, -1", (-1, -1)),
        ):
            out.append(case(op, f"{dtype}, {name}", [(dtype, [11])], [clamp], [[values]]))
        g = Graph((dtype, [11]))
        g.add(op, g.add(op, g.add("Clamp", 0, lo=-most, hi=most - 5)))
        out.append(vector(f"{op}: {dtype} twice", g))
        g = Graph((dtype, [4]))
        x = g.add("Clamp", 0, lo=-most, hi=most)
        g.add("Max", x, g.add(op, x))
        out.append(vector(f"{op}: {dtype}, the result beside the operand", g))
    for i, shape in enumerate(SHAPES):
        most = bounds(TYPES[i % 3])[1]
        out.append(case(op, f"shape {shape} of {TYPES[i % 3]}", [(TYPES[i % 3], shape)], [(-most, most)]))
    for i in range(5):
        rng = Rng(f"{op} {i}")
        dtype = rng.pick(TYPES)
        most = bounds(dtype)[1]
        clamp = tuple(sorted(rng.many(2, -most, most)))
        out.append(case(op, f"random {i}, {dtype} in {list(clamp)}", [(dtype, [3, 3])], [clamp], seed_runs=2))
    return out


named("neg")(lambda: negated("Neg"))
named("abs")(lambda: negated("Abs"))


@named("shift")
def shift() -> list:
    out = []

    def put(name, dtype, bits, rounded=False, clamp=None, values=None):
        values = extremes(dtype) + list(range(-7, 8)) if values is None else values
        out.append(case("Shift", name, [(dtype, [len(values)])], [clamp], [[values]], bits=bits, round=rounded))

    for dtype in TYPES:
        width = {I8: 7, I16: 15, I32: 31}[dtype]
        for bits in sorted({0, 31 - width, (31 - width) // 2}):
            put(f"{dtype} left by {bits}", dtype, bits)
        for n in sorted({1, 2, 7, width, 30, 31}):
            for rounded in (False, True):
                put(f"{dtype} right by {n}{' with rounding' if rounded else ''}", dtype, -n, rounded)
    for bits in (1, 8, 16, 30, 31):
        lo, hi = LEAST >> bits, MAX >> bits
        put(f"i32 left by {bits}, the widest interval", I32, bits, clamp=(lo, hi), values=[lo, lo + 1, -1, 0, hi])
    put("i8 left by 31, 0 and -1", I8, 31, clamp=(-1, 0))
    put("i32 of one value left by 31", I32, 31, clamp=(-1, -1))
    put("greatest i32, right by 1 with rounding to 2^30", I32, -1, True, (MAX, MAX), [MAX])
    put("greatest i32, right by 31 with rounding to 1", I32, -31, True, (MAX, MAX), [MAX])
    put("least i32, right by 31 with rounding to -1", I32, -31, True, (LEAST, LEAST), [LEAST])
    ties = list(range(-20, 21))
    for n in (1, 2, 3):
        for rounded in (False, True):
            how = "ties up" if rounded else "floor"
            put(f"every integer near 0 right by {n}, {how}", I16, -n, rounded, values=ties)
    for shape in SHAPES:
        out.append(case("Shift", f"shape {shape}", [(I16, shape)], bits=-3, round=True))
    return out


@named("select")
def select() -> list:
    out = []
    for i, (name, (first, second)) in enumerate(BROADCASTS.items()):
        dtype, of = TYPES[i % 3], TYPES[(i + i // 3) % 3]
        whole = [max(sizes) for sizes in zip(first, second)]
        for how, shapes in (("second whole", (first, second, whole)), ("first whole", (first, whole, second))):
            inputs = [(of, shapes[0]), (dtype, shapes[1]), (dtype, shapes[2])]
            out.append(case("Select", f"{name}, {how}, {dtype} by {of}", inputs, [(-1, 1)]))
    for of in TYPES:
        condition = extremes(of)
        for dtype in TYPES:
            least, most = bounds(dtype)
            inputs = [(of, [len(condition)]), (dtype, [1]), (dtype, [1])]
            out.append(case("Select", f"every condition of {of}, ends of {dtype}", inputs,
                            values=[(condition, least, most)]))
    v = [(I8, [6]), (I16, [6]), (I16, [6])]
    for name, clamps in (
        ("condition always true", ((1, 127),)), ("condition always false", ((0, 0),)),
        ("condition always negative", ((-128, -1),)), ("apart", (None, (-9, -5), (5, 9))),
        ("one inside the other", (None, (-9, 9), (-1, 2))), ("one value each", (None, (4, 4), (-4, -4))),
    ):
        out.append(case("Select", name, v, clamps))
    g = Graph((I8, [9]))
    g.add("Select", 0, 0, g.add("Constant", tensor=(I8, [1], [7])))
    out.append(vector("Select: a value where it is not 0, else 7", g))
    g = Graph((I16, [2, 3]), (I16, [2, 3]))
    g.add("Select", g.add("Compare", 0, 1, relation=1), 0, 1)
    out.append(vector("Select: the greater of two by Compare", g))
    return out


@refused
def refusals():
    for op in ("Neg", "Abs"):
        for dtype in TYPES:
            least = bounds(dtype)[0]
            yield f"{op}: {dtype} of any value", "overflow", one(op, [(dtype, [3])])
            yield f"{op}: {dtype}, the least value alone", "overflow", one(op, [(dtype, [3])], [(least, least)])
        yield f"{op}: two operands", "operand", one(op, [(I8, [3])] * 2)

    def shifted(bits, rounded=False, dtype=I8, clamp=None, count=1):
        return one("Shift", [(dtype, [3])] * count, [clamp], bits=bits, round=rounded)

    yield "Shift: by 32", "attribute", shifted(32, clamp=(0, 0))
    yield "Shift: by -32", "attribute", shifted(-32)
    yield "Shift: by -128", "attribute", shifted(-128, True)
    yield "Shift: rounding to the left", "attribute", shifted(1, True)
    yield "Shift: rounding by 0", "attribute", shifted(0, True)
    yield "Shift: i8 left by 25", "overflow", shifted(25)
    yield "Shift: i16 left by 17", "overflow", shifted(17, dtype=I16)
    yield "Shift: i32 left by 1", "overflow", shifted(1, dtype=I32)
    yield "Shift: 1 left by 31", "overflow", shifted(31, clamp=(0, 1))
    yield "Shift: -2^30 - 1 left by 1", "overflow", shifted(1, dtype=I32, clamp=(-(1 << 30) - 1, 0))
    yield "Shift: two operands", "operand", shifted(1, count=2)

    def chosen(*inputs):
        return one("Select", inputs)

    yield "Select: i8 or i16", "dtype", chosen((I8, [3]), (I8, [3]), (I16, [3]))
    yield "Select: [3], [3] and [4]", "shape", chosen((I8, [3]), (I8, [3]), (I8, [4]))
    yield "Select: [1], [3] and [4]", "shape", chosen((I8, [1]), (I8, [3]), (I8, [4]))
    yield "Select: a condition of [3, 1] for [3]", "shape", chosen((I8, [3, 1]), (I8, [3]), (I8, [3]))
    yield "Select: a condition of [4] for [3]", "shape", chosen((I8, [4]), (I8, [3]), (I8, [3]))
    yield "Select: two operands", "operand", chosen((I8, [3]), (I8, [3]))
    yield "Select: four operands", "operand", chosen(*[(I8, [3])] * 4)
