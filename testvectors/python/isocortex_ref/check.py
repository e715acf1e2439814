"""Sections 2, 3, 6 and 7: what makes an artifact valid, the interval of every value, and the cost."""

from dataclasses import dataclass

from .faults import Fault
from .header import CONSTANTS, decode
from .keccak import keccak256
from .numbers import bounds, elements, from_bytes, size
from .ops import OPERANDS, RULES, Tensor, Value
from .ops.registry import require

CHUNK = 65_536


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
    return check_graph(header, cut_weights(header, weights))


def check_graph(header: dict, constants: list) -> Checked:
    """The rules of the nodes: all but the header's form, its limits and the weights' hashes."""
    values = [
        Value(p["type"]["dtype"], tuple(p["type"]["shape"]), bounds(p["type"]["dtype"])) for p in header["inputs"]
    ]
    costs, used = [], set()
    for node in header["nodes"]:
        op, name = node["op"], node["op"]["op"]
        for v in node["operands"]:
            require(v < len(values), "operand", f"{name} reads value {v}, itself or later")
        require(len(node["operands"]) in OPERANDS[name], "operand", "number of operands")
        for attribute in CONSTANTS[name]:
            require(op[attribute] < len(constants), "constant", f"{name} {attribute}")
        operands = [values[v] for v in node["operands"]]
        mine = {a: Tensor(header["constants"][op[a]]["dtype"], constants[op[a]]) for a in CONSTANTS[name]}
        used |= {op[a] for a in mine}
        result = RULES[name](op, *operands, **mine)
        check_shape(result.shape)
        values.append(Value(result.dtype, tuple(result.shape), result.interval))
        moved = result.bytes
        if moved is None:
            moved = sum(v.bytes for v in operands) + values[-1].bytes + sum(t.bytes for t in mine.values())
        costs.append((result.macs, elements(result.shape) + result.steps, moved))
    require(used == set(range(len(constants))), "constant unused")
    check_outputs(header, values)
    cost = {key: sum(c[i] for c in costs) for i, key in enumerate(("macs", "elements", "bytes"))}
    cost |= {"peak": peak(header, values), "weights": header["weights_len"]}
    require(cost["peak"] <= 1 << 30 and cost["macs"] <= 1 << 42, "limit", "peak or macs")
    return Checked(header, constants, values, cost)


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
    for text in (header["provenance"]["converter"], header["provenance"]["licence"] or ""):
        require(len(text.encode()) <= 64, "limit", "the converter's version or the licence")
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
