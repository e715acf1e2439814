"""Refusals of Gather, Embed, ScatterRow, Rope, KvAppend and CausalMask."""

from .build import refused
from .graphs import I8, I16, I32, one

MOST = 1 << 24


def by_index():
    def of(op, x=(I8, [4, 2]), index=(I8, [3]), clamp=(0, 3), rows=None):
        rows = [rows or (I8, [3, 2])] if op == "ScatterRow" else []
        return one(op, [x, index, *rows], [None, clamp])

    for op in ("Gather", "ScatterRow"):
        yield f"{op}: an index of any value", "overflow", of(op, clamp=None)
        yield f"{op}: an index up to K", "overflow", of(op, clamp=(0, 4))
        yield f"{op}: an index from -1", "overflow", of(op, clamp=(-1, 3))
        yield f"{op}: an operand of rank 1", "shape", of(op, x=(I8, [4]))
        yield f"{op}: a batch without its index", "shape", of(op, x=(I8, [2, 4, 2]))
        yield f"{op}: an index of rank 2 for rank 2", "shape", of(op, index=(I8, [1, 3]))
        yield f"{op}: batches of 2 and 3", "shape", of(op, x=(I8, [2, 4, 2]), index=(I8, [3, 3]))
        yield f"{op}: batches of 2 and 1", "shape", of(op, x=(I8, [2, 4, 2]), index=(I8, [1, 3]))
    yield "Gather: one operand", "operand", one("Gather", [(I8, [4, 2])])
    yield "Gather: three operands", "operand", one("Gather", [(I8, [4, 2]), (I8, [3]), (I8, [3, 2])], [None, (0, 3)])
    yield "Gather: more than 2^28 elements", "limit", of(
        "Gather", x=(I8, [1, 33]), index=(I8, [MOST >> 1]), clamp=(0, 0))
    yield "ScatterRow: two operands", "operand", one("ScatterRow", [(I8, [4, 2]), (I8, [3])], [None, (0, 3)])
    yield "ScatterRow: rows of i16", "dtype", of("ScatterRow", rows=(I16, [3, 2]))
    for shape in ([2, 2], [3, 3], [3], [1, 3, 2], [3, 1]):
        yield f"ScatterRow: rows {shape} in the place of [3, 2]", "shape", of("ScatterRow", rows=(I8, shape))

    def embedded(index=(I8, [3]), clamp=(0, 1), table=(I8, [2, 2], [1, 2, 3, 4]), count=1):
        return one("Embed", [index] * count, [clamp], table=table)

    yield "Embed: an index of any value", "overflow", embedded(clamp=None)
    yield "Embed: an index up to K", "overflow", embedded(clamp=(0, 2))
    yield "Embed: an index from -1", "overflow", embedded(clamp=(-1, 1))
    yield "Embed: a table of rank 1", "shape", embedded(table=(I8, [2], [1, 2]))
    yield "Embed: a result of rank 7", "limit", embedded(index=(I8, [1] * 6))
    yield "Embed: a result of rank 7 by the table", "limit", embedded(
        index=(I8, [1, 1]), table=(I8, [2] + [1] * 5, [1, 2]))
    yield "Embed: two operands", "operand", embedded(count=2)


