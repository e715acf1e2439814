"""RLP, the Yellow Paper's appendix B. Integers are big-endian without leading zeros."""


def encode(item) -> bytes:
    """Of bytes, an integer, or a list of such."""
    if isinstance(item, (list, tuple)):
        body = b"".join(map(encode, item))
        return _head(0xC0, len(body)) + body
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8, "big")
    if len(item) == 1 and item[0] < 0x80:
        return bytes(item)
    return _head(0x80, len(item)) + item


def _head(base: int, length: int) -> bytes:
    if length < 56:
        return bytes([base + length])
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(size)]) + size


def decode(data: bytes):
    """Bytes and lists. The one encoding of an item, followed by nothing, or ValueError."""
    item, end = _item(data, 0)
    if end != len(data) or encode(item) != data:
        raise ValueError("not the one RLP encoding of an item")
    return item


def _item(data: bytes, at: int):
    if at >= len(data):
        raise ValueError("RLP ends inside an item")
    first = data[at]
    if first < 0x80:
        return data[at:at + 1], at + 1
    base = 0xC0 if first >= 0xC0 else 0x80
    start, length = at + 1, first - base
    if length > 55:
        start += length - 55
        length = int.from_bytes(data[at + 1:start], "big")
    end = start + length
    if end > len(data):
        raise ValueError("RLP ends inside an item")
    if base == 0x80:
        return data[start:end], end
    items = []
    while start < end:
        item, start = _item(data, start)
        items.append(item)
    if start != end:
        raise ValueError("an item leaves its list")
    return items, end


def number(data: bytes) -> int:
    if data[:1] == b"\0":
        raise ValueError("an integer with a leading zero")
    return int.from_bytes(data, "big")
