"""Softmax15, LayerNorm, RmsNorm, L2Norm."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, vector
from .graphs import I8, I16, I32, TYPES, case, extremes
from .rng import Rng
from .scaling import M0, M1
from .tables import exponential

SHAPES = ([1], [7], [2, 3], [1, 5], [5, 1], [2, 3, 2], [1, 2, 1, 3], [2, 1, 2, 1, 2], [1, 2, 1, 2, 1, 2])
MAX, LEAST = M1, -(1 << 31)
TABLE = (I16, [256], exponential())
# 256 * log2(e) * 1/16 = 23.083 table steps for a step of x.
SIXTEENTHS = dict(table=TABLE, multiplier=1_549_082_004, shift=26)


@named("softmax15")
def softmax15() -> list:
    out = []

    def put(name, dtype, rows, clamp=None, **changed):
        shape = [len(rows), len(rows[0])]
        values = [[[v for row in rows for v in row]]]
        out.append(case("Softmax15", name, [(dtype, shape)], [clamp], values, **{**SIXTEENTHS, **changed}))

    for i, shape in enumerate(SHAPES):
        dtype = TYPES[i % 3]
        out.append(case("Softmax15", f"shape {shape} of {dtype}", [(dtype, shape)], **SIXTEENTHS))
    for dtype in TYPES:
        least, most = bounds(dtype)
        for name, rows in (
            ("all least", [[least] * 4]), ("all greatest", [[most] * 4]),
            ("one against the rest", [[most] + [least] * 5]),
            ("the rest against one", [[most] * 5 + [least]]), ("extremes", [extremes(dtype)]),
            ("neighbours", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [-2, -1, 0, 1, 2]]),
        ):
            put(f"{dtype}, {name}", dtype, rows)
    for k in (1, 2, 3, 4, 5, 7, 16, 17, 33, 64):
        put(f"{k} alike", I8, [[3] * k, [-3] * k])
    put("a row of one is 32767", I32, [[LEAST], [0], [MAX]])
    put("rows do not see each other", I8, [[0, 16], [100, 116], [-128, -112]])
    put("second of two is cut at 2^-15", I16, [[0, -v] for v in (0, 15 * 11, 176, 177, 178, 300, 32_000)])
    ramp = [list(range(-16, 17))]
    for name, changed in (
        ("multiplier 0: all alike", dict(multiplier=0)), ("multiplier 0, shift 62", dict(multiplier=0, shift=62)),
        ("greatest multiplier, shift 0", dict(multiplier=MAX, shift=0)),
        ("greatest multiplier, shift 62", dict(multiplier=MAX, shift=62)),
        ("multiplier 1, shift 0: a step a 256th", dict(multiplier=1, shift=0)),
        ("multiplier 256: a step a power of two", dict(multiplier=256, shift=0)),
        ("halves of a 256th are cut", dict(multiplier=1, shift=1)),
        ("least power-of-two multiplier", dict(multiplier=M0)),
        ("table of ones", dict(table=(I16, [256], [1] * 256))),
        ("table of 1, then zeros", dict(table=(I16, [256], [1] + [0] * 255), multiplier=1, shift=0)),
        ("table of 32767", dict(table=(I16, [256], [32_767] * 256))),
        ("table that rises", dict(table=(I16, [256], [1 + 128 * i for i in range(256)]), multiplier=9, shift=0)),
        ("table of a small first entry", dict(table=(I16, [256], [3] + [30_000] * 255), multiplier=1, shift=0)),
    ):
        put(name, I8, ramp, **changed)
    put("i32, the widest distance by the greatest multiplier", I32, [[LEAST, MAX, 0]], multiplier=MAX, shift=0)
    put("i32, the widest distance, shift 62", I32, [[LEAST, MAX, 0]], multiplier=MAX, shift=62)
    put("i32, the widest distance within 15 powers", I32, [[LEAST, MAX, 0, LEAST + 9]], multiplier=MAX, shift=51)
    put("operand of one value", I8, [[5, 6, 7]], (9, 9))
    put("a masked row: all but one at the least", I16, [[-32_768, 100, -32_768, -32_768]])
    return out


def scaled(op, k, gamma=256, beta=0, epsilon=1, fraction=8) -> dict:
    """Attributes and constants; a number stands for a list of k."""
    def full(v):
        return v if isinstance(v, list) else [v] * k
    constants = {} if op == "L2Norm" else {"gamma": (I16, [k], full(gamma))}
    if op == "LayerNorm":
        constants["beta"] = (I32, [k], full(beta))
    return {**constants, "epsilon": epsilon, "fraction": fraction}


def most_fraction(op) -> int:
    return 24 if op == "L2Norm" else 14


def norm(op) -> list:
    out = []

    def put(name, dtype, rows, clamp=None, **changed):
        shape = [len(rows), len(rows[0])]
        values = [[[v for row in rows for v in row]]]
        out.append(case(op, name, [(dtype, shape)], [clamp], values, **scaled(op, shape[1], **changed)))

    near = (-(1 << 20), 1 << 20)
    for i, shape in enumerate(SHAPES):
        dtype = TYPES[i % 3]
        out.append(case(op, f"shape {shape} of {dtype}", [(dtype, shape)], [near if dtype == I32 else None],
                        **scaled(op, shape[-1])))
    for dtype in TYPES:
        least, most = (v // 16 for v in bounds(dtype)) if dtype == I32 else bounds(dtype)
        clamp = (least, most) if dtype == I32 else None
        for name, rows in (
            ("zeros", [[0] * 4]), ("all least", [[least] * 4]), ("all greatest", [[most] * 4]),
            ("least and greatest", [[least, most], [most, least]]), ("one element", [[most], [0], [least]]),
            ("one against zeros", [[0, 0, 0, most], [least, 0, 0, 0]]), ("extremes", [extremes(dtype)]),
            ("one row does not see another", [[1, 2, 3], [most, 0, least], [0, 0, 1]]),
        ):
            put(f"{dtype}, {name}", dtype, rows, clamp)
    small = [[1, 2, 3, 4], [-1, -2, -3, -5], [0, 0, 0, 1], [7, 7, 7, 7]]
    for fraction in (0, 1, 7, most_fraction(op)):
        put(f"fraction {fraction}", I16, small, gamma=9, fraction=fraction)
    for epsilon in (2, 100, 1 << 20, MAX):
        put(f"epsilon {epsilon}", I16, small, epsilon=epsilon)
    # Sums of squares (+ 1) on both sides of powers of four, where the shift of rsqrt changes.
    for v in (1, 2, 3, 7, 8, 15, 16, 181, 182, 32_767):
        put(f"{v} and -{v}", I16, [[v, -v]], fraction=most_fraction(op) - 2)
    # V = 4: the multiplier would be 2^31 and is 2^31 - 1, so that one half is not quite reached.
    halves, epsilon = ([[1, 1, 1], [-1, -1, -1]], 1) if op == "L2Norm" else ([[1, -1, 1, -1]], 3)
    put("one over the root of four, halves", I8, halves, epsilon=epsilon, fraction=0)
    put("one over the root of 4^10, halves", I16, [[v << 9 for v in row] for row in halves], epsilon=epsilon << 18,
        fraction=0)
    for k in (15, 16, 17, 33, 64):
        rng = Rng(f"{op} {k}")
        put(f"row of {k}", I16, [rng.many(k, -3000, 3000) for _ in range(2)])
    # 2^61 is not reached: two elements of magnitude 2^30 - 1, or a spread of that.
    reach = (1 << 30) - 1
    clamp = (0, reach) if op == "LayerNorm" else (-reach, reach)
    put("widest operand of two", I32, [[clamp[0], reach], [reach, reach], [1, reach - 1]], clamp)
    # K = 1 allows all but 0.3 of 2^31.
    reach = 1_518_500_249
    clamp = (LEAST, LEAST + reach) if op == "LayerNorm" else (-reach, reach)
    put("widest operand of one", I32, [[clamp[0]], [clamp[1]], [clamp[0] + 1]], clamp, gamma=1)
    if op == "L2Norm":
        put("zero points of i32: small row of large type", I32, small, (-9, 9), fraction=24)
        put("an interval of one value", I8, [[5, 5]], (5, 5))
        return out
    gammas = [-32_768, -1, 0, 1, 32_767]
    put("gammas of every kind", I16, [[1, -2, 3, -4, 5], [9, 9, 0, 9, 9]], gamma=gammas)
    put("gamma -32768, fraction 14", I16, [[1, -1], [0, 5]], gamma=-32_768, fraction=14, epsilon=1)
    # B = isqrt(K * 4^f) + 2 is 65,538 for K = 16, f = 14, and 65,538 * 32,767 = 2^31 - 2. For K = 4, f = 0 it is 4.
    sixteen = [[127] + [-128] * 15, [0] * 15 + [1], [-1] + [0] * 15]
    if op == "LayerNorm":
        put("greatest beta that the condition allows", I8, small, gamma=32_767, beta=MAX - 4 * 32_767, fraction=0)
        put("least beta that the condition allows", I8, small, gamma=32_767, beta=4 * 32_767 - MAX, fraction=0)
        put("greatest gamma of sixteen, fraction 14, beta 1", I8, sixteen, gamma=32_767, beta=1, fraction=14)
        put("gamma 0 leaves beta", I8, small, gamma=0, beta=[1, -1, MAX, -MAX])
        put("means at halves go up", I8, [[0, 1], [1, 2], [-1, 0], [-2, -1]], fraction=14, gamma=1)
        put("means at thirds", I8, [[0, 0, 1], [0, 1, 1], [0, 0, -1], [0, -1, -1]], fraction=14, gamma=1)
        put("the mean cancels", I16, [[30_000, 30_001], [-30_000, -30_001]], fraction=10)
        put("spread of one value", I32, [[77, 77, 77]], (77, 77), beta=[5, 6, 7])
    else:
        put("greatest gamma of sixteen, fraction 14", I8, sixteen, gamma=32_767, fraction=14)
        put("widest gammas of four", I8, small, gamma=[-32_768, 32_767, -32_767, 1], fraction=14)
        put("gamma 0", I8, small, gamma=0)
        put("an interval of one value", I8, [[5, 5]], (5, 5))
    return out


named("layer_norm")(lambda: norm("LayerNorm"))
named("rms_norm")(lambda: norm("RmsNorm"))
named("l2_norm")(lambda: norm("L2Norm"))
