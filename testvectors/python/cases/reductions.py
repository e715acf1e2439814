"""ReduceMax, ReduceMin, CumSum, ArgMax, TopK."""

from isocortex_ref.numbers import bounds, elements

from .build import Graph, named, pack, vector
from .rng import Rng

AXES = {  # name: (type, shape, axes, clamp)
    "one element": ("i8", [1], [0]),
    "one element of i16": ("i16", [1], [0]),
    "one element of i32": ("i32", [1], [0]),
    "all of rank 1": ("i8", [9], [0]),
    "all axes leave shape [1]": ("i8", [2, 3, 4], [0, 1, 2]),
    "all six axes": ("i16", [2, 1, 2, 1, 2, 3], [0, 1, 2, 3, 4, 5]),
    "first axis": ("i8", [3, 4, 2], [0]),
    "middle axis": ("i8", [3, 4, 2], [1]),
    "last axis": ("i8", [3, 4, 2], [2]),
    "first two axes": ("i8", [3, 4, 2], [0, 1]),
    "last two axes": ("i8", [3, 4, 2], [1, 2]),
    "outer axes": ("i16", [3, 4, 2], [0, 2]),
    "first axis of i32": ("i32", [3, 4], [0]),
    "last axis of i32": ("i32", [3, 4], [1]),
    "axis of one": ("i8", [3, 1, 2], [1]),
    "axes of one alone": ("i16", [1, 3, 1], [0, 2]),
    "rank 6, axes 1, 3, 5": ("i16", [2, 3, 1, 2, 2, 3], [1, 3, 5]),
    "rank 6, axes 0, 2, 4": ("i32", [2, 3, 2, 1, 2, 1], [0, 2, 4]),
    "rank 6, last axis": ("i8", [1, 2, 1, 2, 1, 3], [5]),
    "rank 6, first axis": ("i8", [3, 2, 1, 2, 1, 1], [0]),
    "an image's channels": ("i8", [3, 4, 3], [2]),
    "an image but for its channels": ("i8", [3, 4, 3], [0, 1]),
    "a row of 16": ("i8", [2, 16], [1]),
    "a row of 17": ("i8", [2, 17], [1]),
    "a row of 65": ("i16", [2, 65], [1]),
    "a column of 65": ("i8", [65, 2], [0]),
    "33 columns": ("i8", [3, 33], [0]),
    "two elements": ("i32", [2], [0]),
    "clamped": ("i8", [3, 4], [1], (-5, 6)),
    "clamped to one value": ("i8", [3, 4], [0], (11, 11)),
    "clamped to the least": ("i8", [3, 4], [1], (-128, -128)),
    "clamped to the greatest": ("i8", [3, 4], [1], (127, 127)),
    "i16, clamped to two values": ("i16", [4, 5], [1], (-1, 0)),
    "i32, clamped above 0": ("i32", [4, 3], [0], (1, (1 << 31) - 1)),
    "i32, clamped below 0": ("i32", [4, 3], [0], (-(1 << 31), -1)),
    "i32, two values at the least": ("i32", [2, 5], [1], (-(1 << 31), 1 - (1 << 31))),
}


def chosen(dtype, shape, special) -> list:
    """Inputs of one element that differs: at the first place and at the last."""
    lo, hi = bounds(dtype)
    other, n = (lo if special == hi else hi), elements(shape)
    return [pack(dtype, [special if i == at else other for i in range(n)]) for at in (0, n - 1)]


def reduced(op) -> list:
    out = []
    for name, (dtype, shape, axes, *clamp) in AXES.items():
        g = Graph((dtype, shape))
        value = g.add("Clamp", 0, lo=clamp[0][0], hi=clamp[0][1]) if clamp else 0
        g.add(op, value, axes=axes)
        out.append(vector(f"{op}: {name}", g))
    for dtype in ("i8", "i16", "i32"):
        for axes in ([0], [1], [0, 1]):
            g = Graph((dtype, [3, 4]))
            g.add(op, 0, axes=axes)
            special = bounds(dtype)[0 if op == "ReduceMin" else 1]
            out.append(vector(f"{op}: one {special} of {dtype}, axes {axes}", g, chosen(dtype, [3, 4], special)))
    for i in range(8):
        rng = Rng(f"{op} shape {i}")
        dtype, shape = rng.pick(("i8", "i16", "i32")), rng.many(rng.between(1, 5), 1, 4)
        g = Graph((dtype, shape))
        g.add(op, 0, axes=[d for d in range(len(shape)) if rng.between(0, 1)] or [0])
        out.append(vector(f"{op}: random {i}", g))
    return out


@named("reduce_max")
def reduce_max() -> list:
    return reduced("ReduceMax")


@named("reduce_min")
def reduce_min() -> list:
    return reduced("ReduceMin")


ROWS = {  # name: rows to search, of i8
    "rising": [1, 2, 3, 4], "falling": [4, 3, 2, 1], "all equal": [5, 5, 5, 5], "all least": [-128] * 4,
    "all greatest": [127] * 4, "tie of first and last": [9, 1, 2, 9], "tie in the middle": [1, 7, 7, 2],
    "tie of the last two": [1, 2, 7, 7], "negative alone": [-5, -3, -3, -9], "greatest last": [0, 0, 0, 1],
    "greatest first": [1, 0, 0, 0], "least and greatest": [-128, 127, -128, 127],
    "zeros and one least": [0, -128, 0, 0],
    "two pairs": [3, 8, 3, 8],
}


