"""Builds artifacts and turns them into vectors."""

import numpy as np

from isocortex_ref.check import CHUNK, check
from isocortex_ref.header import CONSTANTS, MAGIC, OP_SET, encode
from isocortex_ref.keccak import keccak256
from isocortex_ref.numbers import NUMPY, bounds, elements
from isocortex_ref.run import run

from .rng import Rng

UNIT = {"multiplier": 1, "shift": 0, "zero_point": 0}
NAMED, REFUSED = {}, []
PROVENANCE = {"source": None, "dataset": None, "calibration": None, "converter": "vectors", "licence": None}


def named(file: str):
    """Registers what makes the cases of data/ops/`file`.json: a list of vectors."""
    def put(function):
        assert file not in NAMED, file
        NAMED[file] = function
        return function
    return put


def refused(function):
    """Registers a generator of graphs that break one rule of section 5 each: (name, fault, graph)."""
    REFUSED.append(function)
    return function


def integers(values) -> np.ndarray:
    return np.asarray(values if isinstance(values, np.ndarray) else list(values), np.int64)


def pack(dtype: str, values) -> bytes:
    return integers(values).astype(NUMPY[dtype]).tobytes()


class Graph:
    """All inputs first, then nodes, as values are numbered. A constant is given as (dtype, shape, values)."""

    def __init__(self, *inputs):
        """`inputs` are (dtype, shape)."""
        self.inputs = [
            {"name": f"x{i}", "type": {"dtype": d, "shape": list(s)}, "quant": UNIT} for i, (d, s) in enumerate(inputs)
        ]
        self.constants, self.arrays, self.nodes = [], [], []

    def constant(self, dtype, shape, values) -> int:
        self.constants.append({"dtype": dtype, "shape": list(shape)})
        self.arrays.append(integers(values).reshape(shape))
        return len(self.constants) - 1

    def add(self, op, *operands, **attributes) -> int:
        """Appends a node and gives its value."""
        for name in CONSTANTS[op]:
            if not isinstance(attributes[name], int):
                attributes[name] = self.constant(*attributes[name])
        self.nodes.append({"operands": list(operands), "op": {"op": op, **attributes}})
        return len(self.inputs) + len(self.nodes) - 1

    def header(self, *outputs) -> dict:
        """All but what `bind` knows. The outputs are the last value if none is named."""
        outputs = outputs or (len(self.inputs) + len(self.nodes) - 1,)
        return {
            "magic": MAGIC, "op_set": OP_SET, "inputs": self.inputs, "constants": self.constants,
            "nodes": self.nodes,
            "outputs": [{"name": f"y{i}", "value": v, "quant": UNIT} for i, v in enumerate(outputs)],
            "provenance": PROVENANCE,
        }

    def weights(self) -> bytes:
        return b"".join(pack(c["dtype"], a) for c, a in zip(self.constants, self.arrays))

    def build(self, *outputs) -> tuple[dict, bytes]:
        """The header and the weights."""
        weights = self.weights()
        return bind(self.header(*outputs), weights), weights


def bind(header: dict, weights: bytes) -> dict:
    """The header with the length and the hashes of these weights."""
    chunks = [keccak256(weights[i:i + CHUNK]) for i in range(0, len(weights), CHUNK)]
    return {**header, "weights_len": len(weights), "chunks": chunks}


def vector(name: str, graph, inputs=None, seed_runs: int = 1, ends: bool = True) -> dict:
    """A case: the artifact, what the check must say of it, and its runs.

    `graph` is a Graph or (header, weights). Without `inputs`: all elements least, all greatest, and
    `seed_runs` random ones.
    """
    header, weights = graph.build() if isinstance(graph, Graph) else graph
    data = encode(header)
    checked = check(data, weights)
    if inputs is None:
        types = [(p["type"]["dtype"], p["type"]["shape"]) for p in header["inputs"]]
        inputs = []
        if ends:
            inputs += [b"".join(pack(d, [bounds(d)[e]] * elements(s)) for d, s in types) for e in (0, 1)]
        rng = Rng(name)
        inputs += [b"".join(pack(d, rng.tensor(d, s)) for d, s in types) for _ in range(seed_runs)]
    return {
        "name": name,
        "id": keccak256(data).hex(),
        "header": data.hex(),
        "weights": weights.hex(),
        "intervals": [list(v.interval) for v in checked.values],
        "cost": checked.cost,
        "runs": [{"input": i.hex(), "output": run(checked, i).hex()} for i in inputs],
    }
