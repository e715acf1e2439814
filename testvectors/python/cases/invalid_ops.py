"""One-node graphs that break one rule of section 5 each: (name, fault, graph)."""

from .build import Graph, refused
from .scaling import M0, M1

I8, I16, I32 = "i8", "i16", "i32"
CONV = dict(zero_point=0, stride=(1, 1), dilation=(1, 1), pads=(0, 0, 0, 0))


def one(inputs, op, operands=(0,), **attributes) -> Graph:
    g = Graph(*inputs)
    g.add(op, *operands, **attributes)
    return g


def conv(depthwise=False, x=(I8, [3, 3, 1]), weight=None, bias=None, **changed):
    shape = [1, 1, 1] if depthwise else [1, 1, 1, 1]
    return one([x], "DepthwiseConv2d" if depthwise else "Conv2d", weight=weight or (I8, shape, [1]),
               bias=bias or (I32, [1], [0]), **{**CONV, **({} if depthwise else {"groups": 1}), **changed})


@refused
def convolutions():
    for depthwise in (False, True):
        op = "DepthwiseConv2d" if depthwise else "Conv2d"
        lead = [] if depthwise else [1]
        limit = (1 << 31) - 127 * 128  # as a bias, with one weight of 127: the sum is 2^31
        for name, fault, p in (
            ("on i32", "dtype", dict(x=(I32, [3, 3, 1]))),
            ("on rank 2", "shape", dict(x=(I8, [3, 3]))),
            ("on rank 4", "shape", dict(x=(I8, [1, 3, 3, 1]))),
            ("weight of i16", "dtype", dict(weight=(I16, lead + [1, 1, 1], [1]))),
            ("weight of a dimension less", "shape", dict(weight=(I8, (lead + [1, 1, 1])[1:], [1]))),
            ("weight for two channels", "shape", dict(weight=(I8, lead + [1, 1, 2], [1, 1]))),
            ("bias of i8", "dtype", dict(bias=(I8, [1], [0]))),
            ("bias of two", "shape", dict(bias=(I32, [2], [0, 0]))),
            ("bias of rank 2", "shape", dict(bias=(I32, [1, 1], [0]))),
            ("zero point 128", "attribute", dict(zero_point=128)),
            ("zero point -129", "attribute", dict(zero_point=-129)),
            ("stride 0", "attribute", dict(stride=(1, 0))),
            ("stride 65", "attribute", dict(stride=(65, 1))),
            ("dilation 0", "attribute", dict(dilation=(0, 1))),
            ("dilation 65", "attribute", dict(dilation=(1, 65))),
            ("pad 1025", "attribute", dict(pads=(0, 0, 0, 1025))),
            ("pad 2^32 - 1", "attribute", dict(pads=(2**32 - 1, 0, 0, 0))),
            ("kernel larger than the operand", "shape", dict(weight=(I8, lead + [4, 1, 1], [1] * 4))),
            ("dilated kernel larger than the operand", "shape",
             dict(weight=(I8, lead + [1, 3, 1], [1] * 3), dilation=(1, 2))),
            ("greatest sum 2^31", "overflow", dict(weight=(I8, lead + [1, 1, 1], [127]), bias=(I32, [1], [limit]))),
            ("least sum -2^31", "overflow", dict(weight=(I8, lead + [1, 1, 1], [-127]), bias=(I32, [1], [-limit]))),
            ("bias -2^31", "overflow", dict(weight=(I8, lead + [1, 1, 1], [0]), bias=(I32, [1], [-(1 << 31)]))),
        ):
            yield f"{op}: {name}", fault, conv(depthwise, **p)


