"""Ops against section 5 term by term, exact fractions and single precision: python -m unittest, in this folder."""

import unittest
from fractions import Fraction
from math import floor

import numpy as np

from cases.bulk import BULK, Draw
from cases.bulk.frame import Bulk
from cases.trees import Forest, uneven
from isocortex_ref.numbers import q31s
from isocortex_ref.ops import COMPUTE
from isocortex_ref.ops.pooling import reciprocal
from isocortex_ref.ops.registry import Value


def out(dtype, *shape):
    return Value(dtype, shape, None)


def image(draw, *shape):
    return draw.numbers(int(np.prod(shape)), -128, 127).reshape(shape)


class Averages(unittest.TestCase):
    def test_reciprocal(self):
        """m is in [2^30, 2^31), and a window of n equal elements has that element as its mean: so the interval."""
        for n in range(1, 4097):
            m, s = reciprocal(n)
            self.assertTrue(1 << 30 <= m < 1 << 31)
            for a in (-65_535, -32_768, -255, -128, -1, 0, 1, 127, 255, 32_767, 65_535):
                self.assertEqual(q31s(n * a, m, s), a)

    def test_is_the_mean_with_halves_away_from_zero(self):
        """m / 2^s is a little above 1/n; for i8 and windows of up to 49 elements that decides ties and nothing else."""
        for n in range(1, 50):
            m, s = reciprocal(n)
            total = np.arange(-255 * n, 255 * n + 1)
            want = (2 * np.abs(total) + n) // (2 * n) * np.sign(total)
            self.assertTrue(np.array_equal(q31s(total, m, s), want), n)


