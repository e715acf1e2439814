"""Builds artifacts in the byte form of SPEC.md section 7."""

import numpy as np
from isocortex_ref import header
from isocortex_ref.keccak import keccak256
from isocortex_ref.numbers import NUMPY, to_bytes

CHUNK = 65_536
QUANT = {"multiplier": 1, "shift": 0, "zero_point": 0}
PROVENANCE = {"source": None, "dataset": None, "calibration": None, "converter": "conformance", "licence": None}
RANGE = {"i8": (-128, 127), "i16": (-32_768, 32_767), "i32": (-(1 << 31), (1 << 31) - 1)}


class Model:
    """A graph in the making. Inputs come first; every method but `file` returns a value or constant number."""

    def __init__(self):
        self.inputs, self.constants, self.nodes, self.outputs, self.weights = [], [], [], [], []

    def input(self, dtype, shape):
        assert not self.nodes, "inputs come before nodes"
        self.inputs.append({"name": "", "type": _type(dtype, shape), "quant": QUANT})
        return len(self.inputs) - 1

    def constant(self, dtype, array):
        array = np.atleast_1d(np.asarray(array, np.int64))
        self.constants.append(_type(dtype, array.shape))
        self.weights.append(to_bytes(dtype, array))
        return len(self.constants) - 1

    def node(self, op, *operands, **attributes):
        self.nodes.append({"operands": list(operands), "op": {"op": op, **attributes}})
        return len(self.inputs) + len(self.nodes) - 1

    def output(self, value):
        self.outputs.append({"name": "", "value": value, "quant": QUANT})

    # Compositions that several judges need.

    def value(self, dtype, array):
        """A constant as a value."""
        return self.node("Constant", tensor=self.constant(dtype, array))

    def clamp(self, x, lo, hi):
        return self.node("Clamp", x, lo=int(lo), hi=int(hi))

    def cast(self, x, dtype):
        """The same numbers in another type; what does not fit is clamped."""
        lo, hi = RANGE[dtype]
        return self.node("Rescale", x, multiplier=self.constant("i32", [1 << 30]), shift=self.constant("i8", [30]),
                         zero_point=0, lo=lo, hi=hi, dtype=dtype)

    def file(self):
        """(header bytes, weights)"""
        weights = b"".join(self.weights)
        chunks = [keccak256(weights[i:i + CHUNK]) for i in range(0, len(weights), CHUNK)]
        return header.encode({
            "magic": header.MAGIC, "op_set": header.OP_SET, "inputs": self.inputs, "constants": self.constants,
            "nodes": self.nodes, "outputs": self.outputs, "weights_len": len(weights), "chunks": chunks,
            "provenance": PROVENANCE,
        }), weights


def _type(dtype, shape):
    return {"dtype": dtype, "shape": [int(d) for d in shape] or [1]}


def tensor_bytes(dtype, array):
    return np.ascontiguousarray(array).astype(NUMPY[dtype]).tobytes()
