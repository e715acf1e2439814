"""RescaleF24, AddF24, AvgPoolF24: what single precision rounds."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, pack, vector
from .pools import WINDOWS
from .pools import graph as pool_graph
from .rng import Rng

M0, M1 = 1 << 23, (1 << 24) - 1  # the least and the greatest multiplier that is not 0
I32 = bounds("i32")
TIES = list(range(-9, 10))
WIDE = [I32[0], I32[0] + 1, I32[0] + 127, I32[0] + 128, I32[0] + 192, -(1 << 24) - 1, -(1 << 24), 1 - (1 << 24),
        -65_537, -3, -1, 0, 1, 3, 65_537, (1 << 24) - 1, 1 << 24, (1 << 24) + 1, (1 << 24) + 3, (1 << 25) + 2, (1 << 25) + 6,
        (1 << 30) + 32, (1 << 30) + 96, I32[1] - 64, I32[1] - 63, I32[1]]


def rescale_graph(source, shape, m, s, to="i8", offset=0, zp=0, lo=None, hi=None, clamp=None):
    """`m` and `s`: a number for shape [1], or lists."""
    m, s = ([v] if isinstance(v, int) else v for v in (m, s))
    g = Graph((source, shape))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    least, most = bounds(to)
    g.add("RescaleF24", value, multiplier=("i32", [len(m)], m), shift=("i8", [len(s)], s), offset=offset, zero_point=zp,
          lo=least if lo is None else lo, hi=most if hi is None else hi, dtype=to)
    return g


RESCALE = {  # name: (values or None, arguments)
    "halves go to even": (TIES, dict(source="i32", m=M0, s=24)),
    "quarters": (TIES, dict(source="i32", m=M0, s=25)),
    "three quarters": (TIES, dict(source="i32", m=3 << 22, s=24)),
    "identity": (TIES, dict(source="i32", m=M0, s=23)),
    "just below one half": (TIES, dict(source="i32", m=M1, s=25)),
    "just above one half": (TIES, dict(source="i32", m=M0 + 1, s=24)),
    "an offset of 1 moves the ties": (TIES, dict(source="i32", m=M0, s=24, offset=1)),
    "an offset of 2 keeps the ties": (TIES, dict(source="i32", m=M0, s=24, offset=2)),
    "a zero point of 1 keeps the ties": (TIES, dict(source="i32", m=M0, s=24, zp=1)),
    "offset -128, zero point 0": (TIES, dict(source="i32", m=M0, s=24, offset=-128)),
    "offset and zero point": (TIES, dict(source="i32", m=M0, s=24, offset=128, zp=-128)),
    "greatest offset": (WIDE, dict(source="i32", m=M0, s=30, offset=1 << 15, to="i16")),
    "least offset": (WIDE, dict(source="i32", m=M0, s=30, offset=-(1 << 15), to="i16")),
    "greatest offset, shift 46": (WIDE, dict(source="i32", m=M1, s=46, offset=1 << 15, to="i16")),
    "offset, shift 46, to i8": (WIDE, dict(source="i32", m=M1, s=46, offset=-9)),
    "offset, shift 0": (WIDE, dict(source="i32", m=M0, s=0, offset=3, to="i32")),
    "multiplier 0": (WIDE, dict(source="i32", m=0, s=0)),
    "multiplier 0, offset": (WIDE, dict(source="i32", m=0, s=46, offset=-77, zp=-3)),
    "multiplier 0, shift 62": (WIDE, dict(source="i32", m=0, s=62, zp=9)),
    "shift 0 saturates": (WIDE, dict(source="i32", m=M0, s=0)),
    "shift 0 to i32": (WIDE, dict(source="i32", m=M1, s=0, to="i32")),
    "shift 62": (WIDE, dict(source="i32", m=M1, s=62)),
    "shift 54: the greatest becomes 1": (WIDE, dict(source="i32", m=M1, s=54)),
    "operands of 25 bits and more are rounded": (WIDE, dict(source="i32", m=M0, s=23, to="i32")),
    "products are rounded": (WIDE, dict(source="i32", m=M1, s=24, to="i32")),
    "to i32, least multiplier": (WIDE, dict(source="i32", m=M0, s=22, to="i32")),
    "to i32, zero point at the end": (WIDE, dict(source="i32", m=M0, s=23, to="i32", zp=I32[1])),
    "to i16": (WIDE, dict(source="i32", m=M1, s=40, to="i16")),
    "to i16, offset": (WIDE, dict(source="i32", m=M1, s=39, to="i16", offset=-5)),
    "to i8": (WIDE, dict(source="i32", m=M1, s=48)),
    "zero point 127": (WIDE, dict(source="i32", m=M1, s=48, zp=127)),
    "zero point -128: u8": (WIDE, dict(source="i32", m=M1, s=46, offset=100, zp=-128)),
    "lo = hi": (WIDE, dict(source="i32", m=M0, s=40, lo=5, hi=5)),
    "relu": (WIDE, dict(source="i32", m=M1, s=47, zp=-10, lo=-10)),
    "relu6-like": (WIDE, dict(source="i32", m=M1, s=46, zp=-10, lo=-10, hi=77)),
    "i8 to i8": (None, dict(source="i8", m=M1 - 12_345, s=24)),
    "i8 to i16 enlarges": (None, dict(source="i8", m=M1, s=17, to="i16")),
    "i8 to i32 enlarges": (None, dict(source="i8", m=M1, s=0, to="i32")),
    "i16 to i8": (None, dict(source="i16", m=M0 + 777, s=31, zp=3)),
    "i16 to i16": (None, dict(source="i16", m=M0 + 777, s=23, to="i16")),
    "i16 to i32": (None, dict(source="i16", m=M1, s=9, to="i32", zp=-1)),
    "operand clamped": (TIES, dict(source="i32", m=M0, s=24, clamp=(-3, 5))),
    "operand clamped to one value": (TIES, dict(source="i32", m=M0, s=24, clamp=(-3, -3))),
    "operand clamped to a tie of 25 bits": (
        WIDE, dict(source="i32", m=M0, s=23, to="i32", clamp=((1 << 24) + 1, (1 << 24) + 3))),
}
SHAPED = {
    "one element": dict(source="i32", shape=[1], m=M0 + 1, s=43),
    "per channel": dict(source="i32", shape=[3, 2, 4], m=[M0, 0, M1, M0 + 99], s=[48, 0, 49, 62]),
    "per channel, rank 1": dict(source="i32", shape=[3], m=[M0, M1, 0], s=[47, 48, 30], zp=-1),
    "per channel, offset": dict(source="i32", shape=[2, 3], m=[M0, M1, 0], s=[46, 45, 40], offset=7),
    "per channel, one channel": dict(source="i32", shape=[5, 1], m=[M0], s=[47]),
    "per channel, union of intervals": dict(source="i8", shape=[2, 3], m=[M0, M1, M0], s=[23, 21, 26], to="i16"),
    "rank 6": dict(source="i32", shape=[1, 2, 1, 2, 1, 3], m=[M0, M1, M0], s=[46, 47, 48], zp=2),
    "33 channels": dict(source="i32", shape=[2, 33], m=[M0 + 9 * i for i in range(33)], s=[47] * 33),
}


@named("rescale_f24")
def rescale_f24() -> list:
    out = []
    for name, (values, p) in RESCALE.items():
        inputs = [pack(p["source"], values)] if values else None
        out.append(vector(f"RescaleF24: {name}", rescale_graph(shape=[len(values) if values else 16], **p), inputs))
    for name, p in SHAPED.items():
        out.append(vector(f"RescaleF24: {name}", rescale_graph(**p)))
    for i in range(6):
        rng = Rng(f"RescaleF24 {i}")
        c, to = rng.between(1, 5), rng.pick(("i8", "i16"))
        p = dict(source="i32", shape=[3, c], m=rng.many(c, M0, M1), s=rng.many(c, 38, 46), to=to,
                 zp=rng.between(*bounds(to)), offset=rng.between(-300, 300))
        out.append(vector(f"RescaleF24: random {i}", rescale_graph(**p), seed_runs=2))
    return out


ADD = dict(multipliers=(M0, M0), zero_points=(0, 0), fixed=0, shift=23, zero_point=0, lo=-128, hi=127)
SUMS = {  # name: what differs from the plain sum of two i8
    "plain sum": {},
    "halves go to even": dict(shift=24),
    "quarters": dict(shift=25),
    "fixed of 1 moves the ties": dict(shift=24, fixed=1 << 24),
    "fixed of one half": dict(shift=24, fixed=1 << 23),
    "fixed at the last bit": dict(shift=24, fixed=1),
    "fixed negative": dict(fixed=-77 << 23),
    "greatest fixed": dict(fixed=1 << 60, shift=62),
    "least fixed": dict(fixed=-(1 << 60), shift=62),
    "greatest fixed saturates": dict(fixed=1 << 60, shift=40),
    "least fixed saturates": dict(fixed=-(1 << 60), shift=40),
    "fixed of 24 bits": dict(fixed=M1 << 7, shift=25),
    "multipliers 0": dict(multipliers=(0, 0), fixed=5 << 23),
    "first multiplier 0": dict(multipliers=(0, M1)),
    "second multiplier 0": dict(multipliers=(M1, 0)),
    "multipliers 1, shift 0": dict(multipliers=(1, 1), shift=0),
    "multipliers 1, shift 1": dict(multipliers=(1, 1), shift=1),
    "greatest multipliers, shift 62": dict(multipliers=(1 << 52, 1 << 52), shift=62),
    "greatest multipliers, shift 52": dict(multipliers=(1 << 52, 1 << 52), shift=52),
    "greatest multipliers, shift 0": dict(multipliers=(1 << 52, 1 << 52), shift=0),
    "greatest of 24 bits below 2^52": dict(multipliers=(M1 << 28, M1 << 28), shift=53),
    "unequal scales": dict(multipliers=(M1 << 6, M0 + 5), shift=31),
    "unequal scales, exchanged": dict(multipliers=(M0 + 5, M1 << 6), shift=31),
    "far apart: the smaller is lost in part": dict(multipliers=(M1 << 20, M0 + 5), shift=45),
    "far apart, exchanged": dict(multipliers=(M0 + 5, M1 << 20), shift=45),
    "zero points -128": dict(zero_points=(-128, -128), zero_point=-128),
    "zero points 127": dict(zero_points=(127, 127), shift=24),
    "zero points at both ends": dict(zero_points=(-128, 127), shift=24),
    "as u8, with fixed": dict(multipliers=(M0 + 77, M1 - 5), zero_points=(-128, -128), fixed=-(13_000_001 << 7),
                              shift=25, zero_point=-128),
    "zero point 127": dict(zero_point=127, shift=25),
    "zero point -128": dict(zero_point=-128, shift=25),
    "relu": dict(zero_point=-10, lo=-10, shift=24),
    "lo = hi": dict(lo=4, hi=4),
    "all bits of the multipliers": dict(multipliers=(M1, M1), shift=24),
    "odd multipliers, odd fixed": dict(multipliers=(M0 + 1, M1 - 2), fixed=(1 << 23) + 1, shift=25),
}


def add_graph(a, b, clamps=(None, None), **changed):
    g, values = Graph(("i8", a), ("i8", b)), [0, 1]
    for i, clamp in enumerate(clamps):
        if clamp:
            values[i] = g.add("Clamp", i, lo=clamp[0], hi=clamp[1])
    g.add("AddF24", *values, **{**ADD, **changed})
    return g


@named("add_f24")
def add_f24() -> list:
    pairs = [(a, b) for a in range(-4, 5) for b in range(-4, 5)]
    near = pack("i8", [a for a, _ in pairs]) + pack("i8", [b for _, b in pairs])
    out = []
    for name, p in SUMS.items():
        inputs = [near] if "halves" in name or "quarters" in name or "ties" in name else None
        shape = [len(pairs)] if inputs else [9]
        out.append(vector(f"AddF24: {name}", add_graph(shape, shape, **p), inputs))
    for a, b in (([1], [1]), ([5], [1]), ([1], [5]), ([3, 1], [1, 4]), ([2, 3, 4], [1, 1, 4]), ([2, 3, 4], [2, 3, 1]),
                 ([1, 2, 1, 2, 1, 3], [2, 1, 2, 1, 2, 1]), ([3, 4, 5], [3, 4, 5]), ([33], [33])):
        out.append(vector(f"AddF24: {a} and {b}", add_graph(a, b, shift=24, multipliers=(M0 + 3, M1 - 9))))
    for clamps in (((-5, 6), (7, 80)), ((-5, -5), (7, 7)), ((3, 90), None), (None, (-128, -100))):
        out.append(vector(f"AddF24: operands in {clamps}", add_graph([9], [9], clamps, shift=24, fixed=-(3 << 22))))
    for i in range(6):
        rng = Rng(f"AddF24 {i}")
        shift = rng.between(24, 40)
        m = [rng.between(M0, M1) << rng.between(0, 3) for _ in range(2)]
        p = dict(multipliers=m, zero_points=rng.many(2, -128, 127), fixed=rng.between(-M1, M1) << rng.between(0, 8),
                 shift=shift, zero_point=rng.between(-128, 127))
        out.append(vector(f"AddF24: random {i}", add_graph([9], [9], **p), seed_runs=2))
    g = Graph(("i8", [4]))
    g.add("AddF24", 0, 0, **ADD)
    out.append(vector("AddF24: a value with itself", g))
    return out


POOL = dict(count_padding=False, operand_zero_point=0, multipliers=(M0, M0), shifts=(30, 30), offset=0, zero_point=0,
            lo=-128, hi=127)
MEANS = {  # name: what differs from the mean of a 3 by 3 window with pads 1
    "equal scales": {},
    "padding counted": dict(count_padding=True),
    "operand zero point -128": dict(operand_zero_point=-128),
    "operand zero point 127, padding counted": dict(operand_zero_point=127, count_padding=True),
    "offset": dict(offset=9),
    "offset moves the ties": dict(offset=1, shifts=(31, 30)),
    "offset 128, zero point -128": dict(offset=128, zero_point=-128),
    "greatest offset": dict(offset=1 << 15),
    "least offset": dict(offset=-(1 << 15)),
    "result's scale larger": dict(shifts=(32, 30)),
    "result's scale smaller": dict(shifts=(30, 31)),
    "multipliers of all bits": dict(multipliers=(M1, M1), shifts=(32, 31)),
    "odd multipliers": dict(multipliers=(M0 + 1, M1 - 2), shifts=(31, 32)),
    "far apart: e above 40, the offset alone": dict(shifts=(62, 0), offset=-5),
    "far apart: e is 40": dict(shifts=(62, 46), offset=-5),
    "far apart: e below 0, the clamp alone": dict(shifts=(0, 62), offset=-5),
    "far apart: e near 0": dict(shifts=(20, 36)),
    "shifts 0": dict(shifts=(0, 0)),
    "shifts 62": dict(shifts=(62, 62)),
    "relu": dict(zero_point=-10, lo=-10),
    "lo = hi": dict(lo=4, hi=4),
    "as u8": dict(operand_zero_point=-128, multipliers=(M0 + 77, M1 - 5), shifts=(31, 32), offset=17, zero_point=-128),
}


@named("avgpool_f24")
def avgpool_f24() -> list:
    out = []
    for name, p in MEANS.items():
        g = pool_graph("AvgPoolF24", "i8", [4, 4, 2], (3, 3), (1, 1), (1, 1, 1, 1), **{**POOL, **p})
        out.append(vector(f"AvgPoolF24: {name}", g))
    for name, p in WINDOWS.items():
        more = POOL | dict(count_padding=len(name) % 2 == 0, multipliers=(M0 + 99, M1 - 5), shifts=(31, 31), offset=-3)
        out.append(vector(f"AvgPoolF24: {name}", pool_graph("AvgPoolF24", "i8", *p, **more)))
    for n in (2, 3, 4, 6):
        data = [row[i] for total in range(-16, 16) for row in [[total - (n - 1)] + [1] * (n - 1)] for i in range(n)]
        g = pool_graph("AvgPoolF24", "i8", [32, n, 1], (1, n), **POOL)
        out.append(vector(f"AvgPoolF24: sums from -16 by {n}, halves go to even", g, [pack("i8", data)]))
    return out
