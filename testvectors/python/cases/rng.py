"""splitmix64: the same numbers for ever, whatever NumPy does to its generators."""

import zlib

from isocortex_ref.numbers import bounds, elements

MASK = (1 << 64) - 1


class Rng:
    def __init__(self, name: str):
        """Seeded by a name, so that a new case does not change the others."""
        self.state = zlib.crc32(name.encode())

    def next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def between(self, lo: int, hi: int) -> int:
        """Ends included. The bias of % is no matter here."""
        return lo + self.next() % (hi - lo + 1)

    def pick(self, choices):
        return choices[self.between(0, len(choices) - 1)]

    def many(self, n: int, lo: int, hi: int) -> list:
        return [self.between(lo, hi) for _ in range(n)]

    def tensor(self, dtype: str, shape) -> list:
        return self.many(elements(shape), *bounds(dtype))
