"""Runs a checked model on one input: bytes in, bytes out."""

from .header import CONSTANTS
from .numbers import elements, from_bytes, size, to_bytes
from .ops import COMPUTE


def run(checked, data: bytes) -> bytes:
    header, values = checked.header, []
    for port in header["inputs"]:
        n = elements(port["type"]["shape"]) * size(port["type"]["dtype"])
        values.append(from_bytes(port["type"]["dtype"], port["type"]["shape"], data[:n]))
        data = data[n:]
    assert not data, "the input is longer than the input tensors"
    for node in header["nodes"]:
        op, out = node["op"], checked.values[len(values)]
        constants = {a: checked.constants[op[a]] for a in CONSTANTS[op["op"]]}
        values.append(COMPUTE[op["op"]](op, out, *(values[v] for v in node["operands"]), **constants))
    for value, x in zip(checked.values, values, strict=True):
        lo, hi = value.interval
        assert x.shape == value.shape and lo <= int(x.min()) and int(x.max()) <= hi, "the check is wrong"
    return b"".join(to_bytes(checked.values[o["value"]].dtype, values[o["value"]]) for o in header["outputs"])
