"""Times models on the card beside cuBLASLt and PyTorch, in one run.

Each program is a process that answers a line with a line of JSON: `gemm N` and `network NAME BATCH` load something,
`time MS` gives the median time of one run on the device, between CUDA events around a CUDA graph of so many runs that it
takes about a millisecond. Programs take turns, so that a slow moment falls on all; a time is the best median of the
rounds. Ours also knows `latency MS` (host to answer, copies and waiting included) and `copies BYTES`.
"""

import argparse
import contextlib
import datetime
import json
import pathlib
import subprocess
import sys
import time

import report

GEMMS = (1024, 2048, 4096, 8192)
NETWORKS = (("resnet50", 1), ("resnet50", 256), ("mobilenet_v2", 1), ("mobilenet_v2", 256), ("minilm", 1), ("minilm", 32))
COPIES = (1 << 12, 1 << 20, 1 << 26)
HERE = pathlib.Path(__file__).resolve().parent


class Program:
    """A process that measures. `why` says why it cannot, if so."""

    def __init__(self, name, command):
        self.name, self.why, self.about, self.process = name, None, {}, None
        if command is None:
            self.why = "it was not built"
            return
        pipe = subprocess.PIPE
        try:
            self.process = subprocess.Popen(list(map(str, command)), stdin=pipe, stdout=pipe, text=True)
        except OSError as error:
            self.why = str(error)
            return
        self.about = self._answer()
        if "error" in self.about:
            self.why = self.about["error"]

    def ask(self, line) -> dict:
        if self.why:
            return {"error": self.why}
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except OSError:
            pass  # it has ended; what it said last tells why
        answer = self._answer()
        if self.process.poll() is not None:
            self.why = answer.get("error", "it ended")
        return answer

    def close(self):
        if self.process:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
            self.process.wait()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": "it ended without a word"}


def smi(*fields) -> list:
    """What nvidia-smi says now, or dashes."""
    command = ["nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,noheader", "--id=0"]
    with contextlib.suppress(OSError, subprocess.SubprocessError, IndexError):
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
        return [word.strip() for word in said.splitlines()[0].split(",")]
    return ["-"] * len(fields)


class Run:
    def __init__(self, options, programs):
        self.options, self.programs, self.ours = options, programs, programs[0]
        self.end = time.monotonic() + options.seconds

    def row(self, load, programs) -> dict:
        """One workload on each program: nanoseconds of a run, or why there are none; and whether answers agree."""
        if time.monotonic() > self.end:
            return {"load": load, "error": "the time was over"}
        cells = {p.name: p.ask(load) for p in programs}
        for _ in range(self.options.rounds):
            for p in programs:
                cell = cells[p.name]
                if "error" not in cell:
                    timed = p.ask(f"time {self.options.ms}")
                    cell |= timed
                    if "median_ns" in timed:
                        cell["best_ns"] = min(cell.get("best_ns", timed["median_ns"]), timed["median_ns"])
        digests = {cell["digest"] for cell in cells.values() if "digest" in cell}
        clocks = smi("clocks.sm", "clocks.mem", "power.draw")
        row = {"load": load, "cells": cells, "clocks": clocks, "digests": len(digests)}
        # Ours is compared with the CPU backend when it is loaded, and with the peers that make the same integers.
        ours = cells["ours"].get("equal")
        return row | {"equal": None if ours is None else ours and len(digests) <= 1}

    def all(self) -> dict:
        tiny = self.options.tiny
        gemms = [self.row(f"gemm {n}", self.programs) for n in ((64, 96) if tiny else GEMMS)]
        networks = []
        for name, batch in () if self.options.products else NETWORKS:
            torch = [p for p in self.programs if p.name != "cublaslt"]
            row = self.row(f"network {name} {min(batch, 2) if tiny else batch}", torch)
            if "error" not in row.get("cells", {}).get("ours", {"error": ""}):
                row["latency"] = self.ours.ask(f"latency {self.options.ms}")
            networks.append(row)
        copies = [self.ours.ask(f"copies {size}") | {"bytes": size} for size in (COPIES[:1] if tiny else COPIES)]
        return {"gemms": gemms, "networks": networks, "copies": copies}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True, help="the program isocortex-gpu-bench")
    parser.add_argument("--cublaslt", help="the program made of cublaslt.cpp")
    parser.add_argument("--target", help="our kernels: dp4a, mma.sync or wgmma; the best of the card without")
    parser.add_argument("--tiny", action="store_true", help="small shapes, to see that all of it runs")
    parser.add_argument("--products", action="store_true", help="no networks")
    parser.add_argument("--seconds", type=int, default=420, help="begin no further row after so long")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ms", type=int, default=200, help="of one program's round")
    parser.add_argument("--json", type=pathlib.Path, help="write everything here")
    parser.add_argument("--table", type=pathlib.Path, help="put the dated tables into this page")
    options = parser.parse_args()

    target = ["--target", options.target] if options.target else []
    ours = Program("ours", [options.ours, *target, *(["--tiny"] if options.tiny else [])])
    if ours.why:
        print(f"not measured: {ours.why}")
        ours.close()
        return 2
    programs = [
        ours,
        Program("cublaslt", [options.cublaslt] if options.cublaslt else None),
        Program("torch", [sys.executable, HERE / "torch_peer.py"]),
    ]
    for peer in programs[1:]:
        if peer.why:
            print(f"not measured: {peer.name}: {peer.why}", flush=True)
    name, driver = smi("name", "driver_version")
    try:
        results = Run(options, programs).all()
    finally:
        for program in programs:
            program.close()
    results |= {
        "date": datetime.date.today().isoformat(), "smi": {"name": name, "driver": driver},
        "programs": {p.name: p.about if not p.why else {"error": p.why} for p in programs},
        "emulated": ours.about.get("emulated", False), "tiny": options.tiny,
        "rounds": options.rounds, "ms": options.ms,
    }
    text, ok = report.tables(results)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    if options.table and (results["emulated"] or options.tiny):
        print(f"{options.table} is left as it is: these times mean nothing")
    elif options.table:
        report.insert(options.table, text)
    late = any("error" in row for row in results["gemms"] + results["networks"])
    return 1 if not ok else 2 if late else 0


if __name__ == "__main__":
    sys.exit(main())
