"""Rescale, AddScaled and Clamp."""

from isocortex_ref.numbers import bounds, elements

from .build import Graph, named, pack, vector
from .graphs import BROADCASTS, case
from .rng import Rng

M0, M1 = 1 << 30, (1 << 31) - 1  # the least and the greatest multiplier that is not 0
I32 = bounds("i32")


def rescale_graph(source, shape, m, s, to="i8", zp=0, lo=None, hi=None, clamp=None):
    """`m` and `s`: a number for shape [1], or lists."""
    m, s = ([v] if isinstance(v, int) else v for v in (m, s))
    g = Graph((source, shape))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    least, most = bounds(to)
    g.add(
        "Rescale", value, multiplier=("i32", [len(m)], m), shift=("i8", [len(s)], s), zero_point=zp,
        lo=least if lo is None else lo, hi=most if hi is None else hi, dtype=to,
    )
    return g


# With m = 2^30, s = 31 halves the operand: every odd one is a tie.
TIES = list(range(-9, 10))
SPREAD = [I32[0], I32[0] + 1, -(1 << 30), -65537, -3, -2, -1, 0, 1, 2, 3, 65537, 1 << 30, I32[1] - 1, I32[1]]
RESCALE = {  # name: (values or None, arguments)
    "ties go up": (TIES, dict(source="i32", m=M0, s=31)),
    "quarters": (TIES, dict(source="i32", m=M0, s=32)),
    "three quarters": (TIES, dict(source="i32", m=3 << 29, s=31)),
    "identity": (TIES, dict(source="i32", m=M0, s=30)),
    "just below one half": (TIES, dict(source="i32", m=M1, s=32)),
    "multiplier 0": (SPREAD, dict(source="i32", m=0, s=2)),
    "multiplier 0, shift 62, zero point 9": (SPREAD, dict(source="i32", m=0, s=62, zp=9)),
    "shift 2, least multiplier": (SPREAD, dict(source="i32", m=M0, s=2, to="i32")),
    "shift 2, greatest multiplier": (SPREAD, dict(source="i32", m=M1, s=2, to="i32")),
    "shift 62, least multiplier": (SPREAD, dict(source="i32", m=M0, s=62)),
    "shift 62, greatest multiplier": (SPREAD, dict(source="i32", m=M1, s=62)),
    "shift 61, greatest multiplier": (SPREAD, dict(source="i32", m=M1, s=61)),
    "shift 31 to i32": (SPREAD, dict(source="i32", m=M1, s=31, to="i32")),
    "i32 to i32 saturates by a zero point": (SPREAD, dict(source="i32", m=M0, s=30, to="i32", zp=I32[1])),
    "i32 to i32, least zero point": (SPREAD, dict(source="i32", m=M0, s=30, to="i32", zp=I32[0])),
    "i32 to i16 saturates": (SPREAD, dict(source="i32", m=M0, s=31, to="i16")),
    "i32 to i16, zero point": (SPREAD, dict(source="i32", m=M1, s=45, to="i16", zp=-32768)),
    "i32 to i8, zero point 127": (SPREAD, dict(source="i32", m=M1, s=54, zp=127)),
    "i32 to i8, zero point -128": (SPREAD, dict(source="i32", m=M1, s=54, zp=-128)),
    "lo = hi": (SPREAD, dict(source="i32", m=M0, s=31, lo=5, hi=5)),
    "relu": (SPREAD, dict(source="i32", m=M1, s=54, zp=-10, lo=-10)),
    "relu6-like": (SPREAD, dict(source="i32", m=M1, s=52, zp=-10, lo=-10, hi=77)),
    "i8 to i8": (None, dict(source="i8", m=M1 - 12345, s=31)),
    "i8 to i16 enlarges": (None, dict(source="i8", m=M1, s=24, to="i16")),
    "i8 to i32 enlarges": (None, dict(source="i8", m=M1, s=2, to="i32")),
    "i16 to i8": (None, dict(source="i16", m=M0 + 777, s=38, zp=3)),
    "i16 to i16": (None, dict(source="i16", m=M0 + 777, s=30, to="i16")),
    "i16 to i32": (None, dict(source="i16", m=M1, s=16, to="i32", zp=-1)),
    "i16 to i8, lo of the type": (None, dict(source="i16", m=M1, s=40, lo=-128, hi=-128)),
    "i8 to i8, hi of the type": (None, dict(source="i8", m=M0, s=29, lo=127, hi=127)),
    "change of type alone, i32 to i8": (SPREAD, dict(source="i32", m=M0, s=30)),
    "change of type alone, i8 to i32": (None, dict(source="i8", m=M0, s=30, to="i32")),
    "zero point outside lo..hi": (TIES, dict(source="i32", m=M0, s=31, zp=100, lo=-9, hi=9)),
    "operand clamped": (TIES, dict(source="i32", m=M0, s=31, clamp=(-3, 5))),
    "operand clamped to one value": (TIES, dict(source="i32", m=M0, s=31, clamp=(-3, -3))),
}
SHAPED = {
    "one element": dict(source="i32", shape=[1], m=M0 + 1, s=50),
    "per channel": dict(source="i32", shape=[3, 2, 4], m=[M0, 0, M1, M0 + 99], s=[55, 2, 56, 62]),
    "per channel, rank 1": dict(source="i32", shape=[3], m=[M0, M1, 0], s=[54, 55, 30], zp=-1),
    "per channel, one channel": dict(source="i32", shape=[5, 1], m=[M0], s=[54]),
    "per channel, union of intervals": dict(source="i8", shape=[2, 3], m=[M0, M1, M0], s=[30, 28, 33], to="i16"),
    "rank 6": dict(source="i32", shape=[1, 2, 1, 2, 1, 3], m=[M0, M1, M0], s=[53, 54, 55], zp=2),
}


