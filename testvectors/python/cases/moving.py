"""MaxPool, Reshape, Transpose and Table8: ops that compute nothing new."""

from itertools import permutations

from isocortex_ref.numbers import elements

from .build import Graph, pack, named, vector
from .rng import Rng

POOL = {  # name: (shape, kernel, stride, pads, clamp)
    "one element": ([1, 1, 1], (1, 1)),
    "1 by 1 is the identity": ([3, 4, 2], (1, 1)),
    "2 by 2": ([4, 4, 3], (2, 2), (2, 2)),
    "2 by 2, odd size": ([5, 5, 3], (2, 2), (2, 2)),
    "overlapping": ([5, 5, 2], (3, 3), (1, 1)),
    "overlapping, stride 2, pads": ([7, 7, 2], (3, 3), (2, 2), (1, 1, 1, 1)),
    "one-row kernel": ([3, 6, 1], (1, 3), (1, 2)),
    "one-column kernel": ([6, 3, 1], (3, 1), (2, 1)),
    "global": ([4, 6, 5], (4, 6)),
    "stride larger than the kernel": ([9, 9, 1], (2, 2), (4, 3)),
    "top pad": ([3, 3, 1], (3, 3), (1, 1), (2, 0, 0, 0)),
    "left pad": ([3, 3, 1], (3, 3), (1, 1), (0, 2, 0, 0)),
    "bottom pad": ([3, 3, 1], (3, 3), (1, 1), (0, 0, 2, 0)),
    "right pad": ([3, 3, 1], (3, 3), (1, 1), (0, 0, 0, 2)),
    "greatest pads": ([2, 2, 2], (4, 3), (1, 1), (3, 2, 3, 2)),
    "greatest kernel, one element": ([1, 1, 1], (64, 64), (1, 64), (63, 63, 63, 63)),
    "greatest kernel": ([64, 65, 1], (64, 64)),
    "greatest stride": ([65, 66, 1], (1, 2), (64, 64)),
    "operand larger than the kernel only by pads": ([1, 2, 3], (2, 3), (1, 1), (1, 1, 0, 0)),
    "33 channels": ([3, 3, 33], (2, 2), (1, 1), (1, 1, 0, 0)),
    "clamped operand": ([4, 4, 2], (2, 2), (2, 2), (1, 1, 1, 1), (-90, -80)),
    "clamped to the least": ([3, 3, 1], (2, 2), (1, 1), (1, 1, 1, 1), (-128, -128)),
}


@named("maxpool")
def maxpool() -> list:
    named = dict(POOL)
    for i in range(10):
        rng = Rng(f"MaxPool shape {i}")
        kernel = (rng.between(1, 4), rng.between(1, 4))
        shape = [k + rng.between(0, 5) for k in kernel] + [rng.between(1, 6)]
        pads = tuple(rng.between(0, kernel[j % 2] - 1) for j in range(4))
        named[f"random {i}"] = (shape, kernel, tuple(rng.many(2, 1, 4)), pads)
    out = []
    for name, (shape, kernel, *rest) in named.items():
        stride, pads, clamp = rest + [(1, 1), (0, 0, 0, 0), None][len(rest):]
        g = Graph(("i8", shape))
        value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
        g.add("MaxPool", value, kernel=kernel, stride=stride, pads=pads)
        out.append(vector(f"MaxPool: {name}", g))
    return out


SHAPES = [
    ([1], [1]), ([1], [1] * 6), ([1] * 6, [1]), ([6], [2, 3]), ([2, 3], [6]), ([2, 3], [3, 2]), ([2, 3], [2, 3]),
    ([2, 3, 4], [4, 3, 2]), ([2, 3, 4], [24]), ([24], [1, 2, 3, 4, 1, 1]), ([2, 1, 2, 1, 2, 1], [8]), ([5, 7], [7, 5]),
]


@named("reshape")
def reshape() -> list:
    out = []
    for dtype in ("i8", "i16", "i32"):
        for source, target in SHAPES:
            g = Graph((dtype, source))
            g.add("Reshape", 0, shape=target)
            out.append(vector(f"Reshape: {dtype} {source} to {target}", g, ends=False))
    return out


@named("transpose")
def transpose() -> list:
    wanted = [("i8", [1], (0,)), ("i32", [5], (0,)), ("i16", [1] * 6, (5, 4, 3, 2, 1, 0))]
    wanted += [("i32", [2, 3], p) for p in permutations(range(2))]
    wanted += [("i16", [2, 3, 4], p) for p in permutations(range(3))]
    wanted += [("i8", [2, 3, 1, 4], p) for p in permutations(range(4))]
    wanted += [("i8", [2, 1, 2, 3, 2], (4, 2, 0, 3, 1)), ("i8", [1, 2, 3, 1, 2, 2], (3, 5, 1, 0, 2, 4))]
    out = []
    for dtype, shape, perm in wanted:
        g = Graph((dtype, shape))
        g.add("Transpose", 0, perm=perm)
        out.append(vector(f"Transpose: {dtype} {shape} by {list(perm)}", g, ends=False))
    return out


@named("table8")
def table8() -> list:
    every = list(range(-128, 128))
    step = [-128] * 128 + [127] * 128
    tables = {
        "identity": every, "reversed": every[::-1], "all least": [-128] * 256, "all greatest": [127] * 256,
        "zero": [0] * 256, "step": step, "square": [min(v * v // 64, 127) for v in every],
        "absolute": [min(abs(v), 127) for v in every], "extremes at the ends": [127] + [0] * 254 + [-128],
        "one spike": [0] * 200 + [99] + [0] * 55, "alternating": [127, -128] * 128,
    }
    for i in range(4):
        tables[f"random {i}"] = Rng(f"Table8 {i}").tensor("i8", [256])
    shapes = ([1], [7], [3, 2], [2, 2, 3], [1, 2, 1, 2, 1, 2])
    out = []

    def case(name, table, shape, clamp=None, inputs=None):
        g = Graph(("i8", shape))
        value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
        g.add("Table8", value, table=("i8", [256], table))
        out.append(vector(f"Table8: {name}", g, inputs))

    for name, table in tables.items():
        case(f"{name}, every operand", table, [256], inputs=[pack("i8", every)])
    for shape in shapes:
        case(f"shape {shape}", tables["random 0"], shape)
    for lo, hi in ((-128, -128), (127, 127), (0, 0), (-128, 0), (0, 127), (-1, 1), (71, 73), (72, 72), (73, 127)):
        case(f"one spike, operand in [{lo}, {hi}]", tables["one spike"], [9], (lo, hi))
    case("extremes at the ends, operand inside", tables["extremes at the ends"], [9], (-127, 126))
    assert all(elements(s) < 256 for s in shapes)
    return out
