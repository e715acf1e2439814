"""Runs the outside judges: see README.md.

    run.py STREAM [--short] [--only TEXT] [--judge tosa|onnxruntime] [--table FILE]
"""

import argparse
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "testvectors" / "python")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("stream", help="the built example `stream` of isocortex-inference")
    parser.add_argument("--short", action="store_true", help="about ten tests an op: what CI runs")
    parser.add_argument("--judge", choices=("tosa", "onnxruntime"))
    parser.add_argument("--only", default="", help="tests with this in their name")
    parser.add_argument("--seeds", type=int, nargs="+", default=[42])
    parser.add_argument("--table", type=Path, help="write the tables there")
    args = parser.parse_args()
    cache = Path(os.environ.get("ISOCORTEX_CACHE") or Path.home() / ".cache" / "isocortex") / "conformance"

    from engine import Engine
    engine = Engine(args.stream)
    print("ours:", ", ".join(engine.names), flush=True)
    reports = []
    if args.judge != "onnxruntime":
        import tosa_judge
        start = time.monotonic()
        reports.append(tosa_judge.judge(engine, cache, args.short, args.seeds, args.only))
        print(f"TOSA: {time.monotonic() - start:.0f} s", flush=True)
    if args.judge != "tosa":
        import onnx_judge
        start = time.monotonic()
        reports.append(onnx_judge.judge(engine, args.short, args.seeds, args.only))
        print(f"onnxruntime: {time.monotonic() - start:.0f} s", flush=True)
    tables = "\n\n".join(report.table() for report in reports)
    print(tables)
    if args.table:
        args.table.write_text(tables + "\n")
    engine.close()
    return 0 if all(report.ok for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
