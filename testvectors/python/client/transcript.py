"""precompiles/SPEC.md, "The transcript": each inference of a block, and their commitment as an EIP-7685 request."""

from dataclasses import dataclass, field
from typing import NamedTuple

from .spec import Evm, Uint, keccak256, rlp

REQUEST_TYPE = b"\xc0"


class Entry(NamedTuple):
    tx_index: int
    call_index: int
    model: bytes
    input: bytes
    output: bytes
    gas: int


@dataclass
class Transcript:
    entries: list[Entry] = field(default_factory=list)

    def add(self, evm: Evm, model: bytes, data: bytes, output: bytes, gas: int):
        """Stays, whatever becomes of the frame."""
        tx = int(evm.message.tx_env.index_in_block or 0)
        call = sum(entry.tx_index == tx for entry in self.entries)
        self.entries.append(Entry(tx, call, bytes(model), keccak256(data), keccak256(output), gas))

    def requests(self) -> list[bytes]:
        """None in a block without inferences; else one, the last of the block's, since its type is the highest."""
        if not self.entries:
            return []
        encoded = rlp.encode([tuple(Uint(m) if isinstance(m, int) else m for m in e) for e in self.entries])
        return [REQUEST_TYPE + keccak256(encoded)]
