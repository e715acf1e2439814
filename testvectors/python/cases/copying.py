"""Slice, Concat, Pad, Tile, Constant."""

from isocortex_ref.numbers import bounds, elements

from .build import Graph, named, vector
from .graphs import I8, I16, I32, TYPES, case, extremes
from .rng import Rng

STEP = 1 << 24


def each_type(op, table, start=0, every=3) -> list:
    """A table of names to (shape, attributes), the types in turn; the first `every` in each type."""
    out = []
    for i, (name, (shape, attributes)) in enumerate(table.items()):
        for dtype in TYPES if i < every else [TYPES[(i + start) % 3]]:
            out.append(case(op, f"{name}, {dtype} {shape}", [(dtype, shape)], **attributes))
    return out


def cut(start, step, size) -> dict:
    return dict(start=start, step=step, size=size)


SLICES = {
    "whole": ([5], cut([0], [1], [5])),
    "reversed": ([5], cut([4], [-1], [5])),
    "every second": ([7], cut([0], [2], [4])),
    "one element": ([1], cut([0], [1], [1])),
    "first alone": ([5], cut([0], [1], [1])),
    "last alone": ([5], cut([4], [1], [1])),
    "one of a large step": ([5], cut([2], [STEP], [1])),
    "one of a large step back": ([5], cut([2], [-STEP], [1])),
    "two, as far apart as can be": ([9], cut([0], [8], [2])),
    "two, as far apart as can be, backwards": ([9], cut([8], [-8], [2])),
    "every third backwards": ([8], cut([7], [-3], [3])),
    "every second from one": ([8], cut([1], [2], [4])),
    "the middle": ([9], cut([3], [1], [3])),
    "rows": ([4, 3], cut([1, 0], [1, 1], [2, 3])),
    "columns": ([3, 4], cut([0, 1], [1, 1], [3, 2])),
    "one column": ([3, 4], cut([0, 2], [1, 1], [3, 1])),
    "one row": ([3, 4], cut([2, 0], [1, 1], [1, 4])),
    "both reversed": ([3, 4], cut([2, 3], [-1, -1], [3, 4])),
    "rows reversed": ([3, 4], cut([2, 0], [-1, 1], [3, 4])),
    "columns reversed": ([3, 4], cut([0, 3], [1, -1], [3, 4])),
    "crop of an image": ([5, 6, 2], cut([1, 2, 0], [1, 1, 1], [3, 3, 2])),
    "every second pixel": ([5, 6, 2], cut([0, 0, 0], [2, 2, 1], [3, 3, 2])),
    "one channel": ([3, 3, 4], cut([0, 0, 1], [1, 1, 1], [3, 3, 1])),
    "channels reversed": ([2, 2, 3], cut([0, 0, 2], [1, 1, -1], [2, 2, 3])),
    "a gate of four": ([2, 12], cut([0, 3], [1, 1], [2, 3])),
    "rank 4": ([2, 3, 2, 3], cut([1, 2, 0, 1], [-1, -2, 1, 1], [2, 2, 2, 2])),
    "rank 5": ([2, 2, 2, 2, 3], cut([0, 1, 0, 1, 2], [1, -1, 1, -1, -2], [2, 2, 1, 1, 2])),
    "rank 6 reversed": ([2, 1, 2, 1, 2, 3], cut([1, 0, 1, 0, 1, 2], [-1] * 6, [2, 1, 2, 1, 2, 3])),
    "rank 6, one element": ([2, 2, 1, 2, 1, 2], cut([1, 0, 0, 1, 0, 1], [1, -5, 7, -9, 11, STEP], [1] * 6)),
    "a dimension of 1 with any step": ([1, 4], cut([0, 0], [-STEP, 1], [1, 4])),
    "row of 33, every second": ([2, 33], cut([0, 0], [1, 2], [2, 17])),
    "row of 64, backwards by 3": ([64], cut([63], [-3], [22])),
}


