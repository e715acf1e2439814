"""Resize."""

from .build import Graph, named, pack, vector
from .rng import Rng

NEAREST, BILINEAR = 0, 1
# (shape, (ny, dy, nx, dx), (oy, ox), (by, bx)); the usual settings of frameworks are given by their names.
SCALES = {
    "one element": ([1, 1, 1], (1, 1, 1, 1)),
    "identity": ([3, 4, 2], (1, 1, 1, 1)),
    "identity in 2048ths": ([2, 3, 1], (2048, 2048, 2048, 2048)),
    "one element to one of many": ([1, 1, 2], (4, 2, 4, 2), (-1, -1), (1, 1)),
    "twice, corners aligned": ([3, 3, 2], (4, 2, 4, 2)),
    "twice, half a pixel": ([3, 3, 2], (4, 2, 4, 2), (-1, -1), (1, 1)),
    "twice, asymmetric": ([3, 3, 1], (2, 1, 2, 1), (0, 0), (1, 1)),
    "three times, half a pixel": ([2, 3, 1], (6, 2, 6, 2), (-2, -2), (2, 2)),
    "four times, half a pixel": ([2, 2, 1], (8, 2, 8, 2), (-3, -3), (3, 3)),
    "three times, corners aligned": ([3, 2, 2], (3, 1, 3, 1)),
    "half, half a pixel": ([4, 4, 2], (1, 2, 1, 2), (0, 0), (-1, -1)),
    "half with offset": ([4, 6, 2], (2, 4, 2, 4), (1, 1), (-1, -1)),
    "a third": ([7, 4, 1], (1, 3, 1, 3)),
    "two thirds": ([5, 3, 1], (4, 6, 4, 6), (1, 1), (3, -1)),
    "three halves": ([3, 3, 1], (6, 4, 6, 4), (-1, -1), (3, 3)),
    "height alone": ([3, 4, 2], (4, 2, 1, 1)),
    "width alone": ([3, 4, 2], (1, 1, 4, 2)),
    "height up, width down": ([3, 5, 2], (4, 2, 1, 2)),
    "one row": ([1, 5, 1], (1, 1, 4, 2)),
    "one column": ([5, 1, 1], (4, 2, 1, 1)),
    "one element to many by the border": ([1, 1, 1], (8, 2, 8, 2), (0, 0), (4, 6)),
    "least offsets": ([2, 2, 1], (4, 2, 4, 2), (-4, -4), (0, 0)),
    "greatest offset: far down": ([20, 1, 1], (1, 1, 1, 1), (15, 0), (0, 0)),
    "greatest offset of nths": ([20, 1, 1], (4, 3, 1, 1), (63, 0), (-1, 0)),
    "greatest border": ([2, 2, 1], (4, 1, 4, 1), (0, 0), (3, 3)),
    "least border": ([20, 1, 1], (1, 1, 1, 1), (0, 0), (-16, 0)),
    "the dividend is 0": ([4, 4, 1], (2, 3, 2, 3), (6, 6), (0, 0)),
    "greatest d": ([17, 1, 1], (1, 15, 1, 1), (0, 0), (-1, 0)),
    "d of 16n - 1": ([32, 1, 1], (2, 31, 1, 1), (0, 0), (0, 0)),
    "greatest n": ([2, 1, 1], (2048, 256, 1, 1)),
    "odd n: no tie": ([3, 3, 1], (3, 2, 5, 2)),
    "even n: ties at half": ([3, 3, 1], (2, 1, 6, 3)),
    "n of 1: the fraction is 0": ([5, 5, 1], (1, 2, 1, 4)),
    "33 channels": ([2, 2, 33], (2, 1, 2, 1)),
    "16 channels": ([2, 2, 16], (2, 1, 1, 1)),
    "rectangular": ([2, 5, 3], (5, 1, 3, 4)),
}


def graph(mode, dtype, shape, scale, offset=(0, 0), border=(0, 0), clamp=None):
    g = Graph((dtype, shape))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add("Resize", value, mode=mode, scale=scale, offset=offset, border=border)
    return g


def random_scale(rng):
    """Scales whose division leaves no rest: the border makes up for it."""
    shape, out, offset, border = rng.many(2, 1, 6) + [rng.between(1, 4)], [], [], []
    for size in shape[:2]:
        n = rng.between(1, 8)
        d = rng.between(1, min(16 * n - 1, 3 * n))
        o = rng.between(-n, n)
        count = max(1, ((size - 1) * n - o) // d + 1)
        b = (count - 1) * d - (size - 1) * n + o
        out, offset, border = out + [n, d], offset + [o], border + [b]
    return shape, out, offset, border


@named("resize")
def resize() -> list:
    out = []
    for mode, what in ((NEAREST, "nearest"), (BILINEAR, "bilinear")):
        for i, (name, p) in enumerate(SCALES.items()):
            # Each in one type in turn, but for the largest scale, whose products must fit.
            dtype = "i8" if (i + mode) % 2 or p[1][0] * p[1][2] > 65_535 else "i16"
            clamp = (-64, 63) if mode and p[1][0] * p[1][2] > 1 << 20 else None
            out.append(vector(f"Resize: {what} of {dtype}, {name}", graph(mode, dtype, *p, clamp=clamp)))
        for i in range(5):
            rng = Rng(f"Resize shape {mode} {i}")
            dtype = rng.pick(("i8", "i16"))
            out.append(vector(f"Resize: {what}, random {i}", graph(mode, dtype, *random_scale(rng))))
    p = SCALES["twice, half a pixel"]
    out.append(vector("Resize: bilinear, clamped operand", graph(BILINEAR, "i16", *p, clamp=(-900, -3))))
    out.append(vector("Resize: nearest, clamped operand", graph(NEAREST, "i16", *p, clamp=(-900, -3))))
    p = ([2, 1, 1], (512, 256, 127, 1), (0, 0), (0, 0))
    out.append(vector("Resize: bilinear, 2^15 * 512 * 127: the condition holds", graph(BILINEAR, "i16", *p)))
    ramp = pack("i8", [10 * i for i in range(9)])
    for name in ("twice, corners aligned", "twice, half a pixel", "three times, half a pixel", "half, half a pixel"):
        scale, *rest = SCALES[name][1:]
        shape = [3, 3, 1] if name != "half, half a pixel" else [2, 4, 1]
        data = ramp if shape[1] == 3 else ramp[:8]
        for mode, what in ((NEAREST, "nearest"), (BILINEAR, "bilinear")):
            out.append(vector(f"Resize: {what} of a ramp, {name}", graph(mode, "i8", shape, scale, *rest), [data]))
    return out