@refused
def matmul():
    def graph(x=(I8, [2, 2]), weight=(I8, [1, 2], [1, 1]), bias=(I32, [1], [0]), zero_point=0):
        return one([x], "MatMul", weight=weight, bias=bias, zero_point=zero_point)

    limit = (1 << 31) - 127 * 256
    yield "MatMul: on i32", "dtype", graph(x=(I32, [2, 2]))
    yield "MatMul: K of 3 against 2", "shape", graph(x=(I8, [2, 3]))
    yield "MatMul: weight transposed", "shape", graph(weight=(I8, [2, 1], [1, 1]))
    yield "MatMul: weight of rank 1", "shape", graph(weight=(I8, [2], [1, 1]))
    yield "MatMul: weight of i32", "dtype", graph(weight=(I32, [1, 2], [1, 1]))
    yield "MatMul: bias of i16", "dtype", graph(bias=(I16, [1], [0]))
    yield "MatMul: bias of two", "shape", graph(bias=(I32, [2], [0, 0]))
    yield "MatMul: zero point 200", "attribute", graph(zero_point=200)
    yield "MatMul: greatest sum 2^31", "overflow", graph(weight=(I8, [1, 2], [127, -127]), bias=(I32, [1], [limit]))
    yield "MatMul: one row of two overflows", "overflow", graph(
        weight=(I8, [2, 2], [0, 0, 127, 127]), bias=(I32, [2], [0, -limit]))


@refused
def rescale():
    def graph(m=(I32, [1], [M0]), s=(I8, [1], [31]), x=(I32, [2, 3]), **changed):
        return one([x], "Rescale", multiplier=m, shift=s,
                   **{**dict(zero_point=0, lo=-128, hi=127, dtype=I8), **changed})

    for value in (1, M0 - 1, -1, -M0, -(1 << 31)):
        yield f"Rescale: multiplier {value}", "overflow", graph(m=(I32, [1], [value]))
    for value in (1, 0, 63, -1, 127):
        yield f"Rescale: shift {value}", "overflow", graph(s=(I8, [1], [value]))
    yield "Rescale: multiplier 0, shift 63", "overflow", graph(m=(I32, [1], [0]), s=(I8, [1], [63]))
    yield "Rescale: one shift of three", "overflow", graph(m=(I32, [3], [M0] * 3), s=(I8, [3], [31, 31, 1]))
    yield "Rescale: multiplier [3], shift [1]", "shape", graph(m=(I32, [3], [M0] * 3))
    yield "Rescale: multiplier [1], shift [3]", "shape", graph(s=(I8, [3], [31] * 3))
    yield "Rescale: both [2] for 3 channels", "shape", graph(m=(I32, [2], [M0] * 2), s=(I8, [2], [31] * 2))
    yield "Rescale: both [1, 3]", "shape", graph(m=(I32, [1, 3], [M0] * 3), s=(I8, [1, 3], [31] * 3))
    yield "Rescale: multiplier of i16", "dtype", graph(m=(I16, [1], [0]))
    yield "Rescale: shift of i32", "dtype", graph(s=(I32, [1], [31]))
    yield "Rescale: lo above hi", "attribute", graph(lo=1, hi=0)
    yield "Rescale: lo below i8", "attribute", graph(lo=-129)
    yield "Rescale: hi above i8", "attribute", graph(hi=128)
    yield "Rescale: hi above i16", "attribute", graph(hi=32768, dtype=I16)
    yield "Rescale: zero point outside i8", "attribute", graph(zero_point=128)
    yield "Rescale: zero point outside i16", "attribute", graph(zero_point=-32769, dtype=I16)


@refused
def add_scaled():
    def graph(a=(I8, [3]), b=(I8, [3]), operands=(0, 1), **changed):
        return one([a, b], "AddScaled", operands, **{**dict(
            multipliers=(M0, M0), zero_points=(0, 0), shift=31, zero_point=0, lo=-128, hi=127, dtype=I8), **changed})

    yield "AddScaled: one operand", "operand", graph(operands=(0,))
    yield "AddScaled: three operands", "operand", graph(operands=(0, 1, 0))
    yield "AddScaled: an i32 operand", "dtype", graph(b=(I32, [3]))
    yield "AddScaled: result i32", "dtype", graph(dtype=I32)
    yield "AddScaled: unequal shapes", "shape", graph(b=(I8, [4]))
    yield "AddScaled: [2, 3] and [3, 2]", "shape", graph(a=(I8, [2, 3]), b=(I8, [3, 2]))
    yield "AddScaled: [3] and [1, 3]", "shape", graph(b=(I8, [1, 3]))
    yield "AddScaled: multiplier -1", "attribute", graph(multipliers=(M1, -1))
    yield "AddScaled: shift 1", "attribute", graph(shift=1)
    yield "AddScaled: shift 63", "attribute", graph(shift=63)
    yield "AddScaled: shift 255", "attribute", graph(shift=255)
    yield "AddScaled: zero point of a outside i8", "attribute", graph(zero_points=(128, 0))
    yield "AddScaled: zero point of b outside i8", "attribute", graph(a=(I16, [3]), zero_points=(300, 300))
    yield "AddScaled: zero point outside i8", "attribute", graph(zero_point=-129)
    yield "AddScaled: lo above hi", "attribute", graph(lo=5, hi=4)
    yield "AddScaled: hi above i8", "attribute", graph(hi=128)


