"""One quantised graph in two forms: ONNX for onnxruntime, an artifact for us.

Images are [1, C, H, W] there and [H, W, C] here; a u8 there is 128 less here, with its zero point.
"""

import tempfile
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

import f24
from artifact import Model
from f24 import F

OPSETS = [helper.make_opsetid(*one) for one in (("", 19), ("com.microsoft", 1), ("ai.onnx.ml", 3))]
QUIET = 3
FLOAT = {"Conv", "MatMul", "Add", "Mul", "AveragePool", "GlobalAveragePool"}  # where the optimiser did not fuse


@dataclass
class Q:
    """A quantised tensor of both graphs."""
    name: str
    value: int
    shape: tuple  # as in ONNX
    dtype: type   # np.uint8 or np.int8
    scale: np.float32
    zero: int

    @property
    def moved(self):
        return 128 if self.dtype == np.uint8 else 0

    @property
    def here(self):
        """The zero point of the artifact's tensor."""
        return self.zero - self.moved


def here(shape):
    """The artifact's shape of an ONNX shape."""
    return shape[2:] + shape[1:2] if len(shape) == 4 else shape


def to_here(array):
    array = array.astype(np.int64) - (128 if array.dtype == np.uint8 else 0)
    return array[0].transpose(1, 2, 0) if array.ndim == 4 else array


class Pair:
    def __init__(self, rng, qdq=False):
        """`qdq`: float operators between DequantizeLinear and QuantizeLinear, for onnxruntime to fuse."""
        self.rng, self.qdq, self.ours = rng, qdq, Model()
        self.nodes, self.initial, self.feeds, self.arrays, self.results = [], [], {}, [], []

    def initializer(self, array, dtype=None):
        name = f"c{len(self.initial)}"
        self.initial.append(numpy_helper.from_array(np.asarray(array, dtype), name))
        return name

    def add(self, op, inputs, domain="", **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], domain=domain, **attributes))
        return name

    def params(self, q):
        """A tensor's name, scale and zero point, as the QLinear ops list them."""
        return [q.name, self.initializer(q.scale, F), self.initializer(q.zero, q.dtype)]

    def quantised(self, op, inputs, y, **attributes):
        """`op` over Qs, either as QLinear`op` or in floats; names y. MS marks what is not ONNX's own."""
        if self.qdq:
            reals = [q if isinstance(q, str) else self.add("DequantizeLinear", self.params(q)) for q in inputs]
            y.name = self.add("QuantizeLinear", [self.add(op, reals, **attributes), *self.params(y)[1:]])
        else:
            listed = [part for q in inputs for part in self.params(q)]
            domain = "" if op == "MatMul" else "com.microsoft"
            y.name = self.add(f"QLinear{op}", [*listed, *self.params(y)[1:]], domain, **attributes)

    def weights(self, array, scales, axis):
        """A weight, its scale and zero point, as constants; in floats, the one name of its DequantizeLinear."""
        one = len(scales) == 1
        zeros = self.initializer(np.zeros(() if one else len(scales), np.int8))
        parts = [self.initializer(array, np.int8), self.initializer(scales[0] if one else scales, F), zeros]
        return [self.add("DequantizeLinear", parts, axis=axis)] if self.qdq else parts

    def like(self, shape, dtype, scale, zero, name="", value=-1):
        return Q(name, value, tuple(int(d) for d in shape), dtype, F(scale), int(zero))

    def input(self, array, scale, zero):
        name = f"x{len(self.feeds)}"
        self.feeds[name] = array
        self.arrays.append(to_here(array))
        value = self.ours.input("i8", here(array.shape))
        return self.like(array.shape, array.dtype.type, scale, zero, name, value)

    def plain(self, array, kind, there=None):
        """An input of integers without a meaning, `there` as another type."""
        name = f"x{len(self.feeds)}"
        self.feeds[name] = array if there is None else array.astype(there)
        self.arrays.append(array)
        return self.like(array.shape, self.feeds[name].dtype.type, 1, 0, name, self.ours.input(kind, array.shape))

    def output(self, q):
        self.results.append(q)
        self.ours.output(q.value)

    def rescale(self, value, ratio, q, offset=0):
        """RescaleF24 to the type and zero point of q."""
        m, s = f24.scales(ratio)
        value = self.ours.node(
            "RescaleF24", value, multiplier=self.ours.constant("i32", m), shift=self.ours.constant("i8", s),
            offset=offset, zero_point=-q.moved if offset else q.here, lo=-128, hi=127, dtype="i8")
        return value

    def onnx(self, fused):
        def kind(dtype):
            return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        graph = helper.make_graph(
            self.nodes, "g",
            [helper.make_tensor_value_info(n, kind(a.dtype), a.shape) for n, a in self.feeds.items()],
            [helper.make_tensor_value_info(q.name, kind(q.dtype), q.shape) for q in self.results], self.initial)
        model = helper.make_model(graph, opset_imports=OPSETS)
        model.ir_version = 9
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, QUIET
        if not self.qdq:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        elif fused:
            options.optimized_model_filepath = fused
        return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def judge(self, report, engine, op, case):
        with tempfile.TemporaryDirectory() as folder:
            fused = f"{folder}/fused.onnx"
            session = self.onnx(fused)
            if self.qdq and any(node.op_type in FLOAT for node in onnx.load(fused).graph.node):
                return report.uncovered(op, "its optimiser leaves signed activations in floats on this processor")
        expected = session.run([q.name for q in self.results], self.feeds)
        expected = [to_here(array).reshape(-1) for array in expected]
        report.compare(engine, op, case, self.ours, [self.arrays], expected)
