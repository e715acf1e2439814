"""Seeded random graphs by the thousand: a generator an op, `(Draw) -> Graph`, under the op's name in `BULK`.

A generator may break an op's condition now and then (the graph then counts as one to refuse), never its form.
"""

from . import copying, elementwise, linear, lookups, pools, rows, scaled, sequences  # noqa: F401
from .draw import BULK, Draw

__all__ = ["BULK", "Draw"]
