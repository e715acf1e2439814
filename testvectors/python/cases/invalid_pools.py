"""Refusals of the pools, reductions, tables and Resize."""

from .build import refused
from .invalid_ops import I8, I16, I32, one


@refused
def average():
    def graph(x=(I8, [4, 4, 1]), operands=(0,), **changed):
        return one([x], "AvgPool", operands, **{**dict(
            kernel=(2, 2), stride=(1, 1), pads=(0, 0, 0, 0), zero_points=(0, 0), count_padding=False), **changed})

    for name, fault, p in (
        ("no operand", "operand", dict(operands=())),
        ("on i32", "dtype", dict(x=(I32, [4, 4, 1]))),
        ("on rank 2", "shape", dict(x=(I8, [4, 4]))),
        ("kernel 0", "attribute", dict(kernel=(2, 0))),
        ("kernel 65", "attribute", dict(x=(I8, [65, 1, 1]), kernel=(65, 1))),
        ("kernel larger than the operand", "shape", dict(kernel=(5, 2))),
        ("stride 0", "attribute", dict(stride=(1, 0))),
        ("stride 65", "attribute", dict(stride=(65, 1))),
        ("top pad as large as the kernel", "attribute", dict(pads=(2, 0, 0, 0))),
        ("left pad as large as the kernel", "attribute", dict(pads=(0, 2, 0, 0))),
        ("bottom pad as large as the kernel", "attribute", dict(pads=(0, 0, 2, 0))),
        ("right pad as large as the kernel", "attribute", dict(pads=(0, 0, 0, 2))),
        ("pad 2^32 - 1", "attribute", dict(pads=(2**32 - 1, 0, 0, 0))),
        ("operand's zero point 128", "attribute", dict(zero_points=(128, 0))),
        ("result's zero point -129", "attribute", dict(zero_points=(0, -129))),
        ("i16, result's zero point 32768", "attribute", dict(x=(I16, [4, 4, 1]), zero_points=(0, 32_768))),
    ):
        yield f"AvgPool: {name}", fault, graph(**p)


@refused
def maximum():
    def pool(x=(I8, [4, 4, 1]), kernel=(2, 2), stride=(1, 1), pads=(0, 0, 0, 0)):
        return one([x], "MaxPool", kernel=kernel, stride=stride, pads=pads)

    yield "MaxPool: on rank 4", "shape", pool(x=(I8, [1, 4, 4, 1]))
    yield "MaxPool: left pad as large as the kernel", "attribute", pool(pads=(0, 2, 0, 0))
    yield "MaxPool: bottom pad as large as the kernel", "attribute", pool(pads=(0, 0, 2, 0))
    yield "MaxPool: i16, kernel larger than the operand", "shape", pool(x=(I16, [4, 4, 1]), kernel=(5, 1))


@refused
def reductions():
    for op in ("ReduceMax", "ReduceMin"):
        for name, axes in (("no axes", ()), ("an axis twice", (1, 1)), ("axes falling", (1, 0)),
                           ("axis 2 of rank 2", (2,)), ("axis 255", (0, 255))):
            yield f"{op}: {name}", "attribute", one([(I8, [2, 3])], op, axes=axes)
        yield f"{op}: two operands", "operand", one([(I8, [2, 3])], op, (0, 0), axes=(0,))
    for name, fault, x, axis in (("axis 2 of rank 2", "attribute", (I8, [2, 3]), 2),
                                 ("axis 255", "attribute", (I8, [2, 3]), 255),
                                 ("two of i32", "overflow", (I32, [2]), 0),
                                 ("65,536 of i16", "overflow", (I16, [65_536]), 0),
                                 ("2^24 of i8", "overflow", (I8, [1 << 24, 1]), 0)):
        yield f"CumSum: {name}", fault, one([x], "CumSum", axis=axis)
    yield "CumSum: two operands", "operand", one([(I8, [2])], "CumSum", (0, 0), axis=0)
    yield "ArgMax: axis 2 of rank 2", "attribute", one([(I8, [2, 3])], "ArgMax", axis=2)
    yield "ArgMax: axis 255", "attribute", one([(I8, [2, 3])], "ArgMax", axis=255)
    yield "ArgMax: no operand", "operand", one([(I8, [2, 3])], "ArgMax", (), axis=0)
    for k in (0, 4, 2**32 - 1):
        yield f"TopK: {k} of 3", "attribute", one([(I8, [5, 3])], "TopK", k=k)
    yield "TopK: two operands", "operand", one([(I8, [5, 3])], "TopK", (0, 0), k=1)


