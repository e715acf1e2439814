"""Calls of the precompiles, one after another on one state: outputs, reverts, out of gas, events, balances."""

import copy

from isocortex_ref import abi
from isocortex_ref.abi import Bytes
from isocortex_ref.contract import INFERENCE, PACKED, REGISTRY, World
from isocortex_ref.header import encode
from isocortex_ref.keccak import keccak256

from .build import Graph
from .rng import Rng

ALICE, BOB = bytes(17) + bytes.fromhex("0a11ce"), bytes(18) + bytes.fromhex("0b0b")
PLENTY = 1 << 32
# Prices of their own, all different and none a default, so that no calibration changes a vector.
SCHEDULE = {
    "call": 130, "calldataWord": 5, "inference": 2_345, "macsPerGas": 19, "elementsPerGas": 7, "bytesPerGas": 23,
    "weightBytesPerGas": 11, "node": 53, "inputByte": 2, "outputByte": 3, "chunk": 31_000, "chunkByte": 190,
    "headerByte": 17, "weightByte": 4, "checkByte": 6, "checkNode": 510, "maxRoyalty": 4_000_000,
}


class Scenario:
    """Records what `World` answers as the steps of a case."""

    def __init__(self, name: str):
        self.name, self.steps, self.transaction = name, [], 0
        self.world = World(SCHEDULE, number=11, base_fee=1_000_000_007)

    def next_transaction(self):
        self.transaction += 1
        self.world.begin()

    def call(self, to, data, gas=PLENTY, caller=ALICE, expect="success", **flags):
        """One call; a success is also tried with one gas less, and then made with just enough."""
        if expect == "success" and gas == PLENTY:
            end, used, *_ = copy.deepcopy(self.world).call(to, caller, data, gas, **flags)
            assert end == "success", (self.name, end)
            self.call(to, data, used - 1, caller, "out of gas", **flags)
            gas = used
        end, used, output, prefix, logs = self.world.call(to, caller, data, gas, **flags)
        assert end == expect, f"{self.name}: {end}, not {expect}"
        step = {"transaction": self.transaction, "to": to.hex(), "caller": caller.hex(), "gas": gas, "data": data.hex()}
        step |= flags | {"end": end, "output": output.hex()}
        if used is not None:
            step["used"] = used
        if prefix:
            step["prefix"] = True
        if logs:
            step["logs"] = [[[t.hex() for t in topics], data.hex()] for topics, data in logs]
        self.steps.append(step)
        return output

    def reverts(self, to, data, **flags):
        return self.call(to, data, expect="revert", **flags)

    def put(self, data: bytes):
        return self.call(REGISTRY, abi.call("putChunk(bytes)", Bytes(data)))

    def upload(self, graph) -> bytes:
        header, weights = graph.build()
        for start in range(0, len(weights), 65_536):
            self.put(weights[start:start + 65_536])
        return self.put(encode(header))

    def publish(self, graph) -> bytes:
        model = self.upload(graph)
        self.call(REGISTRY, register(model))
        self.next_transaction()
        return model

    def case(self) -> dict:
        balances = {a.hex(): str(v) for a, v in sorted(self.world.balances.items())}
        return {"name": self.name, "schedule": SCHEDULE, "number": 11, "base_fee": self.world.base_fee,
                "steps": self.steps, "balances": balances}


def register(model):
    return abi.call("register(bytes32)", model)


def infer(model, data):
    return abi.call("infer(bytes32,bytes)", model, Bytes(data))


def batch(model, inputs):
    return abi.call("inferBatch(bytes32,bytes[])", model, [Bytes(i) for i in inputs])


def relu() -> Graph:
    g = Graph(("i8", [4]))
    g.add("Clamp", 0, lo=0, hi=127)
    return g


def layer() -> Graph:
    rng, g = Rng("precompile layer"), Graph(("i8", [6]))
    y = g.add("MatMul", 0, weight=("i8", [5, 6], rng.tensor("i8", [5, 6])), bias=("i32", [5], rng.many(5, -99, 99)),
              zero_point=3)
    g.add("Rescale", y, multiplier=("i32", [1], [1 << 30]), shift=("i8", [1], [38]), zero_point=1, lo=-128, hi=127,
          dtype="i8")
    return g


