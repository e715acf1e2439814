"""Just enough of Solidity's ABI: words, bytes and bytes[], in the one strict form."""

from .keccak import keccak256


def selector(signature: str) -> bytes:
    return keccak256(signature.encode())[:4]


def word(v) -> bytes:
    """An integer, or bytes32 and addresses as bytes, in 32 bytes."""
    return v.rjust(32, b"\0") if isinstance(v, bytes) else int(v).to_bytes(32, "big")


def _tail(data: bytes) -> bytes:
    return word(len(data)) + data + bytes(-len(data) % 32)


def encode(*arguments) -> bytes:
    """Integers and bytes of 20 or 32 are static; `Bytes` and lists of `Bytes` are dynamic."""
    heads, tails, at = [], [], 32 * len(arguments)
    for argument in arguments:
        if isinstance(argument, Bytes):
            tail = _tail(argument)
        elif isinstance(argument, list):
            tail = word(len(argument)) + encode(*argument)
        else:
            heads.append(word(argument))
            continue
        heads.append(word(at))
        tails.append(tail)
        at += len(tail)
    return b"".join(heads + tails)


class Bytes(bytes):
    """The ABI's `bytes`."""


def call(signature: str, *arguments) -> bytes:
    return selector(signature) + encode(*arguments)


def take(data: bytes, kinds: str):
    """Decodes by re-encoding: `kinds` is a letter an argument: w word, b bytes, l list of bytes. Or None."""
    try:
        decoded = [_take(data, 32 * i, kind) for i, kind in enumerate(kinds)]
        return decoded if encode(*decoded) == data else None
    except (IndexError, OverflowError):
        return None


def _take(data: bytes, at: int, kind: str):
    def number(position):
        if position + 32 > len(data):
            raise IndexError
        return int.from_bytes(data[position:position + 32], "big")

    head = number(at)
    if kind == "w":
        return data[at:at + 32]
    length = number(head)
    if kind == "b":
        if length > len(data):
            raise IndexError
        return Bytes(data[head + 32:head + 32 + length])
    if length > len(data):
        raise IndexError
    inner = data[head + 32:]
    return [_take(inner, 32 * i, "b") for i in range(length)]
