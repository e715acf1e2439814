"""Reshape, Transpose, Slice, Concat, Pad, Tile, Resize, Gather, Embed, ScatterRow, Constant."""

from ..numbers import elements
from .registry import Result, compute, require, rule


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
    return Result(x.dtype, tuple(x.shape[p] for p in op["perm"]), x.interval, 0)


@compute("Transpose")
def transpose(op, _out, x):
    return x.transpose(op["perm"])
