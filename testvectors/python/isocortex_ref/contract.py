"""The precompiles again: the Solidity interfaces, the record's layout in words and the price list.

Written from `precompiles/solidity`, the table of prices and EIP-2929, to give vectors their outputs and gas.
"""

import copy

from . import abi
from .check import check
from .faults import Fault
from .header import PROVENANCE, _encode, decode
from .keccak import keccak256
from .numbers import elements, size
from .run import run

REGISTRY, INFERENCE, PACKED = (bytes(18) + bytes.fromhex(a) for a in ("c000", "c001", "c0c0"))
WARM, COLD_ACCOUNT, COLD_SLOT, SET, RESET = 100, 2_500, 2_000, 20_000, 2_900
RECORD_SLOTS = 5
MODEL_INFO = "author royalty inputLength outputLength inferenceGas registeredAt macs elements traffic peak weights " \
    "nodes opSet retired provenance".split()


class Revert(Exception):
    def __init__(self, signature: str, *arguments, prefix: bool = False):
        super().__init__(signature)
        self.data = abi.selector(signature) if prefix else abi.call(signature, *arguments)
        self.prefix = prefix


class OutOfGas(Exception):
    pass


def log_gas(topics: int, data: int) -> int:
    return 375 + 375 * topics + 8 * data


class World:
    """What the precompiles keep, and what a transaction has warmed."""

    def __init__(self, schedule: dict, number: int, base_fee: int):
        self.schedule, self.number, self.base_fee = schedule, number, base_fee
        self.chunks, self.records, self.balances = {}, {}, {}
        self.warm, self.logs, self.left = set(), [], 0

    def begin(self):
        """A new transaction: everything is cold."""
        self.warm = set()

    def call(self, to, caller, data, gas, static=False, direct=True, value=0):
        """(end, used or None, output, prefix, logs). What is no success leaves no trace."""
        before = copy.deepcopy((self.chunks, self.records, self.balances, self.warm))
        self.left, self.logs, self.caller, self.static = gas, [], caller, static
        try:
            self.charge(self.schedule["call"] + self.schedule["calldataWord"] * -(-len(data) // 32))
            if not direct:
                raise Revert("DelegateCall()")
            if value:
                raise Revert("NonPayable()")
            output = {REGISTRY: self.registry, INFERENCE: self.inference, PACKED: self.packed}[to](data)
            return "success", gas - self.left, output, False, self.logs
        except (Revert, OutOfGas) as end:
            self.chunks, self.records, self.balances, self.warm = before
            if isinstance(end, OutOfGas):
                return "out of gas", None, b"", False, []
            return "revert", gas - self.left, end.data, end.prefix, []

    def charge(self, gas: int):
        if gas > self.left:
            raise OutOfGas
        self.left -= gas

    def reach(self, key, cold: int):
        self.charge(WARM)
        if key not in self.warm:
            self.charge(cold)
            self.warm.add(key)

    def record(self, model: bytes, slots: int):
        self.reach((model, 0), COLD_SLOT)
        if model not in self.records:
            return None
        for i in range(1, slots):
            self.reach((model, i), COLD_SLOT)
        return self.records[model]

    def live(self, model: bytes, slots: int) -> dict:
        record = self.record(model, slots)
        if record is None:
            raise Revert("UnknownModel(bytes32)", model)
        if record["retired"]:
            raise Revert("ModelRetired(bytes32)", model)
        return record

    def owned(self, model: bytes) -> dict:
        record = self.live(model, 2)
        if record["author"] != self.caller:
            raise Revert("NotAuthor(address)", record["author"])
        return record

    def price(self, record: dict) -> int:
        s = self.schedule
        shares = (("macs", "macsPerGas"), ("elements", "elementsPerGas"), ("traffic", "bytesPerGas"),
                  ("weights", "weightBytesPerGas"))
        return (
            s["inference"] + sum(-(-record[what] // s[per]) for what, per in shares) + s["node"] * record["nodes"]
            + s["inputByte"] * record["inputLength"] + s["outputByte"] * record["outputLength"] + record["royalty"]
        )

    def info(self, record: dict) -> bytes:
        return abi.encode(*({**record, "inferenceGas": self.price(record)}[field] for field in MODEL_INFO))

    def emit(self, signature: str, topics, *data):
        self.logs.append(([keccak256(signature.encode())] + [abi.word(t) for t in topics], abi.encode(*data)))

    def registry(self, data: bytes) -> bytes:
        methods = {
            "putChunk(bytes)": ("b", True, self.put_chunk), "register(bytes32)": ("w", True, self.register),
            "info(bytes32)": ("w", False, self.show), "setRoyalty(bytes32,uint64)": ("ww", True, self.set_royalty),
            "retire(bytes32)": ("w", True, self.retire),
        }
        for signature, (kinds, writes, method) in methods.items():
            if data[:4] == abi.selector(signature):
                if writes and self.static:
                    raise Revert("StaticCall()")
                return method(*self.arguments(data, kinds))
        raise Revert("BadCalldata()")

    @staticmethod
    def arguments(data: bytes, kinds: str) -> list:
        arguments = abi.take(data[4:], kinds)
        if arguments is None:
            raise Revert("BadCalldata()")
        return arguments

    def put_chunk(self, data: bytes) -> bytes:
        if not 1 <= len(data) <= 65_536:
            raise Revert("ChunkLength(uint256)", len(data))
        self.charge(30 + 6 * -(-len(data) // 32))
        name = keccak256(data)
        self.reach(name, COLD_ACCOUNT)
        if name not in self.chunks:
            self.charge(self.schedule["chunk"] + self.schedule["chunkByte"] * (len(data) + 1))
            self.chunks[name] = bytes(data)
        return name

    def chunk(self, name: bytes) -> bytes:
        self.reach(name, COLD_ACCOUNT)
        if name not in self.chunks:
            raise Revert("ChunkMissing(bytes32)", name)
        return self.chunks[name]

    def register(self, model: bytes) -> bytes:
        if self.record(model, 1) is not None:
            raise Revert("AlreadyRegistered(bytes32)", model)
        data, s = self.chunk(model), self.schedule
        self.charge(s["headerByte"] * len(data))
        try:
            header = decode(data)
        except Fault as fault:
            raise Revert("BadModel(string)", prefix=True) from fault
        named = sum(
            elements(header["constants"][index]["shape"]) * size(header["constants"][index]["dtype"])
            for node in header["nodes"] for index in self.named(node["op"])
        )
        self.charge(
            s["checkNode"] * len(header["nodes"]) + s["weightByte"] * header["weights_len"] + s["checkByte"] * named
            + RECORD_SLOTS * (SET + WARM + COLD_SLOT) - WARM - COLD_SLOT + log_gas(3, 4 * 32)
        )
        weights = b"".join(self.chunk(name) for name in header["chunks"])
        try:
            checked = check(data, weights)
        except Fault as fault:
            raise Revert("BadModel(string)", prefix=True) from fault
        cost = checked.cost
        record = self.records[model] = {
            "author": self.caller, "royalty": 0,
            "inputLength": sum(v.bytes for v in checked.values[:len(header["inputs"])]),
            "outputLength": sum(checked.values[o["value"]].bytes for o in header["outputs"]),
            "registeredAt": self.number, "macs": cost["macs"], "elements": cost["elements"],
            "traffic": cost["bytes"], "peak": cost["peak"], "weights": cost["weights"],
            "nodes": len(header["nodes"]), "opSet": 1, "retired": False,
            "provenance": keccak256(_encode(PROVENANCE, header["provenance"])), "checked": checked,
        }
        self.warm |= {(model, i) for i in range(RECORD_SLOTS)}
        self.emit(
            "ModelRegistered(bytes32,address,uint64,uint64,uint64,bytes32)", (model, self.caller),
            record["inputLength"], record["outputLength"], record["macs"], record["provenance"],
        )
        return self.info(record)

    @staticmethod
    def named(op: dict) -> list:
        return [op[a] for a in ("weight", "bias", "multiplier", "shift", "table") if a in op]

    def show(self, model: bytes) -> bytes:
        record = self.record(model, RECORD_SLOTS)
        if record is None:
            raise Revert("UnknownModel(bytes32)", model)
        return self.info(record)

    def set_royalty(self, model: bytes, gas: bytes) -> bytes:
        royalty = int.from_bytes(gas, "big")
        if royalty >= 1 << 64:
            raise Revert("BadCalldata()")
        record, bound = self.owned(model), self.schedule["maxRoyalty"]
        if royalty > bound:
            raise Revert("RoyaltyTooHigh(uint64,uint64)", royalty, bound)
        self.charge(RESET + log_gas(2, 32))
        record["royalty"] = royalty
        self.emit("RoyaltyChanged(bytes32,uint64)", (model,), royalty)
        return b""

    def retire(self, model: bytes) -> bytes:
        record = self.owned(model)
        self.charge(RESET + log_gas(2, 0))
        record["retired"] = True
        self.emit("Retired(bytes32)", (model,))
        return b""

    def inference(self, data: bytes) -> bytes:
        if data[:4] == abi.selector("infer(bytes32,bytes)"):
            model, one = self.arguments(data, "wb")
            return abi.encode(abi.Bytes(self.infer(model, [one])[0]))
        if data[:4] == abi.selector("inferBatch(bytes32,bytes[])"):
            model, inputs = self.arguments(data, "wl")
            return abi.encode([abi.Bytes(output) for output in self.infer(model, inputs)])
        raise Revert("BadCalldata()")

    def packed(self, data: bytes) -> bytes:
        if len(data) < 32:
            raise Revert("BadCalldata()")
        return self.infer(data[:32], [data[32:]])[0]

    def infer(self, model: bytes, inputs: list) -> list:
        record = self.live(model, 3)
        for i, data in enumerate(inputs):
            if len(data) != record["inputLength"]:
                raise Revert("InputLength(uint256,uint256,uint256)", i, record["inputLength"], len(data))
        self.charge(self.price(record) * len(inputs))
        author, royalty = record["author"], record["royalty"]
        if royalty and inputs:
            self.reach(author, COLD_ACCOUNT)
            # Four fifths of what the royalty's gas costs at the base fee.
            paid = royalty * len(inputs) * self.base_fee * 4 // 5
            self.balances[author] = self.balances.get(author, 0) + paid
        return [run(record["checked"], data) for data in inputs]