@refused
def others():
    yield "Clamp: lo above hi", "attribute", one([(I8, [3])], "Clamp", lo=1, hi=0)
    yield "Clamp: hi above i8", "attribute", one([(I8, [3])], "Clamp", lo=0, hi=128)
    yield "Clamp: lo below i16", "attribute", one([(I16, [3])], "Clamp", lo=-32769, hi=0)

    def pool(x=(I8, [4, 4, 1]), kernel=(2, 2), stride=(1, 1), pads=(0, 0, 0, 0)):
        return one([x], "MaxPool", kernel=kernel, stride=stride, pads=pads)

    yield "MaxPool: on i32", "dtype", pool(x=(I32, [4, 4, 1]))
    yield "MaxPool: on rank 2", "shape", pool(x=(I8, [4, 4]))
    yield "MaxPool: kernel 0", "attribute", pool(kernel=(0, 2))
    yield "MaxPool: kernel 65", "attribute", pool(x=(I8, [65, 65, 1]), kernel=(65, 1))
    yield "MaxPool: kernel larger than the operand", "shape", pool(kernel=(2, 5))
    yield "MaxPool: stride 0", "attribute", pool(stride=(0, 1))
    yield "MaxPool: stride 65", "attribute", pool(stride=(1, 65))
    yield "MaxPool: top pad as large as the kernel", "attribute", pool(pads=(2, 0, 0, 0))
    yield "MaxPool: right pad as large as the kernel", "attribute", pool(kernel=(3, 2), pads=(0, 0, 0, 2))

    def reduced(x=(I8, [2, 3]), axes=(0,), zero_point=0):
        return one([x], "ReduceSum", axes=axes, zero_point=zero_point)

    yield "ReduceSum: no axes", "attribute", reduced(axes=())
    yield "ReduceSum: an axis twice", "attribute", reduced(axes=(1, 1))
    yield "ReduceSum: axes falling", "attribute", reduced(axes=(1, 0))
    yield "ReduceSum: axis 2 of rank 2", "attribute", reduced(axes=(0, 2))
    yield "ReduceSum: zero point outside i8", "attribute", reduced(zero_point=-200)
    yield "ReduceSum: i32 over its whole range", "overflow", reduced(x=(I32, [1, 3]))
    yield "ReduceSum: 65,536 of i16", "overflow", reduced(x=(I16, [65_536]))
    yield "ReduceSum: i32, greatest zero point", "overflow", reduced(x=(I32, [1, 3]), zero_point=(1 << 31) - 1)

    for shape, fault in (([5], "shape"), ([2, 4], "shape"), ([], "shape"), ([6, 1, 1, 1, 1, 1, 1], "limit"),
                         ([0, 6], "shape"), ([2**31, 2**31, 4, 6], "shape")):
        yield f"Reshape: [2, 3] to {shape}", fault, one([(I8, [2, 3])], "Reshape", shape=shape)
    for perm in ((0,), (0, 0), (0, 2), (0, 1, 2), (), (255, 0)):
        yield f"Transpose: [2, 3] by {list(perm)}", "attribute", one([(I8, [2, 3])], "Transpose", perm=perm)

    def table(x=(I8, [3]), t=(I8, [256], [0] * 256)):
        return one([x], "Table8", table=t)

    yield "Table8: on i16", "dtype", table(x=(I16, [3]))
    yield "Table8: 255 entries", "shape", table(t=(I8, [255], [0] * 255))
    yield "Table8: 257 entries", "shape", table(t=(I8, [257], [0] * 257))
    yield "Table8: [16, 16]", "shape", table(t=(I8, [16, 16], [0] * 256))
