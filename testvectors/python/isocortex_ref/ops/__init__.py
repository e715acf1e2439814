"""Section 5, a module a family. `RULES`, `COMPUTE` and `OPERANDS` hold what they define, by the op's name."""

from . import (  # noqa: F401
    elementwise, f24, indexing, linear, movement, pooling, rescaling, resize, rows, sequences, tables, trees)
from .registry import COMPUTE, OPERANDS, RULES, Result, Tensor, Value

__all__ = ["COMPUTE", "OPERANDS", "RULES", "Result", "Tensor", "Value"]
