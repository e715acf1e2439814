"""A transformer encoder of MiniLM-L12's shape (Wang et al. 2020, arXiv 2002.10957): 12 layers, width 384, 12 heads of
32, a hidden layer of 1,536, norms after the residual as in BERT; 128 tokens, random weights.

Ours is integer throughout, by the recipes of SPEC.md section 8: the residual stream in i32 with 18 fractional bits,
every product's operand quantised by its row's own maximum. onnxruntime quantises the same float graph as its users do,
by quantize_dynamic: plainly ("dynamic") and after its own transformer optimiser ("fused"). The weights are s8 integers
with a scale a channel for all; activations are rounded each its own way, so both are compared with float32.
"""

import json
import pathlib
import tempfile

import numpy as np
import onnx
from artifact import Artifact
from onnx import TensorProto
from onnxruntime import quantization
from onnxruntime.transformers import optimizer

from .transformer_onnx import to_onnx

LAYERS, TOKENS, WIDTH, HEADS, HIDDEN = 12, 128, 384, 12, 1536
HEAD = WIDTH // HEADS
RESIDUAL = 18  # fractional bits
I16 = {"lo": -32768, "hi": 32767, "dtype": "i16"}
F32 = np.float32


def build(folder: pathlib.Path, _target) -> None:
    rng = np.random.default_rng(6)
    layers = [layer(rng) for _ in range(LAYERS)]
    x = np.clip(rng.normal(0, 1, (TOKENS, WIDTH)) * 1024, -8191, 8191).round().astype(np.int16)
    expected = run(layers, x.astype(np.float64) / 1024)
    (folder / "model.iso").write_bytes(Encoder(layers).to_file())
    with tempfile.TemporaryDirectory() as scratch:
        plain, fused = pathlib.Path(scratch, "plain.onnx"), pathlib.Path(scratch, "fused.onnx")
        onnx.save(to_onnx(layers, TOKENS, WIDTH, HEADS), plain)
        optimizer.optimize_model(str(plain), "bert", HEADS, WIDTH, opt_level=0).save_model_to_file(str(fused))
        for source, form in ((plain, "dynamic"), (fused, "fused")):
            quantization.quantize_dynamic(
                source, folder / f"{form}.onnx", per_channel=True, weight_type=quantization.QuantType.QInt8,
                extra_options={"DefaultTensorType": TensorProto.FLOAT},
            )
    (folder / "input.iso").write_bytes(x.tobytes())
    (folder / "input.nchw").write_bytes((x.astype(F32) / 1024).tobytes())
    (folder / "expected").write_bytes(expected.astype(F32).tobytes())
    shape = [TOKENS, WIDTH]
    about = {"input": shape, "output": shape, "batched": True, "dtype": "f32", "unit": 2.0**-RESIDUAL}
    (folder / "about.json").write_text(json.dumps(about | {"alike": False}))


def matrix(rng, out, k, gain=1.0) -> dict:
    """s8 weights [out, k] with a scale a row, and a bias."""
    real = rng.normal(0, gain / np.sqrt(k), (out, k))
    scale = (np.abs(real).max(1) / 127).astype(F32)
    return {"q": np.rint(real / scale[:, None]).astype(np.int8), "scale": scale,
            "bias": rng.normal(0, 0.1, out).astype(F32)}


def norm(rng) -> dict:
    """gamma in steps of 2^-8, as the artifact holds it."""
    return {"gamma": np.rint(rng.uniform(0.8, 1.2, WIDTH) * 256) / 256, "beta": rng.normal(0, 0.05, WIDTH).astype(F32)}


def layer(rng) -> dict:
    return {
        "qkv": [matrix(rng, WIDTH, WIDTH, gain) for gain in (1.2, 1.2, 1.0)], "out": matrix(rng, WIDTH, WIDTH),
        "norm1": norm(rng), "up": matrix(rng, HIDDEN, WIDTH), "down": matrix(rng, WIDTH, HIDDEN), "norm2": norm(rng),
    }


