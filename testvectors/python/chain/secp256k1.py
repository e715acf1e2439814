"""ECDSA on secp256k1 (SEC 1, SEC 2): signing with RFC 6979's nonces, and recovery. Slow, and not for secrets."""

import hashlib
import hmac

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def add(a, b):
    """Points are (x, y), infinity is None."""
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(k: int, point):
    total = None
    while k:
        if k & 1:
            total = add(total, point)
        point, k = add(point, point), k >> 1
    return total


def public(key: int) -> bytes:
    return _bytes(multiply(key, G))


def _bytes(point) -> bytes:
    return b"".join(v.to_bytes(32, "big") for v in point)


def sign(digest: bytes, key: int) -> tuple[int, int, int]:
    """(y parity, r, s) with the lower s, as EIP-2 wants it."""
    z, secret = int.from_bytes(digest, "big") % N, key.to_bytes(32, "big")
    seed = secret + z.to_bytes(32, "big")
    k, v = bytes(32), b"\1" * 32
    for mark in (b"\0", b"\1"):
        k = hmac.digest(k, v + mark + seed, hashlib.sha256)
        v = hmac.digest(k, v, hashlib.sha256)
    while True:
        v = hmac.digest(k, v, hashlib.sha256)
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < N:
            x, y = multiply(nonce, G)
            r = x % N
            s = pow(nonce, -1, N) * (z + r * key) % N
            if r and s and x < N:
                return (y & 1, r, s) if s <= N // 2 else (1 - (y & 1), r, N - s)
        k = hmac.digest(k, v + b"\0", hashlib.sha256)
        v = hmac.digest(k, v, hashlib.sha256)


def recover(digest: bytes, parity: int, r: int, s: int) -> bytes:
    """The public key, 64 bytes, or ValueError."""
    y = pow(r**3 + 7, (P + 1) // 4, P)
    if not (0 < r < N and 0 < s <= N // 2 and parity in (0, 1)) or (y * y - r**3 - 7) % P:
        raise ValueError("not a signature")
    point, z = (r, y if y & 1 == parity else P - y), int.from_bytes(digest, "big") % N
    inverse = pow(r, -1, N)
    return _bytes(add(multiply(-z * inverse % N, G), multiply(s * inverse % N, point)))
