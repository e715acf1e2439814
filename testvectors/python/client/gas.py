"""precompiles/SPEC.md, "Gas": prices from the genesis file, and the sums made of them. All are integers of gas."""

from dataclasses import dataclass, fields
from typing import Any

from .record import Record
from .spec import (
    GAS_COLD_SLOAD, GAS_KECCAK256, GAS_KECCAK256_WORD, GAS_LOG, GAS_LOG_DATA, GAS_LOG_TOPIC, GAS_STORAGE_SET,
)

MOST = 2**64 - 1  # sums stop here


@dataclass(frozen=True)
class Prices:
    """`config.isocortex.gas`, where every member must stand."""

    call: int
    calldataWord: int
    inference: int
    macsPerGas: int
    elementsPerGas: int
    bytesPerGas: int
    weightBytesPerGas: int
    node: int
    inputByte: int
    outputByte: int
    chunk: int
    chunkByte: int
    headerByte: int
    weightByte: int
    checkByte: int
    checkNode: int
    maxRoyalty: int

    @classmethod
    def read(cls, file: dict[str, Any]) -> "Prices":
        names = {field.name for field in fields(cls)}
        if set(file) != names or not all(isinstance(v, int) and 0 <= v <= MOST for v in file.values()):
            raise ValueError(f"config.isocortex.gas: {sorted(names ^ set(file)) or 'not all are prices'}")
        return cls(**file)

    def any_call(self, calldata: int) -> int:
        return self.call + self.calldataWord * words(calldata)

    def one_inference(self, record: Record) -> int:
        """Royalty included."""
        return min(MOST, (
            self.inference
            + ceil(record.macs, self.macsPerGas)
            + ceil(record.elements, self.elementsPerGas)
            + ceil(record.traffic, self.bytesPerGas)
            + ceil(record.weights, self.weightBytesPerGas)
            + self.node * record.nodes
            + self.inputByte * record.input_length
            + self.outputByte * record.output_length
            + record.royalty
        ))

    def new_chunk(self, data: int) -> int:
        return self.chunk + self.chunkByte * (data + 1)

    def register(self, nodes: int, weights: int, named: int) -> int:
        slots = 5 * int(GAS_STORAGE_SET) + 4 * int(GAS_COLD_SLOAD)
        return self.checkNode * nodes + self.weightByte * weights + self.checkByte * named + slots + log(3, 4 * 32)


def ceil(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)


def words(size: int) -> int:
    return ceil(size, 32)


def keccak(size: int) -> int:
    """The opcode KECCAK256, without memory."""
    return int(GAS_KECCAK256) + int(GAS_KECCAK256_WORD) * words(size)


def log(topics: int, size: int) -> int:
    """The opcode LOG."""
    return int(GAS_LOG) + int(GAS_LOG_TOPIC) * topics + int(GAS_LOG_DATA) * size