class Loops(unittest.TestCase):
    def test_groups(self):
        """A convolution in groups is a convolution of each, side by side."""
        draw = Draw("groups")
        for _ in range(20):
            groups, c, o = draw.between(1, 4), draw.between(1, 3), draw.between(1, 3)
            x, weight = image(draw, 4, 5, groups * c), image(draw, groups * o, 2, 3, c)
            bias = draw.numbers(groups * o, -99, 99)
            op = dict(zero_point=draw.between(-9, 9), stride=(1, 2), dilation=(1, 1), pads=(1, 0, 0, 1))
            y = COMPUTE["Conv2d"]({**op, "groups": groups}, None, x, weight=weight, bias=bias)
            for g in range(groups):
                mine = slice(g * o, g * o + o)
                part = COMPUTE["Conv2d"](
                    {**op, "groups": 1}, None, x[:, :, g * c:g * c + c], weight=weight[mine], bias=bias[mine])
                self.assertTrue(np.array_equal(y[:, :, mine], part))

    def test_transposed_convolution(self):
        draw = Draw("transposed")
        for _ in range(40):
            (h, w, c, o), (kh, kw) = draw.many(4, 1, 3), draw.many(2, 1, 3)
            (sh, sw), (dh, dw) = draw.many(2, 1, 3), draw.many(2, 1, 3)
            pads, zp = draw.many(4, -2, 2), draw.between(-9, 9)
            oh = (h - 1) * sh + (kh - 1) * dh + 1 - pads[0] - pads[2]
            ow = (w - 1) * sw + (kw - 1) * dw + 1 - pads[1] - pads[3]
            if oh < 1 or ow < 1:
                continue
            x, weight, bias = image(draw, h, w, c), image(draw, o, kh, kw, c), draw.numbers(o, -99, 99)
            want = np.zeros((oh, ow, o), np.int64) + bias
            for a, b, u, v in np.ndindex(h, w, kh, kw):
                i, j = a * sh + u * dh - pads[0], b * sw + v * dw - pads[1]
                if 0 <= i < oh and 0 <= j < ow:
                    want[i, j] += weight[:, u, v] @ (x[a, b] - zp)
            op = dict(zero_point=zp, stride=(sh, sw), dilation=(dh, dw), pads=pads)
            y = COMPUTE["ConvTranspose2d"](op, out("i32", oh, ow, o), x, weight=weight, bias=bias)
            self.assertTrue(np.array_equal(y, want))

    def test_batched_product(self):
        draw = Draw("batched")
        for _ in range(20):
            a, b = image(draw, 2, 3, 4, 5), image(draw, 2, 3, 5, 6)
            za, zb = draw.many(2, -128, 127)
            want = np.einsum("nhik,nhkj->nhij", a - za, b - zb)
            for transposed in (False, True):
                y = COMPUTE["BatchMatMul"](dict(zero_points=(za, zb), transposed=transposed), None, a,
                                           b.swapaxes(2, 3) if transposed else b)
                self.assertTrue(np.array_equal(y, want))

    def test_resize(self):
        """The bilinear image is ny * nx times the weighted mean of four neighbours, by fractions."""
        draw = Draw("resize")
        for _ in range(30):
            h, w, ny, nx, dy, dx = *draw.many(2, 1, 4), *draw.many(4, 1, 6)
            oy, ox = draw.between(-ny, 2 * ny), draw.between(-nx, 2 * nx)
            x, oh, ow = image(draw, h, w, 2), draw.between(1, 5), draw.between(1, 5)
            op = dict(scale=(ny, dy, nx, dx), offset=(oy, ox))
            linear = COMPUTE["Resize"]({**op, "mode": 1}, out("i32", oh, ow, 2), x)
            nearest = COMPUTE["Resize"]({**op, "mode": 0}, out("i8", oh, ow, 2), x)
            for i, j in np.ndindex(oh, ow):
                row, column = Fraction(i * dy + oy, ny), Fraction(j * dx + ox, nx)
                rows = [min(max(floor(row) + k, 0), h - 1) for k in (0, 1)]
                columns = [min(max(floor(column) + k, 0), w - 1) for k in (0, 1)]
                f, g = row - floor(row), column - floor(column)
                want = sum((f if a else 1 - f) * (g if b else 1 - g) * x[rows[a], columns[b]]
                           for a in (0, 1) for b in (0, 1))
                self.assertEqual(linear[i, j].tolist(), [ny * nx * v for v in want])
                near = x[rows[f >= Fraction(1, 2)], columns[g >= Fraction(1, 2)]]
                self.assertEqual(nearest[i, j].tolist(), near.tolist())

    def test_trees(self):
        draw = Draw("trees")

        def walk(tree, row):
            while not isinstance(tree, list):
                tree = tree[2] if row[tree[0]] <= tree[1] else tree[3]
            return np.array(tree)

        for _ in range(30):
            trees = [(0, 3, [1, 2], [3, 4])] + [uneven(5, draw, 3, 2, 1000) for _ in range(draw.between(1, 4))]
            constants = {name: np.array(values).reshape(shape)
                         for name, (_, shape, values) in Forest(*trees).constants().items()}
            x = image(draw, 7, 3)
            y = COMPUTE["TreeEnsemble"]({}, out("i32", 7, 2), x, **constants)
            self.assertEqual(y.tolist(), [sum(walk(t, row) for t in trees).tolist() for row in x])

    def test_top_and_argmax(self):
        draw = Draw("top")
        for _ in range(50):
            x = draw.numbers(12, -3, 3)
            order = sorted(range(12), key=lambda i: (-x[i], i))
            self.assertEqual(COMPUTE["TopK"](dict(k=12), None, x).tolist(), order)
            self.assertEqual(COMPUTE["ArgMax"](dict(axis=0), out("i32", 1), x).tolist(), order[:1])

    def test_table16(self):
        draw = Draw("table16")
        table, x = draw.numbers(513, -32_768, 32_767), np.arange(-32_768, 32_768, 7)
        y = COMPUTE["Table16"]({}, None, x, table=table)
        for v, got in zip(x.tolist(), y.tolist()):
            at = Fraction(v + 32_768, 128)
            left, right = int(table[floor(at)]), int(table[floor(at) + 1])
            self.assertEqual(got, 128 * (left + (right - left) * (at - floor(at))))


