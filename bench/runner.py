"""A program that has loaded one model and times it when asked, so that several can take turns."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


class Missing(Exception):
    """A peer cannot run this graph; the message says why."""


class Runner:
    """The protocol: a JSON line when loaded; for each line of milliseconds, a JSON line with the median."""

    def __init__(self, form, command):
        self.form, self.scratch = form, tempfile.TemporaryDirectory()
        self.file, self.log = pathlib.Path(self.scratch.name, "output"), pathlib.Path(self.scratch.name, "log")
        command, environment = [*map(str, command), "--output", str(self.file)], os.environ | {"RUST_BACKTRACE": "0"}
        with self.log.open("wb") as log:
            try:
                self.process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment
                )
            except FileNotFoundError as absent:
                raise Missing(f"not built: {command[0]}") from absent
        self.about = self._answer()
        self.best = None

    def time(self, milliseconds) -> int:
        """Nanoseconds of one more round; `best` keeps the least."""
        time.sleep(0.02)  # the threads of who ran before may spin for a moment
        self.process.stdin.write(f"{milliseconds}\n".encode())
        self.process.stdin.flush()
        median = self._answer()["median_ns"]
        self.best = median if self.best is None else min(self.best, median)
        return median

    @property
    def output(self) -> bytes:
        return self.file.read_bytes()

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.scratch.cleanup()

    def _answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        said = [s.strip() for s in self.log.read_text(errors="replace").splitlines() if s.strip()]
        self.close()
        raise Missing(" ".join(said[-2:]) if said else "it ended without a word")


class Files:
    """The files that build.py made of one net, and the programs that run them."""

    def __init__(self, folder, target):
        self.folder, self.target = folder, pathlib.Path(target)
        self.about = json.loads((folder / "about.json").read_text())

    def ours(self, isa, threads, batch=1, file="model.iso") -> Runner:
        command = [self.target / "release/examples/time_model", self.folder / file, "--isa", isa]
        options = ["--threads", threads, "--batch", batch, "--input", self.folder / "input.iso", "--wait", "yes"]
        return Runner(isa, command + options)

    def onnxruntime(self, form, threads, batch=1) -> Runner:
        program = [sys.executable, HERE / "peer_onnxruntime.py"]
        return Runner(form, program + self._peer_options(form, threads, batch))

    def crate(self, peer, form, threads, batch=1) -> Runner:
        folder, crate = ("peers-avx2", "tract") if peer == "tract-avx2" else ("peers", peer)
        program = [self.target / folder / "release/isocortex-bench-peers", crate]
        return Runner(form, program + self._peer_options(form, threads, batch))

    def forms(self) -> list:
        return sorted(f.stem for f in self.folder.glob("*.onnx"))

    def u8(self, output: bytes, form) -> np.ndarray:
        """A peer's output as u8 in our order, channels last. `form` None: our own, which is i8."""
        values, shape = np.frombuffer(output, np.uint8), self.about["output"]
        if form is None:
            return (values ^ np.uint8(128)).reshape(shape)
        if len(shape) == 3 and form != "nhwc":
            return values.reshape(shape[2], *shape[:2]).transpose(1, 2, 0)
        return values.reshape(shape)

    def _peer_options(self, form, threads, batch):
        shape, order = self.about["input"], "nhwc" if form == "nhwc" else "nchw"
        if len(shape) == 3 and order == "nchw":
            shape = [shape[2], *shape[:2]]
        shape = [batch, *shape] if self.about["batched"] else shape
        return [self.folder / f"{form}.onnx", "--shape", ",".join(map(str, shape)),
                "--input", self.folder / f"input.{order}", "--threads", threads,
                "--dtype", self.about.get("dtype", "u8")]
