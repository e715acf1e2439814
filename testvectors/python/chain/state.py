"""Accounts and their root: a genesis file's, and what blocks without foreign code make of them."""

from dataclasses import dataclass, field

from isocortex_ref.abi import word
from isocortex_ref.contract import REGISTRY

from . import rlp, trie
from .hashes import keccak

BEACON_ROOTS = bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02")  # EIP-4788
BLOCK_HASHES = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")  # EIP-2935
RING = 8191  # slots of either
CHUNK = keccak(b"isocortex.chunk")


@dataclass
class Account:
    nonce: int = 0
    balance: int = 0
    code: bytes = b""
    storage: dict = field(default_factory=dict)  # integers

    def encoded(self) -> bytes:
        storage = {word(slot): rlp.encode(value) for slot, value in self.storage.items() if value}
        return rlp.encode([self.nonce, self.balance, trie.secure_root(storage), keccak(self.code)])


def integer(text) -> int:
    return int(text, 0) if isinstance(text, str) else text or 0


class State(dict):
    """Addresses to accounts. One that is read is there, and counts once it is not empty (EIP-161)."""

    def __init__(self, alloc: dict):
        super().__init__()
        for address, fields in alloc.items():
            self[bytes.fromhex(address.removeprefix("0x"))] = Account(
                integer(fields.get("nonce")), integer(fields["balance"]),
                bytes.fromhex((fields.get("code") or "").removeprefix("0x")),
                {integer(slot): integer(value) for slot, value in (fields.get("storage") or {}).items()},
            )
        self.paid = {}  # royalties that are in the balances

    def __missing__(self, address: bytes) -> Account:
        self[address] = Account()
        return self[address]

    def root(self) -> bytes:
        return trie.secure_root({at: a.encoded() for at, a in self.items() if a.nonce or a.balance or a.code})

    def begin_block(self, header: dict):
        """The two system calls. Those at the end of a block (EIP-7002, EIP-7251) change nothing without requests."""
        time = header["timestamp"]
        self[BEACON_ROOTS].storage[time % RING] = time
        self[BEACON_ROOTS].storage[time % RING + RING] = int.from_bytes(header["parentBeaconRoot"], "big")
        self[BLOCK_HASHES].storage[(header["number"] - 1) % RING] = int.from_bytes(header["parentHash"], "big")

    def settle(self, tx, gas: int, success: bool, header: dict):
        """Nonce, fee (EIP-1559) and value."""
        sender, base = self[tx.sender()], header["baseFee"]
        price = min(tx.max_fee, base + tx.tip) if tx.kind == 2 else tx.max_fee
        sender.nonce += 1
        sender.balance -= gas * price
        self[header["beneficiary"]].balance += gas * (price - base)
        if success and tx.value:
            sender.balance -= tx.value
            self[tx.to or tx.created()].balance += tx.value

    def keep(self, world):
        """Chunks, records and royalties of the precompiles."""
        for name, data in world.chunks.items():
            address = keccak(b"\xff" + REGISTRY + name + CHUNK)[12:]  # as CREATE2's
            self[address].nonce, self[address].code = 1, b"\0" + data
        for model, record in world.records.items():
            base = int.from_bytes(keccak(model + bytes(32)), "big")
            for i, value in enumerate(record_words(record)):
                self[REGISTRY].storage[(base + i) % 2**256] = value
        for author, total in world.balances.items():
            self[author].balance += total - self.paid.get(author, 0)
            self.paid[author] = total


def record_words(r: dict) -> list:
    """A model's record in its five slots, members from the low end."""
    def pack(*members):
        total, at = 0, 0
        for bits, value in members:
            total, at = total | value << at, at + bits
        return total

    return [
        pack((8, 2 if r["retired"] else 1), (16, r["opSet"]), (32, r["nodes"]), (64, r["inputLength"]),
             (64, r["outputLength"])),
        pack((160, int.from_bytes(r["author"], "big")), (64, r["royalty"])),
        pack((64, r["macs"]), (64, r["elements"]), (64, r["traffic"]), (64, r["weights"])),
        pack((64, r["peak"]), (64, r["registeredAt"])),
        int.from_bytes(r["provenance"], "big"),
    ]
