"""MatMul and ReduceSum."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, vector
from .rng import Rng


def matmul_graph(rng, x, n=1, zp=0, weight=None, bias=None, clamp=None):
    g, k = Graph(("i8", x)), x[-1]
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add(
        "MatMul", value,
        weight=("i8", [n, k], rng.tensor("i8", [n, k]) if weight is None else [weight] * (n * k)),
        bias=("i32", [n], rng.many(n, -(1 << 20), 1 << 20) if bias is None else [bias] * n),
        zero_point=zp,
    )
    return g


LAST_BIAS = (1 << 31) - 1 - 127 * 128

MATMUL = {
    "one element": dict(x=[1]),
    "rank 1": dict(x=[7], n=5),
    "one row": dict(x=[1, 7], n=5),
    "one column": dict(x=[7, 1], n=5),
    "one result column": dict(x=[4, 9]),
    "rank 3": dict(x=[2, 3, 4], n=3),
    "rank 4": dict(x=[2, 1, 3, 4], n=2),
    "rank 6": dict(x=[1, 2, 1, 2, 1, 3], n=2),
    "weight -128, zero point 127: the largest products": dict(x=[2, 16], n=2, weight=-128, zp=127),
    "weight -128, zero point -128": dict(x=[2, 16], n=2, weight=-128, zp=-128),
    "weight 127, zero point 127": dict(x=[2, 16], n=2, weight=127, zp=127),
    "weight 127, zero point -128": dict(x=[2, 16], n=2, weight=127, zp=-128),
    "weight -127, zero point 0": dict(x=[2, 16], n=2, weight=-127),
    "weight 1 counts": dict(x=[3, 5], n=2, weight=1, bias=0),
    "weight 0 leaves the bias": dict(x=[3, 5], n=4, weight=0),
    "greatest bias that the condition allows": dict(x=[2, 1], weight=127, bias=LAST_BIAS),
    "least bias that the condition allows": dict(x=[2, 1], weight=127, bias=-LAST_BIAS),
    "operand clamped": dict(x=[3, 6], n=3, zp=-5, clamp=(-3, 90)),
    "operand clamped to its zero point": dict(x=[3, 6], n=3, zp=-5, clamp=(-5, -5)),
    "a greater bias under a clamp": dict(x=[2, 1], weight=127, bias=(1 << 31) - 1 - 127, clamp=(-1, 1)),
    "K 32": dict(x=[3, 32], n=4, zp=3),
    "K 33": dict(x=[3, 33], n=4, zp=-3),
    "K 64, N 17": dict(x=[2, 64], n=17, zp=100),
    "K 127, N 3": dict(x=[5, 127], n=3, zp=-100),
    "K 600": dict(x=[1, 600], n=2, zp=127),
}


@named("matmul")
def matmul() -> list:
    named = dict(MATMUL)
    for i in range(10):
        rng = Rng(f"MatMul shape {i}")
        shape = rng.many(rng.between(1, 3), 1, 6) + [rng.between(1, 40)]
        named[f"random {i}"] = dict(x=shape, n=rng.between(1, 20), zp=rng.between(-128, 127))
    return [vector(f"MatMul: {name}", matmul_graph(Rng(f"MatMul {name}"), **p)) for name, p in named.items()]


def reduce_graph(dtype, x, axes, zp=0, clamp=None):
    g = Graph((dtype, x))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add("ReduceSum", value, axes=axes, zero_point=zp)
    return g


REDUCE = {
    "one element": ("i8", [1], [0]),
    "all of rank 1": ("i8", [9], [0]),
    "all axes leave shape [1]": ("i8", [2, 3, 4], [0, 1, 2]),
    "all six axes": ("i8", [2, 1, 2, 1, 2, 3], [0, 1, 2, 3, 4, 5]),
    "first axis": ("i8", [3, 4, 2], [0]),
    "middle axis": ("i8", [3, 4, 2], [1]),
    "last axis": ("i8", [3, 4, 2], [2]),
    "image mean": ("i8", [4, 5, 3], [0, 1], -7),
    "outer axes": ("i8", [3, 4, 2], [0, 2], 7),
    "rank 6, axes 1, 3, 5": ("i8", [2, 3, 1, 2, 2, 3], [1, 3, 5], 1),
    "axis of one": ("i8", [3, 1, 2], [1], 4),
    "zero point -128": ("i8", [5, 3], [0], -128),
    "zero point 127": ("i8", [5, 3], [0], 127),
    "i16": ("i16", [4, 3], [0]),
    "i16, zero point -32768": ("i16", [4, 3], [1], -32768),
    "i16, zero point 32767": ("i16", [4, 3], [1], 32767),
    "i32, the greatest sum that the condition allows": (
        "i32", [3, 2], [1], 0, (-(1 << 30) + 1, (1 << 30) - 1)),
    "i32, 2^31 - 1 by one element": ("i32", [1, 2], [0], -1, (-(1 << 31) + 1, (1 << 31) - 2)),
    "i32, clamped": ("i32", [4, 3], [0], 0, (-1000, 1000)),
    "i32, clamped, zero point": ("i32", [4, 3], [1], 500, (-1000, 1000)),
    "i32, one element, clamped to all but the least": ("i32", [2, 1], [1], 0, (-(1 << 31) + 1, (1 << 31) - 1)),
    "i32, greatest zero point": ("i32", [1, 3], [0], (1 << 31) - 1, (1, (1 << 31) - 1)),
    "i32, least zero point": ("i32", [1, 3], [0], -(1 << 31), (-(1 << 31), -2)),
    "i8, clamped to one value": ("i8", [6], [0], 3, (11, 11)),
    "i8, clamped below the zero point": ("i8", [6, 2], [0], 100, (-20, 50)),
}


@named("reduce_sum")
def reduce_sum() -> list:
    named = dict(REDUCE)
    for i in range(10):
        rng = Rng(f"ReduceSum shape {i}")
        dtype, shape = rng.pick(("i8", "i16")), rng.many(rng.between(1, 5), 1, 5)
        axes = [d for d in range(len(shape)) if rng.between(0, 1)] or [0]
        named[f"random {i}"] = (dtype, shape, axes, rng.between(*bounds(dtype)))
    return [vector(f"ReduceSum: {name}", reduce_graph(*p)) for name, p in named.items()]