@named("rescale")
def rescale() -> list:
    out, shaped = [], dict(SHAPED)
    for name, (values, p) in RESCALE.items():
        shape = [len(values)] if values else [16]
        inputs = [pack(p["source"], values)] if values else None
        out.append(vector(f"Rescale: {name}", rescale_graph(shape=shape, **p), inputs))
    for i in range(10):
        rng = Rng(f"Rescale {i}")
        shape = rng.many(rng.between(1, 3), 1, 5)
        n = rng.pick((1, shape[-1]))
        to = rng.pick(("i8", "i16", "i32"))
        lo, hi = sorted(rng.many(2, *bounds(to)))
        shaped[f"random {i}"] = dict(
            source=rng.pick(("i8", "i16", "i32")), shape=shape, m=rng.many(n, M0, M1), s=rng.many(n, 28, 56), to=to,
            zp=rng.between(*bounds(rng.pick(("i8", to)))), lo=lo, hi=hi,
        )
    return out + [vector(f"Rescale: {name}", rescale_graph(**p)) for name, p in shaped.items()]


def add_graph(types, shape, m, s, zps=(0, 0), zp=0, lo=None, hi=None, clamps=(None, None)):
    a, b, to = types
    g = Graph((a, shape), (b, shape))
    operands = [i if c is None else g.add("Clamp", i, lo=c[0], hi=c[1]) for i, c in enumerate(clamps)]
    least, most = bounds(to)
    g.add("AddScaled", *operands, multipliers=m, zero_points=zps, shift=s, zero_point=zp,
          lo=least if lo is None else lo, hi=most if hi is None else hi, dtype=to)
    return g


B3, W3 = ("i8",) * 3, ("i16",) * 3
ADD = {
    "one element": (B3, [1], (M0, M0), 31),
    "plain sum saturates": (B3, [9], (1, 1), 2, (0, 0), 0),
    "halves": (B3, [31], (1, 1), 2),
    "one rounding of two halves": (B3, [31], (2, 2), 2),
    "both multipliers 0": (B3, [5], (0, 0), 2, (0, 0), 3),
    "first multiplier 0": (B3, [5], (0, M1), 31),
    "second multiplier 0": (B3, [5], (M1, 0), 31),
    "greatest multipliers, shift 2": (B3, [9], (M1, M1), 2),
    "greatest multipliers, shift 62": (B3, [9], (M1, M1), 62),
    "greatest multipliers, shift 38": (B3, [9], (M1, M1), 38),
    "multipliers 1, shift 62": (B3, [9], (1, 1), 62),
    "zero points": (B3, [9], (M0, M0 + 5), 31, (-128, 127), 0),
    "zero points exchanged": (B3, [9], (M0, M0 + 5), 31, (127, -128), 0),
    "result zero point -128": (B3, [9], (M0, M0), 32, (3, -3), -128),
    "result zero point 127": (B3, [9], (M0, M0), 32, (3, -3), 127),
    "relu": (B3, [9], (M0, M0), 31, (1, 2), -30, -30),
    "lo = hi": (B3, [9], (M0, M0), 31, (1, 2), -30, 4, 4),
    "i16": (W3, [9], (M0, M1), 31),
    "i16, shift 2, extreme zero points": (W3, [9], (M1, M1), 2, (-32768, 32767), 32767),
    "i16, zero points": (W3, [9], (M1, M0), 33, (32767, -32768), -32768),
    "i8 and i16 to i16": (("i8", "i16", "i16"), [9], (1 << 20, 1 << 12), 12, (5, 1000)),
    "i16 and i8 to i16": (("i16", "i8", "i16"), [9], (1 << 12, 1 << 20), 12, (1000, 5)),
    "i16 and i16 to i8": (("i16", "i16", "i8"), [9], (M0, M0), 39, (0, 7), 1),
    "i8 and i8 to i16": (("i8", "i8", "i16"), [9], (M0, M1), 24, (-1, 1), 1),
    "i8 and i16 to i8": (("i8", "i16", "i8"), [9], (M0, M0 >> 8), 31),
    "rank 6": (B3, [1, 2, 1, 2, 1, 3], (M0, M0), 31),
    "image": (B3, [3, 4, 5], (M0 + 3, M1 - 9), 32, (4, 9), -2),
    "clamped operands": (B3, [9], (M0, M1), 31, (-1, 1), 0, None, None, ((-5, 6), (7, 80))),
    "operands clamped to one value": (B3, [9], (M0, M1), 31, (-1, 1), 0, None, None, ((-5, -5), (7, 7))),
}


