"""onnxruntime behind the runners' protocol: load, say what one run gave, then time on demand.

    python peer_onnxruntime.py MODEL.onnx --shape 1,3,224,224 --input FILE --output FILE --threads 1

The input file holds the first input, u8 or with `--dtype f32` floats; it is repeated to fill the shape. For each line `MILLISECONDS` on standard
input the model runs for about that long, and a line `{"median_ns": .., "runs": ..}` answers. Inputs and outputs are
bound beforehand, which leaves out most of Python's part.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy as np
import onnxruntime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--shape", type=lambda s: [int(n) for n in s.split(",")], required=True)
    parser.add_argument("--input", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", default="u8")
    args = parser.parse_args()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = args.threads, 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    options.add_free_dimension_override_by_name("N", args.shape[0])
    session = onnxruntime.InferenceSession(args.model, options, providers=["CPUExecutionProvider"])
    one = np.frombuffer(args.input.read_bytes(), {"u8": np.uint8, "f32": np.float32}[args.dtype])
    rows = np.resize(one, args.shape)
    binding = session.io_binding()
    binding.bind_cpu_input(session.get_inputs()[0].name, rows)
    binding.bind_output(session.get_outputs()[0].name, "cpu")
    session.run_with_iobinding(binding)
    args.output.write_bytes(binding.copy_outputs_to_cpu()[0].tobytes())
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        times, end = [], time.perf_counter_ns() + int(line) * 1_000_000
        while not times or time.perf_counter_ns() < end:
            start = time.perf_counter_ns()
            session.run_with_iobinding(binding)
            times.append(time.perf_counter_ns() - start)
        print(json.dumps({"median_ns": int(np.median(times)), "runs": len(times)}), flush=True)


if __name__ == "__main__":
    main()
