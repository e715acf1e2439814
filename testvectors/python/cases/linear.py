"""MatMul, BatchMatMul and ReduceSum."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, vector
from .rng import Rng


def matmul_graph(rng, x, n=1, zp=0, weight=None, bias=None, clamp=None, dtype="i8"):
    g, k = Graph((dtype, x)), x[-1]
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
    "N 33": dict(x=[2, 3], n=33, zp=1),
    "a row of zeros and a bias of the largest magnitude": dict(x=[2, 3], weight=0, bias=-(1 << 31) + 1),
    "i16, one element": dict(x=[1], dtype="i16"),
    "i16": dict(x=[3, 7], n=5, dtype="i16"),
    "i16, rank 3": dict(x=[2, 3, 4], n=3, zp=-100, dtype="i16"),
    "i16, zero point -32768": dict(x=[2, 9], n=2, zp=-32_768, dtype="i16"),
    "i16, zero point 32767": dict(x=[2, 9], n=2, zp=32_767, dtype="i16"),
    "i16, weight -128, zero point 32767: the largest products": dict(
        x=[2, 16], n=2, weight=-128, zp=32_767, dtype="i16"),
    "i16, K 255: as many of the largest products as fit": dict(
        x=[1, 255], n=1, weight=-128, bias=0, zp=32_767, dtype="i16"),
    "i16, K 33, N 17": dict(x=[2, 33], n=17, zp=5, dtype="i16"),
    "i16, greatest bias that the condition allows": dict(
        x=[2, 1], weight=127, bias=(1 << 31) - 1 - 127 * 32_768, dtype="i16"),
    "i16, clamped": dict(x=[3, 6], n=3, zp=-5, clamp=(-3, 9000), dtype="i16"),
    "i16, clamped to the range of i8": dict(x=[3, 6], n=3, zp=-5, clamp=(-128, 127), dtype="i16"),
}


@named("matmul")
def matmul() -> list:
    named = dict(MATMUL)
    for i in range(14):
        rng = Rng(f"MatMul shape {i}")
        shape = rng.many(rng.between(1, 3), 1, 6) + [rng.between(1, 40)]
        named[f"random {i}"] = dict(x=shape, n=rng.between(1, 20), zp=rng.between(-128, 127))
    return [vector(f"MatMul: {name}", matmul_graph(Rng(f"MatMul {name}"), **p)) for name, p in named.items()]


BATCHED = {  # name: (types, a, b, transposed, zero points, clamps)
    "one element": ("i8 i8", [1, 1], [1, 1]),
    "one element, transposed": ("i8 i8", [1, 1], [1, 1], True),
    "rank 2": ("i8 i8", [3, 4], [4, 5]),
    "rank 2, transposed": ("i8 i8", [3, 4], [5, 4], True),
    "square": ("i8 i8", [3, 3], [3, 3]),
    "square, transposed": ("i8 i8", [3, 3], [3, 3], True),
    "rank 3": ("i8 i8", [2, 3, 4], [2, 4, 5]),
    "rank 3, transposed": ("i8 i8", [2, 3, 4], [2, 5, 4], True),
    "rank 4": ("i8 i8", [2, 2, 3, 2], [2, 2, 2, 3]),
    "rank 6": ("i8 i8", [1, 2, 1, 2, 3, 2], [1, 2, 1, 2, 2, 3]),
    "rank 6, transposed": ("i8 i8", [1, 2, 1, 2, 3, 2], [1, 2, 1, 2, 3, 2], True),
    "a row by a matrix": ("i8 i8", [1, 5], [5, 3]),
    "a matrix by a column": ("i8 i8", [3, 5], [5, 1]),
    "an outer product": ("i8 i8", [4, 1], [1, 3]),
    "an outer product, transposed": ("i8 i8", [4, 1], [3, 1], True),
    "an inner product": ("i8 i8", [1, 7], [7, 1]),
    "i16": ("i16 i16", [2, 1], [1, 3], False, (0, 0)),
    "i16 by i8": ("i16 i8", [2, 3, 4], [2, 4, 5]),
    "i8 by i16": ("i8 i16", [2, 3, 4], [2, 4, 5]),
    "i16 by i8, transposed": ("i16 i8", [3, 9], [4, 9], True, (-300, 7)),
    "i8 by i16, transposed": ("i8 i16", [3, 9], [4, 9], True, (7, -300)),
    "i16 clamped to Q15 rows, by i8": ("i16 i8", [2, 8], [8, 3], False, (0, -4), ((0, 32_767), None)),
    "i16, 2 of them under a clamp": (
        "i16 i16", [1, 2], [2, 1], False, (0, 0), ((-32_767, 32_767), (-32_767, 32_767))),
    "zero points -128": ("i8 i8", [2, 5], [5, 3], False, (-128, -128)),
    "zero points 127": ("i8 i8", [2, 5], [5, 3], False, (127, 127)),
    "zero points -128 and 127": ("i8 i8", [2, 5], [5, 3], False, (-128, 127)),
    "zero points 127 and -128, transposed": ("i8 i8", [2, 5], [3, 5], True, (127, -128)),
    "zero point of a alone": ("i8 i8", [2, 5], [5, 3], False, (9, 0)),
    "zero point of b alone": ("i8 i8", [2, 5], [5, 3], False, (0, 9)),
    "i16, zero points at the ends": ("i16 i8", [2, 3], [3, 2], False, (-32_768, 127)),
    "i16, zero points at the other ends": ("i16 i8", [2, 3], [3, 2], False, (32_767, -128)),
    "a clamped": ("i8 i8", [2, 5], [5, 3], False, (1, 2), ((-5, 6), None)),
    "b clamped": ("i8 i8", [2, 5], [5, 3], False, (1, 2), (None, (-5, 6))),
    "both clamped": ("i8 i8", [2, 5], [5, 3], False, (1, 2), ((3, 60), (-50, -7))),
    "a above its zero point, b below": ("i8 i8", [2, 5], [5, 3], False, (-100, 100), ((-90, 60), (-50, 80))),
    "a below its zero point, b above": ("i8 i8", [2, 5], [5, 3], False, (100, -100), ((-50, 80), (-90, 60))),
    "both below their zero points": ("i8 i8", [2, 5], [5, 3], False, (100, 90), ((-50, 80), (-90, 60))),
    "a clamped to its zero point": ("i8 i8", [2, 5], [5, 3], False, (4, 0), ((4, 4), None)),
    "both clamped to one value": ("i8 i8", [2, 5], [5, 3], False, (4, 1), ((5, 5), (-7, -7))),
    "K 33": ("i8 i8", [2, 33], [33, 2]),
    "K 33, transposed": ("i8 i8", [2, 33], [2, 33], True),
    "K 64, N 17": ("i8 i8", [1, 64], [64, 17], False, (-3, 5)),
    "N 17 in two batches, transposed": ("i8 i8", [2, 2, 5], [2, 17, 5], True),
    "17 batches": ("i8 i8", [17, 2, 2], [17, 2, 2]),
    "heads of an attention, queries by keys": ("i8 i8", [2, 4, 8], [2, 4, 8], True, (3, -5)),
    "heads of an attention, weights by values": ("i16 i8", [2, 4, 4], [2, 4, 8], False, (0, -5), ((0, 32_767), None)),
}


def batched_graph(types, a, b, transposed=False, zero_points=(0, 0), clamps=(None, None)):
    g, values = Graph(*zip(types.split(), (a, b))), [0, 1]
    for i, clamp in enumerate(clamps):
        if clamp:
            values[i] = g.add("Clamp", i, lo=clamp[0], hi=clamp[1])
    g.add("BatchMatMul", *values, zero_points=zero_points, transposed=transposed)
    return g


@named("batch_matmul")
def batch_matmul() -> list:
    cases = dict(BATCHED)
    # A product of -2^15 by itself is 2^30: one fits, two do not.
    cases["i16 squared: the last K that fits"] = ("i16 i16", [2, 1], [1, 2], False, (0, 0))
    cases["i8 by i16 at their ends: the greatest magnitude below 2^31"] = (
        "i8 i16", [1, 257], [257, 1], False, (127, 32_767), (None, (0, 32_767)))
    for i in range(6):
        rng = Rng(f"BatchMatMul shape {i}")
        types, lead, (m, k, n) = rng.pick(("i8 i8", "i16 i8")), rng.many(rng.between(0, 2), 1, 3), rng.many(3, 1, 6)
        transposed = i % 2 == 1
        zero_points = [rng.between(*bounds(t)) for t in types.split()]
        b = lead + ([n, k] if transposed else [k, n])
        cases[f"random {i}"] = (types, lead + [m, k], b, transposed, zero_points)
    out = [vector(f"BatchMatMul: {name}", batched_graph(*p)) for name, p in cases.items()]
    g = Graph(("i8", [3, 3]))
    g.add("BatchMatMul", 0, 0, zero_points=(0, 5), transposed=False)
    out.append(vector("BatchMatMul: a value by itself", g))
    g = Graph(("i8", [3, 4]))
    g.add("BatchMatMul", 0, 0, zero_points=(1, 1), transposed=True)
    out.append(vector("BatchMatMul: a value by its transpose", g))
    return out


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
    "first and last of six axes": ("i16", [2, 1, 2, 1, 2, 3], [0, 5]),
    "all but the first axis": ("i8", [3, 2, 2, 2], [1, 2, 3], 9),
    "all but the last axis": ("i8", [2, 2, 2, 3], [0, 1, 2], 9),
    "33 channels": ("i8", [2, 3, 33], [0, 1], 1),
    "a row of 65": ("i8", [2, 65], [1], -1),
    "a column of 65": ("i16", [65, 2], [0], -1),
    "i16, all axes": ("i16", [2, 3, 2], [0, 1, 2], 5),
    "i16, zero point -32768, one element": ("i16", [1], [0], -32_768),
    "i32, one element": ("i32", [1], [0], 0, (-(1 << 31) + 1, (1 << 31) - 1)),
    "i32, the least sum that the condition allows": ("i32", [2, 3], [1], -1, (-715_827_883, 715_827_881)),
    "i32, all axes": ("i32", [2, 2, 2], [0, 1, 2], 7, (-99_999, 1_000_000)),
    "axes of one alone": ("i16", [1, 3, 1], [0, 2], 3),
    "i32 clamped to its zero point": ("i32", [4], [0], -77, (-77, -77)),
    "a mean of 3 with zero point": ("i8", [2, 3], [1], -128, (-128, -128)),
}


@named("reduce_sum")
def reduce_sum() -> list:
    named = dict(REDUCE)
    for i in range(14):
        rng = Rng(f"ReduceSum shape {i}")
        dtype, shape = rng.pick(("i8", "i16")), rng.many(rng.between(1, 5), 1, 5)
        axes = [d for d in range(len(shape)) if rng.between(0, 1)] or [0]
        named[f"random {i}"] = (dtype, shape, axes, rng.between(*bounds(dtype)))
    return [vector(f"ReduceSum: {name}", reduce_graph(*p)) for name, p in named.items()]
