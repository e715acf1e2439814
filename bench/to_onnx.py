"""A Net as ONNX models of the same integers, in the forms that the peers have fast paths for.

qop      QLinearConv and onnxruntime's own QLinearAdd, QLinearGlobalAveragePool, QGemm ("QOperator")
qdq      float operators between DequantizeLinear and QuantizeLinear, which onnxruntime fuses ("QDQ")
std      QLinearConv and QLinearMatMul; the rest by DequantizeLinear .. QuantizeLinear: standard operators only
integer  ConvInteger and MatMulInteger, scaled in float32, QuantizeLinear: standard operators only
nhwc     qop with channels last, as onnxruntime turns whole graphs into by itself: for a convolution alone
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FORMS = ("qop", "qdq", "std", "integer", "nhwc")
MICROSOFT = "com.microsoft"
F32 = np.float32


class Onnx:
    def __init__(self, net, form):
        self.form, self.initializers, self.nodes, self.floats = form, {}, [], {}
        self.batched = len(net.input.shape) == 3
        for node in net.nodes:
            getattr(self, node.kind)(node, *node.inputs)
        graph = helper.make_graph(
            self.nodes, "net", [self._info(net.input)], [self._info(net.output)], list(self.initializers.values())
        )
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
        self.model = helper.make_model(graph, opset_imports=opsets, producer_name="isocortex-bench")
        self.model.ir_version = 10

    def to_file(self) -> bytes:
        return self.model.SerializeToString()

    def conv(self, node, x):
        a, out = node.attributes, node.output
        window = {
            "kernel_shape": a["weight"].shape[2:], "strides": [a["stride"]] * 2, "pads": list(a["pads"]),
            "group": x.shape[2] if a["depthwise"] else 1,
        }
        column = (1, -1, 1, 1)
        if self.form == "qdq":
            weight, bias = self._weights(node, 0)
            self._quantize(self._op("Conv", [self._float(x), weight, bias], **window), out)
        elif self.form == "integer":
            weight = self._constant(out, "weight", a["weight"])
            sums = self._op("ConvInteger", [name(x), weight, self._zero(x)], **window)
            self._from_sums(node, x, sums, column)
        else:
            last = {"domain": MICROSOFT, "channels_last": 1} if self.form == "nhwc" else {}
            self._op("QLinearConv", [*self._quantised(x), *self._quantised_weights(node, a["weight"]),
                                     *self._quantised(out)[1:], self._constant(out, "bias", a["bias"])],
                     name(out), **window, **last)

    def dense(self, node, x):
        a, out = node.attributes, node.output
        weight = np.ascontiguousarray(a["weight"].T)
        if self.form == "qdq":
            matrix, bias = self._weights(node, 1, weight)
            self._quantize(self._op("Gemm", [self._float(x), matrix, bias]), out)
        elif self.form == "std" and not a["bias"].any():
            self._op("QLinearMatMul", [*self._quantised(x), *self._quantised_weights(node, weight),
                                       *self._quantised(out)[1:]], name(out))
        elif self.form in ("std", "integer"):
            sums = self._op("MatMulInteger", [name(x), self._constant(out, "weight", weight), self._zero(x)])
            self._from_sums(node, x, sums, (-1,))
        else:
            self._op("QGemm", [*self._quantised(x), *self._quantised_weights(node, weight),
                               self._constant(out, "bias", a["bias"]), *self._quantised(out)[1:]],
                     name(out), domain=MICROSOFT)

    def sum(self, node, a, b):
        if self.form in ("qop", "nhwc"):
            self._op("QLinearAdd", [*self._quantised(a), *self._quantised(b), *self._quantised(node.output)[1:]],
                     name(node.output), domain=MICROSOFT)
        else:
            self._quantize(self._op("Add", [self._float(a), self._float(b)]), node.output)

    def max_pool(self, node, x):
        a, out = node.attributes, node.output
        window = {"kernel_shape": [a["kernel"]] * 2, "strides": [a["stride"]] * 2, "pads": list(a["pads"])}
        if self.form in ("qdq", "integer"):  # rten has no MaxPool of u8
            self._quantize(self._op("MaxPool", [self._float(x)], **window), out)
        else:
            self._op("MaxPool", [name(x)], name(out), **window)

    def mean(self, node, x):
        out, flat = node.output, name(node.output)
        if self.form in ("qop", "nhwc"):
            pooled = self._op("QLinearGlobalAveragePool", [*self._quantised(x), *self._quantised(out)[1:]],
                              domain=MICROSOFT, channels_last=0)
        else:
            pooled = self._quantize(self._op("GlobalAveragePool", [self._float(x)]), out, flat + ".pooled")
        self._op("Flatten", [pooled], flat)

    def _from_sums(self, node, x, sums, shape):
        """i32 sums to the u8 result: times the scales, plus the bias, quantised."""
        a, out = node.attributes, node.output
        scales = (x.scale * a["weight_scale"]).astype(F32)
        real = self._op("Mul", [self._op("Cast", [sums], to=TensorProto.FLOAT),
                                self._constant(out, "scales", scales.reshape(shape))])
        if a["bias"].any():
            real = self._op("Add", [real, self._constant(out, "bias", (scales * a["bias"].astype(F32)).reshape(shape))])
        self._quantize(real, out)

    def _info(self, value):
        shape = value.shape
        if self.batched:
            shape = shape if len(shape) == 1 or self.form == "nhwc" else (shape[2], *shape[:2])
            shape = ("N", *shape)
        return helper.make_tensor_value_info(name(value), TensorProto.UINT8, shape)

    def _constant(self, of, what, array) -> str:
        key = f"{name(of)}.{what}"
        self.initializers[key] = numpy_helper.from_array(np.asarray(array), key)
        return key

    def _zero(self, x) -> str:
        return self._constant(x, "zero", np.uint8(x.zero))

    def _quantised(self, x) -> list:
        return [name(x), self._constant(x, "scale", x.scale), self._zero(x)]

    def _quantised_weights(self, node, weight) -> list:
        out, scales = node.output, node.attributes["weight_scale"]
        return [self._constant(out, "weight", weight), self._constant(out, "weight_scale", scales),
                self._constant(out, "weight_zero", np.zeros(len(scales), np.int8))]

    def _weights(self, node, axis, weight=None):
        """Weight and bias behind DequantizeLinear."""
        a, out, (x,) = node.attributes, node.output, node.inputs
        weight = a["weight"] if weight is None else weight
        bias = [self._constant(out, "bias", a["bias"]),
                self._constant(out, "bias_scale", (x.scale * a["weight_scale"]).astype(F32)),
                self._constant(out, "bias_zero", np.zeros(len(a["bias"]), np.int32))]
        return (self._op("DequantizeLinear", self._quantised_weights(node, weight), axis=axis),
                self._op("DequantizeLinear", bias, axis=0))

    def _float(self, x) -> str:
        if x.index not in self.floats:
            self.floats[x.index] = self._op("DequantizeLinear", self._quantised(x))
        return self.floats[x.index]

    def _quantize(self, real, out, result=None) -> str:
        return self._op("QuantizeLinear", [real, *self._quantised(out)[1:]], result or name(out))

    def _op(self, op, inputs, result=None, **attributes) -> str:
        result = result or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [result], **attributes))
        return result


def name(value) -> str:
    return f"v{value.index}"
