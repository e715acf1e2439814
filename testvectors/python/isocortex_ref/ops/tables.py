"""Table8, Table16."""

from ..numbers import elements
from .registry import Result, compute, require, rule


@rule("Table8")
def table8_rule(_op, x, table):
    require(x.dtype == "i8", "dtype", "Table8")
    require(table.shape == (256,), "shape", "table")
    seen = table.array[x.interval[0] + 128:x.interval[1] + 129]
    return Result(table.dtype, x.shape, (int(seen.min()), int(seen.max())), 0)


@compute("Table8")
def table8(_op, _out, x, table):
    return table[x + 128]


@rule("Table16")
def table16_rule(_op, x, table):
    require(x.dtype == "i16" and table.dtype == "i16", "dtype", "Table16")
    require(table.shape == (513,), "shape", "table")
    first, last = ((v >> 7) + 256 for v in x.interval)
    seen = table.array[first:last + 2]
    n = elements(x.shape)
    return Result("i32", x.shape, (128 * int(seen.min()), 128 * int(seen.max())), 2 * n, n)


@compute("Table16")
def table16(_op, _out, x, table):
    i, f = (x >> 7) + 256, x & 127
    return table[i] * 128 + (table[i + 1] - table[i]) * f
