"""The float graph of transformer.py, with the operators that BERT is exported with."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

F32 = np.float32


class Encoder:
    def __init__(self, layers, width, heads):
        self.width, self.heads, self.nodes, self.initializers = width, heads, [], {}
        h = "x"
        for each in layers:
            q, k, v = (self.linear(m, h) for m in each["qkv"])
            q, k, v = (self.split(t, perm) for t, perm in ((q, (0, 2, 1, 3)), (k, (0, 2, 3, 1)), (v, (0, 2, 1, 3))))
            scores = self.op("Div", self.op("MatMul", q, k), self.number(np.sqrt(width / heads)))
            context = self.op("MatMul", self.op("Softmax", scores, axis=-1), v)
            context = self.op("Transpose", context, perm=(0, 2, 1, 3))
            context = self.op("Reshape", context, self.constant(np.array([0, 0, width])))
            h = self.norm(each["norm1"], self.op("Add", self.linear(each["out"], context), h))
            up = self.linear(each["up"], h)
            bell = self.op("Add", self.op("Erf", self.op("Div", up, self.number(np.sqrt(2)))), self.number(1))
            act = self.op("Mul", self.op("Mul", up, bell), self.number(0.5))
            h = self.norm(each["norm2"], self.op("Add", self.linear(each["down"], act), h))
        self.output = h

    def linear(self, m, x) -> str:
        weight = (m["q"].astype(F32) * m["scale"][:, None]).T
        weight = self.constant(np.ascontiguousarray(weight))
        return self.op("Add", self.constant(m["bias"]), self.op("MatMul", x, weight))

    def split(self, x, perm) -> str:
        shape = self.constant(np.array([0, 0, self.heads, self.width // self.heads]))
        return self.op("Transpose", self.op("Reshape", x, shape), perm=perm)

    def norm(self, n, x) -> str:
        gamma, beta = (self.constant(n[name].astype(F32)) for name in ("gamma", "beta"))
        return self.op("LayerNormalization", x, gamma, beta, epsilon=1e-12)

    def number(self, value) -> str:
        return self.constant(np.array(value, F32))

    def constant(self, array) -> str:
        key = f"c{len(self.initializers)}"
        self.initializers[key] = numpy_helper.from_array(array, key)
        return key

    def op(self, op, *inputs, **attributes) -> str:
        result = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [result], name=f"{op}_{len(self.nodes)}", **attributes))
        return result


def to_onnx(layers, tokens, width, heads) -> onnx.ModelProto:
    made = Encoder(layers, width, heads)
    infos = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ("N", tokens, width)) for n in ("x", made.output)]
    graph = helper.make_graph(made.nodes, "encoder", infos[:1], infos[1:], list(made.initializers.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 10
    return model
