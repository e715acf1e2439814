"""AbsMaxRow, DynQuantRow, RescaleRow: one scale a row."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, refused, vector
from .graphs import I8, I16, I32, TYPES, case, data, extremes, one
from .rng import Rng
from .scaling import M0, M1

SHAPES = ([1], [7], [2, 3], [1, 5], [5, 1], [2, 3, 2], [1, 2, 1, 3], [2, 1, 2, 1, 2], [1, 2, 1, 2, 1, 2], [2, 17])
MAX, LEAST = M1, -(1 << 31)
ALL = (-MAX, MAX)  # the widest interval whose magnitude fits i32


@named("abs_max_row")
def abs_max_row() -> list:
    out = []

    def put(name, dtype, rows, clamp=None):
        clamp = ALL if dtype == I32 and clamp is None else clamp
        shape = [len(rows), len(rows[0])]
        out.append(case("AbsMaxRow", name, [(dtype, shape)], [clamp], [[[v for row in rows for v in row]]]))

    for i, shape in enumerate(SHAPES):
        dtype = TYPES[i % 3]
        out.append(case("AbsMaxRow", f"shape {shape} of {dtype}", [(dtype, shape)], [ALL if dtype == I32 else None]))
    for dtype in TYPES:
        least, most = bounds(dtype)
        for name, rows in (
            ("zeros give 1", [[0, 0, 0]]), ("ones and minus ones", [[1, 0, -1], [0, 0, 1], [0, 0, -1]]),
            ("least value", [[0, least, 5]]), ("greatest value", [[0, most, 5]]),
            ("magnitude of the negative", [[-9, 8, 7], [-8, 9, 7], [-9, 9, 0]]),
            ("first, middle, last", [[7, 1, 1], [1, 7, 1], [1, 1, -7]]),
            ("one row does not see another", [[100, 1], [1, 2], [-100, 3], [0, 0]]),
            ("extremes, one a row", [[v] for v in extremes(dtype)]),
        ):
            put(f"{dtype}, {name}", dtype, rows)
        for clamp in ((0, 0), (3, 9), (-9, -3), (-9, 3), (least + 1, 0), (most, most)):
            put(f"{dtype} in {list(clamp)}", dtype, [[least, 0, most], [1, -1, 2]], clamp)
    for k in (15, 16, 17, 31, 32, 33, 64):
        rng = Rng(f"AbsMaxRow {k}")
        put(f"row of {k}", I8, [rng.many(k, -100, 100) for _ in range(2)])
    return out


def quantised_by(name, dtype, shape, row=None, clamp=None, values=None, row_clamp=(1, MAX)):
    """`row`: the maximum of every row; without it that of AbsMaxRow."""
    if row is None:
        g = Graph((dtype, shape))
        x = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
        g.add("DynQuantRow", x, g.add("AbsMaxRow", x))
        return vector(f"DynQuantRow: {name}", g, values and [data([(dtype, shape)], values)])
    inputs = [(dtype, shape), (I32, [*shape[:-1], 1])]
    return case("DynQuantRow", name, inputs, (clamp, row_clamp), [(values, row)])


ROWS = (1, 2, 3, 63, 126, 127, 128, 254, 255, 256, 1000, 32_768, 65_535, (1 << 24) - 1, 1 << 24, 1 << 30, (1 << 30) + 1,
        MAX - 1, MAX)


@named("dyn_quant_row")
def dyn_quant_row() -> list:
    out = []
    for i, shape in enumerate(SHAPES):
        dtype = TYPES[i % 3]
        out.append(quantised_by(f"by its own maximum, shape {shape} of {dtype}", dtype, shape,
                                clamp=ALL if dtype == I32 else None))
    values = extremes(I32)
    for row in ROWS:
        near = [v for d in (0, 1, 2, 254, 255) for v in (row // 254 + d, -(row // 254) - d)] + [row, -row, row // 2]
        near = [v for v in near if abs(v) <= MAX]
        out.append(quantised_by(f"row maximum {row}", I32, [len(values) + len(near)], [row], values=values + near))
    for dtype in TYPES:
        least, most = bounds(dtype)
        for name, clamp in (("positive", (0, most)), ("negative", (least, -1)), ("zero alone", (0, 0)),
                            ("up to zero", (least, 0)), ("from one", (1, most))):
            out.append(quantised_by(f"{dtype}, {name}", dtype, [11], [77], clamp, extremes(dtype)))
    # Near 127 * 2^24 the multiplier is 2^30 itself, with and without a rest: an odd multiple of 2^23 is a tie.
    halves = [sign * odd << 23 for odd in (1, 3, 5, 253) for sign in (1, -1)]
    for d in (-1, 0, 1):
        row = (127 << 24) + d
        out.append(quantised_by(f"row maximum {row}, ties of the least multiplier", I32, [8], [row], values=halves))
    # x · 127 / 254 = x / 2: every odd x is a tie, which goes up.
    out.append(quantised_by("ties go up", I16, [21], [254], values=list(range(-10, 11))))
    out.append(quantised_by("each row by its own number", I16, [4, 3], [1, 100, 127, 32_767], values=[1, -1, 50] * 4))
    out.append(quantised_by("a row larger than its number saturates", I16, [1, 3], [10], values=[11, -11, 10]))
    out.append(quantised_by("interval of the number: one value", I16, [3], [9], values=[5, -5, 9], row_clamp=(9, 9)))
    out.append(quantised_by("interval of the number: 1 to 2", I8, [3], [9], values=[5, -5, 9], row_clamp=(1, 2)))
    for dtype in TYPES:
        values = [0] * 5 + [1, 0, 0, 0, 0] + [-1, 1, 0, 0, 0] + [127, 64, 63, -64, 1]
        out.append(quantised_by(f"{dtype}, rows of zeros and of ones", dtype, [4, 5],
                                clamp=ALL if dtype == I32 else None, values=values))
    for k in (15, 16, 17, 33):
        out.append(quantised_by(f"row of {k} by its own maximum", I16, [2, k]))
    return out


WIDE = dict(multiplier=M0, shift=31, row_shift=8, zero_point=0, lo=LEAST, hi=MAX, dtype=I32)
RESCALE_ROW = {  # name: changes to WIDE
    "identity times row, halved twice": dict(shift=30, row_shift=2),
    "row_shift 2": dict(row_shift=2),
    "row_shift 62": dict(row_shift=62),
    "row_shift 31": dict(row_shift=31),
    "shift 2, greatest multiplier: u saturates": dict(multiplier=M1, shift=2, row_shift=40),
    "shift 62, greatest multiplier": dict(multiplier=M1, shift=62, row_shift=2),
    "multiplier 0": dict(multiplier=0),
    "multiplier 0, zero point": dict(multiplier=0, zero_point=-9),
    "to i16": dict(lo=-32_768, hi=32_767, dtype=I16, row_shift=20),
    "to i8": dict(lo=-128, hi=127, dtype=I8, row_shift=30),
    "to i8, zero point -128": dict(lo=-128, hi=127, dtype=I8, row_shift=30, zero_point=-128),
    "to i8, relu": dict(lo=0, hi=127, dtype=I8, row_shift=30),
    "greatest zero point": dict(zero_point=MAX),
    "least zero point": dict(zero_point=LEAST),
    "lo = hi": dict(lo=3, hi=3),
    "per channel": dict(multiplier=[M0, M1, 0], shift=[31, 62, 2]),
    "per channel, saturating and not": dict(multiplier=[M1, M0, M1], shift=[2, 40, 25], row_shift=33),
}


def row_graph(shape, clamp=None, row_clamp=(1, MAX), row=None, x=I32, **changed):
    attributes = {**WIDE, **changed}
    for name, dtype in (("multiplier", I32), ("shift", I8)):
        values = attributes[name]
        if not isinstance(values, tuple):
            values = values if isinstance(values, list) else [values]
            attributes[name] = (dtype, [len(values)], values)
    return one("RescaleRow", [(x, shape), row or (I32, [*shape[:-1], 1])], (clamp, row_clamp), **attributes)


@named("rescale_row")
def rescale_row() -> list:
    out = []
    values = [LEAST, LEAST + 1, -1000, -3, -1, 0, 1, 2, 3, 1000, MAX - 1, MAX]

    def put(name, shape, runs=None, **changed):
        inputs = [(I32, shape), (I32, [*shape[:-1], 1])]
        runs = runs and [data(inputs, *v) for v in runs]
        out.append(vector(f"RescaleRow: {name}", row_graph(shape, **changed), runs))

    for name, changed in RESCALE_ROW.items():
        k = 3 if "per channel" in name else 12
        rows = [row for row in (1, 2, 127, MAX) for _ in range(12 // k)]
        put(name, [len(rows), k], [(values * 4, rows)], **changed)
    for i, shape in enumerate(SHAPES):
        put(f"shape {shape}", shape, clamp=(-50_000, 50_000), row_clamp=(1, 127), row_shift=7)
    for name, clamp, row_clamp in (
        ("positive", (5, 900), (1, 50)), ("negative", (-900, -5), (1, 50)), ("mixed", (-900, 5), (3, 50)),
        ("zero alone", (0, 0), (1, MAX)), ("one row number", (-9, 9), (77, 77)), ("row number 1", (-9, 9), (1, 1)),
        ("one value", (6, 6), (2, 9)), ("greatest row number", None, (MAX, MAX)),
        ("least of i32 alone", (LEAST, LEAST), (1, MAX)), ("greatest of i32 alone", (MAX, MAX), (1, MAX)),
    ):
        put(f"interval {name}", [2, 5], clamp=clamp, row_clamp=row_clamp, row_shift=5)
    near = list(range(-10, 11))
    put("ties of the second rounding go up", [21], [(near, [2])], shift=30, row_shift=2)
    put("ties of the first rounding go up", [21], [(near, [4])], shift=31, row_shift=2)
    put("two roundings, not one", [21], [(near, [1])], shift=31, row_shift=2)
    put("a product quantised by row", [3, 4], clamp=(-(1 << 24), 1 << 24), row_clamp=(1, 32_767), shift=38,
        multiplier=M1 - 12_345, row_shift=20, lo=-32_768, hi=32_767, dtype=I16)
    put("row of 33", [2, 33], row_shift=24)
    put("per channel, row of 17", [2, 17], multiplier=[M0 + i for i in range(17)], shift=list(range(28, 45)))
    for i in range(8):
        rng = Rng(f"RescaleRow {i}")
        n, k = rng.pick(((1, 4), (4, 4), (1, 7), (7, 7)))
        to = rng.pick(TYPES)
        lo, hi = sorted(rng.many(2, *bounds(to)))
        put(f"random {i}", [2, k], multiplier=rng.many(n, M0, M1), shift=rng.many(n, 28, 50),
            row_shift=rng.between(2, 40), zero_point=rng.between(*bounds(to)), lo=lo, hi=hi, dtype=to)
    return out


@refused
def refusals():
    yield "AbsMaxRow: i32 of any value", "overflow", one("AbsMaxRow", [(I32, [3])])
    yield "AbsMaxRow: two operands", "operand", one("AbsMaxRow", [(I8, [3])] * 2)

    def quantised(x=(I8, [2, 3]), row=(I32, [2, 1]), clamp=(1, MAX)):
        return one("DynQuantRow", [x, row], (None, clamp))

    yield "DynQuantRow: row of i16", "dtype", quantised(row=(I16, [2, 1]), clamp=(1, 9))
    yield "DynQuantRow: row from 0", "overflow", quantised(clamp=(0, MAX))
    yield "DynQuantRow: row from -1", "overflow", quantised(clamp=(-1, -1))
    yield "DynQuantRow: row of any i32", "overflow", quantised(clamp=None)
    for shape in ([2], [1, 1], [2, 3], [3, 1], [2, 1, 1], [1, 2, 1]):
        yield f"DynQuantRow: row {shape} for [2, 3]", "shape", quantised(row=(I32, shape))
    yield "DynQuantRow: one operand", "operand", one("DynQuantRow", [(I8, [2, 3])])

    def rescaled(**changed):
        return row_graph([2, 3], **changed)

    yield "RescaleRow: i16", "dtype", rescaled(x=I16)
    yield "RescaleRow: row of i8", "dtype", rescaled(row=(I8, [2, 1]), row_clamp=(1, 9))
    yield "RescaleRow: row [2, 3]", "shape", rescaled(row=(I32, [2, 3]))
    yield "RescaleRow: row [2]", "shape", rescaled(row=(I32, [2]))
    yield "RescaleRow: row from 0", "overflow", rescaled(row_clamp=(0, 5))
    yield "RescaleRow: row of any i32", "overflow", rescaled(row_clamp=None)
    for row_shift in (0, 1, 63, 255):
        yield f"RescaleRow: row_shift {row_shift}", "attribute", rescaled(row_shift=row_shift)
    for multiplier in (-1, 1, M0 - 1, LEAST):
        yield f"RescaleRow: multiplier {multiplier}", "overflow", rescaled(multiplier=multiplier)
    for shift in (-1, 1, 63):
        yield f"RescaleRow: shift {shift}", "overflow", rescaled(shift=shift)
    yield "RescaleRow: multipliers for two of three", "shape", rescaled(multiplier=[M0] * 2, shift=[31] * 2)
    yield "RescaleRow: three multipliers, one shift", "shape", rescaled(multiplier=[M0] * 3)
    yield "RescaleRow: multiplier of i16", "dtype", rescaled(multiplier=(I16, [1], [0]))
    yield "RescaleRow: shift of i32", "dtype", rescaled(shift=(I32, [1], [31]))
    yield "RescaleRow: lo above hi", "attribute", rescaled(lo=1, hi=0)
    yield "RescaleRow: hi outside i8", "attribute", rescaled(lo=0, hi=128, dtype=I8)
    yield "RescaleRow: zero point outside i16", "attribute", rescaled(lo=0, hi=1, zero_point=32_768, dtype=I16)