@named("add_scaled")
def add_scaled() -> list:
    named = dict(ADD)
    for i in range(10):
        rng = Rng(f"AddScaled {i}")
        types = tuple(rng.pick(("i8", "i16")) for _ in range(3))
        lo, hi = sorted(rng.many(2, *bounds(types[2])))
        named[f"random {i}"] = (
            types, rng.many(rng.between(1, 3), 1, 4), rng.many(2, 0, M1), rng.between(28, 40),
            [rng.between(*bounds(t)) for t in types[:2]], rng.between(*bounds(types[2])), lo, hi,
        )
    out = [vector(f"AddScaled: {name}", add_graph(*p), seed_runs=2) for name, p in named.items()]
    # All ties at once: every pair of neighbours, doubled and halved.
    pairs = [(a, b) for a in range(-4, 5) for b in range(-4, 5)]
    data = pack("i8", [a for a, _ in pairs]) + pack("i8", [b for _, b in pairs])
    out.append(vector("AddScaled: ties go up", add_graph(B3, [len(pairs)], (2, 2), 2), [data]))
    for i, (name, shapes) in enumerate(BROADCASTS.items()):
        types = (B3, W3, ("i8", "i16", "i16"), ("i16", "i8", "i8"))[i % 4]
        least, most = bounds(types[2])
        out.append(case("AddScaled", f"broadcast, {name}", list(zip(types, shapes)), multipliers=(M0, M0 + 77),
                        zero_points=(3, -4), shift=31, zero_point=1, lo=least, hi=most, dtype=types[2]))
    g = Graph(("i8", [4]))
    g.add("AddScaled", 0, 0, multipliers=(M0, M0), zero_points=(0, 0), shift=31, zero_point=0, lo=-128, hi=127,
          dtype="i8")
    out.append(vector("AddScaled: a value with itself", g))
    return out


CLAMP = [
    (dtype, shape, lo, hi)
    for dtype in ("i8", "i16", "i32")
    for least, most in (bounds(dtype),)
    for shape, lo, hi in (
        ([1], least, most), ([7], least, most), ([7], 0, most), ([7], least, 0), ([7], 0, 0), ([7], least, least),
        ([7], most, most), ([2, 3], -5, 6), ([2, 1, 3], least + 1, most - 1), ([1, 1, 2, 1, 2, 2], -100, 99),
        ([3], least, least + 1), ([3], most - 1, most), ([17], -1, 1), ([2, 2, 2], 1, most), ([65], least, -2),
        ([1], 0, 1),
    )
]


@named("clamp")
def clamp() -> list:
    out = []
    for dtype, shape, lo, hi in CLAMP:
        g = Graph((dtype, shape))
        g.add("Clamp", 0, lo=lo, hi=hi)
        rng, n = Rng(f"Clamp {dtype} {shape} {lo} {hi}"), elements(shape)
        near = pack(dtype, [max(min(v, bounds(dtype)[1]), bounds(dtype)[0]) for v in rng.many(n, lo - 2, hi + 2)])
        out.append(vector(f"Clamp: {dtype} {shape} to [{lo}, {hi}]", g, [near]))
    for i, (first, second) in enumerate((((-10, 10), (20, 30)), ((-10, 10), (-30, -20)), ((0, 50), (20, 90)))):
        g = Graph(("i8", [9]))
        g.add("Clamp", g.add("Clamp", 0, lo=first[0], hi=first[1]), lo=second[0], hi=second[1])
        out.append(vector(f"Clamp: twice {i}", g))
    return out
