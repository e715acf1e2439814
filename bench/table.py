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
"""

import argparse
import json
import os
import pathlib
import platform
import sys

from build import CONVERTED, build
from graphs import BATCHED, FILES, NETS, WHOLE
from measure import FORMS, measure
from runner import Files

GOAL = {"whole": 1.0, "single": 0.9, "tract": 3.0}


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
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    quick, full = (["onnxruntime"], 0, 2, 80), (list(FORMS), 32, 3, 250)
    for name, value in zip(("peers", "batch", "rounds", "ms"), quick if args.quick else full, strict=True):
        if getattr(args, name) is None:
            setattr(args, name, value)
    return args


def ratio(row, peer, ours):
    ns = row["ns"]
    return ns[peer] / ns[ours] if peer in ns and ours in ns else None


def against_goal(row) -> list:
    """(what, ratio, goal) of each goal that the row can be held to."""
    kind = "whole" if row["net"] in WHOLE else "single"
    pairs = (("onnxruntime", "avx512vnni", GOAL[kind]), ("tract-avx2", "avx2", GOAL["tract"]))
    found = [(f"{peer}/{isa}", ratio(row, peer, isa), goal) for peer, isa, goal in pairs]
    return [f for f in found if f[1] is not None]


def print_rows(title, rows, args):
    columns = [*args.isa, *args.peers]
    marks = {"onnxruntime": "ort/vnni", "tract-avx2": "tract/avx2"}
    print(f"\n{title}\n")
    head = f"{'':38}" + "".join(f"{c:>12}" for c in columns)
    head += "".join(f"{m:>12}" for p, m in marks.items() if p in args.peers) + "   form      answers"
    print(head)
    for row in rows:
        line = f"{row['net']:38}"
        line += "".join(f"{row['ns'][c] / 1000:12,.1f}" if c in row["ns"] else f"{'-':>12}" for c in columns)
        for peer in [p for p in marks if p in args.peers]:
            goals = [g for g in against_goal(row) if g[0].split("/")[0] == peer]
            text = "-" if not goals else f"{goals[0][1]:.2f}" + (" " if goals[0][1] >= goals[0][2] else "<")
            line += f"{text:>12}"
        said = describe(row["agree"].get("onnxruntime"))
        print(f"{line}   {row['forms'].get('onnxruntime', '-'):8}  {said}")


def describe(agreed) -> str:
    if agreed is None:
        return "not compared"
    if "differ" in agreed:
        return f"{agreed['differ']} of {agreed['elements']} differ, most {agreed['most']}"
    return f"cosine to float32: ours {agreed['ours']}, onnxruntime {agreed['theirs']}"


def print_batches(rows, args):
    columns = [c for c in (*args.isa, *args.peers) if any(c in r["ns"] for r in rows if r["batch"] > 1)]
    print(f"\nInputs a second\n\n{'':26}{'threads':>8}{'batch':>7}" + "".join(f"{c:>13}" for c in columns))
    for r in rows:
        rates = "".join(f"{r['batch'] * 1e9 / r['ns'][c]:13,.1f}" if c in r["ns"] else f"{'-':>13}" for c in columns)
        print(f"{r['net']:26}{r['threads']:8}{r['batch']:7}{rates}")


def processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


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
            if key in BATCHED and args.batch:
                two = args.isa[:1], [p for p in args.peers if p == "onnxruntime"]
                batches += [row, measure(key, files, threads, args.batch, *two, args, known)]
    print(f"{processor()}, {os.cpu_count()} CPUs. Microseconds, best median of {args.rounds} rounds in turn.")
    print(f"Ratios above 1: ours is faster. Goals: {GOAL['whole']} x onnxruntime on a whole graph and "
          f"{GOAL['single']} x on a single shape, {GOAL['tract']} x tract with AVX2 on both sides; < says short of it.")
    for threads in args.threads:
        print_rows(f"{threads} thread(s)", [r for r in rows if r["threads"] == threads], args)
    if batches:
        print_batches(batches, args)
    notes = {}
    for row in rows + batches:
        for note in row["notes"]:
            notes.setdefault(note, []).append(row["net"])
    for note, nets in notes.items():
        print(f"note: {note}\n      {', '.join(dict.fromkeys(nets))}")
    if args.json:
        args.json.write_text(json.dumps({"processor": processor(), "rows": rows, "batches": batches}, indent=1))


if __name__ == "__main__":
    main()