@named("argmax")
def argmax() -> list:
    out = []
    for name, row in ROWS.items():
        for dtype, unit in (("i8", 1), ("i32", 1 << 24)):
            g = Graph((dtype, [4]))
            g.add("ArgMax", 0, axis=0)
            out.append(vector(f"ArgMax: {dtype}, {name}", g, [pack(dtype, [v * unit for v in row])]))
    shapes = [("i8", [1], 0), ("i16", [1] * 6, 3), ("i8", [1, 5], 0), ("i8", [1, 5], 1), ("i16", [5, 1], 0)]
    shapes += [(("i8", "i16", "i32")[axis % 3], [2, 3, 4], axis) for axis in range(3)]
    shapes += [("i16", [2, 3, 1, 2, 2, 3], axis) for axis in range(6)]
    shapes += [("i8", [3, 4, 21], 2), ("i8", [2, 65], 1), ("i8", [65, 2], 0), ("i16", [2, 17], 1), ("i32", [16, 2], 0),
               ("i8", [300], 0), ("i8", [2, 3], 1)]
    for dtype, shape, axis in shapes:
        g = Graph((dtype, shape))
        g.add("ArgMax", 0, axis=axis)
        out.append(vector(f"ArgMax: {dtype} {shape}, axis {axis}", g))
    for dtype, lo, hi in (("i8", 0, 1), ("i8", 7, 7), ("i16", -1, 1), ("i32", -2, 0)):
        g = Graph((dtype, [3, 7]))
        g.add("ArgMax", g.add("Clamp", 0, lo=lo, hi=hi), axis=1)
        out.append(vector(f"ArgMax: many ties of {dtype}, clamped to [{lo}, {hi}]", g, seed_runs=2))
    return out


@named("cum_sum")
def cum_sum() -> list:
    out = []
    for name, row in ROWS.items():
        for dtype in ("i8", "i16"):
            g = Graph((dtype, [4]))
            g.add("CumSum", 0, axis=0)
            out.append(vector(f"CumSum: {dtype}, {name}", g, [pack(dtype, row)]))
    shapes = [("i8", [1], 0), ("i16", [1] * 6, 3), ("i8", [1, 5], 0), ("i8", [1, 5], 1), ("i16", [5, 1], 0)]
    shapes += [(("i8", "i16", "i8")[axis % 3], [2, 3, 4], axis) for axis in range(3)]
    shapes += [("i16", [2, 3, 1, 2, 2, 3], axis) for axis in range(6)]
    shapes += [("i8", [2, 16], 1), ("i8", [2, 17], 1), ("i8", [65, 2], 0), ("i8", [300], 0), ("i16", [1, 7], 0)]
    for dtype, shape, axis in shapes:
        g = Graph((dtype, shape))
        g.add("CumSum", 0, axis=axis)
        out.append(vector(f"CumSum: {dtype} {shape}, axis {axis}", g))
    top = (1 << 31) - 1
    for name, n, lo, hi in (("all of i32's reach", 3, -(top // 3), top // 3), ("above 0 alone", 3, 1, top // 3),
                            ("below 0 alone", 7, -(top // 7), -1), ("one value", 5, 11, 11),
                            ("one element of nearly all i32", 1, -top, top)):
        g = Graph(("i32", [n, 2]))
        g.add("CumSum", g.add("Clamp", 0, lo=lo, hi=hi), axis=0)
        out.append(vector(f"CumSum: i32, {name}", g, seed_runs=2))
    return out


@named("topk")
def topk() -> list:
    out = []
    for name, row in ROWS.items():
        for dtype, k, unit in (("i8", 2, 1), ("i16", 4, 256)):
            g = Graph((dtype, [4]))
            g.add("TopK", 0, k=k)
            out.append(vector(f"TopK: {dtype}, {k} of 4, {name}", g, [pack(dtype, [v * unit for v in row])]))
    shapes = [("i8", [1], 1), ("i32", [1] * 6, 1), ("i8", [5, 1], 1), ("i8", [1, 5], 5), ("i16", [2, 5], 1)]
    shapes += [("i32", [2, 3, 4], k) for k in range(1, 5)]
    shapes += [("i16", [1, 2, 1, 2, 1, 7], 3), ("i8", [2, 15], 3), ("i8", [2, 16], 3), ("i8", [2, 17], 17),
               ("i8", [65], 9), ("i8", [127], 5), ("i8", [128], 5), ("i8", [300], 20), ("i32", [4, 9], 8)]
    for dtype, shape, k in shapes:
        g = Graph((dtype, shape))
        g.add("TopK", 0, k=k)
        out.append(vector(f"TopK: {k} of {dtype} {shape}", g))
    for dtype, lo, hi in (("i8", 0, 1), ("i8", 7, 7), ("i16", -1, 1), ("i32", -2, 0)):
        g = Graph((dtype, [3, 7]))
        g.add("TopK", g.add("Clamp", 0, lo=lo, hi=hi), k=4)
        out.append(vector(f"TopK: many ties of {dtype}, clamped to [{lo}, {hi}]", g, seed_runs=2))
    return out