def run(layers, h) -> np.ndarray:
    """In float64; notes in each layer the largest query, key and value, which static scales come from."""
    for each in layers:
        q, k, v = (linear(m, h) for m in each["qkv"])
        each["largest"] = [float(np.abs(t).max()) for t in (q, k, v)]
        q, k, v = (t.reshape(TOKENS, HEADS, HEAD).transpose(1, 0, 2) for t in (q, k, v))
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(HEAD)
        p = np.exp(scores - scores.max(-1, keepdims=True))
        context = (p / p.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(TOKENS, WIDTH)
        h = normalised(each["norm1"], h + linear(each["out"], context))
        h = normalised(each["norm2"], h + linear(each["down"], gelu(linear(each["up"], h))))
    return h


def linear(m, x) -> np.ndarray:
    return x @ (m["q"].astype(np.float64) * m["scale"][:, None]).T + m["bias"]


def normalised(n, x) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * n["gamma"] + n["beta"]


def gelu(x) -> np.ndarray:
    return x * 0.5 * (1 + erf(x / np.sqrt(2)))


def erf(x) -> np.ndarray:
    """Abramowitz and Stegun 7.1.26, to 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    terms = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    series = sum(c * t ** (i + 1) for i, c in enumerate(terms))
    return np.sign(x) * (1 - series * np.exp(-(x**2)))


class Encoder(Artifact):
    def __init__(self, layers):
        super().__init__("i16", (TOKENS, WIDTH))
        self.softmax = np.minimum(np.rint(2**15 * 2.0 ** (-np.arange(256) / 256)), 32767)
        self.gelu = np.clip(np.rint(gelu((np.arange(513) - 256) / 32) * 2**12), -32768, 32767)
        h = self.rescale(0, 2.0 ** (RESIDUAL - 10))
        for each in layers:
            h = self.residual(h, self.attention(each, h), each["norm1"])
            h = self.residual(h, self.feed_forward(each, h), each["norm2"])

    def attention(self, each, h) -> int:
        steps = [largest / 127 for largest in each["largest"]]  # of the i8 queries, keys and values
        stacked = {name: np.concatenate([m[name] for m in each["qkv"]]) for name in ("q", "scale", "bias")}
        wide = np.repeat(steps, WIDTH) / 256  # of the i16 before the bias
        x = self.product(stacked, h, 2.0**-RESIDUAL / wide, I16)
        bias = self.add("Constant", tensor=self.constant("i16", np.rint(stacked["bias"] / wide)[None]))
        x = self.add("AddScaled", x, bias, multipliers=[1, 1], zero_points=[0, 0], shift=8, zero_point=0,
                     lo=-127, hi=127, dtype="i8")
        x = self.add("Reshape", x, shape=[TOKENS, 3, HEADS, HEAD])
        x = self.add("Transpose", x, perm=[1, 2, 0, 3])
        q, k, v = (self.part(x, i) for i in range(3))
        scores = self.add("BatchMatMul", q, k, zero_points=[0, 0], transposed=True)
        ratio = 256 * np.log2(np.e) * steps[0] * steps[1] / np.sqrt(HEAD)
        shift = int(30 - np.ceil(np.log2(ratio)))
        p = self.add("Softmax15", scores, table=self.constant("i16", self.softmax),
                     multiplier=round(ratio * 2**shift), shift=shift)
        context = self.add("BatchMatMul", p, v, zero_points=[0, 0], transposed=False)
        context = self.add("Transpose", context, perm=[1, 0, 2])
        context = self.add("Reshape", context, shape=[TOKENS, WIDTH])
        return self.to_residual(each["out"], context, steps[2] * 2.0**-15)

    def feed_forward(self, each, h) -> int:
        x = self.product(each["up"], h, 2.0**-RESIDUAL * 2**12, I16)
        bias = self.add("Constant", tensor=self.constant("i16", np.rint(each["up"]["bias"] * 2**12)[None]))
        x = self.add("AddScaled", x, bias, multipliers=[4, 4], zero_points=[0, 0], shift=2, zero_point=0, **I16)
        x = self.add("Table16", x, table=self.constant("i16", self.gelu))
        return self.to_residual(each["down"], x, 2.0**-19)

    def to_residual(self, m, x, step) -> int:
        """A product with its bias, in the residual's unit, cut where no value of this network comes."""
        y = self.product(m, x, step * 2**RESIDUAL, {"lo": 1 - 2**23, "hi": 2**23 - 1, "dtype": "i32"})
        bias = np.rint(m["bias"] * 2.0**RESIDUAL)[None]
        return self.add("Add", y, self.add("Constant", tensor=self.constant("i32", bias)))

    def residual(self, h, y, n) -> int:
        return self.add(
            "LayerNorm", self.add("Add", h, y), gamma=self.constant("i16", n["gamma"] * 256),
            beta=self.constant("i32", np.rint(n["beta"] * 2.0**RESIDUAL)), epsilon=1, fraction=10,
        )

    def product(self, m, x, ratio, result) -> int:
        """x (in some unit) times the matrix, each row quantised by its own maximum; `ratio`: that unit over the
        result's, one or one a channel."""
        row = self.add("AbsMaxRow", x)
        sums = self.add("MatMul", self.add("DynQuantRow", x, row), weight=self.constant("i8", m["q"]),
                        bias=self.constant("i32", np.zeros(len(m["q"]))), zero_point=0)
        ratios = m["scale"].astype(np.float64) * ratio / 127
        row_shift = int(3 - np.floor(np.log2(ratios.max())))  # keeps the sums' lower bits; they stay below 2^31
        return self.add("RescaleRow", sums, row, **self.scales(ratios * 2.0**row_shift), row_shift=row_shift,
                        zero_point=0, **result)

    def part(self, x, i) -> int:
        one = self.add("Slice", x, start=[i, 0, 0, 0], step=[1] * 4, size=[1, HEADS, TOKENS, HEAD])
        return self.add("Reshape", one, shape=[HEADS, TOKENS, HEAD])

    def rescale(self, x, ratio) -> int:
        return self.add("Rescale", x, **self.scales(ratio), zero_point=0, lo=-(2**31), hi=2**31 - 1, dtype="i32")
