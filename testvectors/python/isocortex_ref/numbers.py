"""Sections 1 and 4: element types, bytes of a tensor, and the rounding rule."""

import numpy as np

DTYPES = ("i8", "i16", "i32")  # the position is the tag in the header
NUMPY = {"i8": np.dtype("<i1"), "i16": np.dtype("<i2"), "i32": np.dtype("<i4")}


def size(dtype: str) -> int:
    return NUMPY[dtype].itemsize


def bounds(dtype: str) -> tuple[int, int]:
    bits = 8 * size(dtype)
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1


def elements(shape) -> int:
    n = 1
    for d in shape:
        n *= d
    return n


def from_bytes(dtype: str, shape, data: bytes) -> np.ndarray:
    """The tensor as int64, in which every op here computes."""
    assert len(data) == elements(shape) * size(dtype)
    return np.frombuffer(data, NUMPY[dtype]).reshape(shape).astype(np.int64)


def to_bytes(dtype: str, x: np.ndarray) -> bytes:
    lo, hi = bounds(dtype)
    assert x.size == 0 or (lo <= int(x.min()) and int(x.max()) <= hi), "a value left its type"
    return x.astype(NUMPY[dtype]).tobytes()


def q31s(v, m, s):
    """(v * m + 2^(s-1)) >> s: v * m / 2^s to the nearest integer, halves up. Scalars or int64 arrays.

    NumPy's >> on int64 is the arithmetic shift, and so is Python's on int.
    """
    return (v * m + (1 << (s - 1))) >> s


def clamp(v, lo, hi):
    return np.minimum(np.maximum(v, lo), hi)
