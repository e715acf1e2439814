"""Integer operators of onnxruntime that need no scale: accumulators, TopK, trees, look-ups."""

import numpy as np

KINDS = {"i8": np.int8, "i16": np.int16, "i32": np.int32}


def conv_integer(c):
    p, x = c.p, c.image()
    k = [c.int(1, min(4, x.shape[2])), c.int(1, min(4, x.shape[3]))]
    pads, strides = [c.int(0, k[i % 2]) for i in range(4)], [c.int(1, 3), c.int(1, 3)]
    weight = c.weight((c.int(1, 24), x.shape[1], *k))
    points = [p.initializer(x.zero, x.dtype), p.initializer(0, np.int8)]
    name = p.add("ConvInteger", [x.name, p.initializer(weight, np.int8), *points], pads=pads, strides=strides)
    value = p.ours.node(
        "Conv2d", x.value, weight=p.ours.constant("i8", weight.transpose(0, 2, 3, 1)), zero_point=x.here, groups=1,
        bias=p.ours.constant("i32", np.zeros(len(weight))), stride=strides, dilation=[1, 1], pads=pads)
    sizes = [(x.shape[2 + d] + pads[d] + pads[d + 2] - k[d]) // strides[d] + 1 for d in (0, 1)]
    return p.like((1, len(weight), *sizes), np.int32, 1, 0, name, value)


def matmul_integer(c):
    p = c.p
    m, k, n = c.int(1, 40), c.int(1, 300), c.int(1, 40)
    a, b = c.input((m, k)), c.input((k, n))
    name = p.add("MatMulInteger", [a.name, b.name, p.initializer(a.zero, a.dtype), p.initializer(b.zero, b.dtype)])
    value = p.ours.node("BatchMatMul", a.value, b.value, zero_points=[a.here, b.here], transposed=False)
    return p.like((m, n), np.int32, 1, 0, name, value)


def top_k(c):
    """Few different numbers, for the order of equal ones."""
    p, n = c.p, c.int(1, 60)
    x = p.plain(c.rng.integers(-c.int(1, 40), 40, (c.int(1, 9), n)), "i32", np.int32)
    k = c.int(1, n)
    values = p.add("TopK", [x.name, p.initializer([k], np.int64)], axis=-1)
    p.nodes[-1].output.append(values + "i")
    return p.like((x.shape[0], k), np.int64, 1, 0, values + "i", p.ours.node("TopK", x.value, k=k))


def gather(c):
    """Embed."""
    p, kind = c.p, ("i8", "i32")[c.int(0, 1)]
    table = c.rng.integers(-128, 128, (c.int(1, 50), c.int(1, 9)))
    at = p.plain(c.rng.integers(0, len(table), (c.int(1, 6), c.int(1, 6))), "i32", np.int32)
    name = p.add("Gather", [p.initializer(table, KINDS[kind]), at.name], axis=0)
    index = p.ours.clamp(at.value, 0, len(table) - 1)
    value = p.ours.node("Embed", index, table=p.ours.constant(kind, table))
    return p.like((*at.shape, table.shape[1]), KINDS[kind], 1, 0, name, value)


def trees(c):
    """TreeEnsembleRegressor: whole numbers below 2^24, which its floats hold exactly."""
    p, features, targets = c.p, c.int(1, 6), c.int(1, 4)
    x = p.plain(c.rng.integers(-50, 51, (c.int(1, 12), features)), "i32", np.float32)
    columns = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    there = {f"nodes_{column}": [] for column in columns}
    weights = {f"target_{k}": [] for k in ("treeids", "nodeids", "ids", "weights")}
    ours = {"feature": [], "threshold": [], "children": [], "roots": [], "leaves": []}

    def grow(tree, depth):
        """(its number there, our reference)"""
        number = there["nodes_treeids"].count(tree)
        at = len(there["nodes_nodeids"])
        for key in there:
            there[key].append(0)
        there["nodes_treeids"][at], there["nodes_nodeids"][at] = tree, number
        if depth == 0 or (depth < 5 and c.int(0, 4) == 0):  # the first tree has a node, as the op needs
            there["nodes_modes"][at] = "LEAF"
            leaf = c.rng.integers(-1000, 1001, targets)
            for target, weight in enumerate(leaf):
                for key, v in zip(weights, (tree, number, target, float(weight))):
                    weights[key].append(v)
            ours["leaves"].append(leaf)
            return number, -len(ours["leaves"])
        here, feature, threshold = len(ours["feature"]), c.int(0, features - 1), c.int(-50, 50)
        ours["feature"].append(feature), ours["threshold"].append(threshold), ours["children"].append(None)
        there["nodes_modes"][at] = "BRANCH_LEQ"
        there["nodes_featureids"][at], there["nodes_values"][at] = feature, float(threshold)
        (true, left), (false, right) = grow(tree, depth - 1), grow(tree, depth - 1)
        there["nodes_truenodeids"][at], there["nodes_falsenodeids"][at] = true, false
        ours["children"][here] = (left, right)
        return number, here

    for tree in range(c.int(1, 8)):
        ours["roots"].append(grow(tree, c.int(1, 5) if tree else 5)[1])
    base = c.rng.integers(-1000, 1001, targets)
    name = p.add("TreeEnsembleRegressor", [x.name], "ai.onnx.ml", n_targets=targets, base_values=base.astype(float),
                 **there, **weights)
    constants = {key: p.ours.constant("i32", np.array(rows)) for key, rows in ours.items()}
    value = p.ours.node("TreeEnsemble", x.value, bias=p.ours.constant("i32", base), **constants)
    return p.like((x.shape[0], targets), np.float32, 1, 0, name, value)
