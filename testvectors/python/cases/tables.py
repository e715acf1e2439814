"""Tables of functions, without floats: no machine's library decides a vector's bytes."""

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from math import floor, isqrt


@cache
def exponential() -> tuple:
    """Softmax15's table: min(round(2^15 * 2^(-i/256)), 32767).

    2^(16 - i/256) is the 256th root of 2^(4096 - i), and eight nested integer square roots give its floor.
    """
    out = []
    for i in range(256):
        root = 1 << (4096 - i)
        for _ in range(8):
            root = isqrt(root)
        out.append(min((root + 1) // 2, 32_767))
    return tuple(out)


@cache
def turns(positions: int, half: int) -> tuple:
    """Rope's cos and sin in Q15. A position turns pair i by the angle whose half has the tangent 1 / (1 + 2^i)."""
    tables = [], []
    for p in range(positions):
        for i in range(half):
            t = Fraction(1, 1 + 2**i)
            c, s, cos, sin = Fraction(1), Fraction(0), (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
            for _ in range(p):
                c, s = c * cos - s * sin, c * sin + s * cos
            for table, v in zip(tables, (c, s)):
                table.append(q15(v))
    return tuple(map(tuple, tables))


def q15(v) -> int:
    """To the nearest, halves up, within i16."""
    return min(max((floor(v * 65_536) + 1) // 2, -32_768), 32_767)


@cache
def table16(name: str, step_bits: int) -> tuple:
    """A function in Q15 at (i - 256) / 2^step_bits: Table16's entries."""
    functions = {
        "sigmoid": lambda x: 1 / (1 + (-x).exp()),
        "tanh": lambda x: 2 / (1 + (-2 * x).exp()) - 1,
        # x * sigmoid(1.702 x), a sixteenth of it: what it gives grows with x.
        "gelu": lambda x: x / (1 + (Decimal("-1.702") * x).exp()) / 16,
    }
    with localcontext(prec=40):
        return tuple(q15(functions[name](Decimal(i - 256) / 2**step_bits)) for i in range(513))
