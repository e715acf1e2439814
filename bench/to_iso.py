"""A Net as our artifact: SPEC.md section 7, by the encoder of the Python reference."""

import math
import pathlib
import sys

import numpy as np
from Crypto.Hash import keccak

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "testvectors" / "python"))
from isocortex_ref import header  # noqa: E402

# Until the model crate decodes `groups`, headers are written without.
CONV2D = pathlib.Path(__file__).resolve().parents[1] / "model/src/ops/conv2d.rs"
if "groups" not in CONV2D.read_text():
    header.OPS[1] = ("Conv2d", header.CONV)

CHUNK = 65_536
UNIT = {"multiplier": 1, "shift": 0, "zero_point": 0}
I8 = {"lo": -128, "hi": 127, "dtype": "i8"}
F32 = np.float32


def q31(real) -> tuple[int, int]:
    """A float32 as (m, s) with m / 2^s equal to it, m in [2^30, 2^31): its 24 bits fit."""
    mantissa, exponent = math.frexp(real)
    assert 2 <= 31 - exponent <= 62, real
    return int(mantissa * 2**31), 31 - exponent


class Artifact:
    def __init__(self, net):
        self.constants, self.parts, self.nodes, self.values = [], [], [], {0: 0}
        for node in net.nodes:
            getattr(self, node.kind)(node, *(self.values[v.index] for v in node.inputs))
            self.values[node.output.index] = len(self.nodes)
        self.input, self.output = list(net.input.shape), self.values[net.output.index]

    def to_file(self) -> bytes:
        weights = b"".join(self.parts)
        chunks = [weights[i:i + CHUNK] for i in range(0, len(weights), CHUNK)]
        data = header.encode({
            "magic": header.MAGIC, "op_set": header.OP_SET,
            "inputs": [{"name": "x", "type": {"dtype": "i8", "shape": self.input}, "quant": UNIT}],
            "constants": self.constants, "nodes": self.nodes,
            "outputs": [{"name": "y", "value": self.output, "quant": UNIT}],
            "weights_len": len(weights),
            "chunks": [keccak.new(digest_bits=256, data=chunk).digest() for chunk in chunks],
            "provenance": {
                "source": None, "dataset": None, "calibration": None, "converter": "bench", "licence": None,
            },
        })
        return b"".join(len(part).to_bytes(4, "little") + part for part in (data, weights))

    def conv(self, node, x):
        a, (of,) = node.attributes, node.inputs
        weight = a["weight"][:, 0].transpose(1, 2, 0) if a["depthwise"] else a["weight"].transpose(0, 2, 3, 1)
        op, groups = ("DepthwiseConv2d", {}) if a["depthwise"] else ("Conv2d", {"groups": 1})
        sums = self._add(
            op, x, **groups, weight=self._constant("i8", weight), bias=self._constant("i32", a["bias"]), zero_point=of.zero - 128,
            stride=[a["stride"]] * 2, dilation=[1, 1], pads=list(a["pads"]),
        )
        self._rescale(sums, of.scale * a["weight_scale"] / node.output.scale, node.output)

    def dense(self, node, x):
        a, (of,) = node.attributes, node.inputs
        sums = self._add(
            "MatMul", x, weight=self._constant("i8", a["weight"]), bias=self._constant("i32", a["bias"]),
            zero_point=of.zero - 128,
        )
        self._rescale(sums, of.scale * a["weight_scale"] / node.output.scale, node.output)

    def add(self, node, a, b):
        ratios = [v.scale / node.output.scale for v in node.inputs]
        shift = 30 - max(math.frexp(ratio)[1] for ratio in ratios)
        self._add(
            "AddScaled", a, b, multipliers=[round(float(ratio) * 2**shift) for ratio in ratios],
            zero_points=[v.zero - 128 for v in node.inputs], shift=shift, zero_point=node.output.zero - 128, **I8,
        )

    def max_pool(self, node, x):
        a = node.attributes
        self._add("MaxPool", x, kernel=[a["kernel"]] * 2, stride=[a["stride"]] * 2, pads=list(a["pads"]))

    def mean(self, node, x):
        (of,) = node.inputs
        sums = self._add("ReduceSum", x, axes=[0, 1], zero_point=of.zero - 128)
        self._rescale(sums, np.array([of.scale / node.output.scale / F32(np.prod(of.shape[:2]))]), node.output)

    def _rescale(self, x, ratios, output) -> int:
        multipliers, shifts = zip(*map(q31, ratios.tolist()))
        return self._add(
            "Rescale", x, multiplier=self._constant("i32", np.array(multipliers)),
            shift=self._constant("i8", np.array(shifts)), zero_point=output.zero - 128, **I8,
        )

    def _constant(self, dtype, values) -> int:
        self.constants.append({"dtype": dtype, "shape": list(values.shape)})
        self.parts.append(np.ascontiguousarray(values.astype({"i8": "<i1", "i32": "<i4"}[dtype])).tobytes())
        return len(self.constants) - 1

    def _add(self, op, *operands, **attributes) -> int:
        self.nodes.append({"operands": list(operands), "op": {"op": op, **attributes}})
        return len(self.nodes)
