"""Headers, receipts and requests."""

from hashlib import sha256

from . import rlp, trie
from .hashes import keccak
from .state import State, integer

HEADER = (
    "parentHash ommersHash beneficiary stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit "
    "gasUsed timestamp extraData mixHash nonce baseFee withdrawalsRoot blobGasUsed excessBlobGas parentBeaconRoot "
    "requestsHash"
).split()
NUMBERS = "difficulty number gasLimit gasUsed timestamp baseFee blobGasUsed excessBlobGas".split()
NO_OMMERS = keccak(rlp.encode([]))
TRANSCRIPT = 0xC0  # EIP-7685 type of the transcript's request


def header(fields: list) -> dict:
    if len(fields) != len(HEADER):
        raise ValueError(f"{len(fields)} header fields")
    named = dict(zip(HEADER, fields))
    return named | {name: rlp.number(named[name]) for name in NUMBERS}


def genesis_header(file: dict) -> dict:
    """Block 0 of a genesis file at Prague or later, as geth makes it."""
    def raw(name: str, size: int) -> bytes:
        return integer(file.get(name, 0)).to_bytes(size, "big")

    return dict(zip(HEADER, [
        bytes(32), NO_OMMERS, raw("coinbase", 20), State(file["alloc"]).root(), trie.EMPTY, trie.EMPTY, bytes(256),
        0, 0, integer(file["gasLimit"]), 0, integer(file["timestamp"]),
        bytes.fromhex(file.get("extraData", "0x")[2:]), raw("mixHash", 32), raw("nonce", 8),
        integer(file.get("baseFeePerGas") or 10**9), trie.EMPTY, integer(file.get("blobGasUsed")),
        integer(file.get("excessBlobGas")), bytes(32), requests_hash([]),
    ]))


def header_hash(named: dict) -> bytes:
    return keccak(rlp.encode([named[name] for name in HEADER]))


def next_base_fee(parent: dict) -> int:
    """EIP-1559: an eighth at most, by how far the parent's gas is from half its limit."""
    fee, target = parent["baseFee"], parent["gasLimit"] // 2
    distance = parent["gasUsed"] - target
    change = fee * abs(distance) // target // 8
    return fee + max(change, 1) if distance > 0 else fee - change


def requests_hash(requests: list) -> bytes:
    """EIP-7685, of type and data joined; those without data do not count."""
    return sha256(b"".join(sha256(request).digest() for request in requests if len(request) > 1)).digest()


def transcript_requests(entries: list) -> list:
    """`entries` are (tx index, call index, model, input digest, output digest, gas)."""
    return [bytes([TRANSCRIPT]) + keccak(rlp.encode([list(e) for e in entries]))] if entries else []


def bloom(logs: list) -> bytes:
    """Of (address, topics, data): three bits of 2,048 for the address and for each topic."""
    bits = 0
    for address, topics, _ in logs:
        for thing in (address, *topics):
            digest = keccak(thing)
            for i in (0, 2, 4):
                bits |= 1 << (int.from_bytes(digest[i:i + 2], "big") & 2047)
    return bits.to_bytes(256, "big")


def receipt(kind: int, status: bool, cumulative_gas: int, logs: list) -> bytes:
    body = rlp.encode([int(status), cumulative_gas, bloom(logs), [list(log) for log in logs]])
    return (bytes([kind]) if kind else b"") + body
