"""precompiles/SPEC.md, "State": a model's record in five slots of the registry's storage."""

from dataclasses import dataclass

from isocortex_ref.abi import word

from .spec import keccak256

SLOTS = 5
LIVE, RETIRED = 1, 2
# Members of a slot from its low end, with their bits.
LAYOUT = (
    (("status", 8), ("op_set", 16), ("nodes", 32), ("input_length", 64), ("output_length", 64)),
    (("author", 160), ("royalty", 64)),
    (("macs", 64), ("elements", 64), ("traffic", 64), ("weights", 64)),
    (("peak", 64), ("registered_at", 64)),
    (("provenance", 256),),
)


@dataclass
class Record:
    """Integers all; those of slots that were not read are 0."""

    status: int = 0
    op_set: int = 0
    nodes: int = 0
    input_length: int = 0
    output_length: int = 0
    author: int = 0
    royalty: int = 0
    macs: int = 0
    elements: int = 0
    traffic: int = 0
    weights: int = 0
    peak: int = 0
    registered_at: int = 0
    provenance: int = 0

    def word(self, index: int) -> int:
        total, at = 0, 0
        for name, bits in LAYOUT[index]:
            total, at = total | getattr(self, name) << at, at + bits
        return total

    def take(self, index: int, value: int):
        for name, bits in LAYOUT[index]:
            setattr(self, name, value % 2**bits)
            value >>= bits

    def info(self, price: int) -> bytes:
        """`ModelInfo` of IModelRegistry.sol, whose members are all static."""
        return b"".join(map(word, (
            self.author, self.royalty, self.input_length, self.output_length, price, self.registered_at, self.macs,
            self.elements, self.traffic, self.peak, self.weights, self.nodes, self.op_set, self.status == RETIRED,
            self.provenance,
        )))


def slot(model: bytes, index: int) -> bytes:
    """Where Solidity keeps member `index` of `mapping(bytes32 => Record)` in slot 0."""
    return word((int.from_bytes(keccak256(model + bytes(32)), "big") + index) % 2**256)
