"""keccak-256 with the original padding (0x01), as Ethereum uses it; FIPS 202's SHA3 pads with 0x06."""

import numpy as np

MASK = (1 << 64) - 1
RATE = 136  # bytes: 1600 bits of state less twice the 256 bits of output


def _round_constants():
    # Bit 2^j - 1 of constant i is output 7i + j of the shift register x^8 + x^6 + x^5 + x^4 + 1.
    register, bits = 1, []
    for _ in range(24 * 7):
        bits.append(register & 1)
        register <<= 1
        if register & 0x100:
            register ^= 0x171
    return [sum(bits[7 * i + j] << ((1 << j) - 1) for j in range(7)) for i in range(24)]


def _rotations():
    # Lane (x, y) is rotated by the triangular numbers along the walk (x, y) -> (y, 2x + 3y).
    offsets, x, y = [0] * 25, 1, 0
    for t in range(24):
        offsets[x + 5 * y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return offsets


ROUND_CONSTANTS = _round_constants()
# rho and pi in one step: for each target lane, its source lane and rotation.
RHO_PI = [None] * 25
for _x in range(5):
    for _y in range(5):
        RHO_PI[_y + 5 * ((2 * _x + 3 * _y) % 5)] = (_x + 5 * _y, _rotations()[_x + 5 * _y])


def _permute(a):
    for constant in ROUND_CONSTANTS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[x - 1] ^ ((c[(x + 1) % 5] << 1 | c[(x + 1) % 5] >> 63) & MASK) for x in range(5)]
        a = [lane ^ d[i % 5] for i, lane in enumerate(a)]
        b = [(a[i] << r | a[i] >> (64 - r)) & MASK for i, r in RHO_PI]
        a = [b[i] ^ (~b[i - i % 5 + (i + 1) % 5] & b[i - i % 5 + (i + 2) % 5]) for i in range(25)]
        a[0] ^= constant
    return a


def _pad(data: bytes) -> bytearray:
    padded = bytearray(data) + bytes(RATE - len(data) % RATE)
    padded[len(data)] ^= 0x01
    padded[-1] ^= 0x80
    return padded


def keccak256(data: bytes) -> bytes:
    padded = _pad(data)
    state = [0] * 25
    for start in range(0, len(padded), RATE):
        for i in range(RATE // 8):
            state[i] ^= int.from_bytes(padded[start + 8 * i:start + 8 * i + 8], "little")
        state = _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permute_many(a):
    """`_permute` of many states at once: [25, n] of uint64."""
    one = np.uint64(1)
    for constant in ROUND_CONSTANTS:
        c = np.bitwise_xor.reduce(a.reshape(5, 5, -1), axis=0)
        turned = c[NEXT]
        d = c[BEFORE] ^ (turned << one | turned >> np.uint64(63))
        a = (a.reshape(5, 5, -1) ^ d).reshape(a.shape)
        b = a[SOURCES]
        b = b << TURNS | b >> (np.uint64(64) - TURNS & np.uint64(63))
        rows = b.reshape(5, 5, -1)
        a = (rows ^ (~rows[:, NEXT] & rows[:, AFTER])).reshape(a.shape)
        a[0] ^= np.uint64(constant)
    return a


NEXT, AFTER, BEFORE = ((np.arange(5) + k) % 5 for k in (1, 2, 4))
SOURCES = np.array([i for i, _ in RHO_PI])
TURNS = np.array([[r] for _, r in RHO_PI], np.uint64)


def keccak256_many(messages: list) -> list:
    """The hashes of many messages, each round of all of them in one go."""
    padded = [_pad(m) for m in messages]
    state = np.zeros((25, len(messages)), np.uint64)
    for start in range(0, max(map(len, padded), default=0), RATE):
        active = [i for i, m in enumerate(padded) if len(m) > start]
        blocks = np.frombuffer(b"".join(bytes(padded[i][start:start + RATE]) for i in active), "<u8")
        part = state[:, active]
        part[:RATE // 8] ^= blocks.reshape(len(active), -1).T
        state[:, active] = _permute_many(part)
    return [state[:4, i].astype("<u8").tobytes() for i in range(len(messages))]
