"""Our side: the Rust backends behind one pipe, and the Python implementation in this process."""

import struct
import subprocess

import numpy as np
from isocortex_ref.check import check
from isocortex_ref.faults import Fault
from isocortex_ref.numbers import NUMPY
from isocortex_ref.run import run

from artifact import tensor_bytes


class Refused(Exception):
    """The check does not accept the model; all implementations agree on that."""


class Disagreement(Exception):
    """One of ours refuses what another accepts."""


class Engine:
    def __init__(self, stream, python=True):
        """`stream`: the program of the Rust backends; "none" leaves them out."""
        self.backends, self.python = [], python
        if stream != "none":
            self.process = subprocess.Popen([stream], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.backends = self._read().decode().split()

    @property
    def names(self):
        return self.backends + ["python"] * self.python

    def run(self, model, runs):
        """`runs`: per run the arrays of the inputs. -> {name: [per run, [array per output]]}"""
        header, weights = model.file()
        types = [port["type"]["dtype"] for port in model.inputs]
        data = [b"".join(map(tensor_bytes, types, arrays)) for arrays in runs]
        refusal, answers = self._rust(header, weights, data) if self.backends else (None, {})
        try:
            checked = check(header, weights)
        except Fault as fault:
            if refusal is None and self.backends:
                raise Disagreement(f"Python refuses it: {fault}") from fault
            raise Refused(refusal or str(fault)) from fault
        if refusal is not None:
            raise Disagreement(f"Rust refuses it: {refusal}")
        if self.python:
            answers["python"] = [run(checked, one) for one in data]
        kinds = [checked.values[output["value"]] for output in model.outputs]
        return {name: [_arrays(kinds, one) for one in outputs] for name, outputs in answers.items()}

    def _rust(self, header, weights, data):
        """(None, outputs by backend) or (why it is refused, {})"""
        file = struct.pack("<I", len(header)) + header + struct.pack("<I", len(weights)) + weights
        for part in (file, None, *data):
            self.process.stdin.write(struct.pack("<I", len(data) if part is None else len(part)) + (part or b""))
        self.process.stdin.flush()
        if self._number():
            return self._read().decode(), {}
        return None, {name: [self._read() for _ in data] for name in self.backends}

    def close(self):
        if self.backends:
            self.process.stdin.close()
            self.process.wait()

    def _number(self):
        return struct.unpack("<I", self._exactly(4))[0]

    def _read(self):
        return self._exactly(self._number())

    def _exactly(self, n):
        data = self.process.stdout.read(n)
        if len(data) != n:
            raise RuntimeError(f"the stream of answers ended; exit status {self.process.wait()}")
        return data


def _arrays(kinds, data):
    arrays = []
    for kind in kinds:
        arrays.append(np.frombuffer(data[:kind.bytes], NUMPY[kind.dtype]).reshape(kind.shape).astype(np.int64))
        data = data[kind.bytes:]
    return arrays
