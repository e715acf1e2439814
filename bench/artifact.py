"""Writes artifacts: SPEC.md section 7, by the encoder of the Python reference."""

import math
import pathlib
import sys

import numpy as np
from Crypto.Hash import keccak

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "testvectors" / "python"))
from isocortex_ref import header  # noqa: E402

CHUNK = 65_536
UNIT = {"multiplier": 1, "shift": 0, "zero_point": 0}
NUMPY = {"i8": "<i1", "i16": "<i2", "i32": "<i4"}


def q31(real) -> tuple[int, int]:
    """A number as (m, s) with m / 2^s nearest to it, m in [2^30, 2^31); equal to it if it is a float32."""
    mantissa, exponent = math.frexp(real)
    assert 2 <= 31 - exponent <= 62, real
    return min(round(mantissa * 2**31), 2**31 - 1), 31 - exponent


class Artifact:
    """One input, one output; values are numbered as in the spec: 0 the input, then one a node."""

    def __init__(self, dtype, shape):
        self.input = {"dtype": dtype, "shape": list(shape)}
        self.constants, self.parts, self.nodes = [], [], []

    def add(self, op, *operands, **attributes) -> int:
        """Appends a node and gives its value."""
        self.nodes.append({"operands": list(operands), "op": {"op": op, **attributes}})
        return len(self.nodes)

    def constant(self, dtype, values) -> int:
        self.constants.append({"dtype": dtype, "shape": list(values.shape)})
        self.parts.append(np.ascontiguousarray(values.astype(NUMPY[dtype])).tobytes())
        return len(self.constants) - 1

    def scales(self, ratios) -> dict:
        """The constants of a Rescale or RescaleRow."""
        multipliers, shifts = zip(*map(q31, np.atleast_1d(ratios).tolist()))
        return {"multiplier": self.constant("i32", np.array(multipliers)),
                "shift": self.constant("i8", np.array(shifts))}

    def to_file(self) -> bytes:
        """With the last value as output."""
        weights = b"".join(self.parts)
        chunks = [weights[i:i + CHUNK] for i in range(0, len(weights), CHUNK)]
        data = header.encode({
            "magic": header.MAGIC, "op_set": header.OP_SET,
            "inputs": [{"name": "x", "type": self.input, "quant": UNIT}],
            "constants": self.constants, "nodes": self.nodes,
            "outputs": [{"name": "y", "value": len(self.nodes), "quant": UNIT}],
            "weights_len": len(weights),
            "chunks": [keccak.new(digest_bits=256, data=chunk).digest() for chunk in chunks],
            "provenance": {
                "source": None, "dataset": None, "calibration": None, "converter": "bench", "licence": None,
            },
        })
        return b"".join(len(part).to_bytes(4, "little") + part for part in (data, weights))
