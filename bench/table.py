"""Times our CPU backend and its peers on the same integers, in turns, and prints the table. `make bench-cpu` runs it.

    --only WORD ..      nets whose name holds a word: gemm, depthwise, resnet50, ..   --list shows all
    --threads N ..      1 and 2 without it
    --isa NAME ..       our instruction sets: avx512vnni, avx2, scalar, reference
    --peers NAME ..     onnxruntime, rten, tract, tract-avx2 (tract built without its VNNI kernels)
    --batch N           size of the large batch, 32 without it; 0 leaves the batch table out. It has the first
                        instruction set and onnxruntime
    --rounds N --ms N   how often each takes its turn, and for how long
    --quick             two short rounds, onnxruntime alone, no batch table
    --json FILE         the figures for programs
    --docs FILE         puts what is printed between the two marks of docs/benchmarks.md
"""

import argparse
import json
import os
import pathlib
import sys

import report
from build import CONVERTED, build
from graphs import BATCHED, FILES, NETS
from measure import FORMS, measure
from runner import Files
BEGIN, END = "<!-- make bench-cpu: begin -->", "<!-- make bench-cpu: end -->"

LONGEST = 6_000_000_000  # nanoseconds that one run of a large batch may take


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[""])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--isa", nargs="+", default=["avx512vnni", "avx2"])
    parser.add_argument("--peers", nargs="*")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--ms", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--docs", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    quick, full = (["onnxruntime"], 0, 2, 80), (list(FORMS), 32, 3, 250)
    for name, value in zip(("peers", "batch", "rounds", "ms"), quick if args.quick else full, strict=True):
        if getattr(args, name) is None:
            setattr(args, name, value)
    return args


def main():
    args = arguments()
    names = (*NETS, *FILES)
    keys = [key for key in names if any(word == key or word in key and word not in names for word in args.only)]
    if args.list:
        return print("\n".join(keys))
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    rows, batches = [], []
    for key in keys:
        if key in CONVERTED and not (target / "release/isocortex").exists():
            print(f"bench-cpu: {key} not measured: its converter is not built, `make build`", file=sys.stderr)
            continue
        files, known = Files(build(key, target / "bench"), target), {}
        for threads in args.threads:
            print(f"bench-cpu: {key}, {threads} thread(s)", file=sys.stderr, flush=True)
            row = measure(key, files, threads, 1, args.isa, args.peers, args, known)
            rows.append(row)
            slowest = max((row["ns"].get(name, 0) for name in (args.isa[0], "onnxruntime")), default=0)
            if key in BATCHED and args.batch and slowest * args.batch > LONGEST:
                row["notes"].append(f"no batch of {args.batch}: one would take {slowest * args.batch / 1e9:.0f} s")
            elif key in BATCHED and args.batch:
                two = args.isa[:1], [p for p in args.peers if p == "onnxruntime"]
                batches += [row, measure(key, files, threads, args.batch, *two, args, known)]
    text = "\n".join([report.head(args), *report.lines(rows, batches, args.isa, args.peers)])
    print(text)
    if args.docs:
        before, rest = args.docs.read_text().split(BEGIN)
        args.docs.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}")
    if args.json:
        args.json.write_text(json.dumps({"processor": report.processor(), "rows": rows, "batches": batches}, indent=1))


if __name__ == "__main__":
    main()
