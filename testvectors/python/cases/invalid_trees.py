"""Refusals of TreeEnsemble and of the F24 ops."""

from .build import refused
from .invalid_ops import I8, I16, I32, one
from .single import ADD, M0, M1, POOL
from .trees import LAST, Forest, graph, stump


@refused
def trees():
    def changed(forest=None, shape=(3, 2), **constants):
        return graph((forest or Forest(stump(), stump(1))).constants() | constants, shape=shape)

    def i32(*values, shape=None):
        return I32, shape or [len(values)], list(values)

    # Two stumps: nodes 0 and 1, leaves 0 to 3.
    for name, fault, g in (
        ("feature of i16", "dtype", changed(feature=(I16, [2], [0, 1]))),
        ("threshold of i8", "dtype", changed(threshold=(I8, [2], [0, 0]))),
        ("children of i16", "dtype", changed(children=(I16, [2, 2], [-1, -2, -3, -4]))),
        ("roots of i8", "dtype", changed(roots=(I8, [2], [0, 1]))),
        ("leaves of i16", "dtype", changed(leaves=(I16, [4, 1], [1, 2, 3, 4]))),
        ("bias of i8", "dtype", changed(bias=(I8, [1], [0]))),
        ("a feature less", "shape", changed(feature=i32(0))),
        ("a threshold more", "shape", changed(threshold=i32(0, 0, 0))),
        ("feature of rank 2", "shape", changed(feature=i32(0, 1, shape=[1, 2]))),
        ("children of rank 1", "shape", changed(children=i32(-1, -2, -3, -4))),
        ("three children a node", "shape", changed(children=i32(-1, -2, -3, -4, -1, -1, shape=[2, 3]))),
        ("roots of rank 2", "shape", changed(roots=i32(0, 1, shape=[1, 2]))),
        ("leaves of rank 1", "shape", changed(leaves=i32(1, 2, 3, 4))),
        ("bias for two channels", "shape", changed(bias=i32(0, 0))),
        ("feature -1", "overflow", changed(feature=i32(0, -1))),
        ("feature 2 of 2", "overflow", changed(feature=i32(0, 2))),
        ("a leaf that is not there", "shape", changed(children=i32(-1, -2, -3, -5, shape=[2, 2]))),
        ("leaf 2^31 - 1", "shape", changed(children=i32(-1, -2, -3, -(1 << 31), shape=[2, 2]))),
        ("a child that is not there", "shape", changed(children=i32(-1, -2, -3, 2, shape=[2, 2]))),
        ("a root that is not there", "shape", changed(roots=i32(0, 2))),
        ("a node under itself", "shape", changed(children=i32(0, -2, -3, -4, shape=[2, 2]))),
        ("a child before its parent", "shape", changed(
            children=i32(-1, -2, 0, -4, shape=[2, 2]), roots=i32(1, -3))),
        ("two nodes under each other", "shape", changed(
            children=i32(1, -2, 0, -4, shape=[2, 2]), roots=i32(-1, -3))),
        ("a leaf named twice", "shape", changed(children=i32(-1, -2, -3, -3, shape=[2, 2]))),
        ("a leaf named twice, by a root", "shape", changed(roots=i32(0, 1, -1))),
        ("a node named twice", "shape", changed(roots=i32(0, 1, 1))),
        ("a node that nothing names", "shape", changed(roots=i32(0))),
        ("a leaf that nothing names", "shape", changed(leaves=i32(1, 2, 3, 4, 5, shape=[5, 1]))),
        ("greatest sum 2^31", "overflow", changed(Forest(stump(0, 0, LAST, 0), bias=[1]))),
        ("least sum -2^31", "overflow", changed(Forest(stump(0, 0, -LAST, 0), bias=[-1]))),
        ("a leaf of -2^31", "overflow", changed(Forest(stump(0, 0, -LAST - 1, 0)))),
        ("a bias of -2^31", "overflow", changed(Forest(stump(), bias=[-LAST - 1]))),
        ("two trees of 2^30", "overflow", changed(Forest(stump(0, 0, 1 << 30, 0), stump(0, 0, 0, 1 << 30)))),
        ("signs do not cancel in the condition", "overflow", changed(Forest(stump(0, 0, LAST, 0), bias=[-1]))),
        ("a second channel overflows", "overflow", changed(Forest((0, 0, [1, LAST], [2, 3]), bias=[0, 1]))),
    ):
        yield f"TreeEnsemble: {name}", fault, g


