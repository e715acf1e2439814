"""What was measured, as Markdown tables whose columns line up."""

import datetime
import os
import pathlib
import platform
import tomllib

import onnxruntime
from graphs import WHOLE

# (our instruction set, peer, goal for a whole graph, goal for a single shape): the peer's time over ours.
GOALS = (("avx512vnni", "onnxruntime", 1.0, 0.9), ("avx2", "tract-avx2", 3.0, 3.0))
SHORT = " <"


def processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def head(args) -> str:
    crates = tomllib.loads((pathlib.Path(__file__).parent / "peers/Cargo.toml").read_text())["dependencies"]
    rten, tract = (crates[name]["version"].lstrip("=") for name in ("rten", "tract-onnx"))
    return (f"{processor()}, {os.cpu_count()} CPUs, {datetime.date.today()}; onnxruntime {onnxruntime.__version__}, "
            f"rten {rten}, tract {tract}; the best median of {args.rounds} rounds in turn.")


def lines(rows, batches, isas, peers) -> list[str]:
    out = []
    for threads in dict.fromkeys(r["threads"] for r in rows):
        out += ["", f"{threads} thread{'s' if threads > 1 else ''}, microseconds", ""]
        out += layers([r for r in rows if r["threads"] == threads], isas, peers)
    if batches:
        out += ["", "Inputs a second", "", *throughput(batches)]
    return [*out, "", *(f"- {line}" for line in summary(rows) + notes(rows + batches))]


def layers(rows, isas, peers) -> list[str]:
    goals = [g for g in GOALS if g[0] in isas and g[1] in peers]
    head = ["", *isas, *peers, *(f"{peer} / {isa}" for isa, peer, *_ in goals), "form", "answers"]
    body = []
    for row in rows:
        times = [f"{row['ns'][c] / 1000:,.1f}" if c in row["ns"] else "-" for c in (*isas, *peers)]
        ratios = [mark(row, goal) for goal in goals]
        agreed = describe(row["agree"].get("onnxruntime"))
        body.append([row["net"], *times, *ratios, row["forms"].get("onnxruntime", "-"), agreed])
    return markdown(head, body, left={0, len(head) - 2, len(head) - 1})


def ratio(row, goal):
    """The peer's time over ours, and what is wanted; None where one was not measured."""
    isa, peer, whole, single = goal
    if isa in row["ns"] and peer in row["ns"]:
        return row["ns"][peer] / row["ns"][isa], whole if row["net"] in WHOLE else single
    return None


def mark(row, goal) -> str:
    found = ratio(row, goal)
    return f"{found[0]:.2f}" + ("  " if found[0] >= found[1] else SHORT) if found else "-"


def describe(agreed) -> str:
    if agreed is None:
        return "not compared"
    if "differ" in agreed:
        exact = {None: "", 0: "; with F24 equal"}.get(agreed.get("f24"), f"; with F24 {agreed.get('f24')}")
        apart = f"{agreed['differ']} of {agreed['elements']} by up to {agreed['most']}" if agreed["differ"] else "equal"
        return apart + exact
    return f"cosine to float32: ours {agreed['ours']}, onnxruntime {agreed['theirs']}"


def throughput(rows) -> list[str]:
    names = list(dict.fromkeys(n for r in rows if r["batch"] > 1 for n in r["ns"]))
    sizes = sorted({r["batch"] for r in rows})
    rates = {(r["net"], r["threads"], r["batch"], n): r["batch"] * 1e9 / r["ns"][n] for r in rows for n in r["ns"]}
    head = ["", "threads", *(f"{name}, batch {size}" for name in names for size in sizes)]
    body = []
    for net, threads in dict.fromkeys((r["net"], r["threads"]) for r in rows):
        found = (rates.get((net, threads, size, name)) for name in names for size in sizes)
        body.append([net, str(threads), *(f"{rate:,.1f}" if rate else "-" for rate in found)])
    return markdown(head, body, left={0})


def summary(rows) -> list[str]:
    out = [f"A ratio above 1: ours is faster. `{SHORT.strip()}`: short of the goal."]
    for goal in GOALS:
        isa, peer, whole, single = goal
        found = [(row, *ratio(row, goal)) for row in rows if ratio(row, goal)]
        if found:
            met = sum(got >= wanted for _, got, wanted in found)
            text = f"{whole} x" if whole == single else f"{whole} x on whole graphs, {single} x on single shapes"
            out.append(f"{isa} against {peer}: the goal is {text}; {met} of {len(found)} rows meet it.")
    return out


def notes(rows) -> list[str]:
    nets = {}
    for row in rows:
        for note in row["notes"]:
            nets.setdefault(note, []).append(row["net"])
    return [f"{note} ({', '.join(dict.fromkeys(of))})" for note, of in nets.items()]


def markdown(head, body, left) -> list[str]:
    width = [max(len(r[i]) for r in [head, *body]) for i in range(len(head))]
    pad = [str.ljust if i in left else str.rjust for i in range(len(head))]
    rule = ["-" * w if i in left else "-" * (w - 1) + ":" for i, w in enumerate(width)]
    rows = [[p(c, w) for p, c, w in zip(pad, r, width, strict=True)] for r in [head, *body]]
    return ["| " + " | ".join(r) + " |" for r in (rows[0], rule, *rows[1:])]
