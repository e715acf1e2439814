"""python -m isocortex_ref MODEL.iso [INPUT.bin ...]: checks a model file, runs inputs, prints JSON."""

import json
import pathlib
import sys

from .check import check
from .faults import Fault
from .keccak import keccak256
from .numbers import elements, size
from .run import run


def read_file(data: bytes) -> tuple[bytes, bytes]:
    """Header and weights of section 7's file: two byte strings, each after its length."""
    parts, at = [], 0
    for _ in range(2):
        n = int.from_bytes(data[at:at + 4], "little")
        part = data[at + 4:at + 4 + n]
        if len(data) - at < 4 or len(part) < n:
            raise Fault("truncated", "the file")
        parts.append(part)
        at += 4 + n
    if at != len(data):
        raise Fault("trailing bytes", "after the weights")
    return parts[0], parts[1]


def main(model: str, *inputs: str) -> int:
    header, weights = read_file(pathlib.Path(model).read_bytes())
    checked = check(header, weights)
    wanted = sum(elements(p["type"]["shape"]) * size(p["type"]["dtype"]) for p in checked.header["inputs"])
    print(json.dumps({
        "id": keccak256(header).hex(), "cost": checked.cost, "input_bytes": wanted,
        "intervals": [list(v.interval) for v in checked.values],
    }))
    for path in inputs:
        data = pathlib.Path(path).read_bytes()
        if len(data) != wanted:
            print(f"{path} has {len(data)} bytes, the model takes {wanted}", file=sys.stderr)
            return 1
        print(json.dumps({"input": path, "output": run(checked, data).hex()}))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
    except Fault as fault:
        sys.exit(f"refused: {fault}")
