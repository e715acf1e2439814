"""The demo's network, models/fashion-mnist: the same float model, quantised by `isocortex convert` for us and by
onnxruntime's own static quantisation for it. So the integers differ, and the answers are not compared here."""

import json
import pathlib
import subprocess

import numpy as np
import onnx
from onnxruntime import quantization

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models" / "fashion-mnist"
FORMS = {"qop": quantization.QuantFormat.QOperator, "qdq": quantization.QuantFormat.QDQ}


class Rows(quantization.CalibrationDataReader):
    """Calibration rows, one after the other."""

    def __init__(self, name, rows):
        self.name, self.remaining = name, iter(rows)

    def get_next(self):
        row = next(self.remaining, None)
        return None if row is None else {self.name: row}


def build(folder: pathlib.Path, target: pathlib.Path) -> None:
    images = np.load(MODEL / "calibration-images.npy")
    model = MODEL / "model.onnx"
    subprocess.run(
        [target / "release/isocortex", "convert", model, "--calibration", MODEL / "calibration-images.npy",
         "--out", folder / "model.iso"], check=True, capture_output=True,
    )
    rows = images[:, None, None].astype(np.float32) / 255
    name = onnx.load(model).graph.input[0].name
    u8, s8 = quantization.QuantType.QUInt8, quantization.QuantType.QInt8
    for form, kind in FORMS.items():
        quantization.quantize_static(
            model, folder / f"{form}.onnx", Rows(name, rows), kind, per_channel=True, activation_type=u8,
            weight_type=s8,
        )
    (folder / "input.nchw").write_bytes(rows[0].tobytes())
    (folder / "input.iso").write_bytes((images[0] ^ np.uint8(128)).tobytes())
    about = {"input": [28, 28, 1], "output": [10], "batched": True, "alike": False, "dtype": "f32"}
    (folder / "about.json").write_text(json.dumps(about))
