"""Grounds this implementation in answers from elsewhere: python -m unittest, in this folder."""

import unittest
from fractions import Fraction
from math import floor

import numpy as np

from cases.build import Graph
from cases.rng import Rng
from isocortex_ref.check import check
from isocortex_ref.faults import Fault
from isocortex_ref.header import decode, encode
from isocortex_ref.keccak import keccak256, keccak256_many
from isocortex_ref.numbers import elements, q31s
from isocortex_ref.ops import COMPUTE


class Keccak(unittest.TestCase):
    def test_known_answers(self):
        """The empty code hash and keccak-256("abc"), as Ethereum's documents give them."""
        self.assertEqual(keccak256(b"").hex(), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
        self.assertEqual(keccak256(b"abc").hex(), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")

    def test_many_at_once(self):
        messages = [bytes(range(n % 256)) * 3 for n in (0, 1, 45, 46, 90, 91, 136, 200, 255)]
        self.assertEqual(keccak256_many(messages), [keccak256(m) for m in messages])

    def test_block_edges(self):
        """A message of one block less one byte takes both padding bits in one byte; a whole block, a new block."""
        self.assertEqual(len({keccak256(bytes(n)) for n in (134, 135, 136, 137, 271, 272)}), 6)


class Rounding(unittest.TestCase):
    def test_is_the_exact_quotient_rounded_half_up(self):
        rng = Rng("q31s")
        for _ in range(5000):
            v, s = rng.between(-(1 << 31), (1 << 31) - 1), rng.between(2, 62)
            m = rng.pick((0, 1 << 30, (1 << 31) - 1, rng.between(1 << 30, (1 << 31) - 1)))
            exact = floor(Fraction(v * m, 1 << s) + Fraction(1, 2))
            self.assertEqual(q31s(v, m, s), exact)
            self.assertEqual(int(q31s(np.int64(v), np.int64(m), np.int64(s))), exact)

    def test_ties_go_up(self):
        self.assertEqual([q31s(v, 1 << 30, 31) for v in (-3, -1, 1, 3)], [-1, 0, 1, 2])


class Loops(unittest.TestCase):
    """The array code against section 5's sums, term by term."""

    def test_convolutions(self):
        for i in range(40):
            rng = Rng(f"loops {i}")
            h, w, c, o = (rng.between(1, 5) for _ in range(4))
            kh, kw = rng.between(1, 3), rng.between(1, 3)
            node = dict(zero_point=rng.between(-128, 127), stride=rng.many(2, 1, 3), dilation=rng.many(2, 1, 2),
                        pads=rng.many(4, 2, 4))
            x = np.array(rng.tensor("i8", [h, w, c])).reshape(h, w, c)
            for depthwise in (False, True):
                shape = (kh, kw, c) if depthwise else (o, kh, kw, c)
                weight = np.array(rng.tensor("i8", shape)).reshape(shape)
                bias = np.array(rng.many(c if depthwise else o, -100, 100))
                name = "DepthwiseConv2d" if depthwise else "Conv2d"
                y = COMPUTE[name]({**node, "groups": 1}, None, x, weight=weight, bias=bias)
                for (row, column, channel), got in np.ndenumerate(y):
                    want = int(bias[channel])
                    for u in range(kh):
                        for v in range(kw):
                            p = row * node["stride"][0] + u * node["dilation"][0] - node["pads"][0]
                            q = column * node["stride"][1] + v * node["dilation"][1] - node["pads"][1]
                            if not (0 <= p < h and 0 <= q < w):
                                continue
                            for k in [channel] if depthwise else range(c):
                                tap = weight[u, v, k] if depthwise else weight[channel, u, v, k]
                                want += int(tap) * (int(x[p, q, k]) - node["zero_point"])
                    self.assertEqual(int(got), want)
                sizes = [
                    (x.shape[d] + node["pads"][d] + node["pads"][d + 2] - ((kh, kw)[d] - 1) * node["dilation"][d] - 1)
                    // node["stride"][d] + 1 for d in (0, 1)
                ]
                self.assertEqual(list(y.shape[:2]), sizes)

    def test_transpose(self):
        x = np.arange(24).reshape(2, 3, 4)
        y = COMPUTE["Transpose"]({"perm": [2, 0, 1]}, None, x)
        self.assertEqual(y.shape, (4, 2, 3))
        self.assertEqual(int(y[3, 1, 2]), int(x[1, 2, 3]))


class Header(unittest.TestCase):
    def test_bytes_by_hand(self):
        g = Graph(("i8", [5]))
        g.add("Clamp", 0, lo=-2, hi=3)
        header, _ = g.build()
        by_hand = (
            "49534f43 0100"  # magic, op set
            "01000000 02000000 7830 00 01000000 05000000 01000000 00 00000000"  # one input, x0: i8 [5], quantisation
            "00000000"  # no constants
            "01000000 01000000 00000000 06 feffffff 03000000"  # one node: operand 0, Clamp to [-2, 3]
            "01000000 02000000 7930 01000000 01000000 00 00000000"  # one output, y0: value 1, quantisation
            "0000000000000000 00000000"  # no weights, no chunks
            "00 00 00 07000000 766563746f7273 00"  # provenance: "vectors" alone
        )
        self.assertEqual(encode(header), bytes.fromhex(by_hand))
        self.assertEqual(encode(decode(encode(header))), encode(header))

    def test_every_prefix_is_truncated(self):
        g = Graph(("i8", [5]))
        g.add("Table8", 0, table=("i8", [256], [0] * 256))
        header, weights = g.build()
        data = encode(header)
        for n in range(len(data)):
            with self.assertRaisesRegex(Fault, "truncated"):
                check(data[:n], weights)


class Cost(unittest.TestCase):
    def test_by_hand(self):
        """[2, 3] i8 through MatMul to [2, 4] i32, then Rescale to i8, then added to itself."""
        g = Graph(("i8", [2, 3]))
        x = g.add("MatMul", 0, weight=("i8", [4, 3], [1] * 12), bias=("i32", [4], [0] * 4), zero_point=0)
        x = g.add("Rescale", x, multiplier=("i32", [1], [1 << 30]), shift=("i8", [1], [31]), zero_point=0, lo=-128,
                  hi=127, dtype="i8")
        g.add("AddScaled", x, x, multipliers=(1, 1), zero_points=(0, 0), shift=2, zero_point=0, lo=-128, hi=127,
              dtype="i8")
        header, weights = g.build()
        checked = check(encode(header), weights)
        self.assertEqual(checked.cost, {
            "macs": 2 * 4 * 3 + 8 + 2 * 8, "elements": 8 + 8 + 8,
            "bytes": (6 + 12 + 16 + 32) + (32 + 5 + 8) + (8 + 8 + 8), "peak": 32 + 8, "weights": 12 + 16 + 4 + 1,
        })
        self.assertEqual([v.interval for v in checked.values], [(-128, 127), (-384, 381), (-128, 127), (-64, 64)])
        self.assertEqual(elements(checked.values[1].shape), 8)


if __name__ == "__main__":
    unittest.main()