class Single(unittest.TestCase):
    """The F24 ops against NumPy's float32, and against exact sums rounded once."""

    def test_rescale(self):
        draw = Draw("rescale f24")
        for i in range(3000):
            m, s = draw.between(1 << 23, (1 << 24) - 1), draw.between(0, 46)
            x = draw.numbers(20, -(1 << draw.between(0, 31)), (1 << draw.between(1, 31)) - 1)
            offset, zp = 0, 3 * (i % 3)
            if i % 2:
                offset = draw.between(-(1 << 15), 1 << 15)
            op = dict(offset=offset, zero_point=zp, lo=-128, hi=127)
            y = COMPUTE["RescaleF24"](op, None, x, multiplier=m, shift=s)
            f = x.astype(np.float32) * (np.float32(m) * np.float32(2.0**-s)) + np.float32(offset)
            f = np.clip(f, np.float32(-128 - zp), np.float32(127 - zp))
            self.assertTrue(np.array_equal(y, np.rint(f).astype(np.int64) + zp))

    def test_add(self):
        """Two fused multiply-adds: each exact, then rounded to 24 bits; Python's round is half to even."""
        def r24(v):
            k = max(abs(v).bit_length() - 24, 0)
            return round(Fraction(v, 1 << k)) << k

        draw = Draw("add f24")
        for _ in range(3000):
            s, (za, zb) = draw.between(24, 40), draw.many(2, -128, 127)
            ma, mb = (draw.between(1 << 23, (1 << 24) - 1) << draw.between(0, 6) for _ in range(2))
            fixed, a, b = r24(draw.between(-(1 << s + 7), 1 << s + 7)), draw.between(-128, 127), draw.between(-128, 127)
            op = dict(multipliers=(ma, mb), zero_points=(za, zb), fixed=fixed, shift=s, zero_point=0, lo=-128, hi=127)
            want = round(Fraction(r24((a - za) * ma + r24((b - zb) * mb + fixed)), 1 << s))
            self.assertEqual(int(COMPUTE["AddF24"](op, None, np.int64(a), np.int64(b))), min(max(want, -128), 127))

    def test_average(self):
        draw, f = Draw("average f24"), np.float32
        for i in range(3000):
            (kh, kw), (mx, my) = draw.many(2, 1, 4), draw.many(2, 1 << 23, (1 << 24) - 1)
            sx, zp = draw.between(0, 62), draw.between(-128, 127)
            offset, result = draw.between(-300, 300), draw.between(-128, 1)
            sy = min(max(sx + draw.between(-9, 9), 0), 62) if i % 5 else draw.between(0, 62)
            x = image(draw, kh, kw, 5) // (1 + 40 * (i % 2))
            op = dict(kernel=(kh, kw), stride=(1, 1), pads=(0, 0, 0, 0), count_padding=False, operand_zero_point=zp,
                      multipliers=(mx, my), shifts=(sx, sy), offset=offset, zero_point=result, lo=-128, hi=127)
            total = np.zeros(5, f)
            for u, v in np.ndindex(kh, kw):
                total = total + (x[u, v] - zp).astype(f) * (f(mx) * f(2.0**-sx))
            mean = total / f(kh * kw) / (f(my) * f(2.0**-sy)) + f(offset)
            want = np.rint(np.clip(mean, f(-128 - result), f(127 - result))).astype(np.int64) + result
            self.assertEqual(COMPUTE["AvgPoolF24"](op, None, x)[0, 0].tolist(), want.tolist())


class Drawing(unittest.TestCase):
    def test_numbers_at_once_are_those_one_by_one(self):
        one, many = Draw("numbers"), Draw("numbers")
        for lo, hi in ((0, 1), (-128, 127), (-(1 << 31), (1 << 31) - 1), (5, 5)):
            self.assertEqual(many.numbers(50, lo, hi).tolist(), one.many(50, lo, hi))
        self.assertEqual(one.state, many.state)

    def test_bulk_is_the_same_twice(self):
        for op in BULK:
            first, second = (Bulk(op, 3) for _ in range(2))
            self.assertEqual(list(first), list(second))
            self.assertEqual(first.digests(), second.digests())
