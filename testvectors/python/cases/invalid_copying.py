"""Refusals of Slice, Concat, Pad, Tile and Constant."""

from .build import Graph, refused
from .copying import STEP, cut, padding
from .graphs import I8, I16, one


@refused
def refusals():
    def of(op, shape=(2, 3), clamp=None, dtype=I8, count=1, **attributes):
        return one(op, [(dtype, list(shape))] * count, [clamp], **attributes)

    for name, start, step, size in (
        ("step 0", [0, 0], [0, 1], [1, 1]), ("size 0", [0, 0], [1, 1], [0, 1]),
        ("start past the end", [2, 0], [1, 1], [1, 1]),
        ("last past the end", [0, 1], [1, 1], [2, 3]), ("last below 0", [0, 1], [1, -1], [2, 3]),
        ("step past the end", [0, 0], [1, 3], [2, 2]), ("step 2^24 + 1", [0, 0], [STEP + 1, 1], [1, 1]),
        ("step -2^24 - 1", [0, 0], [1, -STEP - 1], [1, 1]), ("step -2^31", [0, 0], [1, -(1 << 31)], [1, 1]),
        ("start 2^32 - 1", [0, (1 << 32) - 1], [1, 1], [1, 1]), ("size 2^32 - 1", [0, 0], [1, 1], [1, (1 << 32) - 1]),
        ("size 2^32 - 1, step -2^24", [0, 0], [1, -STEP], [1, (1 << 32) - 1]),
        ("start of one entry", [0], [1, 1], [1, 1]), ("step of three", [0, 0], [1, 1, 1], [1, 1]),
        ("no sizes", [0, 0], [1, 1], []),
        ("all of one entry", [0], [1], [1]),
    ):
        yield f"Slice: {name}", "attribute", of("Slice", **cut(start, step, size))
    yield "Slice: two operands", "operand", of("Slice", count=2, **cut([0, 0], [1, 1], [1, 1]))

    def joined(axis, *inputs):
        return one("Concat", inputs, axis=axis)

    v = (I8, [2, 3])
    yield "Concat: one operand", "operand", joined(0, v)
    yield "Concat: 17 operands", "operand", one_of_many(17)
    yield "Concat: axis 2 of rank 2", "attribute", joined(2, v, v)
    yield "Concat: axis 255", "attribute", joined(255, v, v)
    yield "Concat: i8 and i16", "dtype", joined(0, v, (I16, [2, 3]))
    yield "Concat: other columns", "shape", joined(0, v, (I8, [2, 4]))
    yield "Concat: other rows", "shape", joined(1, v, (I8, [3, 3]))
    yield "Concat: the third differs", "shape", joined(0, v, v, (I8, [2, 1]))
    yield "Concat: ranks 2 and 1", "shape", joined(0, v, (I8, [3]))
    yield "Concat: a dimension of 2^24 + 1", "limit", joined(0, (I8, [STEP]), (I8, [1]))
    for name, fault, before, after, value in (
        ("before of one entry", "attribute", [1], [0, 0], 0), ("after of three", "attribute", [0, 0], [0, 0, 0], 0),
        ("before 2^24 + 1", "attribute", [STEP + 1, 0], [0, 0], 0),
        ("after 2^32 - 1", "attribute", [0, 0], [0, (1 << 32) - 1], 0),
        ("a dimension of 2^24 + 1", "limit", [STEP - 1, 0], [0, 0], 0),
        ("2^24 on both sides", "limit", [STEP, 0], [STEP, 0], 0),
        ("value 128", "attribute", [1, 0], [0, 0], 128), ("value -129, no pads", "attribute", [0, 0], [0, 0], -129),
        ("2^28 + 2^24 elements", "limit", [STEP - 2, 0], [0, 14], 0),
    ):
        yield f"Pad: {name}", fault, of("Pad", **padding(before, after, value))
    yield "Pad: two operands", "operand", of("Pad", count=2, **padding([0, 0], [0, 0]))
    for name, fault, repeats in (
        ("0", "attribute", [0, 1]), ("2^24 + 1", "attribute", [1, STEP + 1]),
        ("2^32 - 1", "attribute", [1, (1 << 32) - 1]),
        ("of one entry", "attribute", [2]), ("of three", "attribute", [1, 1, 1]), ("none", "attribute", []),
        ("to a dimension above 2^24", "limit", [STEP // 2 + 1, 1]), ("2^24 each", "limit", [STEP, STEP]),
        ("to more than 2^28 elements", "limit", [STEP // 2, 6]),
    ):
        yield f"Tile: repeats {name}", fault, of("Tile", repeats=repeats)
    yield "Tile: two operands", "operand", of("Tile", count=2, repeats=[1, 1])
    yield "Constant: an operand", "operand", of("Constant", tensor=(I8, [1], [0]))


def one_of_many(count):
    """More operands than there may be inputs: the same value again."""
    g = Graph((I8, [1]))
    g.add("Concat", *[0] * count, axis=0)
    return g
