"""Rope, KvAppend, CausalMask: what a position chooses."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, vector
from .graphs import I8, I16, I32, TYPES, case
from .indexing import BATCHES
from .rng import Rng
from .tables import turns

MAX, LEAST = (1 << 31) - 1, -(1 << 31)


@named("rope")
def rope() -> list:
    out = []

    def put(name, dtype, b, t, d, p, positions=None, values=None, interleaved=False, of=I8, clamps=(), tables=None):
        cos, sin = tables or turns(p, d // 2)
        inputs = [(dtype, [*b, t, d]), (of, [t])]
        rng = Rng(f"Rope {name}")
        positions = rng.many(t, 0, p - 1) if positions is None else positions
        runs = [[rng.tensor(*inputs[0]) if values is None else values, positions]]
        if values is None:
            runs += [[v, at] for v, at in zip(bounds(dtype), (0, p - 1))]
        out.append(case("Rope", name, inputs, [*clamps, *[None] * (1 - len(clamps)), (0, p - 1)], runs,
                        cos=(I16, [p, d // 2], cos), sin=(I16, [p, d // 2], sin), interleaved=interleaved))

    for interleaved in (False, True):
        how = "pairs of neighbours" if interleaved else "halves"
        for dtype in TYPES:
            least, most = bounds(dtype)
            for b in ([], [2], [2, 1, 2]):
                put(f"{how}, {dtype} {[*b, 3, 4]}", dtype, b, 3, 4, 5, interleaved=interleaved)
            full = [v for p in ((least, least), (least, most), (most, least), (most, most)) for v in p]
            for name, c, s in (("by 0", 32_767, 0), ("by a quarter turn", 0, 32_767), ("by three quarters", 0, -32_768),
                               ("by a half turn", -32_768, 0), ("by the least of both", -32_768, -32_768),
                               ("by the greatest of both", 32_767, 32_767), ("by nothing", 0, 0)):
                if not interleaved or dtype == I8:
                    put(f"{how}, {dtype} extremes {name}", dtype, [], 4, 2, 1, [0] * 4, full, interleaved,
                        tables=([c], [s]))
        put(f"{how}, one pair", I16, [], 1, 2, 3, interleaved=interleaved)
        put(f"{how}, order of elements", I16, [], 1, 6, 2, [1], [100, 200, 300, 400, 500, 600], interleaved)
        put(f"{how}, positions in any order", I16, [], 4, 2, 4, [3, 0, 2, 0], interleaved=interleaved)
        put(f"{how}, rows of 32", I8, [], 2, 32, 2, interleaved=interleaved)
    for of in TYPES:
        put(f"positions of {of}", I16, [], 2, 2, 100, of=of)
    # 16384 / 2^15 is one half: odd elements are ties.
    ties = [v for a in range(-5, 6) for v in (a, 0)]
    put("ties go up", I16, [], 11, 2, 1, [0] * 11, ties, tables=([16_384], [16_384]))
    for name, clamp in (("narrow", (-9, 9)), ("positive", (3, 9)), ("negative", (-9, -3)), ("zero", (0, 0)),
                        ("half the type", (-16_384, 16_383))):
        put(f"interval {name}", I16, [2], 2, 2, 3, clamps=[clamp])
    put("rank 6", I16, [1, 2, 1, 2], 2, 2, 3)
    g = Graph((I16, [2, 4]))
    cos, sin = turns(3, 2)
    g.add("Rope", 0, g.add("Constant", tensor=(I8, [2], [1, 2])), cos=(I16, [3, 2], cos), sin=(I16, [3, 2], sin),
          interleaved=False)
    out.append(vector("Rope: constant positions", g))
    return out


@named("kv_append")
def kv_append() -> list:
    out = []

    def put(name, dtype, b, t, n, d, position, of=I8, clamps=()):
        inputs = [(dtype, [*b, t, d]), (dtype, [*b, n, d]), (of, [1])]
        rng = Rng(f"KvAppend {name}")
        positions = [position] if isinstance(position, int) else position
        runs = [[rng.tensor(*inputs[0]), rng.tensor(*inputs[1]), [p]] for p in positions]
        clamps = [*clamps, *[None] * (2 - len(clamps)), (0, min(t - n, bounds(of)[1]))]
        out.append(case("KvAppend", name, inputs, clamps, runs))

    for i, b in enumerate(BATCHES):
        for j, dtype in enumerate(TYPES):
            put(f"{dtype} {[*b, 4, 3]} by 1 row, position of {TYPES[(i + j) % 3]}", dtype, b, 4, 1, 3, [0, 3],
                TYPES[(i + j) % 3])
    for t, n in ((1, 1), (4, 4), (5, 2), (5, 4), (9, 3)):
        for dtype in TYPES:
            put(f"{n} of {t} rows of {dtype}, every position", dtype, [2], t, n, 2, list(range(t - n + 1)))
    put("position clamped from below and above", I16, [], 5, 2, 1, [-128, -1, 4, 127])
    put("one element", I32, [], 1, 1, 1, 0)
    for d in (1, 15, 16, 17, 33):
        put(f"rows of {d}", I8, [], 3, 1, d, [1])
    put("129 rows by an i16", I8, [], 129, 1, 1, [0, 128], I16)
    put("200 rows by an i8: 127 is the last that is reached", I8, [], 200, 1, 1, [0, 127])
    for name, clamps in (("apart", ((-9, -5), (5, 9))), ("inside", ((-9, 9), (-1, 2))),
                         ("one value each", ((3, 3), (4, 4)))):
        for dtype in (I8, I32):
            put(f"{dtype}, intervals {name}", dtype, [], 3, 1, 2, [1], clamps=clamps)
    g = Graph((I16, [3, 2]), (I16, [1, 2]), (I8, [1]))
    p = g.add("Clamp", 2, lo=0, hi=2)
    cache = g.add("KvAppend", 0, 1, p)
    g.add("KvAppend", cache, 1, g.add("Constant", tensor=(I8, [1], [0])))
    out.append(vector("KvAppend: twice, the cache as an output", g.build(cache, cache + 2)))
    g = Graph((I16, [2, 3]))
    g.add("KvAppend", 0, 0, g.add("Constant", tensor=(I8, [1], [0])))
    out.append(vector("KvAppend: a value into itself", g))
    return out


@named("causal_mask")
def causal_mask() -> list:
    out = []

    def put(name, dtype, shape, position, fill, of=I8, clamp=None, x_clamp=None):
        inputs = [(dtype, shape), (of, [1])]
        positions = [position] if isinstance(position, int) else position
        values = Rng(f"CausalMask {name}").tensor(dtype, shape)
        clamp = clamp or (0, min(1 << 24, bounds(of)[1]))
        out.append(case("CausalMask", name, inputs, (x_clamp, clamp), [[values, [p]] for p in positions], fill=fill))

    for i, b in enumerate(BATCHES):
        for j, dtype in enumerate(TYPES):
            put(f"{dtype} {[*b, 3, 4]}, position of {TYPES[(i + j) % 3]}", dtype, [*b, 3, 4], [0, 2], -7,
                TYPES[(i + j) % 3])
    for dtype in TYPES:
        for fill in (*bounds(dtype), 0):
            put(f"{dtype} by {fill}", dtype, [2, 3], [0, 1], fill)
    for q, k in ((1, 1), (1, 5), (5, 1), (4, 4), (3, 7), (7, 3), (2, 17), (17, 17)):
        put(f"{q} queries of {k} keys, every position", I8, [q, k], list(range(min(k, 4) + 1)), -128)
    put("position beyond all keys", I16, [2, 3], [3, 100, 127], 5)
    put("position clamped from below", I16, [2, 3], [-1, -128], 5)
    put("position 2^24", I8, [2, 3], [1 << 24, (1 << 24) + 1, MAX, LEAST], 5, I32)
    put("position of one value", I8, [3, 3], 0, 5, clamp=(1, 1))
    put("position 2^24 alone", I8, [3, 3], 0, 5, I32, (1 << 24, 1 << 24))
    for dtype in TYPES:
        for name, fill in (("above", 50), ("below", -50), ("inside", 0), ("at the end", 9)):
            put(f"{dtype}, fill {name} the interval", dtype, [2, 2], 0, fill, x_clamp=(-9, 9))
    g = Graph((I16, [3, 3]))
    g.add("CausalMask", 0, g.add("Constant", tensor=(I8, [1], [0])), fill=-32_768)
    out.append(vector("CausalMask: constant position", g))
    return out
