"""Roots of Merkle Patricia tries, the Yellow Paper's appendix D. Nothing is stored: a root from all pairs at once."""

from . import rlp
from .hashes import keccak

EMPTY = keccak(rlp.encode(b""))


def root(pairs: dict) -> bytes:
    """Of keys to values, both bytes; no value is empty."""
    items = sorted(([n for byte in key for n in (byte >> 4, byte & 15)], value) for key, value in pairs.items())
    return keccak(rlp.encode(_node(items, 0))) if items else EMPTY


def root_of_list(values: list) -> bytes:
    """The key of a value is its index in RLP."""
    return root({rlp.encode(i): value for i, value in enumerate(values)})


def secure_root(pairs: dict) -> bytes:
    """The key is hashed, as in the state and in storage."""
    return root({keccak(key): value for key, value in pairs.items()})


def _node(items: list, depth: int) -> list:
    """The node that holds `items`, sorted, whose keys agree in the first `depth` nibbles."""
    first, last = items[0][0], items[-1][0]
    if len(items) == 1:
        return [_path(first[depth:], leaf=True), items[0][1]]
    same = depth
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    if same > depth:
        return [_path(first[depth:same], leaf=False), _reference(_node(items, same))]
    value = b""
    if len(first) == depth:
        value, items = items[0][1], items[1:]
    branch = []
    for nibble in range(16):
        below = [item for item in items if item[0][depth] == nibble]
        branch.append(_reference(_node(below, depth + 1)) if below else b"")
    return [*branch, value]


def _reference(node: list):
    """A node of less than 32 bytes stands in its parent itself."""
    encoded = rlp.encode(node)
    return node if len(encoded) < 32 else keccak(encoded)


def _path(nibbles: list, leaf: bool) -> bytes:
    flag = 2 if leaf else 0
    nibbles = [flag + 1, *nibbles] if len(nibbles) % 2 else [flag, 0, *nibbles]
    return bytes(a << 4 | b for a, b in zip(nibbles[::2], nibbles[1::2]))
