"""Measures model.onnx with onnxruntime on the official test split.

    python check.py [--int8] [--data DIR]

--int8 also quantises with onnxruntime's own static int8 (per-channel weights) as a figure to compare with.
"""

import argparse
import pathlib
import tempfile

import numpy as np
import onnxruntime

import data

HERE = pathlib.Path(__file__).parent


def predictions(path, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    pixels = images[:, None, None].astype(np.float32) / 255
    return np.array([session.run(["logits"], {"image": x})[0].argmax() for x in pixels])


def quantised(path, images, out):
    """onnxruntime's static quantisation: u8 activations, s8 weights a channel, min-max calibration."""
    from onnxruntime import quantization as q

    class Reader(q.CalibrationDataReader):
        rows = iter(images[:, None, None].astype(np.float32) / 255)

        def get_next(self):
            row = next(self.rows, None)
            return None if row is None else {"image": row}

    q.quantize_static(path, out, Reader(), per_channel=True, weight_type=q.QuantType.QInt8)


def report(name, guess, labels):
    right = guess == labels
    print(f"{name}: {right.sum()} of {len(labels)} right ({right.mean():.2%}); "
          f"the first {data.SHIPPED}: {right[: data.SHIPPED].sum()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", default=data.DEFAULT, help="folder of the official .gz files")
    parser.add_argument("--model", default=HERE / "model.onnx")
    parser.add_argument("--int8", action="store_true")
    args = parser.parse_args()
    images, labels = data.load(args.data, "t10k")
    guess = predictions(args.model, images)
    report("float", guess, labels)
    if args.int8:
        calibration = np.load(HERE / "calibration-images.npy")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "int8.onnx"
            quantised(args.model, calibration, path)
            small = predictions(path, images)
        report("onnxruntime static int8", small, labels)
        print(f"same answer as float: {(small == guess).sum()} of {len(labels)}")


if __name__ == "__main__":
    main()