@named("slice")
def slices() -> list:
    out = each_type("Slice", SLICES)
    for start in range(4):
        out.append(case("Slice", f"window of 3 from {start} of 6", [(I8, [6])], **cut([start], [1], [3])))
    for dtype in TYPES:
        out.append(case("Slice", f"{dtype} behind a Clamp keeps its interval", [(dtype, [4])], [(-5, 9)],
                        **cut([1], [2], [2])))
    g = Graph((I16, [6]))
    g.add("Slice", g.add("Slice", 0, **cut([5], [-1], [6])), **cut([5], [-1], [6]))
    out.append(vector("Slice: reversed twice", g))
    for i in range(8):
        rng = Rng(f"Slice {i}")
        shape = rng.many(rng.between(1, 4), 1, 5)
        size = [rng.between(1, d) for d in shape]
        start, step = [], []
        for d, n in zip(shape, size):
            by = rng.between(1, (d - 1) // (n - 1)) if n > 1 else rng.between(1, 9)
            first = rng.between(0, d - 1 - (n - 1) * by)
            back = rng.between(0, 1)
            start.append(first + (n - 1) * by if back else first)
            step.append(-by if back else by)
        out.append(case("Slice", f"random {i}", [(rng.pick(TYPES), shape)], **cut(start, step, size)))
    return out


CONCATS = {  # name: (axis, shapes)
    "two": (0, [[3], [4]]),
    "one element each": (0, [[1], [1]]),
    "one and many": (0, [[1], [9]]),
    "rows": (0, [[2, 3], [1, 3]]),
    "columns": (1, [[2, 3], [2, 1]]),
    "three": (1, [[2, 1], [2, 2], [2, 3]]),
    "height": (0, [[1, 2, 3], [2, 2, 3]]),
    "width": (1, [[2, 1, 3], [2, 3, 3]]),
    "channels": (2, [[2, 2, 3], [2, 2, 1]]),
    "four branches": (2, [[2, 2, 1], [2, 2, 2], [2, 2, 3], [2, 2, 4]]),
    "x and h": (0, [[5], [7]]),
    "cache rows": (1, [[2, 3, 4], [2, 1, 4]]),
    "rank 4, axis 1": (1, [[2, 1, 2, 2], [2, 2, 2, 2]]),
    "rank 5, axis 3": (3, [[1, 2, 1, 2, 2], [1, 2, 1, 1, 2]]),
    "rank 6, axis 0": (0, [[1, 1, 2, 1, 2, 1], [2, 1, 2, 1, 2, 1]]),
    "rank 6, axis 5": (5, [[1, 2, 1, 2, 1, 3], [1, 2, 1, 2, 1, 2]]),
    "sixteen": (0, [[1 + i % 3] for i in range(16)]),
    "sixteen columns": (1, [[2, 1]] * 16),
    "rank 3 of one element": (2, [[1, 1, 1], [1, 1, 1]]),
    "row and its neighbour, 5 and 1": (1, [[3, 5], [3, 1]]),
    "rows of 17 and 16": (1, [[2, 17], [2, 16]]),
}


@named("concat")
def concat() -> list:
    out = []
    for i, (name, (axis, shapes)) in enumerate(CONCATS.items()):
        for dtype in TYPES if i < 10 else [TYPES[i % 3]]:
            out.append(case("Concat", f"{name}, {dtype}", [(dtype, s) for s in shapes], axis=axis))
    for name, clamps in (("apart", ((-9, -5), (5, 9))), ("inside", ((-9, 9), (-1, 2))), ("alike", ((3, 4), (3, 4))),
                         ("one whole", (None, (3, 4))), ("one value each", ((7, 7), (-7, -7)))):
        out.append(case("Concat", f"intervals {name}", [(I16, [3]), (I16, [2])], clamps, axis=0))
    for count in (2, 3, 16):
        g = Graph((I8, [2, 2]))
        g.add("Concat", *[0] * count, axis=1)
        out.append(vector(f"Concat: a value {count} times", g))
    g = Graph((I32, [2, 3]))
    g.add("Concat", g.add("Constant", tensor=(I32, [1, 3], [-1, 0, 1])), 0, axis=0)
    out.append(vector("Concat: a constant row before", g))
    g = Graph((I8, [7]))
    parts = [g.add("Slice", 0, **cut([s], [1], [n])) for s, n in ((0, 3), (3, 1), (4, 3))]
    g.add("Concat", *parts, axis=0)
    out.append(vector("Concat: puts together what Slice cut", g))
    return out


def padding(before, after, value=0) -> dict:
    return dict(before=before, after=after, value=value)


PADS = {
    "none": ([4], padding([0], [0])),
    "one before": ([4], padding([1], [0])),
    "one after": ([4], padding([0], [1])),
    "many more than the operand": ([1], padding([20], [30], -3)),
    "rows": ([2, 3], padding([1, 0], [2, 0])),
    "columns": ([2, 3], padding([0, 1], [0, 2])),
    "all sides differ": ([2, 3], padding([1, 2], [3, 4], 5)),
    "image, all around": ([2, 3, 2], padding([1, 1, 0], [1, 1, 0])),
    "channels": ([2, 2, 1], padding([0, 0, 1], [0, 0, 2], 9)),
    "corner before": ([2, 2, 2], padding([1, 1, 1], [0, 0, 0], -1)),
    "corner after": ([2, 2, 2], padding([0, 0, 0], [1, 1, 1], -1)),
    "rank 4": ([1, 2, 1, 2], padding([1, 0, 1, 0], [0, 1, 0, 1], 7)),
    "rank 5": ([1, 2, 1, 2, 1], padding([1, 0, 1, 0, 0], [0, 0, 0, 0, 2], -7)),
    "rank 6": ([1, 1, 2, 1, 1, 2], padding([1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 0], 7)),
    "row of 17": ([17], padding([15], [16], 1)),
}


@named("pad")
def pad() -> list:
    out = each_type("Pad", PADS)
    for dtype in TYPES:
        least, most = bounds(dtype)
        for value in (least, -1, 1, most):
            out.append(case("Pad", f"{dtype} with {value}", [(dtype, [2, 2])], **padding([1, 0], [0, 1], value)))
        for name, v, clamp in (("above the interval", 50, (-9, 9)), ("below the interval", -50, (-9, 9)),
                               ("inside the interval", 0, (-9, 9)), ("at its end", 9, (-9, 9)),
                               ("equal to the one value", 9, (9, 9))):
            out.append(case("Pad", f"{dtype}, value {name}", [(dtype, [3])], [clamp], **padding([1], [1], v)))
        for side, pads in (("before", ([1], [0])), ("after", ([0], [1]))):
            out.append(case("Pad", f"{dtype}, value outside an interval, {side} alone", [(dtype, [3])], [(-9, 9)],
                            **padding(*pads, 50)))
        out.append(case("Pad", f"{dtype}, value outside an interval, no pads", [(dtype, [3])], [(-9, 9)],
                        **padding([0], [0], 50)))
    return out


TILES = {
    "once": ([4], dict(repeats=[1])),
    "twice": ([4], dict(repeats=[2])),
    "one element nine times": ([1], dict(repeats=[9])),
    "rows": ([2, 3], dict(repeats=[2, 1])),
    "columns": ([2, 3], dict(repeats=[1, 2])),
    "both": ([2, 3], dict(repeats=[2, 3])),
    "a row to many": ([1, 5], dict(repeats=[4, 1])),
    "a column to many": ([5, 1], dict(repeats=[1, 4])),
    "an image": ([2, 3, 2], dict(repeats=[2, 2, 1])),
    "channels": ([2, 2, 3], dict(repeats=[1, 1, 3])),
    "all of three": ([1, 2, 3], dict(repeats=[3, 2, 2])),
    "rank 4, first": ([2, 2, 2, 2], dict(repeats=[3, 1, 1, 1])),
    "rank 4, middle": ([2, 1, 3, 2], dict(repeats=[1, 3, 2, 1])),
    "rank 5, last": ([1, 2, 1, 2, 1], dict(repeats=[1, 1, 1, 1, 7])),
    "rank 5, each second": ([2, 1, 2, 1, 2], dict(repeats=[1, 2, 1, 2, 1])),
    "rank 6": ([1, 2, 1, 2, 1, 2], dict(repeats=[2, 1, 2, 1, 2, 1])),
    "rank 6, nothing repeated": ([1, 2, 1, 2, 1, 2], dict(repeats=[1] * 6)),
    "rank 6, all twice": ([1, 1, 1, 1, 2, 1], dict(repeats=[2] * 6)),
    "row of 17": ([17], dict(repeats=[2])),
    "row of 16 three times": ([2, 16], dict(repeats=[1, 3])),
}


@named("tile")
def tile() -> list:
    out = each_type("Tile", TILES) + each_type("Tile", dict(list(TILES.items())[3:]), start=1, every=0)
    for dtype in TYPES:
        out.append(case("Tile", f"{dtype} behind a Clamp keeps its interval", [(dtype, [4])], [(-5, 9)], repeats=[2]))
        g = Graph((dtype, [2, 2]))
        g.add("Tile", g.add("Tile", 0, repeats=[1, 2]), repeats=[2, 1])
        out.append(vector(f"Tile: {dtype} twice", g))
        out.append(case("Tile", f"{dtype}, extremes", [(dtype, [11])], values=[[extremes(dtype)]], repeats=[2]))
    return out


@named("constant")
def constant() -> list:
    out = []

    def put(name, dtype, shape, values):
        values = [values] * elements(shape) if isinstance(values, int) else values
        g = Graph((I8, [1]))
        g.add("Constant", tensor=(dtype, shape, values))
        out.append(vector(f"Constant: {name}", g, ends=False))

    shapes = ([1], [7], [2, 3], [1, 5], [5, 1], [2, 3, 2], [1, 2, 1, 3], [2, 1, 2, 1, 2], [1, 2, 1, 2, 1, 2])
    for dtype in TYPES:
        least, most = bounds(dtype)
        for shape in shapes:
            put(f"{dtype} {shape}", dtype, shape, Rng(f"Constant {dtype} {shape}").tensor(dtype, shape))
        for value in (least, -1, 0, 1, most):
            put(f"{dtype}, {value} alone", dtype, [3], value)
        put(f"{dtype}, extremes", dtype, [11], extremes(dtype))
        g = Graph((dtype, [2, 3]))
        g.add("Max", 0, g.add("Constant", tensor=(dtype, [1, 3], [-5, 0, 5])))
        out.append(vector(f"Constant: {dtype} as an operand", g))
    g = Graph((I8, [1]))
    table = g.constant(I16, [2, 2], [1, -2, 3, -4])
    out.append(vector("Constant: one tensor by two nodes", g.build(
        g.add("Constant", tensor=table), g.add("Constant", tensor=table))))
    g = Graph((I8, [2, 3]))
    weight = g.constant(I8, [2, 3], [1, 2, 3, -4, -5, -6])
    g.add("MatMul", 0, weight=weight, bias=(I32, [2], [0, 0]), zero_point=0)
    out.append(vector("Constant: a weight that is a value too", g.build(1, g.add("Constant", tensor=weight))))
    return out
