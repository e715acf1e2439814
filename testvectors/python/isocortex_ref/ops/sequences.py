"""Rope, KvAppend, CausalMask."""

import numpy as np

from ..numbers import bounds, clamp, elements
from .registry import Result, clamp1, compute, in_type, magnitude, require, rule, tensor, union, within


@rule("Rope", operands=2)
def rope_rule(_op, x, position, cos, sin):
    require(len(x.shape) >= 2 and x.shape[-1] % 2 == 0, "shape", "an operand [..., T, D] with D even")
    require(position.shape == x.shape[-2:-1], "shape", "position")
    cos, sin = tensor(cos, "i16", 2, "cos"), tensor(sin, "i16", 2, "sin")
    require(cos.shape == sin.shape and 2 * cos.shape[1] == x.shape[-1], "shape", "cos, sin")
    within(position, 0, cos.shape[0] - 1, "position")
    reach = 2 * magnitude(x.interval)
    interval = tuple(clamp1(v, *bounds(x.dtype)) for v in (-reach, reach))
    return Result(x.dtype, x.shape, interval, 2 * elements(x.shape), elements(x.shape),
                  3 * x.bytes + position.bytes)


@compute("Rope")
def rope(op, out, x, position, cos, sin):
    d = x.shape[-1]
    first = np.arange(0, d, 2) if op["interleaved"] else np.arange(d // 2)
    second = first + (1 if op["interleaved"] else d // 2)
    a, b, cos, sin = x[..., first], x[..., second], cos[position], sin[position]
    y = np.empty_like(x)
    for places, turned in ((first, a * cos - b * sin), (second, b * cos + a * sin)):
        y[..., places] = clamp((turned + (1 << 14)) >> 15, *bounds(out.dtype))
    return y


@rule("KvAppend", operands=3)
def kv_append_rule(_op, cache, new, position):
    require(new.dtype == cache.dtype, "dtype", "new")
    require(len(cache.shape) >= 2 and len(new.shape) == len(cache.shape), "shape", "ranks of cache and new")
    require(new.shape[:-2] == cache.shape[:-2] and new.shape[-1] == cache.shape[-1], "shape", "cache and new")
    require(position.shape == (1,), "shape", "position")
    t, n = cache.shape[-2], new.shape[-2]
    require(n <= t, "shape", "more new rows than the cache holds")
    within(position, 0, t - n, "position")
    return Result(cache.dtype, cache.shape, union(cache.interval, new.interval), 0)


@compute("KvAppend")
def kv_append(_op, _out, cache, new, position):
    y, p = cache.copy(), int(position[0])
    y[..., p:p + new.shape[-2], :] = new
    return y


@rule("CausalMask", operands=2)
def causal_mask_rule(op, x, position):
    require(len(x.shape) >= 2, "shape", "an operand [..., Q, K]")
    require(position.shape == (1,), "shape", "position")
    in_type(op["fill"], x.dtype, "fill")
    within(position, 0, 1 << 24, "position")
    return Result(x.dtype, x.shape, union(x.interval, (op["fill"], op["fill"])), 0)


@compute("CausalMask")
def causal_mask(op, _out, x, position):
    q, k = np.ogrid[:x.shape[-2], :x.shape[-1]]
    return np.where(k <= q + position[0], x, op["fill"])
