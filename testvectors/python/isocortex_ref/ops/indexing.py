"""Gather, Embed, ScatterRow."""

import numpy as np

from ..numbers import elements, size
from .registry import Result, compute, require, rule, union, within


def rows_of(x, index):
    """The condition on an operand [B..., K, C] and its index [B..., W]."""
    require(len(x.shape) == len(index.shape) + 1, "shape", "ranks of the operand and its index")
    require(x.shape[:-2] == index.shape[:-1], "shape", "leading dimensions of the operand and its index")
    within(index, 0, x.shape[-2] - 1, "index")


def fetches(index):
    """The steps of what is found by index."""
    return 8 * elements(index.shape)


def copied(index, dtype, shape, interval):
    """What is read is as much as what is written."""
    return Result(dtype, shape, interval, 0, fetches(index), index.bytes + 2 * elements(shape) * size(dtype))


@rule("Gather", operands=2)
def gather_rule(_op, x, index):
    rows_of(x, index)
    return copied(index, x.dtype, (*index.shape, x.shape[-1]), x.interval)


def batches(*arrays):
    """Each with one leading dimension in the place of B...: the rank of what follows it stands beside the array."""
    return zip(*(a.reshape(-1, *a.shape[a.ndim - own:]) for a, own in arrays))


@compute("Gather")
def gather(_op, out, x, index):
    return np.stack([rows[places] for rows, places in batches((x, 2), (index, 1))]).reshape(out.shape)


@rule("Embed")
def embed_rule(_op, index, table):
    require(len(table.shape) >= 2, "shape", "table")
    within(index, 0, table.shape[0] - 1, "index")
    interval = int(table.array.min()), int(table.array.max())
    return copied(index, table.dtype, (*index.shape, *table.shape[1:]), interval)


@compute("Embed")
def embed(_op, _out, index, table):
    return table[index]


@rule("ScatterRow", operands=3)
def scatter_row_rule(_op, x, index, rows):
    rows_of(x, index)
    require(rows.dtype == x.dtype, "dtype", "rows")
    require(rows.shape == (*index.shape, x.shape[-1]), "shape", "rows")
    return Result(x.dtype, x.shape, union(x.interval, rows.interval), 0, fetches(index))


@compute("ScatterRow")
def scatter_row(_op, out, x, index, rows):
    y = []
    for target, places, new in batches((x, 2), (index, 1), (rows, 2)):
        target = target.copy()
        for place, row in zip(places, new):
            target[place] = row
        y.append(target)
    return np.stack(y).reshape(out.shape)
