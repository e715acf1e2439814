"""Who signs the transactions of a chain among the vectors, and what their calldata is made of."""

from cases.precompiles import SCHEDULE, register
from isocortex_ref import abi
from isocortex_ref.check import CHUNK
from isocortex_ref.contract import INFERENCE, REGISTRY, World

from . import secp256k1
from .hashes import keccak
from .transactions import Transaction

# The first three keys of Ethereum's development tools (mnemonic "test test … junk"), which everybody knows.
KEYS = [int(key, 16) for key in (
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
)]
ALICE, BOB, CAROL = range(3)
SECONDS = 12  # between blocks
ENOUGH = 1_000_000


def address(who: int) -> bytes:
    return keccak(secp256k1.public(KEYS[who]))[12:]


class Author:
    """Signs transactions in order and puts them into blocks."""

    def __init__(self, start: int):
        self.lines, self.nonces, self.time = [], [0] * len(KEYS), start

    def send(self, who: int, to: bytes, data: bytes = b"", gas: int = ENOUGH, kind: int = 2, value: int = 0, **more):
        tx = Transaction(kind, self.nonces[who], gas, to, data, value, **more).signed(KEYS[who])
        self.nonces[who] += 1
        self.lines.append({"tx": "0x" + tx.raw().hex()})
        return tx

    def seal(self):
        self.time += SECONDS
        self.lines.append({"seal": {"timestamp": self.time}})


def put(data: bytes) -> bytes:
    return abi.call("putChunk(bytes)", abi.Bytes(data))


def parts(case: dict) -> tuple[bytes, bytes, list]:
    """Id, header and chunks of a model among the vectors."""
    header, weights = bytes.fromhex(case["header"]), bytes.fromhex(case["weights"])
    return keccak(header), header, [weights[i:i + CHUNK] for i in range(0, len(weights), CHUNK)]


def gas_inside(model: tuple, data: bytes) -> int:
    """Exactly what inference costs a call once the model is registered, everything being cold."""
    world = World(SCHEDULE, number=1, base_fee=0)
    name, header, chunks = model
    for call in [*map(put, chunks), put(header), register(name)]:
        world.call(REGISTRY, bytes(20), call, 1 << 40)
    world.begin()
    end, used, *_ = world.call(INFERENCE, bytes(20), data, 1 << 40)
    assert end == "success"
    return used
