"""Resize."""

import numpy as np

from .registry import I32_BOUND, NARROW, Result, between, compute, magnitude, require, rule


@rule("Resize")
def resize_rule(op, x):
    require(x.dtype in NARROW, "dtype", "Resize")
    require(len(x.shape) == 3, "shape", "Resize")
    sizes = []
    for i in (0, 1):
        n, d = op["scale"][2 * i:2 * i + 2]
        between(n, 1, 2048, "scale")
        between(d, 1, 16 * n - 1, "scale")
        between(op["offset"][i], -n, 16 * n - 1, "offset")
        between(op["border"][i], -16 * n, n - 1, "border")
        span = (x.shape[i] - 1) * n - op["offset"][i] + op["border"][i]
        require(span >= 0 and span % d == 0, "shape", "Resize's division")
        sizes.append(span // d + 1)
    oh, ow, c = *sizes, x.shape[2]
    steps = 4 * oh * ow * -(-c // 16)
    if op["mode"] == 0:
        return Result(x.dtype, (oh, ow, c), x.interval, 0, steps)
    unit = op["scale"][0] * op["scale"][2]
    require(magnitude(x.interval) * unit < I32_BOUND, "overflow", "Resize")
    return Result("i32", (oh, ow, c), tuple(v * unit for v in x.interval), 4 * oh * ow * c, steps)


def sources(count, size, n, d, offset):
    """Per result position: the two source positions, and the fraction of the second in nths."""
    p = np.arange(count) * d + offset
    h = p // n  # the floor
    return np.clip(h, 0, size - 1), np.clip(h + 1, 0, size - 1), p - h * n


@compute("Resize")
def resize(op, out, x):
    ny, dy, nx, dx = op["scale"]
    h0, h1, f = sources(out.shape[0], x.shape[0], ny, dy, op["offset"][0])
    w0, w1, g = sources(out.shape[1], x.shape[1], nx, dx, op["offset"][1])
    if op["mode"] == 0:
        return x[np.where(2 * f >= ny, h1, h0)][:, np.where(2 * g >= nx, w1, w0)]
    f, g = f[:, None, None], g[:, None]
    return (x[h0][:, w0] * (ny - f) * (nx - g) + x[h0][:, w1] * (ny - f) * g
            + x[h1][:, w0] * f * (nx - g) + x[h1][:, w1] * f * g)
