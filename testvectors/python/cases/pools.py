"""MaxPool and AvgPool."""

from isocortex_ref.numbers import bounds

from .build import Graph, named, pack, vector
from .rng import Rng

WINDOWS = {  # name: (shape, kernel, stride, pads, clamp)
    "one element": ([1, 1, 1], (1, 1)),
    "1 by 1 is the identity": ([3, 4, 2], (1, 1)),
    "1 by 1, stride 2": ([3, 4, 2], (1, 1), (2, 2)),
    "2 by 2": ([4, 4, 3], (2, 2), (2, 2)),
    "2 by 2, odd size": ([5, 5, 3], (2, 2), (2, 2)),
    "overlapping": ([5, 5, 2], (3, 3), (1, 1)),
    "overlapping, stride 2, pads": ([7, 7, 2], (3, 3), (2, 2), (1, 1, 1, 1)),
    "one-row kernel": ([3, 6, 1], (1, 3), (1, 2)),
    "one-column kernel": ([6, 3, 1], (3, 1), (2, 1)),
    "one row": ([1, 7, 2], (1, 3), (1, 1), (0, 1, 0, 1)),
    "one column": ([7, 1, 2], (3, 1), (1, 1), (1, 0, 1, 0)),
    "global": ([4, 6, 5], (4, 6)),
    "global, 7 by 7": ([7, 7, 2], (7, 7)),
    "stride larger than the kernel": ([9, 9, 1], (2, 2), (4, 3)),
    "stride larger than the operand": ([3, 3, 2], (2, 2), (9, 9)),
    "top pad": ([3, 3, 1], (3, 3), (1, 1), (2, 0, 0, 0)),
    "left pad": ([3, 3, 1], (3, 3), (1, 1), (0, 2, 0, 0)),
    "bottom pad": ([3, 3, 1], (3, 3), (1, 1), (0, 0, 2, 0)),
    "right pad": ([3, 3, 1], (3, 3), (1, 1), (0, 0, 0, 2)),
    "a pad that no window reads": ([3, 3, 1], (2, 2), (3, 3), (0, 0, 1, 1)),
    "greatest pads": ([2, 2, 2], (4, 3), (1, 1), (3, 2, 3, 2)),
    "greatest kernel, one element": ([1, 1, 1], (64, 64), (1, 64), (63, 63, 63, 63)),
    "greatest kernel down": ([64, 1, 1], (64, 1)),
    "greatest kernel across": ([1, 65, 1], (1, 64)),
    "greatest stride": ([65, 2, 1], (1, 2), (64, 64)),
    "operand larger than the kernel only by pads": ([1, 2, 3], (2, 3), (1, 1), (1, 1, 0, 0)),
    "33 channels": ([3, 3, 33], (2, 2), (1, 1), (1, 1, 0, 0)),
    "16 channels": ([2, 3, 16], (2, 2)),
    "17 channels, stride 2": ([3, 4, 17], (2, 2), (2, 2)),
    "rectangular kernel, stride and pads": ([5, 6, 2], (3, 2), (2, 3), (2, 0, 1, 1)),
    "clamped operand": ([4, 4, 2], (2, 2), (2, 2), (1, 1, 1, 1), (-90, -80)),
    "clamped to the least": ([3, 3, 1], (2, 2), (1, 1), (1, 1, 1, 1), (-128, -128)),
    "clamped to the greatest": ([3, 3, 1], (2, 2), (1, 1), (1, 1, 1, 1), (127, 127)),
    "clamped above 0": ([3, 3, 2], (2, 3), (1, 1), (1, 2, 1, 2), (5, 90)),
}


def graph(op, dtype, shape, kernel, stride=(1, 1), pads=(0, 0, 0, 0), clamp=None, **more):
    g = Graph((dtype, shape))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add(op, value, kernel=kernel, stride=stride, pads=pads, **more)
    return g


def random_case(rng):
    kernel = (rng.between(1, 4), rng.between(1, 4))
    shape = [k + rng.between(0, 4) for k in kernel] + [rng.between(1, 5)]
    pads = tuple(rng.between(0, kernel[j % 2] - 1) for j in range(4))
    return shape, kernel, tuple(rng.many(2, 1, 4)), pads


@named("maxpool")
def maxpool() -> list:
    cases = {name: ("i8", *p) for name, p in WINDOWS.items()}
    for name in ("one element", "2 by 2", "overlapping, stride 2, pads", "greatest pads", "33 channels"):
        cases[f"i16: {name}"] = ("i16", *WINDOWS[name])
    cases["i16: clamped to the least"] = ("i16", [3, 3, 1], (2, 2), (1, 1), (1, 1, 1, 1), (-32_768, -32_768))
    cases["i16: clamped operand below i8"] = ("i16", [3, 3, 2], (2, 2), (1, 1), (1, 1, 1, 1), (-9000, -300))
    for i in range(10):
        rng = Rng(f"MaxPool shape {i}")
        cases[f"random {i}"] = (rng.pick(("i8", "i16")), *random_case(rng))
    return [vector(f"MaxPool: {name}", graph("MaxPool", *p)) for name, p in cases.items()]


