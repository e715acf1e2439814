"""Ops that move elements, by indices written out: each result element from the one place that the page names."""

import math
import unittest
from fractions import Fraction

import numpy as np

from cases.rng import Rng
from isocortex_ref.numbers import bounds
from isocortex_ref.ops import COMPUTE, Value


def compute(op, *operands, out=None, constants=None, **attributes):
    return COMPUTE[op]({"op": op, **attributes}, out, *operands, **(constants or {}))


def tensor(rng, *shape, lo=-128, hi=127):
    return np.array(rng.many(math.prod(shape), lo, hi)).reshape(shape)


def value(dtype, shape):
    return Value(dtype, tuple(shape), bounds(dtype))


class Copies(unittest.TestCase):
    def each(self, y, place):
        """`place` gives what stands at an index."""
        for at in np.ndindex(*y.shape):
            self.assertEqual(int(y[at]), int(place(at)))

    def setUp(self):
        self.cases = []
        for i in range(60):
            rng = Rng(f"movement {i}")
            self.cases.append((rng, tensor(rng, *rng.many(rng.between(1, 5), 1, 4))))

    def test_slice(self):
        for rng, x in self.cases:
            step = [rng.pick((-3, -2, -1, 1, 2, 3)) for _ in x.shape]
            start = [0 if s > 0 else d - 1 for s, d in zip(step, x.shape)]
            size = [(d - 1) // abs(s) + 1 for s, d in zip(step, x.shape)]
            y = compute("Slice", x, start=start, step=step, size=size)
            self.assertEqual(list(y.shape), size)
            self.each(y, lambda at: x[tuple(a + i * s for a, i, s in zip(start, at, step))])
        self.assertEqual(compute("Slice", np.arange(9), start=[7], step=[-3], size=[2]).tolist(), [7, 4])

    def test_pad_and_tile(self):
        for rng, x in self.cases:
            before, after = rng.many(x.ndim, 0, 2), rng.many(x.ndim, 0, 2)
            y = compute("Pad", x, before=before, after=after, value=-77)
            self.assertEqual(list(y.shape), [b + d + a for b, d, a in zip(before, x.shape, after)])

            def padded(at):
                inner = tuple(i - b for i, b in zip(at, before))
                return x[inner] if all(0 <= i < d for i, d in zip(inner, x.shape)) else -77
            self.each(y, padded)
            repeats = rng.many(x.ndim, 1, 3)
            y = compute("Tile", x, repeats=repeats)
            self.assertEqual(list(y.shape), [d * r for d, r in zip(x.shape, repeats)])
            self.each(y, lambda at: x[tuple(i % d for i, d in zip(at, x.shape))])

    def test_concat(self):
        for rng, x in self.cases:
            axis = rng.between(0, x.ndim - 1)
            parts = [x]
            for _ in range(rng.between(1, 3)):
                shape = list(x.shape)
                shape[axis] = rng.between(1, 3)
                parts.append(tensor(rng, *shape))
            y = compute("Concat", *parts, axis=axis)

            def place(at):
                i = at[axis]
                for part in parts:
                    if i < part.shape[axis]:
                        return part[(*at[:axis], i, *at[axis + 1:])]
                    i -= part.shape[axis]
            self.each(y, place)

    def test_rows_by_index(self):
        for i in range(60):
            rng = Rng(f"index {i}")
            b, k, w, c = rng.many(rng.between(0, 2), 1, 3), rng.between(1, 5), rng.between(1, 6), rng.between(1, 3)
            x, index, rows = tensor(rng, *b, k, c), tensor(rng, *b, w, lo=0, hi=k - 1), tensor(rng, *b, w, c)
            y = compute("Gather", x, index, out=value("i8", [*b, w, c]))
            self.each(y, lambda at: x[(*at[:-2], index[at[:-1]], at[-1])])
            want = x.copy()
            for at in np.ndindex(*index.shape):  # in rising order of w within each batch
                want[(*at[:-1], index[at])] = rows[at]
            self.assertTrue((compute("ScatterRow", x, index, rows, out=value("i8", x.shape)) == want).all())
            table = tensor(rng, k, *rng.many(rng.between(1, 2), 1, 3))
            y = compute("Embed", index, constants={"table": table})
            self.assertEqual(y.shape, (*index.shape, *table.shape[1:]))
            self.each(y, lambda at: table[(index[at[:index.ndim]], *at[index.ndim:])])

    def test_cache_and_mask(self):
        for i in range(60):
            rng = Rng(f"cache {i}")
            b, t, d = rng.many(rng.between(0, 2), 1, 3), rng.between(1, 5), rng.between(1, 3)
            n = rng.between(1, t)
            p = rng.between(0, t - n)
            cache, new = tensor(rng, *b, t, d), tensor(rng, *b, n, d)
            y = compute("KvAppend", cache, new, np.array([p]))
            self.each(y, lambda at: new[(*at[:-2], at[-2] - p, at[-1])] if p <= at[-2] < p + n else cache[at])
            y = compute("CausalMask", cache, np.array([p]), fill=99)
            self.each(y, lambda at: cache[at] if at[-1] <= at[-2] + p else 99)


class Turns(unittest.TestCase):
    def test_each_pair(self):
        """The products and one rounding in fractions; which elements make a pair, by the page's words."""
        for i in range(80):
            rng = Rng(f"rope {i}")
            dtype, b, t, d = rng.pick(("i8", "i16", "i32")), rng.many(rng.between(0, 2), 1, 2), rng.between(1, 3), 6
            lo, hi = bounds(dtype)
            x = np.array([rng.pick((lo, hi, rng.between(lo, hi))) for _ in range(math.prod([*b, t, d]))])
            x = x.reshape(*b, t, d)
            cos, sin = (tensor(rng, 4, d // 2, lo=-32_768, hi=32_767) for _ in range(2))
            position = tensor(rng, t, lo=0, hi=3)
            for interleaved in (False, True):
                y = compute("Rope", x, position, out=value(dtype, x.shape), constants=dict(cos=cos, sin=sin),
                            interleaved=interleaved)
                for (*batch, row, pair) in np.ndindex(*b, t, d // 2):
                    first, second = (2 * pair, 2 * pair + 1) if interleaved else (pair, pair + d // 2)
                    a, e = int(x[(*batch, row, first)]), int(x[(*batch, row, second)])
                    c, s = int(cos[position[row], pair]), int(sin[position[row], pair])
                    for place, exact in ((first, a * c - e * s), (second, e * c + a * s)):
                        want = math.floor(Fraction(exact, 1 << 15) + Fraction(1, 2))
                        self.assertEqual(int(y[(*batch, row, place)]), min(max(want, lo), hi))


if __name__ == "__main__":
    unittest.main()
