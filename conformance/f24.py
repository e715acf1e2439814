"""Float scales as the integers of SPEC.md's F24 ops: what a converter does once, in exact arithmetic."""

from fractions import Fraction

import numpy as np

F = np.float32


def scale(x) -> tuple[int, int]:
    """(m, s) with x = m / 2^s and 2^23 <= m < 2^24; (0, 0) for what is too small to matter."""
    m, e = np.frexp(np.float64(F(x)))
    m, s = int(m * (1 << 24)), 24 - int(e)
    if s < 0:
        raise ValueError(f"a scale of {x}")
    return (m, s) if s <= 62 else (0, 0)


def scales(xs):
    pairs = [scale(x) for x in np.atleast_1d(xs)]
    return [m for m, _ in pairs], [s for _, s in pairs]


def fl(x: Fraction) -> Fraction:
    """To 24 significant bits, halves to even."""
    if not x:
        return x
    e = 0
    while abs(x) >= 1 << 24:
        x, e = x / 2, e + 1
    while abs(x) < 1 << 23:
        x, e = x * 2, e - 1
    return Fraction(round(x)) * Fraction(2) ** e  # Python rounds halves to even


def add(sa, za, sb, zb, sc, zc):
    """AddF24's multipliers, fixed and shift for QLinearAdd's kernel on x86."""
    ra, rb = (Fraction(float(F(s) / F(sc))) for s in (sa, sb))
    fixed = fl(zc - fl(ra * za + fl(rb * zb)))
    shift = max(scale(float(ra))[1], scale(float(rb))[1])
    exact = [v * (1 << shift) for v in (ra, rb, fixed)]
    assert all(v.denominator == 1 for v in exact)
    return [int(v) for v in exact[:2]], int(exact[2]), shift
