"""TreeEnsemble."""

from .build import Graph, named, pack, vector
from .rng import Rng

I32 = (-(1 << 31), (1 << 31) - 1)


class Forest:
    """Trees as nested tuples (feature, threshold, left, right); a leaf is a list of numbers."""

    def __init__(self, *trees, bias=None):
        self.feature, self.threshold, self.children, self.leaves = [], [], [], []
        self.roots = [self.place(tree) for tree in trees]
        self.bias = bias or [0] * len(self.leaves[0])

    def place(self, tree) -> int:
        """Numbers a tree from its root; gives the reference to it."""
        if isinstance(tree, list):
            self.leaves.append(tree)
            return -len(self.leaves)
        node = len(self.feature)
        self.feature.append(tree[0])
        self.threshold.append(tree[1])
        self.children.append(None)
        self.children[node] = [self.place(tree[2]), self.place(tree[3])]
        return node

    def constants(self) -> dict:
        n, c = len(self.feature), len(self.bias)
        return dict(
            feature=("i32", [n], self.feature), threshold=("i32", [n], self.threshold),
            children=("i32", [n, 2], sum(self.children, [])), roots=("i32", [len(self.roots)], self.roots),
            leaves=("i32", [len(self.leaves), c], sum(self.leaves, [])), bias=("i32", [c], self.bias),
        )


def graph(forest, dtype="i8", shape=(3, 2), clamp=None):
    g = Graph((dtype, shape))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add("TreeEnsemble", value, **(forest if isinstance(forest, dict) else forest.constants()))
    return g


def stump(feature=0, threshold=0, left=1, right=2):
    return feature, threshold, [left], [right]


def chain(depth, side, feature=0):
    """A tree that is one long walk, on the left or on the right."""
    tree = [99]
    for i in reversed(range(depth)):
        leaf = [i]
        tree = (feature, -i if side == "left" else i, *((tree, leaf) if side == "left" else (leaf, tree)))
    return tree


def full(depth, rng, features, channels=1, span=100):
    if depth == 0:
        return rng.many(channels, -span, span)
    sides = [full(depth - 1, rng, features, channels, span) for _ in range(2)]
    return (rng.between(0, features - 1), rng.between(-60, 60), *sides)


def uneven(depth, rng, features, channels, span):
    if depth == 0 or rng.between(0, 3) == 0:
        return rng.many(channels, -span, span)
    sides = [uneven(depth - 1, rng, features, channels, span) for _ in range(2)]
    return (rng.between(0, features - 1), rng.between(-60, 60), *sides)


