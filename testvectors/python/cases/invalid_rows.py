"""Refusals of Softmax15 and the norms."""

from .build import refused
from .graphs import I8, I16, I32, one
from .rows import LEAST, MAX, SIXTEENTHS, most_fraction, scaled


@refused
def refusals():
    def soft(x=(I8, [3]), count=1, **changed):
        return one("Softmax15", [x] * count, **{**SIXTEENTHS, **changed})

    yield "Softmax15: a row of 65,537", "shape", soft(x=(I8, [65_537]))
    for n in (255, 257):
        yield f"Softmax15: a table of {n}", "shape", soft(table=(I16, [n], [1] * n))
    yield "Softmax15: a table of [16, 16]", "shape", soft(table=(I16, [16, 16], [1] * 256))
    yield "Softmax15: a table of i8", "dtype", soft(table=(I8, [256], [1] * 256))
    yield "Softmax15: a table of i32", "dtype", soft(table=(I32, [256], [1] * 256))
    yield "Softmax15: table[0] is 0", "overflow", soft(table=(I16, [256], [0] + [1] * 255))
    yield "Softmax15: a negative entry", "overflow", soft(table=(I16, [256], [1] * 255 + [-1]))
    yield "Softmax15: multiplier -1", "attribute", soft(multiplier=-1)
    yield "Softmax15: shift 63", "attribute", soft(shift=63)
    yield "Softmax15: two operands", "operand", soft(count=2)
    for op in ("LayerNorm", "RmsNorm", "L2Norm"):
        def of(x=(I8, [4]), clamp=None, count=1, **changed):
            return one(op, [x] * count, [clamp], **{**scaled(op, 4), **changed})

        yield f"{op}: two operands", "operand", of(count=2)
        yield f"{op}: epsilon 0", "attribute", of(epsilon=0)
        yield f"{op}: epsilon -1", "attribute", of(epsilon=-1)
        yield f"{op}: fraction {most_fraction(op) + 1}", "attribute", of(fraction=most_fraction(op) + 1)
        yield f"{op}: fraction 255", "attribute", of(fraction=255)
        yield f"{op}: i32 of any value", "overflow", of(x=(I32, [4]))
        least = {"LayerNorm": (0, MAX), "RmsNorm": (LEAST, 0), "L2Norm": (LEAST, LEAST)}[op]
        yield f"{op}: a magnitude or spread of 2^31 - 1 or more", "overflow", of(x=(I32, [4]), clamp=least)
        # 4 * D^2 is 2^61 from D = 759250125 on.
        reach = 759_250_125
        yield f"{op}: squares of 2^61", "overflow", of(
            x=(I32, [4]), clamp=(-1, reach - 1) if op == "LayerNorm" else (-reach, 1))
        if op == "L2Norm":
            continue
        yield f"{op}: gamma of three for a row of four", "shape", of(gamma=(I16, [3], [1] * 3))
        yield f"{op}: gamma of one for a row of four", "shape", of(gamma=(I16, [1], [1]))
        yield f"{op}: gamma [1, 4]", "shape", of(gamma=(I16, [1, 4], [1] * 4))
        yield f"{op}: gamma of i8", "dtype", of(gamma=(I8, [4], [1] * 4))
        yield f"{op}: gamma of i32", "dtype", of(gamma=(I32, [4], [1] * 4))

    def sixteen(op, gamma, beta=0):
        return one(op, [(I8, [16])], **scaled(op, 16, gamma=[0] * 15 + [gamma], beta=beta, fraction=14))

    # B = 65,538, see `norm`.
    yield "RmsNorm: the least gamma of sixteen, fraction 14", "overflow", sixteen("RmsNorm", -32_768)
    yield "LayerNorm: the least gamma of sixteen, fraction 14", "overflow", sixteen("LayerNorm", -32_768)
    yield "LayerNorm: beta 2 beside the greatest gamma of sixteen", "overflow", sixteen("LayerNorm", 32_767, 2)
    yield "LayerNorm: beta -2 beside the greatest gamma of sixteen", "overflow", sixteen("LayerNorm", -32_767, -2)
    for beta in (MAX - 4 * 32_767 + 1, 4 * 32_767 - MAX - 1, LEAST):
        yield f"LayerNorm: beta {beta} past the condition", "overflow", one(
            "LayerNorm", [(I8, [4])], **scaled("LayerNorm", 4, gamma=32_767, beta=[0, 0, 0, beta], fraction=0))
    yield "LayerNorm: beta of three for a row of four", "shape", one(
        "LayerNorm", [(I8, [4])], **{**scaled("LayerNorm", 4), "beta": (I32, [3], [0] * 3)})
    yield "LayerNorm: beta of i16", "dtype", one(
        "LayerNorm", [(I8, [4])], **{**scaled("LayerNorm", 4), "beta": (I16, [4], [0] * 4)})
