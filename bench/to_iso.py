"""A Net as our artifact, with one of two roundings at a layer's end: Rescale, the rule of our own, or RescaleF24 and
AddF24, onnxruntime's single precision written in integers (SPEC.md section 8)."""

import math

import numpy as np

from artifact import Artifact, q31

I8 = {"lo": -128, "hi": 127, "dtype": "i8"}
F32 = np.float32


class FromNet(Artifact):
    def __init__(self, net, f24=False):
        super().__init__("i8", net.input.shape)
        self.f24 = f24
        values = {0: 0}
        for node in net.nodes:
            values[node.output.index] = getattr(self, node.kind)(node, *(values[v.index] for v in node.inputs))

    def conv(self, node, x):
        a, (of,) = node.attributes, node.inputs
        weight = a["weight"][:, 0].transpose(1, 2, 0) if a["depthwise"] else a["weight"].transpose(0, 2, 3, 1)
        op, groups = ("DepthwiseConv2d", {}) if a["depthwise"] else ("Conv2d", {"groups": 1})
        sums = self.add(
            op, x, **groups, weight=self.constant("i8", weight), bias=self.constant("i32", a["bias"]),
            zero_point=of.zero - 128, stride=[a["stride"]] * 2, dilation=[1, 1], pads=list(a["pads"]),
        )
        return self._rescale(sums, of.scale * a["weight_scale"] / node.output.scale, node.output)

    def dense(self, node, x):
        a, (of,) = node.attributes, node.inputs
        sums = self.add(
            "MatMul", x, weight=self.constant("i8", a["weight"]), bias=self.constant("i32", a["bias"]),
            zero_point=of.zero - 128,
        )
        return self._rescale(sums, of.scale * a["weight_scale"] / node.output.scale, node.output)

    def sum(self, node, a, b):
        if self.f24:
            return self._sum_f24(node, a, b)
        ratios = [v.scale / node.output.scale for v in node.inputs]
        shift = 30 - max(math.frexp(ratio)[1] for ratio in ratios)
        return self.add(
            "AddScaled", a, b, multipliers=[round(float(ratio) * 2**shift) for ratio in ratios],
            zero_points=[v.zero - 128 for v in node.inputs], shift=shift, zero_point=node.output.zero - 128, **I8,
        )

    def max_pool(self, node, x):
        a = node.attributes
        return self.add("MaxPool", x, kernel=[a["kernel"]] * 2, stride=[a["stride"]] * 2, pads=list(a["pads"]))

    def mean(self, node, x):
        (of,) = node.inputs
        sums = self.add("ReduceSum", x, axes=[0, 1], zero_point=of.zero - 128)
        pixels = F32(np.prod(of.shape[:2]))
        return self._rescale(sums, of.scale / (node.output.scale * pixels), node.output)

    def _sum_f24(self, node, a, b) -> int:
        za, zb, zc = (F32(v.zero) for v in (*node.inputs, node.output))
        ra, rb = (v.scale / node.output.scale for v in node.inputs)
        # Each product and sum is rounded once, as a fused multiply-add does: float64 holds the product exactly.
        inner = F32(float(ra) * float(za) + float(F32(float(rb) * float(zb))))
        fixed = zc - inner
        shift = max(24 - math.frexp(v)[1] for v in (ra, rb, fixed) if v)
        scaled = [int(float(v) * 2**shift) for v in (ra, rb, fixed)]
        return self.add(
            "AddF24", a, b, multipliers=scaled[:2], zero_points=[-128, -128], fixed=scaled[2], shift=shift,
            zero_point=-128, lo=-128, hi=127,
        )

    def _rescale(self, x, ratios, output) -> int:
        if self.f24:
            pairs = [(m >> 7, s - 7) for m, s in map(q31, np.atleast_1d(ratios).tolist())]
            multiplier, shift = (np.array(column) for column in zip(*pairs))
            return self.add("RescaleF24", x, multiplier=self.constant("i32", multiplier),
                            shift=self.constant("i8", shift), offset=0, zero_point=output.zero - 128, **I8)
        return self.add("Rescale", x, **self.scales(ratios), zero_point=output.zero - 128, **I8)
