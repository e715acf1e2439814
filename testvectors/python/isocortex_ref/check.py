"""Sections 2, 3, 6 and 7: what makes an artifact valid, the interval of every value, and the cost."""

from dataclasses import dataclass

from .faults import Fault
from .header import CONSTANTS, decode
from .keccak import keccak256
from .numbers import bounds, elements, from_bytes, size
from .rules import RULES, require

CHUNK = 65_536


@dataclass(frozen=True)
class Value:
    dtype: str
    shape: tuple
    interval: tuple

    @property
    def bytes(self) -> int:
        return elements(self.shape) * size(self.dtype)


@dataclass(frozen=True)
class Checked:
    header: dict
    constants: list  # int64 arrays
    values: list     # of Value, by number
    cost: dict       # macs, elements, bytes, peak, weights


def check(header_bytes: bytes, weights: bytes) -> Checked:
    """Decodes and checks an artifact, or raises Fault."""
    header = decode(header_bytes)
    check_limits(header)
    constants = cut_weights(header, weights)
    values = [
        Value(p["type"]["dtype"], tuple(p["type"]["shape"]), bounds(p["type"]["dtype"])) for p in header["inputs"]
    ]
    costs, used = [], set()
    for node in header["nodes"]:
        op, name = node["op"], node["op"]["op"]
        for v in node["operands"]:
            require(v < len(values), "operand", f"{name} reads value {v}, itself or later")
        require(len(node["operands"]) == (2 if name == "AddScaled" else 1), "operand", "number of operands")
        mine = {}
        for attribute in CONSTANTS.get(name, ()):
            require(op[attribute] < len(constants), "constant", f"{name} {attribute}")
            used.add(op[attribute])
            mine[attribute] = (header["constants"][op[attribute]], constants[op[attribute]])
        operands = [values[v] for v in node["operands"]]
        dtype, shape, interval, macs = RULES[name](op, *operands, mine)
        check_shape(shape)
        values.append(Value(dtype, tuple(shape), interval))
        moved = sum(v.bytes for v in operands) + values[-1].bytes
        moved += sum(elements(t["shape"]) * size(t["dtype"]) for t, _ in mine.values())
        costs.append((macs, elements(shape) + steps(op, shape, operands[0], mine), moved))
    require(used == set(range(len(constants))), "constant unused")
    check_outputs(header, values)
    cost = {key: sum(c[i] for c in costs) for i, key in enumerate(("macs", "elements", "bytes"))}
    cost |= {"peak": peak(header, values), "weights": len(weights)}
    require(cost["peak"] <= 1 << 30 and cost["macs"] <= 1 << 42, "limit", "peak or macs")
    return Checked(header, constants, values, cost)


def steps(op, shape, x, constants):
    """Section 2: what an op with windows adds to `elements`."""
    if op["op"] not in ("Conv2d", "DepthwiseConv2d", "MaxPool"):
        return 0
    # Weights are [O, KH, KW, C] or [KH, KW, C].
    kernel = op["kernel"] if op["op"] == "MaxPool" else constants["weight"][0]["shape"][-3:-1]
    return shape[0] * shape[1] * kernel[0] * kernel[1] * -(-x.shape[2] // 16)


def check_shape(shape):
    require(1 <= len(shape) <= 6, "limit" if shape else "shape", "dimensions")
    for d in shape:
        require(d >= 1, "shape", "an empty dimension")
        require(d <= 1 << 24, "limit", "one dimension")
    require(elements(shape) <= 1 << 28, "limit", "elements of one tensor")


def check_limits(header):
    for what, most in (("inputs", 16), ("outputs", 16), ("nodes", 4096), ("constants", 16_384)):
        require(len(header[what]) <= most, "limit", what)
    for named in header["inputs"] + header["outputs"]:
        require(len(named["name"].encode()) <= 64, "limit", "a name")
    require(header["weights_len"] <= 1 << 30, "limit", "weights")
    for t in [p["type"] for p in header["inputs"]] + header["constants"]:
        check_shape(t["shape"])
    for port in header["inputs"]:
        check_quant(port["quant"], port["type"]["dtype"])


def check_quant(quant, dtype):
    lo, hi = bounds(dtype)
    require(1 <= quant["multiplier"] and quant["shift"] <= 62, "quant", "multiplier or shift")
    require(lo <= quant["zero_point"] <= hi, "quant", "zero point")


def check_outputs(header, values):
    for output in header["outputs"]:
        require(output["value"] < len(values), "output", str(output["value"]))
        check_quant(output["quant"], values[output["value"]].dtype)


def cut_weights(header, weights: bytes) -> list:
    total = sum(elements(t["shape"]) * size(t["dtype"]) for t in header["constants"])
    require(total == header["weights_len"] == len(weights), "weights length")
    chunks = [weights[i:i + CHUNK] for i in range(0, len(weights), CHUNK)]
    require(len(chunks) == len(header["chunks"]), "weights length", "number of chunks")
    for chunk, digest in zip(chunks, header["chunks"]):
        require(keccak256(chunk) == digest, "weights hash")
    constants, at = [], 0
    for t in header["constants"]:
        n = elements(t["shape"]) * size(t["dtype"])
        constants.append(from_bytes(t["dtype"], t["shape"], weights[at:at + n]))
        at += n
    return constants


def peak(header, values) -> int:
    """The most bytes of values alive while a node runs. 0 for a model without nodes."""
    first, most = len(header["inputs"]), 0
    last = {}  # value -> the last node that reads it
    for k, node in enumerate(header["nodes"]):
        last |= {v: k for v in node["operands"]}
    outputs = {o["value"] for o in header["outputs"]}
    for k, node in enumerate(header["nodes"]):
        made = first + k
        alive = {v for v in range(made) if v in outputs or last.get(v, -1) >= k} | {made}
        most = max(most, sum(values[v].bytes for v in alive))
    return most