AVERAGES = {  # name: (type, shape, kernel, stride, pads, clamp, zero points, count_padding)
    "zero points": ("i8", [4, 4, 2], (2, 2), (2, 2), (0, 0, 0, 0), None, (5, -7)),
    "zero points -128": ("i8", [3, 3, 2], (2, 2), (1, 1), (1, 1, 1, 1), None, (-128, -128)),
    "zero points 127": ("i8", [3, 3, 2], (2, 2), (1, 1), (1, 1, 1, 1), None, (127, 127)),
    "zero points -128 and 127: clamped above": ("i8", [3, 3, 2], (2, 2), (1, 1), (0, 0, 0, 0), None, (-128, 127)),
    "zero points 127 and -128: clamped below": ("i8", [3, 3, 2], (2, 2), (1, 1), (0, 0, 0, 0), None, (127, -128)),
    "padding counted": ("i8", [3, 3, 2], (2, 2), (1, 1), (1, 1, 1, 1), None, (0, 0), True),
    "padding counted, zero points": ("i8", [3, 3, 2], (2, 2), (1, 1), (1, 1, 1, 1), None, (-30, 9), True),
    "padding counted, no pads": ("i8", [3, 3, 2], (2, 2), (1, 1), (0, 0, 0, 0), None, (-30, 9), True),
    "padding counted, top pad alone": ("i8", [3, 3, 1], (3, 3), (1, 1), (2, 0, 0, 0), None, (11, 0), True),
    "padding counted, greatest pads": ("i8", [2, 2, 2], (4, 3), (1, 1), (3, 2, 3, 2), None, (0, 0), True),
    "padding counted, operand above its zero point": (
        "i8", [3, 3, 1], (2, 2), (1, 1), (1, 1, 0, 0), (10, 90), (0, 0), True),
    "padding counted, operand below its zero point": (
        "i8", [3, 3, 1], (2, 2), (1, 1), (1, 1, 0, 0), (10, 90), (99, 4), True),
    "padding not counted, operand above its zero point": (
        "i8", [3, 3, 1], (2, 2), (1, 1), (1, 1, 0, 0), (10, 90), (0, 0)),
    "operand clamped to one value": ("i8", [3, 3, 1], (3, 3), (1, 1), (1, 1, 1, 1), (-77, -77), (3, 3)),
    "i16": ("i16", [4, 4, 2], (2, 2), (2, 2)),
    "i16, zero points at the ends": ("i16", [3, 3, 1], (3, 2), (1, 1), (1, 1, 1, 0), None, (-32_768, 32_767)),
    "i16, zero points at the other ends": ("i16", [3, 3, 1], (3, 2), (1, 1), (1, 1, 1, 0), None, (32_767, -32_768)),
    "i16, padding counted": ("i16", [3, 3, 2], (2, 2), (1, 1), (1, 1, 1, 1), None, (700, -3), True),
    "i16, 33 channels": ("i16", [2, 2, 33], (2, 2)),
    "i16, greatest kernel, one element, padding counted": (
        "i16", [1, 1, 1], (64, 64), (64, 64), (63, 63, 63, 63), None, (0, 0), True),
    "i16, global": ("i16", [5, 7, 1], (5, 7)),
}


def avgpool_graph(dtype, shape, kernel, stride=(1, 1), pads=(0, 0, 0, 0), clamp=None, zero_points=(0, 0), count=False):
    return graph("AvgPool", dtype, shape, kernel, stride, pads, clamp, zero_points=zero_points, count_padding=count)


@named("avgpool")
def avgpool() -> list:
    cases = {name: ("i8", *p) for name, p in WINDOWS.items()} | AVERAGES
    for i in range(6):
        rng = Rng(f"AvgPool shape {i}")
        dtype = rng.pick(("i8", "i16"))
        zero_points = rng.many(2, *bounds(dtype))
        cases[f"random {i}"] = (dtype, *random_case(rng), None, zero_points, i % 2 == 0)
    out = [vector(f"AvgPool: {name}", avgpool_graph(*p)) for name, p in cases.items()]
    # The sum of a window of n elements runs over all its values around every half.
    for n in (2, 3, 4, 5, 6, 7, 8):
        data = [row[i] for total in range(-16, 16) for row in [[total - (n - 1)] + [1] * (n - 1)] for i in range(n)]
        g = avgpool_graph("i8", [32, n, 1], (1, n))
        out.append(vector(f"AvgPool: sums from -16 by {n}, halves go away from 0", g, [pack("i8", data)]))
    return out