LAST = I32[1]
CASES = {
    "one stump": (Forest(stump()), "i8", [1]),
    "one stump, three rows": (Forest(stump()), "i8", [3, 1]),
    "one stump of the last feature": (Forest(stump(4)), "i8", [3, 5]),
    "one stump of the first feature": (Forest(stump(0)), "i8", [3, 5]),
    "a stump at the least operand": (Forest(stump(0, -128)), "i8", [5, 1]),
    "a stump below the least operand: never left": (Forest(stump(0, -129)), "i8", [5, 1]),
    "a stump at the greatest operand: never right": (Forest(stump(0, 127)), "i8", [5, 1]),
    "a stump just below the greatest operand": (Forest(stump(0, 126)), "i8", [5, 1]),
    "least threshold": (Forest(stump(0, I32[0])), "i8", [4, 1]),
    "greatest threshold": (Forest(stump(0, I32[1])), "i8", [4, 1]),
    "least threshold of i32": (Forest(stump(0, I32[0])), "i32", [4, 1]),
    "greatest threshold of i32": (Forest(stump(0, I32[1])), "i32", [4, 1]),
    "i16": (Forest(stump(1, 300), stump(0, -32_768)), "i16", [4, 2]),
    "i16 between neighbours": (Forest(stump(0, -1), stump(0, 0)), "i16", [4, 1], (-1, 1)),
    "i32": (Forest(stump(1, 1 << 20), stump(0, -(1 << 30))), "i32", [4, 2]),
    "two stumps": (Forest(stump(0, 0, 1, 2), stump(1, 5, 10, 20)), "i8", [4, 2]),
    "two stumps of one feature": (Forest(stump(0, -9, 1, 2), stump(0, 9, 10, 20)), "i8", [4, 1]),
    "a tree that is a leaf": (Forest(stump(), [50]), "i8", [3, 1]),
    "a leaf, a stump, a leaf": (Forest([7], stump(), [50]), "i8", [3, 1]),
    "bias": (Forest(stump(), bias=[1000]), "i8", [3, 1]),
    "negative leaves": (Forest(stump(0, 0, -5, -9), bias=[-1]), "i8", [3, 1]),
    "equal leaves": (Forest(stump(0, 0, 4, 4)), "i8", [3, 1]),
    "two channels": (Forest((0, 3, [1, -2], [3, 4])), "i8", [3, 1]),
    "two channels, two trees, bias": (
        Forest((0, 3, [1, -2], [3, 4]), (1, -3, [10, 20], [-30, 40]), bias=[5, -5]), "i8", [3, 2]),
    "17 channels": (Forest((0, 3, list(range(17)), list(range(17, 0, -1)))), "i8", [2, 1]),
    "interval is the union of channels": (Forest((0, 3, [1000, -2], [1001, -4])), "i8", [3, 1]),
    "depth 2": (Forest((0, 0, stump(1, -5), stump(1, 5, 3, 4))), "i8", [6, 2]),
    "depth 2, left alone": (Forest((0, 0, stump(1, -5), [9])), "i8", [6, 2]),
    "depth 2, right alone": (Forest((0, 0, [9], stump(1, -5))), "i8", [6, 2]),
    "a chain of 9 to the left": (Forest(chain(9, "left")), "i8", [6, 1], (-12, 3)),
    "a chain of 9 to the right": (Forest(chain(9, "right")), "i8", [6, 1], (-3, 12)),
    "a chain of 40": (Forest(chain(40, "right")), "i8", [3, 1], (30, 45)),
    "a full tree of depth 4": (Forest(full(4, Rng("tree 4"), 3)), "i8", [5, 3]),
    "three full trees of depth 3": (Forest(*(full(3, Rng(f"tree 3 {i}"), 4) for i in range(3))), "i8", [4, 4]),
    "ten stumps": (Forest(*(stump(i % 3, 20 * i - 100, i, -i) for i in range(10))), "i8", [4, 3]),
    "trees of unequal depth: macs": (Forest(chain(5, "left"), stump(), [3]), "i8", [2, 1]),
    "rank 1": (Forest(stump(3), stump(1)), "i8", [5]),
    "rank 3": (Forest(stump(1), stump(0)), "i8", [2, 3, 2]),
    "rank 6": (Forest(stump(1), stump(0)), "i8", [1, 2, 1, 2, 1, 2]),
    "one row of many features": (Forest(stump(64), stump(0)), "i8", [1, 65]),
    "many rows": (Forest(stump(1, 3)), "i8", [33, 2]),
    "clamped to the left": (Forest(stump(0, 3)), "i8", [3, 1], (-9, 3)),
    "clamped to the right": (Forest(stump(0, 3)), "i8", [3, 1], (4, 9)),
    "greatest sum that the condition allows": (
        Forest(stump(0, 0, LAST - 8, 0), stump(0, 9, 3, 5), bias=[3]), "i8", [3, 1]),
    "least sum that the condition allows": (
        Forest(stump(0, 0, 8 - LAST, 0), stump(0, 9, -3, -5), bias=[-3]), "i8", [3, 1]),
    "signs count by magnitude": (Forest(stump(0, 0, LAST - 5, 0), bias=[-5]), "i8", [3, 1]),
}


@named("tree_ensemble")
def tree_ensemble() -> list:
    out = [vector(f"TreeEnsemble: {name}", graph(*p)) for name, p in CASES.items()]
    for i in range(6):
        rng = Rng(f"TreeEnsemble shape {i}")
        features, channels = rng.between(1, 5), rng.between(1, 3)
        trees = [full(1, rng, features, channels)]
        trees += [uneven(4, rng, features, channels, 1000) for _ in range(rng.between(1, 4))]
        forest = Forest(*trees, bias=rng.many(channels, -99, 99))
        out.append(vector(f"TreeEnsemble: random {i}", graph(forest, rng.pick(("i8", "i16")), [3, features])))
    # The numbers of nodes and leaves are free: here the second tree's come first, and leaves stand in another order.
    mixed = dict(
        feature=("i32", [4], [0, 1, 1, 0]), threshold=("i32", [4], [5, -5, 50, -50]),
        children=("i32", [4, 2], [2, -4, 3, -1, -2, -5, -3, -6]), roots=("i32", [2], [1, 0]),
        leaves=("i32", [6, 1], [1, 20, 300, 4000, 50_000, 600_000]), bias=("i32", [1], [0]))
    out.append(vector("TreeEnsemble: trees whose nodes interleave", graph(mixed, shape=[6, 2]), seed_runs=3))
    data = [pack("i8", [5, 5, 6, 5, 5, 6, 6, 6, 4, 127])]
    forest = Forest((0, 5, stump(1, 5), stump(1, 5, 3, 4)))
    out.append(vector("TreeEnsemble: an operand equal to the threshold goes left", graph(forest, shape=[5, 2]), data))
    return out