def life_of_a_model() -> dict:
    s = Scenario("put, register, infer, batch, packed, royalty, retire")
    model = s.publish(layer())
    s.call(REGISTRY, abi.call("info(bytes32)", model))
    s.next_transaction()
    data = bytes([1, 2, 3, 250, 251, 252])
    s.call(INFERENCE, infer(model, data), caller=BOB)
    s.call(INFERENCE, infer(model, data[::-1]), caller=BOB, static=True)
    s.call(INFERENCE, batch(model, [data, data[::-1], bytes(6)]))
    s.call(INFERENCE, batch(model, []))
    s.call(PACKED, model + data)
    s.next_transaction()
    s.call(REGISTRY, abi.call("setRoyalty(bytes32,uint64)", model, 12_345))
    s.next_transaction()
    s.call(INFERENCE, infer(model, data), caller=BOB)
    s.call(INFERENCE, batch(model, [data, data]), caller=BOB, static=True)
    s.call(PACKED, model + data, caller=BOB)
    s.next_transaction()
    s.call(REGISTRY, abi.call("retire(bytes32)", model))
    s.reverts(INFERENCE, infer(model, data))
    s.reverts(PACKED, model + data)
    s.reverts(REGISTRY, register(model))
    s.reverts(REGISTRY, abi.call("retire(bytes32)", model))
    s.call(REGISTRY, abi.call("info(bytes32)", model))
    return s.case()


def one_transaction() -> dict:
    """All in one transaction: what was reached stays warm, and a model answers where it was registered."""
    s = Scenario("register and infer in one transaction")
    model = s.upload(relu())
    s.call(REGISTRY, register(model))
    s.call(INFERENCE, infer(model, bytes([255, 0, 1, 128])))
    s.put(encode(relu().build()[0]))
    return s.case()


def chunks() -> dict:
    s = Scenario("chunks")
    for n in (1, 31, 32, 33, 5000):
        s.put(bytes([n % 256]) * n)
    s.put(bytes([1]))
    s.next_transaction()
    s.put(bytes([1]))
    s.reverts(REGISTRY, abi.call("putChunk(bytes)", Bytes(b"")))
    s.reverts(REGISTRY, abi.call("putChunk(bytes)", Bytes(bytes(65_537))))
    return s.case()


def refusals() -> dict:
    s = Scenario("whose fault: the caller's")
    header, weights = layer().build()
    model = keccak256(encode(header))
    s.reverts(REGISTRY, register(model))  # the header is missing
    s.put(encode(header))
    s.reverts(REGISTRY, register(model))  # the weights are missing
    s.reverts(INFERENCE, infer(model, bytes(6)))
    s.reverts(REGISTRY, abi.call("info(bytes32)", model))
    s.put(weights)
    s.call(REGISTRY, register(model))
    s.reverts(REGISTRY, register(model))  # twice
    s.next_transaction()
    for n in (0, 5, 7):
        s.reverts(INFERENCE, infer(model, bytes(n)))
    s.reverts(INFERENCE, batch(model, [bytes(6), bytes(6), bytes(5)]))
    s.reverts(PACKED, model)
    s.reverts(PACKED, model[:31])
    s.reverts(REGISTRY, abi.call("setRoyalty(bytes32,uint64)", model, 1), caller=BOB)
    s.reverts(REGISTRY, abi.call("setRoyalty(bytes32,uint64)", model, 4_000_001))
    s.reverts(REGISTRY, abi.call("setRoyalty(bytes32,uint64)", model, 1 << 64))
    s.reverts(REGISTRY, abi.call("retire(bytes32)", model), caller=BOB)
    for data in (abi.call("putChunk(bytes)", Bytes(b"x")), register(model), abi.call("retire(bytes32)", model),
                 abi.call("setRoyalty(bytes32,uint64)", model, 1)):
        s.reverts(REGISTRY, data, static=True)
    good = infer(model, bytes(6))
    for to, data in ((REGISTRY, good), (INFERENCE, register(model)), (REGISTRY, b""), (INFERENCE, good[:3]),
                     (INFERENCE, good[:4]), (INFERENCE, good[:-1]), (INFERENCE, good + bytes(32)),
                     (INFERENCE, good[:-1] + b"\1"), (INFERENCE, good[:67] + b"\x41" + good[68:])):
        s.reverts(to, data)
    for to in (REGISTRY, INFERENCE, PACKED):
        s.reverts(to, good, value=1)
        s.reverts(to, good, direct=False)
    s.call(INFERENCE, good, gas=129, expect="out of gas")
    s.call(INFERENCE, good, gas=0, expect="out of gas")
    return s.case()


def bad_models() -> dict:
    s = Scenario("bad models leave nothing behind")
    header, weights = layer().build()
    data = encode(header)
    broken = [data[:-1], data + b"\0", b"ISOC", b"\7" * 40, encode({**header, "nodes": header["nodes"][::-1]})]
    overflowing = Graph(("i8", [6]))
    overflowing.add("MatMul", 0, weight=("i8", [1, 6], [127] * 6), bias=("i32", [1], [(1 << 31) - 1]), zero_point=0)
    s.put(weights)
    s.put(overflowing.build()[1])
    for bad in [*broken, encode(overflowing.build()[0])]:
        name = s.put(bad)
        s.reverts(REGISTRY, register(name))
        s.reverts(REGISTRY, abi.call("info(bytes32)", name))
    return s.case()


def all_cases() -> list:
    return [life_of_a_model(), one_transaction(), chunks(), refusals(), bad_models()]
