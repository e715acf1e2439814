"""keccak-256 with the original padding (0x01), as Ethereum uses it; FIPS 202's SHA3 pads with 0x06."""

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


def keccak256(data: bytes) -> bytes:
    padded = bytearray(data) + bytes(RATE - len(data) % RATE)
    padded[len(data)] ^= 0x01
    padded[-1] ^= 0x80
    state = [0] * 25
    for start in range(0, len(padded), RATE):
        for i in range(RATE // 8):
            state[i] ^= int.from_bytes(padded[start + 8 * i:start + 8 * i + 8], "little")
        state = _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])
