"""TOSA's operators as graphs of ours: movement, gathering."""

import numpy as np

from tosa_lower import NotCovered, rule


@rule("CONCAT")
def concat(low):
    values = low.inputs(*range(len(low.test.operands)))
    return low.model.node("Concat", *values, axis=low.test.attribute.Axis()) if len(values) > 1 else values[0]


@rule("PAD")
def pad(low):
    x, = low.inputs(0)
    before, after = low.test.array(1).reshape(-1, 2).T.tolist() or ([0], [0])
    return low.model.node("Pad", x, before=before, after=after, value=low.test.scalar(2))


@rule("RESHAPE", "RESHAPE_BLOCK_SCALED")
def reshape(low):
    x, = low.inputs(0)
    return low.model.node("Reshape", x, shape=low.test.array(1).tolist() or [1])


@rule("REVERSE")
def reverse(low):
    x, = low.inputs(0)
    shape, axis = list(low.test.array(0).shape), low.test.attribute.Axis()
    start, step = [0] * len(shape), [1] * len(shape)
    start[axis], step[axis] = shape[axis] - 1, -1
    return low.model.node("Slice", x, start=start, step=step, size=shape)


@rule("SLICE")
def slice_(low):
    x, = low.inputs(0)
    start, size = (low.test.array(i).tolist() for i in (1, 2))
    return low.model.node("Slice", x, start=start, step=[1] * len(size), size=size)


@rule("TILE")
def tile(low):
    x, = low.inputs(0)
    return low.model.node("Tile", x, repeats=low.test.array(1).tolist() or [1])


@rule("TRANSPOSE")
def transpose(low):
    x, = low.inputs(0)
    perm = [low.test.attribute.Perms(d) for d in range(low.test.attribute.PermsLength())]
    return low.model.node("Transpose", x, perm=perm)


@rule("IDENTITY")
def identity(low):
    return low.inputs(0)[0]


@rule("CONST")
def const(low):
    """The constant beside an input that nothing reads, since a model has one."""
    low.model.input("i8", [1])
    low.runs = [[np.zeros(1)]]
    return low.model.value(low.kind(0), low.test.array(0))


def index(low, value, rows):
    """Tells the check that an index is inside."""
    return low.model.clamp(value, 0, rows - 1)


@rule("GATHER")
def gather(low):
    x, at = low.inputs(0, 1)
    return low.model.node("Gather", x, index(low, at, low.test.array(0).shape[1]))


@rule("SCATTER")
def scatter(low):
    x, at, rows = low.inputs(0, 1, 2)
    return low.model.node("ScatterRow", x, index(low, at, low.test.array(0).shape[1]), rows)


@rule("ROW_GATHER", "ROW_GATHER_BLOCK_SCALED")
def row_gather(low):
    """`count` rows from each index on."""
    model, (x, at), count = low.model, low.inputs(0, 1), low.test.scalar(2)
    n, w = low.test.array(1).shape
    rows = low.test.array(0).shape[1]
    at = model.node("Reshape", index(low, at, rows), shape=[n, w, 1])
    at = model.node("Add", at, model.value("i32", np.arange(count).reshape(1, 1, -1)))
    at = model.node("Reshape", at, shape=[n, w * count])
    if low.test.array(1).max() + count > rows:
        raise NotCovered("rows beyond the last")
    return model.node("Gather", x, index(low, at, rows))