@refused
def tables():
    zeros = [0] * 513

    def table(x=(I16, [3]), t=(I16, [513], zeros)):
        return one([x], "Table16", table=t)

    yield "Table16: on i8", "dtype", table(x=(I8, [3]))
    yield "Table16: on i32", "dtype", table(x=(I32, [3]))
    yield "Table16: 512 entries", "shape", table(t=(I16, [512], zeros[:512]))
    yield "Table16: 514 entries", "shape", table(t=(I16, [514], zeros + [0]))
    yield "Table16: [27, 19]", "shape", table(t=(I16, [27, 19], zeros))
    yield "Table16: a table of i8", "dtype", table(t=(I8, [513], zeros))
    yield "Table16: a table of i32", "dtype", table(t=(I32, [513], zeros))
    yield "Table8: on i32", "dtype", one([(I32, [3])], "Table8", table=(I8, [256], zeros[:256]))
    yield "Table8: i16, 257 entries", "shape", one([(I8, [3])], "Table8", table=(I16, [257], zeros[:257]))
    yield "Table8: two operands", "operand", one([(I8, [3])], "Table8", (0, 0), table=(I8, [256], zeros[:256]))


@refused
def resizing():
    def graph(x=(I8, [3, 3, 1]), mode=0, scale=(2, 1, 2, 1), offset=(0, 0), border=(0, 0)):
        return one([x], "Resize", mode=mode, scale=scale, offset=offset, border=border)

    def down(n, d, o, b, size=3, **more):
        """All of it in the height; across it is the identity."""
        return graph(x=(I8, [size, 1, 1]), scale=(n, d, 1, 1), offset=(o, 0), border=(b, 0), **more)

    for name, fault, g in (
        ("on i32", "dtype", graph(x=(I32, [3, 3, 1]))),
        ("on rank 2", "shape", graph(x=(I8, [3, 3]))),
        ("on rank 4", "shape", graph(x=(I8, [1, 3, 3, 1]))),
        ("n of 0", "attribute", down(0, 1, 0, 0)),
        ("n of 2049", "attribute", down(2049, 2049, 0, 0)),
        ("d of 0", "attribute", down(2, 0, 0, 0)),
        ("d of 16 n", "attribute", down(1, 16, 0, 0, size=17)),
        ("nx of 0", "attribute", graph(scale=(1, 1, 0, 1))),
        ("dx of 32, nx of 2", "attribute", graph(x=(I8, [3, 17, 1]), scale=(1, 1, 2, 32))),
        ("offset -n - 1", "attribute", down(2, 1, -3, 0)),
        ("offset 16 n", "attribute", down(1, 1, 16, 0, size=20)),
        ("offset across -n - 1", "attribute", graph(offset=(0, -3))),
        ("border n", "attribute", down(2, 1, 0, 2)),
        ("border -16 n - 1", "attribute", down(1, 1, 0, -17, size=20)),
        ("border across n", "attribute", graph(border=(0, 2))),
        ("a division with a rest", "shape", down(2, 3, 0, 0)),
        ("a division with a rest across", "shape", graph(scale=(1, 1, 2, 3))),
        ("a dividend of -1", "shape", down(2, 1, 5, 0)),
        ("a dividend of -2 without rest", "shape", down(2, 2, 6, 0)),
        ("bilinear i16, 2^15 * 256 * 256", "overflow", graph(
            x=(I16, [2, 2, 1]), mode=1, scale=(256, 256, 256, 256))),
        ("two operands", "operand", one(
            [(I8, [3, 3, 1])], "Resize", (0, 0), mode=0, scale=(1, 1, 1, 1), offset=(0, 0), border=(0, 0))),
    ):
        yield f"Resize: {name}", fault, g
