"""Refusals of ConvTranspose2d, BatchMatMul, and of groups and i16 in the other linear ops."""

from .build import refused
from .invalid_ops import I8, I16, I32, conv, one


@refused
def groups():
    def grouped(c=4, o=4, groups=2, weight=None, **more):
        weight = weight or (I8, [o, 1, 1, max(1, c // max(groups, 1))], [1] * (o * max(1, c // max(groups, 1))))
        return conv(x=(I8, [3, 3, c]), weight=weight, bias=(I32, [o], [0] * o), groups=groups, **more)

    yield "Conv2d: no groups", "attribute", grouped(groups=0)
    yield "Conv2d: 3 groups of 4 channels", "attribute", grouped(groups=3, o=3)
    yield "Conv2d: 4 groups for 6 results", "attribute", grouped(groups=4, o=6)
    yield "Conv2d: more groups than channels", "attribute", grouped(groups=8, o=8)
    yield "Conv2d: 2^32 - 1 groups", "attribute", grouped(groups=2**32 - 1)
    yield "Conv2d: 2 groups and a weight for all channels", "shape", grouped(weight=(I8, [4, 1, 1, 4], [1] * 16))
    yield "Conv2d: 1 group and a weight for half of the channels", "shape", grouped(
        groups=1, weight=(I8, [4, 1, 1, 2], [1] * 8))


@refused
def i16():
    last = (1 << 31) - 127 * 32_768
    for depthwise in (False, True):
        op, lead = ("DepthwiseConv2d", []) if depthwise else ("Conv2d", [1])
        x = (I16, [3, 3, 1])
        yield f"{op}: i16, zero point 32768", "attribute", conv(depthwise, x=x, zero_point=32_768)
        yield f"{op}: i16, zero point -32769", "attribute", conv(depthwise, x=x, zero_point=-32_769)
        weight = (I8, lead + [1, 1, 1], [127])
        yield f"{op}: i16, greatest sum 2^31", "overflow", conv(depthwise, x=x, weight=weight, bias=(I32, [1], [last]))
    weight = (I8, [1, 257], [-128] * 257)
    yield "MatMul: i16, 257 of the largest products", "overflow", one(
        [(I16, [257])], "MatMul", weight=weight, bias=(I32, [1], [0]), zero_point=32_767)
    yield "MatMul: i16, zero point 32768", "attribute", one(
        [(I16, [1])], "MatMul", weight=(I8, [1, 1], [0]), bias=(I32, [1], [0]), zero_point=32_768)


@refused
def conv_transpose():
    def graph(x=(I8, [2, 2, 1]), weight=(I8, [1, 1, 1, 1], [1]), bias=(I32, [1], [0]), **changed):
        return one([x], "ConvTranspose2d", weight=weight, bias=bias, **{
            **dict(zero_point=0, stride=(1, 1), dilation=(1, 1), pads=(0, 0, 0, 0)), **changed})

    limit = (1 << 31) - 127 * 128
    for name, fault, p in (
        ("on i32", "dtype", dict(x=(I32, [2, 2, 1]))),
        ("on rank 2", "shape", dict(x=(I8, [2, 2]))),
        ("on rank 4", "shape", dict(x=(I8, [1, 2, 2, 1]))),
        ("weight of i16", "dtype", dict(weight=(I16, [1, 1, 1, 1], [1]))),
        ("weight of rank 3", "shape", dict(weight=(I8, [1, 1, 1], [1]))),
        ("weight for two channels", "shape", dict(weight=(I8, [1, 1, 1, 2], [1, 1]))),
        ("bias of i8", "dtype", dict(bias=(I8, [1], [0]))),
        ("bias of two", "shape", dict(bias=(I32, [2], [0, 0]))),
        ("bias of rank 2", "shape", dict(bias=(I32, [1, 1], [0]))),
        ("zero point 128", "attribute", dict(zero_point=128)),
        ("zero point -32769 of i16", "attribute", dict(x=(I16, [2, 2, 1]), zero_point=-32_769)),
        ("stride 0", "attribute", dict(stride=(0, 1))),
        ("stride 65", "attribute", dict(stride=(1, 65))),
        ("dilation 0", "attribute", dict(dilation=(1, 0))),
        ("dilation 65", "attribute", dict(dilation=(65, 1))),
        ("pad 1025", "attribute", dict(x=(I8, [20, 1, 1]), stride=(64, 1), pads=(1025, 0, 0, 0))),
        ("pad -1025", "attribute", dict(pads=(0, 0, 0, -1025))),
        ("pad -2^31", "attribute", dict(pads=(0, -(1 << 31), 0, 0))),
        ("pads leave no row", "shape", dict(pads=(1, 0, 1, 0))),
        ("pads leave less than no column", "shape", dict(pads=(0, 2, 0, 1))),
        ("greatest sum 2^31", "overflow", dict(weight=(I8, [1, 1, 1, 1], [127]), bias=(I32, [1], [limit]))),
        ("least sum -2^31", "overflow", dict(weight=(I8, [1, 1, 1, 1], [-127]), bias=(I32, [1], [-limit]))),
        ("bias -2^31", "overflow", dict(weight=(I8, [1, 1, 1, 1], [0]), bias=(I32, [1], [-(1 << 31)]))),
    ):
        yield f"ConvTranspose2d: {name}", fault, graph(**p)
    yield "ConvTranspose2d: two operands", "operand", one(
        [(I8, [2, 2, 1])], "ConvTranspose2d", (0, 0), weight=(I8, [1, 1, 1, 1], [1]), bias=(I32, [1], [0]),
        zero_point=0, stride=(1, 1), dilation=(1, 1), pads=(0, 0, 0, 0))


@refused
def batch_matmul():
    def graph(a=(I8, [2, 3]), b=(I8, [3, 4]), operands=(0, 1), zero_points=(0, 0), transposed=False):
        return one([a, b], "BatchMatMul", operands, zero_points=zero_points, transposed=transposed)

    yield "BatchMatMul: one operand", "operand", graph(operands=(0,))
    yield "BatchMatMul: three operands", "operand", graph(operands=(0, 1, 1))
    yield "BatchMatMul: a of i32", "dtype", graph(a=(I32, [2, 3]))
    yield "BatchMatMul: b of i32", "dtype", graph(b=(I32, [3, 4]))
    yield "BatchMatMul: rank 1", "shape", graph(a=(I8, [3]), b=(I8, [3]))
    yield "BatchMatMul: rank 1 by rank 2", "shape", graph(a=(I8, [3]))
    yield "BatchMatMul: rank 3 by rank 2", "shape", graph(a=(I8, [1, 2, 3]))
    yield "BatchMatMul: K of 3 against 4", "shape", graph(b=(I8, [4, 4]))
    yield "BatchMatMul: not transposed", "shape", graph(b=(I8, [4, 3]))
    yield "BatchMatMul: transposed", "shape", graph(transposed=True)
    yield "BatchMatMul: unequal batches", "shape", graph(a=(I8, [2, 2, 3]), b=(I8, [3, 3, 4]))
    yield "BatchMatMul: a batch of one is not repeated", "shape", graph(a=(I8, [2, 2, 3]), b=(I8, [1, 3, 4]))
    yield "BatchMatMul: zero point of a outside i8", "attribute", graph(zero_points=(128, 0))
    yield "BatchMatMul: zero point of b outside i8", "attribute", graph(a=(I16, [2, 3]), zero_points=(128, -129))
    yield "BatchMatMul: zero point of a outside i16", "attribute", graph(a=(I16, [2, 3]), zero_points=(-32_769, 0))
    yield "BatchMatMul: two of 2^30", "overflow", graph((I16, [1, 2]), (I16, [2, 1]))
    yield "BatchMatMul: i16 by i8, K of 512", "overflow", graph((I16, [1, 512]), (I8, [512, 1]))
    yield "BatchMatMul: i16 by i16, zero points at the ends", "overflow", graph(
        (I16, [1, 1]), (I16, [1, 1]), zero_points=(32_767, 32_767))
