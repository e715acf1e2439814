"""Two contracts assembled by hand, for the two instructions; the others of the chain come from Solidity."""


def _creation(runtime: bytes) -> bytes:
    """Init code that returns what follows it: PUSH1 size, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN."""
    return bytes([0x60, len(runtime), 0x80, 0x60, 9, 0x5F, 0x39, 0x5F, 0xF3]) + runtime


# The return data goes to memory, its keccak-256 to slot 0, and back to the caller. POP,
# RETURNDATASIZE PUSH0 PUSH0 RETURNDATACOPY, RETURNDATASIZE PUSH0 KECCAK256 PUSH0 SSTORE, RETURNDATASIZE PUSH0 RETURN.
_KEEP = bytes.fromhex("50 3d5f5f3e 3d5f20 5f55 3d5ff3")

# Calldata is model || input.
# PUSH1 32 CALLDATASIZE SUB, PUSH1 32, PUSH0, CALLDATACOPY: the input to memory at 0.
# PUSH0 PUSH0 (no output area), PUSH1 32 CALLDATASIZE SUB (inSize), PUSH0 (inOffset), PUSH0 CALLDATALOAD (model), INFER.
INFER = _creation(bytes.fromhex("6020 36 03 6020 5f 37  5f 5f 6020 36 03 5f 5f 35 c0") + _KEEP)

# Calldata is model || word, the word being a short `bytes` value as Solidity stores it.
# PUSH1 32 CALLDATALOAD PUSH1 1 SSTORE: the word to slot 1.
# PUSH0 PUSH0 (no output area), PUSH1 1 (slot), PUSH0 CALLDATALOAD (model), INFERARRAY.
INFERARRAY = _creation(bytes.fromhex("6020 35 6001 55  5f 5f 6001 5f 35 c1") + _KEEP)


def stored(value: bytes) -> bytes:
    """The word in which Solidity stores up to 31 bytes."""
    return value.ljust(31, b"\0") + bytes([2 * len(value)])
