"""What the generators draw from: shapes, numbers at and near the ends of their ranges, operands."""

import numpy as np

from isocortex_ref.numbers import bounds, elements

from ..build import Graph
from ..rng import Rng

BULK = {}
GAMMA, MIX1, MIX2 = (np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
S30, S27, S31 = (np.uint64(s) for s in (30, 27, 31))
M0, M1 = 1 << 30, (1 << 31) - 1
TYPES = ("i8", "i16", "i32")


def bulk(*names):
    """Registers a generator; of several names each gets its own: `(draw, name)`."""
    def put(function):
        for name in names:
            BULK[name] = function if len(names) == 1 else lambda draw, name=name: function(draw, name)
        return function
    return put


class Draw(Rng):
    def numbers(self, n: int, lo: int, hi: int) -> np.ndarray:
        """What `many` gives, as an array and at once."""
        step = np.arange(1, n + 1, dtype=np.uint64) * GAMMA
        z = step + np.uint64(self.state)
        self.state = int(z[-1])
        z = (z ^ (z >> S30)) * MIX1
        z = (z ^ (z >> S27)) * MIX2
        z ^= z >> S31
        return (z % np.uint64(hi - lo + 1)).astype(np.int64) + lo

    def chance(self, one_in: int) -> bool:
        return self.next() % one_in == 0

    def edge(self, lo: int, hi: int) -> int:
        """An integer of lo..=hi: half of the time an end, its neighbour, or 0 or 1 where those lie inside."""
        if self.chance(2):
            return self.between(lo, hi)
        v = self.pick((lo, hi, lo + 1, hi - 1, 0, 1, -1))
        return min(max(v, lo), hi)

    def values(self, n: int, lo: int, hi: int) -> np.ndarray:
        """n integers of lo..=hi: uniform, all alike, only the two ends, or close to one point."""
        match self.next() % 8:
            case 0:
                return np.full(n, self.pick((lo, hi, self.edge(lo, hi))), np.int64)
            case 1:
                return np.where(self.numbers(n, 0, 1) == 0, lo, hi)
            case 2:
                at = self.edge(lo, hi)
                return np.clip(self.numbers(n, at - 3, at + 3), lo, hi)
            case _:
                return self.numbers(n, lo, hi)

    def tensor_of(self, dtype: str, shape, lo=None, hi=None):
        """A constant as Graph takes it, within lo..=hi or the type."""
        least, most = bounds(dtype)
        lo, hi = least if lo is None else lo, most if hi is None else hi
        return dtype, list(shape), self.values(elements(shape), lo, hi)

    def shape(self, least: int = 1, most: int = 6, size: int = 64) -> list:
        """Of least to most dimensions, with about `size` elements at the most."""
        rank, left, out = self.between(least, most), size, []
        for _ in range(rank):
            out.append(self.between(1, max(1, min(left, 9 if self.chance(4) else 5))))
            left //= out[-1]
        return out

    def dtype(self, *types) -> str:
        return self.pick(types or TYPES)

    def sub_range(self, lo: int, hi: int) -> tuple[int, int]:
        """Some lo..=hi inside."""
        a, b = self.edge(lo, hi), self.edge(lo, hi)
        return min(a, b), max(a, b)

    def narrowed(self, g: Graph, value: int, dtype: str, one_in: int = 3) -> int:
        """The value, or (one time in `one_in`) the value behind a Clamp to some interval."""
        if not self.chance(one_in):
            return value
        lo, hi = self.sub_range(*bounds(dtype))
        return g.add("Clamp", value, lo=lo, hi=hi)

    def clamped_to(self, g: Graph, value: int, lo: int, hi: int) -> int:
        """The value behind a Clamp to an interval that an op's condition asks for."""
        return g.add("Clamp", value, lo=lo, hi=hi)

    def range_attributes(self, dtype: str) -> dict:
        """zero_point, lo <= hi, dtype: the whole range half of the time."""
        least, most = bounds(dtype)
        lo, hi = (least, most) if self.chance(2) else self.sub_range(least, most)
        return {"zero_point": self.edge(least, most) if self.chance(2) else 0, "lo": lo, "hi": hi, "dtype": dtype}

    def multiplier(self) -> int:
        """0 or 2^30..2^31 - 1."""
        return 0 if self.chance(12) else self.edge(M0, M1)

    def multipliers(self, n: int):
        """The constants of a Rescale: n multipliers and shifts, as Graph takes them."""
        m = np.where(self.numbers(n, 0, 11) == 0, 0, self.values(n, M0, M1))
        middle = self.between(28, 44)
        s = self.values(n, 2, 62) if self.chance(4) else self.numbers(n, middle - 2, middle + 2)
        return ("i32", [n], m), ("i8", [n], s)
