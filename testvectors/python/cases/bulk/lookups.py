"""Table8, Table16, TreeEnsemble."""

import numpy as np

from ..build import Graph
from .draw import M1, bulk


@bulk("Table8")
def table8(draw):
    g = Graph(("i8", draw.shape(1, 6, 100)))
    g.add("Table8", draw.narrowed(g, 0, "i8", 2), table=draw.tensor_of(draw.dtype(), [256]))
    return g


@bulk("Table16")
def table16(draw):
    g = Graph(("i16", draw.shape(1, 6, 100)))
    g.add("Table16", draw.narrowed(g, 0, "i16", 2), table=draw.tensor_of("i16", [513]))
    return g


def forest(draw, nodes: int):
    """Trees with so many nodes in all: children, roots and the number of leaves.

    Nodes are dealt one by one to a place that is still open, and the leaves fill what is left, in any order.
    """
    children, trees = np.zeros((nodes, 2), np.int64), draw.between(1, max(1, nodes // 2 + 1))
    roots, free = [0] * trees, [(-1, t) for t in range(trees)]
    deep = draw.chance(3)

    def fill(place, reference):
        if place[0] < 0:
            roots[place[1]] = reference
        else:
            children[place] = reference

    for j in range(nodes):
        at = len(free) - 1 if deep and j >= trees else draw.between(0, len(free) - 1)
        fill(free.pop(at), j)
        free += [(j, 0), (j, 1)]
    order = np.argsort(draw.numbers(len(free), 0, 1 << 30), kind="stable")
    for leaf, at in enumerate(order.tolist()):
        fill(free[at], -1 - leaf)
    return children, roots, len(free)


@bulk("TreeEnsemble")
def tree_ensemble(draw):
    dtype, shape = draw.dtype(), draw.shape(1, 6, 40)
    nodes, c = draw.pick((1, 2, 3, 5, 9, 17, draw.between(1, 40))), draw.pick((1, 1, 2, 3, 17))
    children, roots, leaves = forest(draw, nodes)
    most = (M1 - 1000) // (len(roots) + (0 if draw.chance(40) else 1)) if draw.chance(4) else 1 << draw.between(0, 20)
    middle = 1 << {"i8": 7, "i16": 15, "i32": 31}[dtype]
    g = Graph((dtype, shape))
    g.add(
        "TreeEnsemble", draw.narrowed(g, 0, dtype), feature=draw.tensor_of("i32", [nodes], 0, shape[-1] - 1),
        threshold=draw.tensor_of("i32", [nodes], *((-middle, middle - 1) if not draw.chance(8) else (-M1 - 1, M1))),
        children=("i32", [nodes, 2], children), roots=("i32", [len(roots)], roots),
        leaves=draw.tensor_of("i32", [leaves, c], -most, most),
        bias=draw.tensor_of("i32", [c], -min(most, 999), min(most, 999)),
    )
    return g
