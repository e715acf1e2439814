"""Cases of the bulk: draws, checks and runs them, and writes each as a record of bytes."""

from hashlib import sha256

from isocortex_ref.check import check_graph
from isocortex_ref.faults import Fault
from isocortex_ref.header import encode
from isocortex_ref.keccak import keccak256_many
from isocortex_ref.numbers import bounds, elements
from isocortex_ref.run import run

from ..build import pack
from .draw import BULK, TYPES, Draw

BATCH = 200  # cases whose weights are hashed at once


class Case:
    """One graph. `checked` is None where it must be refused."""

    def __init__(self, op: str, number: int):
        draw = Draw(f"{op} bulk {number}")
        self.op, self.number, self.graph = op, number, BULK[op](draw)
        self.header = self.graph.header() | {"weights_len": 0}
        self.checked = self.check()
        if self.checked and draw.chance(4):
            self.follow(draw)
        self.weights = self.graph.weights()
        self.runs = [self.one_run(draw) for _ in range(2)] if self.checked else []

    def check(self):
        try:
            return check_graph(self.header, self.graph.arrays)
        except Fault:
            return None

    def follow(self, draw):
        """A second op, so that what follows from the first one's interval is seen."""
        last, value = len(self.checked.values) - 1, self.checked.values[-1]
        match draw.next() % 4:
            case 0:
                dtype = draw.pick(TYPES)
                m, s = draw.multipliers(draw.pick((1, value.shape[-1])))
                self.graph.add("Rescale", last, multiplier=m, shift=s, **draw.range_attributes(dtype))
            case 1:
                lo, hi = draw.sub_range(*bounds(value.dtype))
                self.graph.add("Clamp", last, lo=lo, hi=hi)
            case 2:
                self.graph.add("Transpose", last, perm=list(range(len(value.shape)))[::-1])
            case 3:
                self.graph.add("Reshape", last, shape=[elements(value.shape)])
        # A value is an output alone, or beside what follows from it.
        outputs = (last + 1, last) if draw.chance(2) else (last + 1,)
        self.header = self.graph.header(*outputs) | {"weights_len": 0}
        self.checked = self.check()

    def one_run(self, draw) -> tuple[bytes, bytes]:
        data = b""
        for port in self.header["inputs"]:
            dtype, shape = port["type"]["dtype"], port["type"]["shape"]
            data += pack(dtype, draw.values(elements(shape), *bounds(dtype)))
        return data, run(self.checked, data)

    def parts(self, digest: bytes) -> tuple[bytes, bytes]:
        """What the artifact and its inputs are, and what must come of them. `digest` is the weights' keccak-256."""
        self.header |= {"weights_len": len(self.weights), "chunks": [digest] if self.weights else []}
        question = blob(encode(self.header)) + blob(self.weights) + u32(len(self.runs))
        question += b"".join(blob(data) for data, _ in self.runs)
        if self.checked is None:
            return question, b"\0"
        cost = self.checked.cost | {"weights": len(self.weights)}
        answer = b"\1" + u32(len(self.checked.values))
        for value in self.checked.values:
            answer += b"".join(v.to_bytes(4, "little", signed=True) for v in value.interval)
        answer += b"".join(cost[key].to_bytes(8, "little") for key in ("macs", "elements", "bytes", "peak", "weights"))
        return question, answer + b"".join(blob(output) for _, output in self.runs)


def u32(n: int) -> bytes:
    return n.to_bytes(4, "little")


def blob(data: bytes) -> bytes:
    return u32(len(data)) + data


def records(op: str, batch: int):
    """Question and answer of case after case, for ever; True with those that are valid."""
    number = 0
    while True:
        cases = [Case(op, number + i) for i in range(batch)]
        number += batch
        for case, digest in zip(cases, keccak256_many([case.weights for case in cases])):
            yield case.checked is not None, *case.parts(digest)


class Bulk:
    """The first cases of an op until `count` of them are valid."""

    def __init__(self, op: str, count: int):
        self.op, self.count, self.valid, self.refused = op, count, 0, 0
        self.questions, self.answers = sha256(), sha256()

    def __iter__(self):
        for valid, question, answer in records(self.op, min(self.count, BATCH)):
            self.questions.update(question)
            self.answers.update(answer)
            if valid:
                self.valid += 1
            else:
                self.refused += 1
            assert self.refused < 200 + self.valid, f"{self.op}: more refused than valid"
            yield question, answer
            if self.valid == self.count:
                return

    def digests(self) -> dict:
        return {"refused": self.refused, "questions": self.questions.hexdigest(), "answers": self.answers.hexdigest()}
