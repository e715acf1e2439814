"""Runs the outside judges: see README.md.

    run.py STREAM [--short] [--judge tosa|onnxruntime] [--only TEXT] [--seeds N ..] [--table FILE]

Ends with 0 where every case that is covered is equal, 1 where one differs.
"""

import argparse
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "testvectors" / "python")]

HEAD = """# Conformance

What `make conformance` found; [its README](../conformance/README.md) says how it looks. A case is equal where each of
ours gives the judge's numbers, all of them. Ours: {ours}. The judges: tosa-tools {tosa}
(tests made with seed {seeds}) and onnxruntime {onnxruntime}, on {processor}.

"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("stream", help='the built example `stream` of isocortex-inference; "none": Python alone')
    parser.add_argument("--short", action="store_true", help="a few tests an operator: what CI runs")
    parser.add_argument("--judge", choices=("tosa", "onnxruntime"))
    parser.add_argument("--only", default="", help="tests with this in their name")
    parser.add_argument("--seeds", type=int, nargs="+", default=[42])
    parser.add_argument("--table", type=Path, help="write the tables there")
    args = parser.parse_args()

    from engine import Engine
    engine = Engine(args.stream)
    print("ours:", ", ".join(engine.names), flush=True)
    blind(engine)
    reports = []
    if args.judge != "onnxruntime":
        reports.append(timed("TOSA", tosa, engine, args))
    if args.judge != "tosa":
        reports.append(timed("onnxruntime", onnxruntime, engine, args))
    engine.close()
    tables = "\n\n".join(report.table() for report in reports)
    print(tables)
    if args.table:
        args.table.write_text(head(engine, args.seeds) + tables + "\n")
    if not any(row.cases for report in reports for row in report.rows.values()):
        print("not measured: no test has that name")
        return 2
    return 0 if all(report.ok for report in reports) else 1


def blind(engine):
    """Stops where a wrong number would pass for an equal one."""
    from artifact import Model
    from report import difference
    model = Model()
    model.output(model.clamp(model.input("i8", [3]), -5, 5))
    answers = engine.run(model, [[np.array([-9, 0, 9])]])
    for expected, equal in (([-5, 0, 5], True), ([-5, 0, 4], False), ([-5, 0], False)):
        if (difference(answers, np.array(expected)) is None) != equal:
            raise SystemExit("the comparison is blind")


def timed(name, judge, *args):
    start = time.monotonic()
    report = judge(*args)
    print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    return report


def tosa(engine, args):
    import tosa_judge
    ours = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isocortex"
    cache = os.environ.get("ISOCORTEX_CACHE") or ours
    return tosa_judge.judge(engine, Path(cache) / "conformance", args.short, args.seeds, args.only)


def onnxruntime(engine, args):
    import onnx_judge
    return onnx_judge.judge(engine, args.short, args.seeds, args.only)


def head(engine, seeds):
    from onnx_judge import VNNI
    return HEAD.format(
        ours=", ".join(engine.names), tosa=version("tosa-tools"), onnxruntime=version("onnxruntime"),
        seeds=" ".join(map(str, seeds)),
        processor="an x86 processor with VNNI" if VNNI else "a processor without VNNI, hence with weights of 7 bits")


if __name__ == "__main__":
    sys.exit(main())
