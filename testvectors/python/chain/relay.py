"""A contract that does what its calldata says, assembled here: any kind of call, the two instructions, storage, events,
contract creation, and any end of its frame. Each result goes into a running hash, so that a state root tells all.

Calldata is a byte of flags and then records: kind (1 byte), gas (4), target (20), value (1), size (4), data (size).
"""

REVERT, INVALID, KEEP = 1, 2, 4  # flags: how it ends, and whether the hash goes to slot 0
CALL, STATICCALL, DELEGATECALL, CALLCODE, INFER, INFERARRAY, STORE, LOG, BALANCE, CREATE = range(10)
ALL = 0xFFFFFFFF  # gas: as much as EIP-150 gives away

_OPCODES = {
    "ADD": 0x01, "SUB": 0x03, "GT": 0x11, "EQ": 0x14, "ISZERO": 0x15, "AND": 0x16, "SHR": 0x1C, "KECCAK256": 0x20,
    "BALANCE": 0x31, "CODECOPY": 0x39, "CALLDATALOAD": 0x35, "CALLDATASIZE": 0x36, "CALLDATACOPY": 0x37,
    "RETURNDATASIZE": 0x3D,
    "RETURNDATACOPY": 0x3E, "POP": 0x50, "MLOAD": 0x51, "MSTORE": 0x52, "SLOAD": 0x54, "SSTORE": 0x55, "JUMP": 0x56,
    "JUMPI": 0x57, "GAS": 0x5A, "JUMPDEST": 0x5B, "PUSH0": 0x5F, "LOG1": 0xA1, "INFER": 0xC0, "INFERARRAY": 0xC1,
    "CREATE": 0xF0, "CALL": 0xF1, "CALLCODE": 0xF2, "RETURN": 0xF3, "DELEGATECALL": 0xF4, "STATICCALL": 0xFA,
    "REVERT": 0xFD, "STOP": 0x00, "INVALID": 0xFE,
} | {f"DUP{n}": 0x7F + n for n in range(1, 17)} | {f"SWAP{n}": 0x8F + n for n in range(1, 17)}

# The stack is [record's position] in the loop, and [kind, size, record's first word, position] at each `do…`. Memory:
# the running hash, the last success, and from 64 on what is sent and what came back.
_ACT = {
    CALL: "PUSH0 PUSH0 DUP4 64 DUP7 48 SHR 255 AND DUP8 56 SHR DUP9 216 SHR #ffffffff AND CALL",
    STATICCALL: "PUSH0 PUSH0 DUP4 64 DUP7 56 SHR DUP8 216 SHR #ffffffff AND STATICCALL",
    DELEGATECALL: "PUSH0 PUSH0 DUP4 64 DUP7 56 SHR DUP8 216 SHR #ffffffff AND DELEGATECALL",
    CALLCODE: "PUSH0 PUSH0 DUP4 64 DUP7 48 SHR 255 AND DUP8 56 SHR DUP9 216 SHR #ffffffff AND CALLCODE",
    # The output's first 5 bytes go to memory at 64; the rest of the input stays there.
    INFER: "5 64 32 DUP5 SUB 96 64 MLOAD INFER",
    INFERARRAY: "5 64 96 MLOAD 64 MLOAD INFERARRAY",
    STORE: "96 MLOAD 64 MLOAD SSTORE 1",
    LOG: "7 DUP3 64 LOG1 1",
    BALANCE: "DUP3 56 SHR BALANCE",
    CREATE: "DUP2 64 PUSH0 CREATE",
}
_SOURCE = (
    "1 :loop DUP1 CALLDATASIZE GT ISZERO @end JUMPI "
    "DUP1 CALLDATALOAD DUP1 16 SHR #ffffffff AND DUP1 DUP4 30 ADD 64 CALLDATACOPY DUP2 248 SHR "
    + " ".join(f"DUP1 {kind} EQ @do{kind} JUMPI" for kind in _ACT) + " INVALID "
    + " ".join(f":do{kind} {act} @done JUMP" for kind, act in _ACT.items())
    # What came back follows the first 5 bytes, which INFER wrote and the others left.
    + " :done 32 MSTORE RETURNDATASIZE PUSH0 69 RETURNDATACOPY RETURNDATASIZE 69 ADD PUSH0 KECCAK256 PUSH0 MSTORE "
    "POP SWAP1 POP ADD 30 ADD @loop JUMP "
    ":end PUSH0 CALLDATALOAD 248 SHR DUP1 4 AND ISZERO @left JUMPI PUSH0 MLOAD PUSH0 SSTORE "
    ":left DUP1 2 AND ISZERO @last JUMPI INVALID "
    ":last 1 AND @revert JUMPI 32 PUSH0 RETURN :revert 32 PUSH0 REVERT"
)


def assemble(source: str) -> bytes:
    """A number is PUSH1, #hex a push of so many bytes, :name a JUMPDEST, @name a PUSH2 of where that is."""
    code, labels, uses = bytearray(), {}, {}
    for token in source.split():
        if token.isdigit():
            code += bytes([0x60, int(token)])
        elif token[0] == "#":
            value = bytes.fromhex(token[1:])
            code += bytes([0x5F + len(value)]) + value
        elif token[0] == ":":
            labels[token[1:]] = len(code)
            code.append(_OPCODES["JUMPDEST"])
        elif token[0] == "@":
            code += bytes([0x61, 0, 0])
            uses[len(code) - 2] = token[1:]
        else:
            code.append(_OPCODES[token])
    for at, name in uses.items():
        code[at:at + 2] = labels[name].to_bytes(2, "big")
    return bytes(code)


def creation(runtime: bytes) -> bytes:
    """Init code that returns what follows it."""
    return assemble(f"#{len(runtime):04x} DUP1 10 PUSH0 CODECOPY PUSH0 RETURN") + runtime


RELAY = creation(assemble(_SOURCE))


def act(kind: int, target: bytes = bytes(20), data: bytes = b"", gas: int = ALL, value: int = 0) -> bytes:
    """A record."""
    return bytes([kind]) + gas.to_bytes(4, "big") + target + bytes([value]) + len(data).to_bytes(4, "big") + data


def script(*acts: bytes, flags: int = KEEP) -> bytes:
    return bytes([flags]) + b"".join(acts)
