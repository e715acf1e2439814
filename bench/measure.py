"""One row of the table: our instruction sets and the peers on one net, in turns."""

import functools

import numpy as np

from runner import Missing

# What each peer is tried with; the fastest in a short trial is timed. to_onnx.py explains the forms.
FORMS = {
    "onnxruntime": ("qop", "qdq", "std", "nhwc", "dynamic", "fused"), "rten": ("integer", "dynamic"),
    "tract": ("std", "integer", "dynamic"), "tract-avx2": ("std", "integer", "dynamic"),
}


def attempt(start, notes, who):
    """What `start` gives; None, with a note, where a program cannot or ends early."""
    try:
        return start()
    except (Missing, BrokenPipeError) as why:
        notes.append(f"{who}: {str(why)[:200]}")
        return None


def fastest(runners, ms):
    """The one that is fastest in a short trial; the others are closed."""
    if len(runners) < 2:
        return next(iter(runners), None)
    for runner in runners:
        runner.trial = min(runner.time(ms) for _ in range(3))
    best = min(runners, key=lambda r: r.trial)
    for runner in runners:
        if runner is not best:
            runner.close()
    best.best = None
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


def measure(key, files, threads, batch, isas, peers, args, known) -> dict:
    """One row. `known` keeps, from row to row of one net, which form a peer is fastest with."""
    notes, runners = [], {}
    row = {"net": key, "threads": threads, "batch": batch, "notes": notes, "ns": {}, "forms": {}, "agree": {}}
    for isa in isas:
        runners[isa] = attempt(lambda: files.ours(isa, threads, batch), notes, isa)
    for peer in peers:
        forms = known.get(peer) or [form for form in FORMS[peer] if form in files.forms()]
        start = files.onnxruntime if peer == "onnxruntime" else functools.partial(files.crate, peer)
        tried = [attempt(lambda: start(form, threads, batch), notes, f"{peer} {form}") for form in forms]
        runners[peer] = attempt(lambda: fastest([r for r in tried if r], args.ms // 3), notes, peer)
        if runners[peer]:
            row["forms"][peer] = runners[peer].form
            known[peer] = (row["forms"][peer],)
    ours = next((runners[isa] for isa in isas if runners[isa]), None)
    for peer in peers if ours and (files.about["alike"] or "unit" in files.about) else ():
        if runner := runners[peer]:
            row["agree"][peer] = agreement(files, ours.output, runner.output, row["forms"][peer])
            if peer == "onnxruntime" and batch == 1 and (files.folder / "f24.iso").exists():
                exact = attempt(lambda: files.ours(isas[0], threads, file="f24.iso"), notes, "RescaleF24")
                if exact:
                    again = agreement(files, exact.output, runner.output, row["forms"][peer])
                    row["agree"][peer]["f24"] = again["differ"]
                    exact.close()
            if gross(row["agree"][peer]):
                notes.append(f"{peer}: another answer, so no time: {row['agree'][peer]}")
                runner.close()
                runners[peer] = None
    running = {name: r for name, r in runners.items() if r}
    for _ in range(args.rounds):
        for name, runner in list(running.items()):
            if attempt(lambda: runner.time(args.ms), notes, name) is None:
                del running[name]
    for name, runner in running.items():
        row["ns"][name] = runner.best
        row["macs"] = runner.about.get("macs", row.get("macs"))
        runner.close()
    return row
