"""TreeEnsemble."""

import numpy as np

from ..numbers import elements
from .registry import I32_BOUND, Result, compute, require, rule, tensor


@rule("TreeEnsemble")
def tree_ensemble_rule(_op, x, feature, threshold, children, roots, leaves, bias):
    feature, threshold = tensor(feature, "i32", 1, "feature"), tensor(threshold, "i32", 1, "threshold")
    children, roots = tensor(children, "i32", 2, "children"), tensor(roots, "i32", 1, "roots")
    leaves, bias = tensor(leaves, "i32", 2, "leaves"), tensor(bias, "i32", 1, "bias")
    n, (count, c) = len(feature), leaves.shape
    require(threshold.shape == (n,) and children.shape == (n, 2) and bias.shape == (c,), "shape", "TreeEnsemble")
    require(0 <= feature.min() and feature.max() < x.shape[-1], "overflow", "feature")
    require((children < 0).all(axis=None, where=children <= np.arange(n)[:, None]), "shape",
            "a child that does not follow its parent")
    # In this order the references must be each node and each leaf, once.
    references = np.sort(np.concatenate([children.ravel(), roots]))
    require(np.array_equal(references, np.arange(-count, n)), "shape", "references")
    depth = [0] * n
    least, most = np.zeros((n, c), np.int64), np.zeros((n, c), np.int64)

    def below(r):
        """Depth and the ends of the leaves of what a reference names."""
        if r >= 0:
            return depth[r], least[r], most[r]
        return 0, leaves[-1 - r], leaves[-1 - r]

    for j in reversed(range(n)):
        (d0, low0, high0), (d1, low1, high1) = (below(r) for r in children[j].tolist())
        depth[j], least[j], most[j] = 1 + max(d0, d1), np.minimum(low0, low1), np.maximum(high0, high1)
    trees = [below(r) for r in roots.tolist()]
    low, high = sum(t[1] for t in trees) + bias, sum(t[2] for t in trees) + bias
    largest = np.abs(bias) + sum(np.maximum(np.abs(t[1]), np.abs(t[2])) for t in trees)
    require(int(largest.max()) < I32_BOUND, "overflow", "TreeEnsemble")
    rows = elements(x.shape[:-1])
    interval = int(low.min()), int(high.max())
    return Result("i32", x.shape[:-1] + (c,), interval, rows * len(trees) * c, rows * sum(16 * t[0] for t in trees))


@compute("TreeEnsemble")
def tree_ensemble(_op, out, x, feature, threshold, children, roots, leaves, bias):
    rows = x.reshape(-1, x.shape[-1])
    total = np.zeros((len(rows), leaves.shape[1]), np.int64) + bias
    for root in roots.tolist():
        at = np.full(len(rows), root, np.int64)
        while (inner := np.flatnonzero(at >= 0)).size:
            j = at[inner]
            at[inner] = children[j, np.where(rows[inner, feature[j]] <= threshold[j], 0, 1)]
        total += leaves[-1 - at]
    return total.reshape(out.shape)
