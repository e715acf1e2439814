"""Table8 and Table16."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, pack, vector
from .rng import Rng

EVERY = list(range(-128, 128))
SPIKE = [0] * 200 + [99] + [0] * 55
TABLES = {
    "identity": EVERY, "reversed": EVERY[::-1], "all least": [-128] * 256, "all greatest": [127] * 256,
    "zero": [0] * 256, "step": [-128] * 128 + [127] * 128, "square": [min(v * v // 64, 127) for v in EVERY],
    "absolute": [min(abs(v), 127) for v in EVERY], "extremes at the ends": [127] + [0] * 254 + [-128],
    "one spike": SPIKE, "alternating": [127, -128] * 128,
}
WIDE = {
    "i16, identity": ("i16", EVERY), "i16, extremes at the ends": ("i16", [32_767] + [0] * 254 + [-32_768]),
    "i16, square": ("i16", [v * v for v in EVERY]), "i16, all least": ("i16", [-32_768] * 256),
    "i16, alternating": ("i16", [32_767, -32_768] * 128), "i16, in the range of i8": ("i16", EVERY[::-1]),
    "i32, cube": ("i32", [v**3 for v in EVERY]), "i32, all greatest": ("i32", [(1 << 31) - 1] * 256),
    "i32, extremes at the ends": ("i32", [(1 << 31) - 1] + [0] * 254 + [-(1 << 31)]),
    "i32, powers of two": ("i32", [1 << (i % 31) for i in range(256)]),
}


def table8_case(name, dtype, table, shape, clamp=None, inputs=None):
    g = Graph(("i8", shape))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add("Table8", value, table=(dtype, [256], table))
    return vector(f"Table8: {name}", g, inputs)


@named("table8")
def table8() -> list:
    tables = {name: ("i8", table) for name, table in TABLES.items()} | WIDE
    for i, dtype in enumerate(("i8", "i8", "i8", "i16", "i32")):
        tables[f"random {i}"] = (dtype, Rng(f"Table8 {i}").tensor(dtype, [256]))
    out = [table8_case(f"{name}, every operand", *t, [256], inputs=[pack("i8", EVERY)]) for name, t in tables.items()]
    for i, shape in enumerate(([1], [7], [3, 2], [2, 2, 3], [1, 2, 1, 2, 1, 2], [65], [1, 1, 33])):
        out.append(table8_case(f"shape {shape}", *tables[f"random {i % 5}"], shape))
    spike = ((-128, -128), (127, 127), (0, 0), (-128, 0), (0, 127), (-1, 1), (71, 73), (72, 72), (73, 127), (-128, 71))
    for lo, hi in spike:
        out.append(table8_case(f"one spike, operand in [{lo}, {hi}]", "i8", SPIKE, [9], (lo, hi)))
    for name in ("extremes at the ends", "i16, extremes at the ends", "i32, extremes at the ends"):
        for lo, hi in ((-127, 126), (-128, 126), (-127, 127)):
            out.append(table8_case(f"{name}, operand in [{lo}, {hi}]", *tables[name], [9], (lo, hi)))
    return out


ENTRIES = range(-256, 257)  # the operand's upper bits, and one more
TABLES16 = {
    "identity: 128 times the operand's 9 upper bits": [v for v in ENTRIES],
    "steep": [max(-32_768, min(32_767, 128 * v)) for v in ENTRIES],
    "falling": [-127 * v for v in ENTRIES],
    "zero": [0] * 513,
    "all least": [-32_768] * 513,
    "all greatest": [32_767] * 513,
    "step": [-32_768] * 256 + [32_767] * 257,
    "alternating: the steepest slopes": [32_767, -32_768] * 256 + [32_767],
    "alternating, other phase": [-32_768, 32_767] * 256 + [-32_768],
    "square": [v * v // 2 - 16_000 for v in ENTRIES],
    "cube": [v**3 // 1024 for v in ENTRIES],
    "absolute": [127 * abs(v) for v in ENTRIES],
    "one spike": [0] * 300 + [9999] + [0] * 212,
    "the last entry alone, read by interpolation only": [0] * 512 + [32_767],
    "the first entry alone": [-32_768] + [0] * 512,
    "hard sigmoid": [max(0, min(32_767, 16_384 + 128 * v)) for v in ENTRIES],
    "hard tanh": [max(-32_767, min(32_767, 400 * v)) for v in ENTRIES],
}
EDGES16 = [-32_768, -32_767, -32_641, -32_640, -129, -128, -127, -1, 0, 1, 127, 128, 129, 32_639, 32_640, 32_766,
           32_767]


def table16_case(name, table, shape, clamp=None, inputs=None):
    g = Graph(("i16", shape))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add("Table16", value, table=("i16", [513], table))
    return vector(f"Table16: {name}", g, inputs)


@named("table16")
def table16() -> list:
    tables = TABLES16 | {f"random {i}": Rng(f"Table16 {i}").tensor("i16", [513]) for i in range(4)}
    edges = pack("i16", EDGES16)
    out = [table16_case(f"{name}, operands at the entries' edges", t, [17], inputs=[edges])
           for name, t in tables.items()]
    for i, shape in enumerate(([1], [9], [3, 2], [2, 2, 3], [1, 2, 1, 2, 1, 2], [33])):
        out.append(table16_case(f"shape {shape}", tables[f"random {i % 4}"], shape))
    spike = ((5632, 5632), (5631, 5631), (5503, 5503), (5504, 5504), (5632, 5759), (5760, 5760), (5760, 32_767),
             (-32_768, 5503), (-32_768, 5504), (0, 6000))
    for lo, hi in spike:  # entry 300 begins at operand 5632; entry 299 leads to it
        out.append(table16_case(f"one spike, operand in [{lo}, {hi}]", TABLES16["one spike"], [5], (lo, hi)))
    last = TABLES16["the last entry alone, read by interpolation only"]
    for lo, hi in ((32_640, 32_640), (32_639, 32_639), (32_767, 32_767), (0, 32_639), (0, 32_640), (-32_768, -32_768)):
        out.append(table16_case(f"the last entry, operand in [{lo}, {hi}]", last, [5], (lo, hi)))
    first = TABLES16["the first entry alone"]
    for lo, hi in ((-32_768, -32_768), (-32_640, 0), (-32_641, 0)):
        out.append(table16_case(f"the first entry, operand in [{lo}, {hi}]", first, [5], (lo, hi)))
    steep = TABLES16["alternating: the steepest slopes"]
    for at in (-32_768, -128, 0, 32_640):
        inputs = [pack("i16", range(at, at + 128))]
        out.append(table16_case(f"every fraction between two entries, from {at}", steep, [128], inputs=inputs))
    assert bounds("i16") == (EDGES16[0], EDGES16[-1])
    return out
