"""Reshape and Transpose."""

from itertools import permutations

from isocortex_ref.numbers import elements

from .build import Graph, pack, named, vector
from .rng import Rng

SHAPES = [
    ([1], [1]), ([1], [1] * 6), ([1] * 6, [1]), ([6], [2, 3]), ([2, 3], [6]), ([2, 3], [3, 2]), ([2, 3], [2, 3]),
    ([2, 3, 4], [4, 3, 2]), ([2, 3, 4], [24]), ([24], [1, 2, 3, 4, 1, 1]), ([2, 1, 2, 1, 2, 1], [8]), ([5, 7], [7, 5]),
    ([3, 2, 2], [2, 2, 3]), ([1, 9], [9, 1]), ([9], [3, 1, 3]), ([2, 2, 2, 2, 2, 1], [1, 32]), ([65], [5, 13]),
    ([1, 1], [1]),
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
    wanted += [("i32", [3, 1, 2], p) for p in permutations(range(3))]
    wanted += [("i8", [1, 9], (1, 0)), ("i8", [9, 1], (1, 0)), ("i16", [17, 3], (1, 0)), ("i8", [33, 2], (1, 0))]
    wanted += [("i32", [1] * 6, (1, 0, 3, 2, 5, 4)), ("i8", [2, 2, 2, 2, 2, 2], (1, 2, 3, 4, 5, 0))]
    wanted += [("i16", [2, 1, 3, 1, 2], (1, 3, 0, 2, 4))]
    wanted += [("i8", [2, 3, 1, 4], p) for p in permutations(range(4))]
    wanted += [("i8", [2, 1, 2, 3, 2], (4, 2, 0, 3, 1)), ("i8", [1, 2, 3, 1, 2, 2], (3, 5, 1, 0, 2, 4))]
    out = []
    for dtype, shape, perm in wanted:
        g = Graph((dtype, shape))
        g.add("Transpose", 0, perm=perm)
        out.append(vector(f"Transpose: {dtype} {shape} by {list(perm)}", g, ends=False))
    return out
