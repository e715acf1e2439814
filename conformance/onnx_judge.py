"""Judge: onnxruntime's CPU kernels, over random quantised operators and graphs."""

from pathlib import Path

import numpy as np

import onnx_ops as ops
import onnx_plain as plain
from f24 import F
from onnx_pair import Pair
from report import Report

# Without VNNI its kernels of unsigned activations and signed weights saturate at 16 bits in between; 7-bit
# weights do not reach that.
VNNI = any(flag in Path("/proc/cpuinfo").read_text() for flag in ("avx512_vnni", "avx_vnni"))
WEIGHTS = (-128, 128) if VNNI else (-64, 64)


class Case:
    """Random parts of a case; `p` is its pair of graphs."""

    def __init__(self, seed, number, qdq=False):
        self.rng, self.number = np.random.default_rng([seed, number]), number
        self.p = Pair(self.rng, qdq)
        # Its optimiser leaves signed activations in floats on x86: a few of those, to see that it does.
        self.dtype = np.uint8 if (number % 10 if qdq else number % 2) else np.int8
        self.lo, self.hi = (0, 255) if self.dtype == np.uint8 else (-128, 127)

    def int(self, lo, hi):
        """lo..=hi"""
        return int(self.rng.integers(lo, hi + 1))

    def scale(self, lo=-10.0, hi=1.0, unit=1.0):
        """Any of unit·2^lo..2^hi; in every fourth case a power of two, which makes ties."""
        exponent = self.rng.uniform(lo, hi) + np.log2(unit)
        return F(2.0 ** (round(exponent) if self.number % 4 == 0 else exponent))

    def zero(self):
        return int(self.rng.choice([self.lo, self.hi, 0, self.int(self.lo, self.hi), self.int(self.lo, self.hi)]))

    def bytes(self, shape):
        """All lowest, all highest, the two mixed, or any."""
        match self.int(0, 7):
            case 0:
                return np.full(shape, self.lo, self.dtype)
            case 1:
                return np.full(shape, self.hi, self.dtype)
            case 2:
                return self.rng.choice([self.lo, self.hi], shape).astype(self.dtype)
        return self.rng.integers(self.lo, self.hi + 1, shape).astype(self.dtype)

    def input(self, shape):
        return self.p.input(self.bytes(shape), self.scale(), self.zero())

    def result(self, scale):
        return self.p.like((), self.dtype, scale, self.zero())

    def weight(self, shape):
        if self.int(0, 5) == 0:
            return self.rng.choice(WEIGHTS, shape).clip(max=WEIGHTS[1] - 1)
        return self.rng.integers(*WEIGHTS, shape)

    def scales(self, n, x, terms, y):
        """Of the weights, one or one a channel, so that sums of that many products fill the result's range."""
        unit = float(y.scale) / float(x.scale) * 60.0 / (74.0 * 74.0 * np.sqrt(terms))
        return np.array([self.scale(-2, 2, unit) for _ in range(n if self.int(0, 2) else 1)], F)

    def conv(self, x, same=False):
        """`same`: a result of the operand's shape."""
        c, h, w = x.shape[1:]
        k = [1 + 2 * self.int(0, 1)] * 2 if same else [self.int(1, 5), self.int(1, 5)]
        d = [1 if 2 * k[i] > min(h, w) else self.int(1, 2) for i in (0, 1)]
        pads = [d[i % 2] * (k[i % 2] // 2) if same else self.int(0, k[i % 2]) for i in range(4)]
        if (k[0] - 1) * d[0] + 1 > h + pads[0] + pads[2] or (k[1] - 1) * d[1] + 1 > w + pads[1] + pads[3]:
            k, d = [1, 1], [1, 1]
        group = c if self.int(0, 2) == 0 else 1
        if group == 1 and c % 2 == 0 and self.int(0, 3) == 0:
            group = 2
        o = c if same else group * self.int(1, 2 if group > 2 else 24)
        weight = self.weight((o, c // group, *k))
        terms, y = weight[0].size, self.result(self.scale())
        scales = self.scales(o, x, terms, y)
        bias = self.rng.integers(-1000 * terms, 1000 * terms + 1, o)
        if self.int(0, 9) == 0:  # sums up to i32's ends
            room = (1 << 31) - 1 - np.abs(weight).reshape(o, -1).sum(1) * 255
            bias = self.rng.choice([-1, 1], o) * (room - self.int(0, 99))
        strides = [1, 1] if same else [self.int(1, 2), self.int(1, 2)]
        how = dict(group=group, strides=strides, dilations=d, pads=pads)
        return ops.conv(self.p, x, weight, scales, bias, y, **how)

    def matmul(self, x, n=None):
        k, n = x.shape[-1], n or self.int(1, 64)
        y = self.result(self.scale())
        return ops.matmul(self.p, x, self.weight((k, n)), self.scales(n, x, k, y), y)

    def image(self):
        return self.input((1, self.int(1, 20), self.int(1, 14), self.int(1, 14)))


def qlinear_conv(c):
    return c.conv(c.image())


def qlinear_matmul(c):
    if c.int(0, 2):
        return c.matmul(c.input((c.int(1, 20), c.int(1, 300))))
    m, k, n = (c.int(1, 40) for _ in range(3))
    a, b = c.input((m, k)), c.input((k, n))
    return ops.product(c.p, a, b, c.result(c.scale(-2, 2, a.scale * b.scale * 90 * np.sqrt(k))))


def every_pair(c):
    """All 65,536 pairs of bytes: [256, 256] each."""
    every = np.arange(c.lo, c.hi + 1).astype(c.dtype)
    grids = np.meshgrid(every, every)
    return [c.p.input(np.ascontiguousarray(grid), c.scale(), c.zero()) for grid in grids]


def qlinear_add(c):
    a, b = every_pair(c)
    return ops.add(c.p, a, b, c.result(c.scale(-2, 7, max(a.scale, b.scale))))


def qlinear_add_broadcast(c):
    """One operand repeated along some dimensions, the first or the second."""
    shape = (1, c.int(1, 32), c.int(2, 16), c.int(2, 16))
    small = [(1, shape[1], 1, 1), (1, 1, 1, 1), (*shape[:3], 1), (1, 1, *shape[2:])][c.int(0, 3)]
    a, b = map(c.input, [shape, small][::c.rng.choice([1, -1])])
    return ops.add(c.p, a, b, c.result(c.scale(-2, 4, max(a.scale, b.scale))))


def qlinear_mul(c):
    a, b = every_pair(c)
    return ops.mul(c.p, a, b, c.result(c.scale(0, 9, a.scale * b.scale)))


def global_average_pool(c):
    x = c.input((1, c.int(1, 60), c.int(1, 20), c.int(1, 20)))
    return ops.global_pool(c.p, x, c.result(c.scale(-2, 2, x.scale)))


def window(c, x):
    kernel = [c.int(1, min(7, x.shape[2])), c.int(1, min(7, x.shape[3]))]
    return kernel, [c.int(1, 3), c.int(1, 3)], [c.int(0, kernel[i % 2] - 1) for i in range(4)]


def average_pool(c):
    x = c.image()
    return ops.average_pool(c.p, x, c.result(c.scale(-5, 1, x.scale)), *window(c, x), c.int(0, 1))


def max_pool(c):
    x = c.image()
    return ops.max_pool(c.p, x, *window(c, x))


def requantise(c):
    every = np.arange(c.lo, c.hi + 1).astype(c.dtype)
    x = c.p.input(every.reshape(1, -1), c.scale(), c.zero())
    return ops.requantise(c.p, x, c.result(c.scale(-6, 6, x.scale)))


def graph(c):
    """Convolutions with a residual, pools, and a product at the end."""
    p, x = c.p, c.input((1, 2 * c.int(2, 8), c.int(8, 16), c.int(8, 16)))
    for _ in range(c.int(1, 3)):
        y = c.conv(x, same=True)
        y = ops.mul(p, y, x, c.result(c.scale(5, 7, x.scale * y.scale))) if c.int(0, 3) == 0 else y
        x = ops.add(p, x, y, c.result(c.scale(-0.5, 1.5, max(x.scale, y.scale))))
    x = c.conv(x)
    x = ops.max_pool(p, x, *window(c, x)) if c.int(0, 1) else x
    x = ops.average_pool(p, x, c.result(c.scale(-1, 0.5, x.scale)), *window(c, x), c.int(0, 1)) if c.int(0, 1) else x
    if not p.qdq:
        p.output(x)
    x = ops.global_pool(p, x, c.result(c.scale(-2, 0.5, x.scale)))
    return c.matmul(ops.flatten(p, x), 10)


OPERATORS = {  # name: (what, cases, cases in the short form)
    "QLinearConv": (qlinear_conv, 1500, 40), "QLinearMatMul": (qlinear_matmul, 800, 30),
    "QLinearAdd": (qlinear_add, 200, 6), "QLinearAdd, broadcast": (qlinear_add_broadcast, 3000, 20),
    "QLinearMul": (qlinear_mul, 200, 6),
    "QLinearAveragePool": (average_pool, 600, 20), "QLinearGlobalAveragePool": (global_average_pool, 600, 20),
    "MaxPool": (max_pool, 400, 20), "DequantizeLinear, QuantizeLinear": (requantise, 400, 40),
    "ConvInteger": (plain.conv_integer, 400, 20), "MatMulInteger": (plain.matmul_integer, 400, 20),
    "TopK": (plain.top_k, 400, 20), "TreeEnsembleRegressor": (plain.trees, 400, 20), "Gather": (plain.gather, 400, 20),
}


def judge(engine, short, seeds, only=""):
    report = Report("onnxruntime operator")
    for seed in seeds:
        for name, (what, many, few) in OPERATORS.items():
            run(report, engine, name, what, seed, few if short else many, only)
        for name, qdq in (("graphs, QLinear operators", False), ("graphs, QDQ, fused by its optimiser", True)):
            run(report, engine, name, graph, seed, 20 if short else 400, only, qdq)
    return report


def run(report, engine, name, what, seed, count, only, qdq=False):
    for number in range(count):
        if only in f"{name} {number}":
            case = Case(seed, number, qdq)
            case.p.output(what(case))
            case.p.judge(report, engine, name, f"{name} {number}")
