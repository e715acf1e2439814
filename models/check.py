"""Measures a model of this folder with onnxruntime, on one thread, a row at a time.

    python check.py fashion-mnist                 # the test rows that are kept here
    python check.py fashion-mnist --rows DIR/images.npy --labels DIR/labels.npy
    python check.py breast-cancer --int8          # and onnxruntime's own static int8, to compare with

The input rule is the models' own: uint8 images become [1, 1, 28, 28] of pixel / 255, float32 rows stay as they are.
"""

import argparse
import pathlib
import tempfile

import numpy as np
import onnxruntime
from onnxruntime import quantization

HERE = pathlib.Path(__file__).parent


def inputs(path):
    """The rows of an .npy file as the model takes them, each with a leading batch dimension of 1."""
    rows = np.load(path)
    if rows.dtype == np.uint8:
        return rows[:, None, None].astype(np.float32) / 255
    return rows[:, None]


def predictions(path, rows):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.array([session.run(["logits"], {name: row})[0].argmax() for row in rows])


def quantise(path, rows, out):
    """onnxruntime's static quantisation: u8 activations, s8 weights with a scale a channel, min-max calibration."""
    name = onnxruntime.InferenceSession(path).get_inputs()[0].name

    class Reader(quantization.CalibrationDataReader):
        remaining = iter(rows)

        def get_next(self):
            row = next(self.remaining, None)
            return None if row is None else {name: row}

    kinds = {"activation_type": quantization.QuantType.QUInt8, "weight_type": quantization.QuantType.QInt8}
    quantization.quantize_static(path, out, Reader(), per_channel=True, **kinds)


def report(name, guess, labels):
    right = int((guess == labels).sum())
    print(f"{name}: {right} of {len(labels)} right, {right / len(labels):.2%}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", choices=["fashion-mnist", "breast-cancer"])
    parser.add_argument("--onnx", type=pathlib.Path, help="another file than the folder's model.onnx")
    parser.add_argument("--rows", type=pathlib.Path, help="other test rows (.npy)")
    parser.add_argument("--labels", type=pathlib.Path, help="their labels (.npy)")
    parser.add_argument("--int8", action="store_true")
    args = parser.parse_args()

    folder = HERE / args.model
    suffix = "-images" if args.model == "fashion-mnist" else ""
    onnx = args.onnx or folder / "model.onnx"
    rows = inputs(args.rows or folder / f"test{suffix}.npy")
    labels = np.load(args.labels or folder / "test-labels.npy")

    exact = predictions(onnx, rows)
    report("float", exact, labels)
    if args.int8:
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / "int8.onnx"
            quantise(onnx, inputs(folder / f"calibration{suffix}.npy"), path)
            small = predictions(path, rows)
        report("onnxruntime static int8", small, labels)
        print(f"int8 gives float's answer for {(small == exact).sum()} of {len(labels)}")


if __name__ == "__main__":
    main()
