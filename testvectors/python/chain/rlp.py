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
