"""Reshape, Transpose, Slice, Concat, Pad, Tile, Constant."""

import numpy as np

from ..numbers import elements
from .registry import Result, between, compute, in_type, require, rule, union

MOST = 1 << 24  # of a step, a pad, a repetition


@rule("Reshape")
def reshape_rule(op, x):
    require(elements(op["shape"]) == elements(x.shape), "shape", "Reshape")
    return Result(x.dtype, tuple(op["shape"]), x.interval, 0)


@compute("Reshape")
def reshape(op, _out, x):
    return x.reshape(op["shape"])


@rule("Transpose")
def transpose_rule(op, x):
    require(sorted(op["perm"]) == list(range(len(x.shape))), "attribute", "perm")
    return Result(x.dtype, tuple(x.shape[p] for p in op["perm"]), x.interval, 0, elements(x.shape))


@compute("Transpose")
def transpose(op, _out, x):
    return x.transpose(op["perm"])


def per_dimension(op, x, *names):
    for name in names:
        require(len(op[name]) == len(x.shape), "attribute", f"{name} has not one entry a dimension")


@rule("Slice")
def slice_rule(op, x):
    per_dimension(op, x, "start", "step", "size")
    for start, step, size, d in zip(op["start"], op["step"], op["size"], x.shape):
        between(step, -MOST, MOST, "step")
        require(step != 0 and size >= 1, "attribute", "step or size")
        last = start + (size - 1) * step
        require(0 <= start < d and 0 <= last < d, "attribute", f"from {start} to {last} of {d}")
    return Result(x.dtype, tuple(op["size"]), x.interval, 0)


@compute("Slice")
def slice_(op, _out, x):
    indices = [start + step * np.arange(size) for start, step, size in zip(op["start"], op["step"], op["size"])]
    return x[np.ix_(*indices)]


@rule("Concat", operands=range(2, 17))
def concat_rule(op, *operands):
    first, axis = operands[0], op["axis"]
    require(axis < len(first.shape), "attribute", "axis")
    for v in operands:
        require(v.dtype == first.dtype, "dtype", "Concat of unequal types")
        require(len(v.shape) == len(first.shape), "shape", "Concat of unequal ranks")
        require(all(d == axis or m == n for d, (m, n) in enumerate(zip(v.shape, first.shape))), "shape", "Concat")
    shape = (*first.shape[:axis], sum(v.shape[axis] for v in operands), *first.shape[axis + 1:])
    return Result(first.dtype, shape, union(*(v.interval for v in operands)), 0)


@compute("Concat")
def concat(op, _out, *operands):
    return np.concatenate(operands, axis=op["axis"])


@rule("Pad")
def pad_rule(op, x):
    per_dimension(op, x, "before", "after")
    for v in (*op["before"], *op["after"]):
        between(v, 0, MOST, "before or after")
    in_type(op["value"], x.dtype, "value")
    interval = x.interval
    if any(op["before"]) or any(op["after"]):
        interval = union(interval, (op["value"], op["value"]))
    return Result(x.dtype, tuple(map(sum, zip(op["before"], x.shape, op["after"]))), interval, 0)


@compute("Pad")
def pad(op, _out, x):
    return np.pad(x, list(zip(op["before"], op["after"])), constant_values=op["value"])


@rule("Tile")
def tile_rule(op, x):
    per_dimension(op, x, "repeats")
    for v in op["repeats"]:
        between(v, 1, MOST, "repeats")
    return Result(x.dtype, tuple(d * n for d, n in zip(x.shape, op["repeats"])), x.interval, 0)


@compute("Tile")
def tile(op, _out, x):
    return np.tile(x, op["repeats"])


@rule("Constant", operands=0)
def constant_rule(_op, tensor):
    return Result(tensor.dtype, tensor.shape, (int(tensor.array.min()), int(tensor.array.max())), 0)


@compute("Constant")
def constant(_op, _out, tensor):
    return tensor