def rope():
    def of(x=(I8, [3, 4]), position=(I8, [3]), clamp=(0, 1), cos=(I16, [2, 2], [1] * 4), sin=None):
        return one("Rope", [x, position], [None, clamp], cos=cos, sin=sin or (I16, [2, 2], [1] * 4), interleaved=True)

    short = (I16, [2, 1], [1] * 2)
    yield "Rope: an operand of rank 1", "shape", of(x=(I8, [4]))
    yield "Rope: an odd row", "shape", of(x=(I8, [3, 3]), cos=short, sin=short)
    yield "Rope: two positions for three rows", "shape", of(position=(I8, [2]))
    yield "Rope: one position for three rows", "shape", of(position=(I8, [1]))
    yield "Rope: positions [1, 3]", "shape", of(position=(I8, [1, 3]))
    yield "Rope: positions of any value", "overflow", of(clamp=None)
    yield "Rope: a position P", "overflow", of(clamp=(0, 2))
    yield "Rope: a position -1", "overflow", of(clamp=(-1, 1))
    yield "Rope: tables for half the pairs", "shape", of(cos=short, sin=short)
    yield "Rope: tables for twice the pairs", "shape", of(cos=(I16, [2, 4], [1] * 8), sin=(I16, [2, 4], [1] * 8))
    yield "Rope: cos of half the pairs", "shape", of(cos=short)
    yield "Rope: sin of one position more", "shape", of(sin=(I16, [3, 2], [1] * 6))
    yield "Rope: cos of rank 1", "shape", of(cos=(I16, [4], [1] * 4))
    yield "Rope: cos of i8", "dtype", of(cos=(I8, [2, 2], [1] * 4))
    yield "Rope: sin of i32", "dtype", of(sin=(I32, [2, 2], [1] * 4))
    yield "Rope: one operand", "operand", one(
        "Rope", [(I8, [3, 4])], cos=(I16, [2, 2], [1] * 4), sin=(I16, [2, 2], [1] * 4), interleaved=False)


def kv_append():
    def of(cache=(I8, [4, 2]), new=(I8, [2, 2]), position=(I8, [1]), clamp=(0, 2)):
        return one("KvAppend", [cache, new, position], [None, None, clamp])

    yield "KvAppend: new rows of i16", "dtype", of(new=(I16, [2, 2]))
    yield "KvAppend: rank 1", "shape", of(cache=(I8, [4]), new=(I8, [2]))
    yield "KvAppend: ranks 3 and 2", "shape", of(cache=(I8, [1, 4, 2]))
    yield "KvAppend: batches of 2 and 1", "shape", of(cache=(I8, [2, 4, 2]), new=(I8, [1, 2, 2]))
    yield "KvAppend: rows of 2 and 3", "shape", of(new=(I8, [2, 3]))
    yield "KvAppend: more new rows than the cache has", "shape", of(new=(I8, [5, 2]), clamp=(0, 0))
    yield "KvAppend: a position of any value", "overflow", of(clamp=None)
    yield "KvAppend: a position one too far", "overflow", of(clamp=(0, 3))
    yield "KvAppend: a position -1", "overflow", of(clamp=(-1, 2))
    yield "KvAppend: position 1 of a full cache", "overflow", of(new=(I8, [4, 2]), clamp=(0, 1))
    yield "KvAppend: two positions", "shape", of(position=(I8, [2]))
    yield "KvAppend: a position of rank 2", "shape", of(position=(I8, [1, 1]))
    yield "KvAppend: two operands", "operand", one("KvAppend", [(I8, [4, 2]), (I8, [2, 2])])


def causal_mask():
    def of(x=(I8, [3, 3]), position=(I32, [1]), clamp=(0, MOST), fill=0):
        return one("CausalMask", [x, position], [None, clamp], fill=fill)

    yield "CausalMask: rank 1", "shape", of(x=(I8, [3]))
    yield "CausalMask: two positions", "shape", of(position=(I32, [2]))
    yield "CausalMask: a position of rank 2", "shape", of(position=(I32, [1, 1]))
    yield "CausalMask: a position of any value", "overflow", of(clamp=None)
    yield "CausalMask: a position 2^24 + 1", "overflow", of(clamp=(0, MOST + 1))
    yield "CausalMask: a position -1", "overflow", of(clamp=(-1, 5))
    yield "CausalMask: an i8 position of any value", "overflow", of(position=(I8, [1]), clamp=None)
    yield "CausalMask: fill 128", "attribute", of(fill=128)
    yield "CausalMask: fill -32769 of i16", "attribute", of(x=(I16, [3, 3]), fill=-32_769)
    yield "CausalMask: one operand", "operand", one("CausalMask", [(I8, [3, 3])], fill=0)


@refused
def refusals():
    yield from by_index()
    yield from rope()
    yield from kv_append()
    yield from causal_mask()
