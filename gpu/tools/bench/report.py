"""The tables of a run, in Markdown."""

MARK = "<!-- make gpu-bench: newest first -->"
# 8-bit operations a second without sparsity, in 10^12. NVIDIA's data sheets give 3,958 with sparsity for H100 SXM and
# H200, which is twice this, and 624 for A100.
PEAKS = {"H100 80GB HBM3": 1979, "H200": 1979, "A100": 624}
UNITS = {"resnet50": "images", "mobilenet_v2": "images", "minilm": "tokens"}
TITLES = {"ours": "isocortex", "cublaslt": "cuBLASLt", "torch": "PyTorch"}


def tables(results) -> tuple[str, bool]:
    """The text, and whether no answer differs."""
    about = results["programs"]["ours"]
    smi = results["smi"]
    peak = next((top for name, top in PEAKS.items() if name in smi["name"]), None)
    lines = [f"### {results['date']}: {about['device']}, driver {smi['driver']}", ""]
    if results["emulated"]:
        lines += ["emulated: times mean nothing", ""]
    peers = [f"{TITLES[k]}: {a.get('name') or 'not measured, ' + a['error']}" for k, a in results["programs"].items() if k != "ours"]
    lines += ["; ".join(peers) + f". The best median of {results['rounds']} rounds in turn, {results['ms']} ms each.", ""]
    if peak:
        lines += [f"Peak: {peak:,} · 10^12 8-bit operations a second, dense, by NVIDIA's data sheet.", ""]
    lines += gemms(results["gemms"], peak) + networks(results["networks"], peak) + copies(results["copies"])
    rows = results["gemms"] + results["networks"]
    absent = {name for name, program in results["programs"].items() if "error" in program}
    lines += [f"- not measured: {row.get('load', 'a row')}: {why}" for row in rows for why in reasons(row, absent)]
    lines += [f"- clocks (SM, memory) and power just after {r['load']}: {', '.join(r['clocks'])}" for r in rows if r.get("clocks", ["-"])[0] != "-"]
    return "\n".join(lines) + "\n", not any(row.get("equal") is False for row in rows)


def reasons(row, absent):
    if "error" in row:
        yield row["error"]
    for name, cell in row.get("cells", {}).items():
        if "error" in cell and name not in absent:
            yield f"{TITLES[name]}: {cell['error']}"


def best(row, name):
    return row.get("cells", {}).get(name, {}).get("best_ns")


def number(value, digits=1):
    return "-" if value is None else f"{value:,.{digits}f}"


def ratio(row, name):
    ours, theirs = best(row, "ours"), best(row, name)
    return theirs / ours if ours and theirs else None


def same(row):
    if row["equal"] is None:
        return "not compared"
    peers = row["digests"] if len([c for c in row["cells"].values() if "digest" in c]) > 1 else 0
    return "DIFFER" if not row["equal"] else "equal the CPU backend's" + (" and the peers'" if peers else "")


def table(head, rows) -> list:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return ["| " + " | ".join(cells) + " |" for cells in [head, rule, *rows]] + [""]


def gemms(rows, peak) -> list:
    head = ["s8 × s8 → s32", "isocortex µs", "TOPS", "share of peak", "cuBLASLt µs", "PyTorch `_int_mm` µs",
            "cuBLASLt / ours (goal 0.8)", "PyTorch / ours (goal 1.0)", "answers"]
    out = []
    for row in rows:
        if "error" in row:
            continue
        n, ours = int(row["load"].split()[1]), best(row, "ours")
        tops = 2 * n**3 / ours / 1e3 if ours else None
        micro = [None if best(row, name) is None else best(row, name) / 1e3 for name in TITLES]
        share = f"{tops / peak:.1%}" if tops and peak else "-"
        out.append([f"{n}³", number(micro[0]), number(tops), share, number(micro[1]), number(micro[2]),
                    number(ratio(row, "cublaslt"), 2), number(ratio(row, "torch"), 2), same(row)])
    return table(head, out)


def networks(rows, peak) -> list:
    head = ["network, batch", "device ms", "a second", "share of peak", "host to answer, p50 ms", "p99 ms",
            "PyTorch fp16 ms (not the same integers)", "PyTorch / ours", "answers"]
    out = []
    for row in rows:
        if "error" in row:
            continue
        _, name, batch = row["load"].split()
        cell, ours = row["cells"]["ours"], best(row, "ours")
        items, unit = cell.get("items", 1), UNITS[name]
        rate = f"{int(batch) * items * 1e9 / ours:,.0f} {unit}" if ours else "-"
        tops = 2 * cell["macs"] * int(batch) / ours / 1e3 if ours and "macs" in cell else None
        share = f"{tops / peak:.1%}" if tops and peak else "-"
        milli = [None if best(row, k) is None else best(row, k) / 1e6 for k in ("ours", "torch")]
        latency = row.get("latency", {})
        waits = [None if latency.get(k) is None else latency[k] / 1e6 for k in ("p50_ns", "p99_ns")]
        out.append([f"{name}, {batch}", number(milli[0], 3), rate, share, number(waits[0], 3), number(waits[1], 3),
                    number(milli[1], 3), number(ratio(row, "torch"), 2), same(row)])
    return table(head, out)


def copies(rows) -> list:
    def cell(row, key):
        return f"{row[key] / 1e3:,.1f} µs, {row['bytes'] / row[key]:.1f} GB/s" if key in row else row.get("error", "-")

    return table(["bytes copied", "to the card", "from the card"],
                 [[f"{row['bytes']:,}", cell(row, "to_ns"), cell(row, "from_ns")] for row in rows])


def insert(page, text):
    """Before the older tables."""
    before, mark, after = page.read_text().partition(MARK)
    if not mark:
        raise SystemExit(f"{page} has no line {MARK}")
    page.write_text(f"{before}{mark}\n\n{text}{after.replace(chr(10) * 2 + '*Not measured* yet.', '', 1)}")
