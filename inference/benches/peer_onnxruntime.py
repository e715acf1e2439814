"""The time of one image with onnxruntime: models/fashion-mnist/model.onnx, float and static int8, one thread.

    python peer_onnxruntime.py [--runs 2000]

The int8 versions are onnxruntime's own static quantisation: u8 activations, s8 weights with a scale a channel, in both
of its formats. Prints lines of `name microseconds`, each the median over runs with inputs and outputs bound
beforehand, which leaves out most of Python's part. Needs the packages of requirements.txt beside this file.
"""

import argparse
import pathlib
import tempfile
import time

import numpy as np
import onnxruntime
from onnxruntime import quantization

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "models" / "fashion-mnist"


class Rows(quantization.CalibrationDataReader):
    """Calibration rows, one after the other."""

    def __init__(self, name, rows):
        self.name, self.remaining = name, iter(rows)

    def get_next(self):
        row = next(self.remaining, None)
        return None if row is None else {self.name: row}


def median_microseconds(path, row, runs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_cpu_input(session.get_inputs()[0].name, row)
    output = session.get_outputs()[0]
    binding.bind_output(output.name, "cpu")
    times = []
    for _ in range(runs + 100):
        start = time.perf_counter_ns()
        session.run_with_iobinding(binding)
        times.append(time.perf_counter_ns() - start)
    return np.median(times[100:]) / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    args = parser.parse_args()
    model = FOLDER / "model.onnx"
    rows = np.load(FOLDER / "calibration-images.npy")[:, None, None].astype(np.float32) / 255
    prefix = f"onnxruntime-{onnxruntime.__version__}"
    with tempfile.TemporaryDirectory() as scratch:
        for form in quantization.QuantFormat.QOperator, quantization.QuantFormat.QDQ:
            path = pathlib.Path(scratch) / f"{form}.onnx"
            u8, s8 = quantization.QuantType.QUInt8, quantization.QuantType.QInt8
            quantization.quantize_static(
                model, path, Rows("image", rows), form, per_channel=True, activation_type=u8, weight_type=s8
            )
            print(f"{prefix}-u8s8-{form} {median_microseconds(path, rows[0], args.runs):.3f}")
    print(f"{prefix}-float32 {median_microseconds(model, rows[0], args.runs):.3f}")


if __name__ == "__main__":
    main()
