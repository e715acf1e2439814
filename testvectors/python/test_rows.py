"""Rows, element by element ops and recipes against answers from elsewhere: fractions, brute force, float64."""

import itertools
import math
import unittest
from fractions import Fraction

import numpy as np

from cases.recurrent import Cells
from cases.rng import Rng
from cases.tables import exponential, table16
from isocortex_ref.check import check
from isocortex_ref.header import encode
from isocortex_ref.numbers import bounds
from isocortex_ref.ops import COMPUTE, RULES, Value
from isocortex_ref.ops.rescaling import row_scale
from isocortex_ref.ops.rows import rsqrt
from isocortex_ref.run import run

I8, I16, I32 = "i8", "i16", "i32"
HALF = Fraction(1, 2)


def half_up(v: Fraction) -> int:
    return math.floor(v + HALF)


def compute(op, *operands, out=None, **attributes):
    """Lists in, nested lists out. Attributes that are arrays are constants."""
    constants = {k: attributes.pop(k) for k, v in list(attributes.items()) if isinstance(v, np.ndarray)}
    arrays = [np.array(x, np.int64) for x in operands]
    return COMPUTE[op]({"op": op, **attributes}, out, *arrays, **constants).tolist()


class SquareRoots(unittest.TestCase):
    def test_rsqrt_within_its_bound(self):
        rng, values = Rng("rsqrt"), [1, 2, 3, 4, 5, (1 << 62) - 1, (1 << 61) + (1 << 31)]
        values += [v + d for k in range(1, 31) for v in (4**k,) for d in (-1, 0, 1)]
        values += [rng.between(1, (1 << rng.between(1, 62)) - 1) for _ in range(3000)]
        for v in values:
            m, e = rsqrt(v)
            self.assertTrue(1 << 30 <= m < 1 << 31 and 31 <= e <= 61, v)
            # (m 2^-e)^2 v against 1, whose distance the page bounds.
            square, slack = Fraction(m * m * v, 1 << (2 * e)), Fraction(1, 1 << 29)
            self.assertLessEqual(square, (1 + slack) ** 2)
            self.assertGreaterEqual(square, (1 - slack) ** 2)

    def test_ends(self):
        self.assertEqual(rsqrt(1), ((1 << 31) - 1, 31))
        self.assertEqual(rsqrt(4), ((1 << 31) - 1, 32))
        self.assertEqual(rsqrt((1 << 62) - 1), ((1 << 61) // ((1 << 31) - 1), 61))


class Tables(unittest.TestCase):
    def test_against_float64(self):
        self.assertEqual(list(exponential()), [min(round(2**15 * 2 ** (-i / 256)), 32767) for i in range(256)])
        for name, f in (("sigmoid", lambda x: 1 / (1 + math.exp(-x))), ("tanh", math.tanh),
                        ("gelu", lambda x: x / (1 + math.exp(-1.702 * x)) / 16)):
            for i, v in enumerate(table16(name, 5)):
                self.assertLessEqual(abs(v - min(f((i - 256) / 32) * 32768, 32767)), 0.500001, (name, i))


class Softmax(unittest.TestCase):
    def test_against_float64(self):
        """t is cut to 256ths of a power of two, each e to 2^-15: so much may be off."""
        table = np.array(exponential())
        for i in range(200):
            rng = Rng(f"softmax {i}")
            k, (step, s) = rng.between(1, 40), rng.pick(((1 / 16, 22), (1 / 3, 20), (1 / 1000, 30)))
            x = rng.many(k, -200, 200)
            m = round(256 * math.log2(math.e) * step * 2**s)
            y = compute("Softmax15", [x], table=table, multiplier=m, shift=s)[0]
            exact = [math.exp((v - max(x)) * step) for v in x]
            exact = [v / sum(exact) for v in exact]
            for got, want in zip(y, exact):
                self.assertLessEqual(abs(got / 32768 - want), want * 0.006 + (k + 2) / 32768)
            self.assertLessEqual(abs(sum(y) - 32768), k)

    def test_by_hand(self):
        """A distance of 256 table steps halves: e = 32767 and 16383, S = 49150."""
        y = compute("Softmax15", [[1, 0]], table=np.array(exponential()), multiplier=256, shift=0)
        self.assertEqual(y, [[(32767 * 32768 + 24575) // 49150, (16383 * 32768 + 24575) // 49150]])
        self.assertEqual(compute("Softmax15", [[7]], table=np.array(exponential()), multiplier=0, shift=0), [[32767]])


class Norms(unittest.TestCase):
    def test_against_exact_sums(self):
        """The mean and V in fractions; then half a unit of Qf and 2^-28 of the value, from rsqrt and the rounding."""
        for i in range(300):
            rng = Rng(f"norm {i}")
            k, reach = rng.between(1, 30), 1 << rng.between(1, 27)
            x, f, eps = rng.many(k, -reach, reach), rng.between(0, 14), rng.between(1, 1 << rng.between(1, 30))
            gamma, beta = rng.many(k, -5, 5), rng.many(k, -1000, 1000)
            common = dict(epsilon=eps, fraction=f)
            mean = half_up(Fraction(sum(x), k))
            for op, centred, n, constants in (
                ("LayerNorm", [v - mean for v in x], k, dict(gamma=np.array(gamma), beta=np.array(beta))),
                ("RmsNorm", x, k, dict(gamma=np.array(gamma))), ("L2Norm", x, 1, {}),
            ):
                v = math.floor(Fraction(sum(c * c for c in centred), n)) + eps
                for j, got in enumerate(compute(op, [x], **common, **constants)[0]):
                    g, b = (gamma[j], beta[j] if op == "LayerNorm" else 0) if constants else (1, 0)
                    want = centred[j] / math.sqrt(v) * 2**f
                    self.assertLessEqual(abs(got - b - g * want), abs(g) * (0.5 + abs(want) * 2**-28 + 1e-6), op)

    def test_bounds_hold_at_their_worst(self):
        """One element against zeros has the greatest normalised value, the root of K."""
        for k, f in ((1, 0), (2, 14), (16, 14), (64, 10), (1000, 12)):
            for least in (1, 5, 20_000):
                x = [least] + [0] * (k - 1)
                y = compute("RmsNorm", [x], epsilon=1, fraction=f, gamma=np.array([1] * k))[0]
                self.assertLess(max(map(abs, y)), math.isqrt(k * 4**f) + 2)
                self.assertLessEqual(max(map(abs, compute("L2Norm", [x], epsilon=1, fraction=f)[0])), 2**f + 1)


class Rows(unittest.TestCase):
    def test_row_scale_is_the_least(self):
        rng = Rng("row scale")
        for row in [1, 2, 126, 127, 128, (1 << 31) - 1] + [rng.between(1, 1 << rng.between(1, 31)) for _ in range(500)]:
            row = min(row, (1 << 31) - 1)
            m, s = row_scale(row)
            self.assertEqual(m, math.floor(Fraction(127 << s, row)))
            self.assertTrue(1 << 30 <= m < 1 << 31 and 24 <= s <= 55)
            self.assertLess(Fraction(127 << (s - 1), row), 1 << 30)

    def test_quantises_by_the_row(self):
        for i in range(200):
            rng = Rng(f"row {i}")
            x = rng.many(9, -(1 << rng.between(1, 31)) + 1, (1 << rng.between(1, 31)) - 1)
            row = compute("AbsMaxRow", [x])[0]
            self.assertEqual(row, [max(1, *(abs(v) for v in x))])
            for v, q in zip(x, compute("DynQuantRow", [x], [row])[0]):
                self.assertLessEqual(abs(q - Fraction(127 * v, row[0])), HALF + Fraction(1, 1 << 22))

    def test_rescale_row_is_two_roundings(self):
        for i in range(200):
            rng = Rng(f"rescale row {i}")
            x, row, r = rng.many(3, *bounds(I32)), rng.between(1, (1 << 31) - 1), rng.between(2, 62)
            m, s = rng.many(3, 1 << 30, (1 << 31) - 1), rng.many(3, 2, 62)
            zp, (lo, hi) = rng.between(*bounds(I32)), sorted(rng.many(2, *bounds(I32)))
            y = compute("RescaleRow", [x], [[row]], multiplier=np.array(m), shift=np.array(s), row_shift=r,
                        zero_point=zp, lo=lo, hi=hi)[0]
            for j in range(3):
                u = min(max(half_up(Fraction(x[j] * m[j], 1 << s[j])), -(1 << 31)), (1 << 31) - 1)
                self.assertEqual(y[j], min(max(half_up(Fraction(u * row, 1 << r)) + zp, lo), hi))


class Intervals(unittest.TestCase):
    """Every pair of operands of small intervals: what the rules promise is what comes, and where exact, all of it."""

    def reach(self, op, *intervals, shape=(1,), **attributes):
        op = {"op": op, **attributes}
        result = RULES[op["op"]](op, *(Value(I32, shape, i) for i in intervals))
        values = [
            int(COMPUTE[op["op"]](op, result, *(np.array([v]) for v in vs))[0])
            for vs in itertools.product(*(range(lo, hi + 1) for lo, hi in intervals))
        ]
        self.assertEqual((min(values), max(values)), result.interval, (op, intervals))

    def test_exact_ones(self):
        for i in range(150):
            rng = Rng(f"interval {i}")
            a, b = (tuple(sorted(rng.many(2, -12, 12))) for _ in range(2))
            for op in ("Add", "Sub", "Mul", "Max", "Min"):
                self.reach(op, a, b)
            for op in ("Neg", "Abs"):
                self.reach(op, a)
            self.reach("Shift", a, bits=rng.between(-4, 4), round=False)
            self.reach("Shift", a, bits=rng.between(-4, -1), round=True)
            self.reach("MulRescale", a, b, zero_points=rng.many(2, -9, 9), shift=rng.between(28, 36), lo=-100, hi=90,
                       multiplier=rng.between(1 << 30, (1 << 31) - 1), zero_point=rng.between(-9, 9), dtype=I8)


class ElementByElement(unittest.TestCase):
    def test_broadcasting_by_indices(self):
        """Each result from the elements whose indices are 0 where the operand's size is 1."""
        for i in range(100):
            rng = Rng(f"broadcast {i}")
            whole = rng.many(rng.between(1, 6), 1, 3)
            shapes = [[rng.pick((1, d)) for d in whole] for _ in range(3)]
            c, a, b = (np.array(rng.many(math.prod(s), -2, 2)).reshape(s) for s in shapes)
            m, s, zps = rng.many(2, 0, (1 << 31) - 1), rng.between(2, 40), rng.many(2, -128, 127)
            ranged = dict(zero_points=zps, shift=s, zero_point=1, lo=-128, hi=127)
            picked = np.array(compute("Select", c, a, b))
            added = np.array(compute("AddScaled", a, b, multipliers=m, **ranged))
            multiplied = np.array(compute("MulRescale", a, b, multiplier=1 << 30, **ranged))
            compared = [np.array(compute("Compare", a, b, relation=r)) for r in range(3)]
            for at in np.ndindex(*picked.shape):
                u, v, w = (int(t[tuple(0 if n == 1 else j for j, n in zip(at, t.shape))]) for t in (c, a, b))
                self.assertEqual(picked[at], v if u else w)
            for at in np.ndindex(*added.shape):
                v, w = (int(t[tuple(0 if n == 1 else j for j, n in zip(at, t.shape))]) for t in (a, b))
                total = Fraction((v - zps[0]) * m[0] + (w - zps[1]) * m[1], 1 << s)
                self.assertEqual(added[at], min(max(half_up(total) + 1, -128), 127))
                scaled = Fraction((v - zps[0]) * (w - zps[1]) << 30, 1 << s)
                self.assertEqual(multiplied[at], min(max(half_up(scaled) + 1, -128), 127))
                self.assertEqual([int(t[at]) for t in compared], [v == w, v > w, v >= w])

    def test_shift_is_a_quotient(self):
        values = [*range(-40, 41), *bounds(I32)]
        for n in range(1, 32):
            self.assertEqual(compute("Shift", values, bits=-n, round=False), [v // 2**n for v in values])
            rounded = [half_up(Fraction(v, 2**n)) for v in values]
            self.assertEqual(compute("Shift", values, bits=-n, round=True), rounded)


class Recipes(unittest.TestCase):
    def test_lstm_step_against_float64(self):
        """i8 and i16 against real numbers: a hidden state is off by a few of its 128 steps, a cell by 2^-7."""
        g, k, n = Cells("a real lstm", (I8, [5]), (I8, [6]), (I16, [6])), 11, 6
        weight = g.weight(4 * n, k)
        header, weights = g.build(*g.lstm(0, 1, 2, weight, n))
        checked = check(encode(header), weights)
        w, b = (g.arrays[i].astype(float) for i in weight)
        sigmoid = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
        for i in range(40):
            rng = Rng(f"lstm {i}")
            x, h, c = rng.many(5, -128, 127), rng.many(6, -128, 127), rng.many(6, -8000, 8000)
            z = (w @ np.array(x + h) + b) / 4 / 4096
            gi, gf, gg, go = z.reshape(4, n)
            cell = sigmoid(gf) * np.array(c) / 4096 + sigmoid(gi) * np.tanh(gg)
            hidden = sigmoid(go) * np.tanh(cell)
            data = np.array(x + h, np.int8).tobytes() + np.array(c, "<i2").tobytes()
            out = run(checked, data)
            self.assertLessEqual(np.abs(np.frombuffer(out[:6], np.int8) / 128 - hidden).max(), 2 / 128)
            self.assertLessEqual(np.abs(np.frombuffer(out[6:], "<i2") / 4096 - cell).max(), 2**-7)


if __name__ == "__main__":
    unittest.main()