@refused
def rescale_f24():
    def graph(m=(I32, [1], [M0]), s=(I8, [1], [31]), x=(I32, [2, 3]), **changed):
        return one([x], "RescaleF24", multiplier=m, shift=s,
                   **{**dict(offset=0, zero_point=0, lo=-128, hi=127, dtype=I8), **changed})

    for value in (1, M0 - 1, M1 + 1, 1 << 30, -1, -M0):
        yield f"RescaleF24: multiplier {value}", "overflow", graph(m=(I32, [1], [value]))
    for value in (63, -1, 127, -128):
        yield f"RescaleF24: shift {value}", "overflow", graph(s=(I8, [1], [value]))
    yield "RescaleF24: shift 47 with an offset", "overflow", graph(s=(I8, [1], [47]), offset=1)
    yield "RescaleF24: multiplier 0, shift 47 with an offset", "overflow", graph(
        m=(I32, [1], [0]), s=(I8, [1], [47]), offset=-1)
    yield "RescaleF24: one shift of three", "overflow", graph(m=(I32, [3], [M0] * 3), s=(I8, [3], [31, 31, 63]))
    yield "RescaleF24: offset 2^15 + 1", "attribute", graph(offset=(1 << 15) + 1)
    yield "RescaleF24: offset -2^15 - 1", "attribute", graph(offset=-(1 << 15) - 1)
    yield "RescaleF24: multiplier [3], shift [1]", "shape", graph(m=(I32, [3], [M0] * 3))
    yield "RescaleF24: both [2] for 3 channels", "shape", graph(m=(I32, [2], [M0] * 2), s=(I8, [2], [31] * 2))
    yield "RescaleF24: both [1, 3]", "shape", graph(m=(I32, [1, 3], [M0] * 3), s=(I8, [1, 3], [31] * 3))
    yield "RescaleF24: multiplier of i16", "dtype", graph(m=(I16, [1], [0]))
    yield "RescaleF24: shift of i32", "dtype", graph(s=(I32, [1], [31]))
    yield "RescaleF24: lo above hi", "attribute", graph(lo=1, hi=0)
    yield "RescaleF24: hi above i8", "attribute", graph(hi=128)
    yield "RescaleF24: lo below i16", "attribute", graph(lo=-32_769, dtype=I16)
    yield "RescaleF24: zero point outside i8", "attribute", graph(zero_point=128)


@refused
def add_f24():
    def graph(a=(I8, [3]), b=(I8, [3]), operands=(0, 1), **changed):
        return one([a, b], "AddF24", operands, **{**ADD, **changed})

    yield "AddF24: one operand", "operand", graph(operands=(0,))
    yield "AddF24: an i16 operand", "dtype", graph(b=(I16, [3]))
    yield "AddF24: an i32 operand", "dtype", graph(a=(I32, [3]))
    yield "AddF24: shapes that do not broadcast", "shape", graph(b=(I8, [2]))
    yield "AddF24: unequal ranks", "shape", graph(b=(I8, [1, 3]))
    yield "AddF24: multiplier -1", "attribute", graph(multipliers=(M0, -1))
    yield "AddF24: multiplier 2^52 + 2^29", "attribute", graph(multipliers=((1 << 52) + (1 << 29), M0))
    yield "AddF24: a multiplier of 25 bits", "attribute", graph(multipliers=((1 << 24) + 1, M0))
    yield "AddF24: a multiplier of 51 bits", "attribute", graph(multipliers=(M0, (1 << 51) - 1))
    yield "AddF24: zero point of a outside i8", "attribute", graph(zero_points=(128, 0))
    yield "AddF24: zero point of b outside i8", "attribute", graph(zero_points=(0, -129))
    yield "AddF24: fixed of 25 bits", "attribute", graph(fixed=-((1 << 24) + 1))
    yield "AddF24: fixed above 2^60", "attribute", graph(fixed=(1 << 60) + (1 << 37))
    yield "AddF24: fixed below -2^60", "attribute", graph(fixed=-(1 << 61))
    yield "AddF24: fixed -2^63", "attribute", graph(fixed=-(1 << 63))
    yield "AddF24: shift 63", "attribute", graph(shift=63)
    yield "AddF24: zero point outside i8", "attribute", graph(zero_point=-129)
    yield "AddF24: lo above hi", "attribute", graph(lo=5, hi=4)
    yield "AddF24: hi above i8", "attribute", graph(hi=128)


@refused
def avgpool_f24():
    def graph(x=(I8, [4, 4, 1]), **changed):
        return one([x], "AvgPoolF24", **{
            **POOL, **dict(kernel=(2, 2), stride=(1, 1), pads=(0, 0, 0, 0)), **changed})

    for name, fault, p in (
        ("on i16", "dtype", dict(x=(I16, [4, 4, 1]))),
        ("on i32", "dtype", dict(x=(I32, [4, 4, 1]))),
        ("on rank 2", "shape", dict(x=(I8, [4, 4]))),
        ("kernel 0", "attribute", dict(kernel=(0, 2))),
        ("kernel 65", "attribute", dict(x=(I8, [65, 1, 1]), kernel=(65, 1))),
        ("kernel larger than the operand", "shape", dict(kernel=(5, 2))),
        ("stride 0", "attribute", dict(stride=(0, 1))),
        ("stride 65", "attribute", dict(stride=(1, 65))),
        ("pad as large as the kernel", "attribute", dict(pads=(0, 0, 2, 0))),
        ("operand's zero point 128", "attribute", dict(operand_zero_point=128)),
        ("operand's multiplier 2^23 - 1", "attribute", dict(multipliers=(M0 - 1, M0))),
        ("operand's multiplier 2^24", "attribute", dict(multipliers=(M1 + 1, M0))),
        ("result's multiplier 0", "attribute", dict(multipliers=(M0, 0))),
        ("result's multiplier -2^23", "attribute", dict(multipliers=(M0, -M0))),
        ("operand's shift 63", "attribute", dict(shifts=(63, 30))),
        ("result's shift 63", "attribute", dict(shifts=(30, 63))),
        ("offset 2^15 + 1", "attribute", dict(offset=(1 << 15) + 1)),
        ("offset -2^15 - 1", "attribute", dict(offset=-(1 << 15) - 1)),
        ("zero point outside i8", "attribute", dict(zero_point=128)),
        ("lo above hi", "attribute", dict(lo=5, hi=4)),
        ("lo below i8", "attribute", dict(lo=-129)),
    ):
        yield f"AvgPoolF24: {name}", fault, graph(**p)
