"""Times our CPU backend and its peers on the same integers, in turns, and prints the table. `make bench-cpu` runs it.

    --only WORD ..      nets whose name holds a word: gemm, depthwise, resnet50, ..   --list shows all
    --threads N ..      1 and 2 without it
    --isa NAME ..       our instruction sets: avx512vnni, avx2, scalar, reference
    --peers NAME ..     onnxruntime, rten, tract, tract-avx2 (tract built without its VNNI kernels)
    --batch N           size of the large batch, 32 without it; 0 leaves the batch table out
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

import numpy as np

from build import CONVERTED, build
from graphs import BATCHED, FILES, NETS, WHOLE
from runner import Files, Missing

GOAL = {"whole": 1.0, "single": 0.9, "tract": 3.0}
# What each peer is tried with; the fastest in a short trial is timed. to_onnx.py explains the forms.
FORMS = {
    "onnxruntime": ("qop", "qdq", "std", "nhwc", "dynamic", "fused"), "rten": ("integer", "dynamic"),
    "tract": ("std", "integer", "dynamic"), "tract-avx2": ("std", "integer", "dynamic"),
}


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


def attempt(start, notes, who):
    try:
        return start()
    except Missing as why:
        notes.append(f"{who}: {str(why)[:200]}")
        return None


def fastest(runners, ms):
    """The one that is fastest in a short trial; the others are closed."""
    runners = [r for r in runners if r]
    for runner in runners:
        runner.time(1)
        runner.trial = min(runner.time(ms) for _ in range(2))
    best = min(runners, key=lambda r: r.trial, default=None)
    for runner in runners:
        if runner is not best:
            runner.close()
    return best


def agreement(files, ours, theirs, form) -> dict:
    """Of the first answer: how far apart the integers are, or where each rounds its own way, cosines to float32."""
    size = int(np.prod(files.about["output"]))
    if "unit" in files.about:
        expected = np.fromfile(files.folder / "expected", np.float32)
        real = (np.frombuffer(ours, np.int32) * files.about["unit"], np.frombuffer(theirs, np.float32)[:size])
        return dict(zip(("ours", "theirs"), (round(cosine(r, expected), 5) for r in real), strict=True))
    ours, theirs = files.u8(ours, None), files.u8(theirs[:size], form)
    apart = np.abs(ours.astype(int) - theirs.astype(int))
    return {"elements": apart.size, "differ": int((apart > 0).sum()), "most": int(apart.max()),
            "mean": round(float(apart.mean()), 4)}


def cosine(a, b) -> float:
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def gross(agreed) -> bool:
    """Rounding at layers' ends moves a value by a step or two; another computation moves it by dozens."""
    return agreed.get("mean", 0) > 2 or min(agreed.get("ours", 1), agreed.get("theirs", 1)) < 0.99


def measure(key, files, threads, batch, args, known) -> dict:
    """One row. `known` keeps, from row to row of one net, which form a peer is fastest with."""
    notes, runners = [], {}
    row = {"net": key, "threads": threads, "batch": batch, "notes": notes, "ns": {}, "forms": {}, "agree": {}}
    for isa in args.isa:
        runners[isa] = attempt(lambda: files.ours(isa, threads, batch), notes, isa)
    for peer in args.peers:
        forms = known.get(peer) or [form for form in FORMS[peer] if form in files.forms()]
        start = files.onnxruntime if peer == "onnxruntime" else lambda *a: files.crate(peer, *a)
        tried = [attempt(lambda: start(form, threads, batch), notes, f"{peer} {form}") for form in forms]
        runners[peer] = fastest(tried, args.ms // 2)
        if runners[peer]:
            row["forms"][peer] = runners[peer].name.split()[-1]
            known[peer] = (row["forms"][peer],)
    ours = next((runners[isa] for isa in args.isa if runners[isa]), None)
    for peer in args.peers if ours and (files.about["alike"] or "unit" in files.about) else ():
        if runner := runners[peer]:
            row["agree"][peer] = agreement(files, ours.output, runner.output, row["forms"][peer])
            if gross(row["agree"][peer]):
                notes.append(f"{peer}: another answer, so no time: {row['agree'][peer]}")
                runner.close()
                runners[peer] = None
    running = [r for r in runners.values() if r]
    for runner in running:
        runner.best = None
    for _ in range(args.rounds):
        for runner in running:
            runner.time(args.ms)
    for name, runner in runners.items():
        if runner:
            row["ns"][name] = runner.best
            row["macs"] = runner.about.get("macs", row.get("macs"))
            runner.close()
    return row


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
    columns = [c for c in (*args.isa, *args.peers) if any(c in r["ns"] for r in rows)]
    print(f"\nImages a second\n\n{'':26}{'threads':>8}{'batch':>7}" + "".join(f"{c:>13}" for c in columns))
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
            row = measure(key, files, threads, 1, args, known)
            rows.append(row)
            if key in BATCHED and args.batch:
                batches += [row, measure(key, files, threads, args.batch, args, known)]
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
