"""Table8, Table16."""

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
