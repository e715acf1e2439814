"""One description of a quantised network, from which to_onnx.py and to_iso.py make the same integers twice.

Activations are u8 with a scale and a zero point (i8 = u8 - 128 in the artifact), weights s8 with a scale an output
channel. Weights are random in [-63, 63]: with 7 bits the peers' u8s8 kernels cannot saturate on any processor, so that
all compute the same sums. Scales come from running a random input through the layers as they are added: each channel
is given about the same spread, as a batch norm does, so that neither saturation nor zeros take over.
"""

import dataclasses

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

F32 = np.float32


@dataclasses.dataclass
class Value:
    """An activation: its shape without the batch ([H, W, C] or [.., K]), its scale, and the sample that ran through."""

    index: int
    shape: tuple
    scale: F32
    zero: int
    sample: np.ndarray  # u8, [C, H, W] for images


@dataclasses.dataclass
class Node:
    kind: str
    inputs: list
    output: Value
    attributes: dict


class Net:
    def __init__(self, seed: int, shape: tuple, scale: float = 1 / 40, zero: int = 128):
        """`shape`: [H, W, C] of an image, or [M, K] of rows."""
        self.rng, self.nodes = np.random.default_rng(seed), []
        chw = shape if len(shape) == 2 else (shape[2], shape[0], shape[1])
        sample = np.clip(self.rng.normal(zero, 50, chw).round(), 0, 255).astype(np.uint8)
        self.input = Value(0, tuple(shape), F32(scale), zero, sample)

    @property
    def output(self) -> Value:
        return self.nodes[-1].output

    def conv(self, x, out, kernel, stride=1, pads=None, depthwise=False, activation=None) -> Value:
        """`activation`: None, "relu" or "relu6". `pads`: top, left, bottom, right; (kernel - 1) / 2 without."""
        pads = pads or (kernel // 2,) * 4
        channels = x.shape[2]
        weight = self._weights((out, 1 if depthwise else channels, kernel, kernel))
        group = channels if depthwise else 1
        sums = _float_conv(x.sample.astype(F32) - F32(x.zero), weight, stride, pads, group)
        node = {"weight": weight, "stride": stride, "pads": tuple(pads), "depthwise": depthwise}
        return self._scaled("conv", x, sums, activation, node, (*sums.shape[1:], out))

    def dense(self, x, out, bias=True) -> Value:
        """Rows times a matrix."""
        weight = self._weights((out, x.shape[-1]))
        sums = (x.sample.astype(F32) - F32(x.zero)).reshape(-1, x.shape[-1]) @ weight.T.astype(F32)
        # A channel of one row has no spread of its own: the spread of all serves.
        return self._scaled("dense", x, sums.T, None, {"weight": weight}, (*x.shape[:-1], out), bias)

    def add(self, a, b, activation=None) -> Value:
        real = sum((v.sample.astype(F32) - F32(v.zero)) * v.scale for v in (a, b))
        return self._quantised("sum", [a, b], real, activation, {}, a.shape)

    def max_pool(self, x, kernel, stride, pads) -> Value:
        h, w, _ = x.shape
        size = [(n + 2 * pads - kernel) // stride + 1 for n in (h, w)]
        padded = np.pad(x.sample, ((0, 0), (pads, pads), (pads, pads)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), (1, 2))[:, ::stride, ::stride]
        sample = windows.max((3, 4))
        assert sample.shape[1:] == tuple(size)
        attributes = {"kernel": kernel, "stride": stride, "pads": (pads,) * 4}
        return self._push("max_pool", [x], (*size, x.shape[2]), x.scale, x.zero, sample, attributes)

    def mean(self, x) -> Value:
        """The mean over the image: [H, W, C] to [C]."""
        real = ((x.sample.astype(F32) - F32(x.zero)) * x.scale).mean((1, 2))
        activation = "relu" if x.zero == 0 else None
        return self._quantised("mean", [x], real, activation, {}, (x.shape[2],))

    def _weights(self, shape) -> np.ndarray:
        return np.clip(self.rng.normal(0, 24, shape).round(), -63, 63).astype(np.int8)

    def _scaled(self, kind, x, sums, activation, attributes, shape, biased=True) -> Value:
        """A layer from its sums [O, ..]: chooses the channels' weight scales and the bias, then the output's scale."""
        out = sums.shape[0]
        rows = sums.reshape(out, -1)
        spread = rows.std(1) if rows.shape[1] > 8 else np.full(out, rows.std())
        spread = np.maximum(spread, max(1e-3 * float(rows.std()), 1))
        jitter = self.rng.uniform(0.7, 1.4, out)
        scales = (2.5 * jitter / spread / x.scale).astype(F32)
        centre = rows.mean(1) if rows.shape[1] > 8 else np.zeros(out)
        bias = (self.rng.normal(0.3, 0.5, out) / (scales * x.scale) - centre).round().astype(np.int32) * biased
        column = (slice(None),) + (None,) * (sums.ndim - 1)
        real = (sums + bias[column]) * (scales * x.scale)[column]
        if kind == "dense":
            real = real.T.reshape(shape)
        attributes = attributes | {"bias": bias, "weight_scale": scales}
        return self._quantised(kind, [x], real, activation, attributes, shape)

    def _quantised(self, kind, inputs, real, activation, attributes, shape) -> Value:
        if activation == "relu6":
            scale, zero = F32(6 / 255), 0
        elif activation == "relu":
            scale, zero = F32(max(np.quantile(real, 0.9995), 1e-3) / 255), 0
        else:
            lo, hi = np.quantile(real, 0.0005), np.quantile(real, 0.9995)
            scale = F32(max(hi - lo, 1e-3) / 255)
            zero = int(np.clip(round(-lo / scale), 0, 255))
        sample = np.clip(np.rint(real / scale) + zero, 0, 255).astype(np.uint8)
        return self._push(kind, inputs, shape, scale, zero, sample, attributes)

    def _push(self, kind, inputs, shape, scale, zero, sample, attributes) -> Value:
        value = Value(len(self.nodes) + 1, tuple(shape), scale, zero, sample)
        self.nodes.append(Node(kind, inputs, value, attributes))
        return value


def _float_conv(x, weight, stride, pads, group) -> np.ndarray:
    """[C, H, W] to [O, H, W], in float32: only scales are chosen by it."""
    weight = weight.astype(F32)
    node = helper.make_node(
        "Conv", ["x", "w"], ["y"], strides=[stride] * 2, pads=list(pads), group=group, kernel_shape=weight.shape[2:]
    )
    graph = helper.make_graph(
        [node], "conv", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, *x.shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(weight, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = min(model.ir_version, 10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x[None]})[0][0]
