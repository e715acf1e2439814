"""Refusals of the ops of two operands that broadcast."""

from .arithmetic import LEAST, PLAIN
from .build import refused
from .graphs import I8, I16, I32, TYPES, one
from .scaling import M0


@refused
def refusals():
    def two(op, a, b, clamps=(), **attributes):
        return one(op, [a, b], clamps, **attributes)

    v = {t: (t, [3]) for t in TYPES}
    attributes = {"MulRescale": PLAIN, "Compare": {"relation": 1}}
    for op in ("Add", "Sub", "Mul", "MulRescale", "Max", "Min", "Compare"):
        more = attributes.get(op, {})
        yield f"{op}: [3] and [4]", "shape", two(op, v[I8], (I8, [4]), **more)
        yield f"{op}: [3] and [1, 3]", "shape", two(op, v[I8], (I8, [1, 3]), **more)
        yield f"{op}: [2, 3] and [3, 2]", "shape", two(op, (I8, [2, 3]), (I8, [3, 2]), **more)
        yield f"{op}: one operand", "operand", one(op, [v[I8]], **more)
        yield f"{op}: three operands", "operand", one(op, [v[I8]] * 3, **more)
        if op in ("Max", "Min", "Compare"):
            yield f"{op}: i8 and i16", "dtype", two(op, v[I8], v[I16], **more)
            yield f"{op}: i32 and i16", "dtype", two(op, v[I32], v[I16], **more)
    for op, name, a, b, clamps in (
        ("Add", "greatest sum 2^31", I32, I32, ((0, 1 << 30), (0, 1 << 30))),
        ("Add", "least sum -2^31 - 1", I32, I8, ((LEAST + 127, 0), None)),
        ("Sub", "greatest difference 2^31", I32, I32, ((0, 0), None)),
        ("Sub", "least difference -2^31 - 1", I32, I8, ((LEAST + 126, 0), None)),
        ("Mul", "least i32 by -1", I32, I32, (None, (-1, 0))),
        ("Mul", "46341 squared", I32, I32, ((0, 46_341), (0, 46_341))),
        ("Mul", "-65536 by 32768 past", I32, I32, ((-65_536, 0), (0, 32_769))),
    ):
        yield f"{op}: {name}", "overflow", two(op, v[a], v[b], clamps)
    for name, changed in (
        ("multiplier -1", {"multiplier": -1}), ("multiplier 1", {"multiplier": 1}),
        ("multiplier 2^30 - 1", {"multiplier": M0 - 1}), ("shift 1", {"shift": 1}), ("shift 63", {"shift": 63}),
        ("first zero point outside i8", {"zero_points": (128, 0)}),
        ("second zero point outside i8", {"zero_points": (0, -129)}), ("zero point outside i8", {"zero_point": 128}),
        ("lo above hi", {"lo": 3, "hi": 2}), ("lo below i8", {"lo": -129}),
        ("hi above i16", {"hi": 32_768, "dtype": I16}),
    ):
        yield f"MulRescale: {name}", "attribute", two("MulRescale", v[I8], v[I8], **{**PLAIN, **changed})
    yield "MulRescale: product 2^31", "overflow", two("MulRescale", v[I32], v[I32], (None, (-1, 0)), **PLAIN)
    yield "MulRescale: product -2^31 - 1 by a zero point", "overflow", two(
        "MulRescale", v[I32], v[I8], (None, (0, 0)), **{**PLAIN, "zero_points": (1, -1)})
