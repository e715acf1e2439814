"""What the scenes share: who sends, two relays, the models, and calldata."""

from cases import models, recurrent
from cases.rng import Rng
from isocortex_ref import abi
from isocortex_ref.contract import REGISTRY

from ..author import ENOUGH, Author, parts
from ..hashes import keccak
from ..relay import KEEP, script

CHUNK = keccak(b"isocortex.chunk")


def royalty(model: bytes, gas: int) -> bytes:
    return abi.call("setRoyalty(bytes32,uint64)", model, gas)


def of(name: str, model: bytes) -> bytes:
    return abi.call(f"{name}(bytes32)", model)


def chunk_address(name: bytes) -> bytes:
    return keccak(b"\xff" + REGISTRY + name + CHUNK)[12:]


def slot_of(model: bytes, index: int) -> bytes:
    return abi.word((int.from_bytes(keccak(model + bytes(32)), "big") + index) % 2**256)


class Stage:
    def __init__(self, author: Author, name: str = "calls chain"):
        self.author, self.rng = author, Rng(name)
        self.mlp, self.gru = parts(models.mlp()), parts(recurrent.gru_step())
        self.large = parts(models.patches())  # whose 72 bytes do not fit into a slot
        self.a, self.b = self.mlp[0], self.gru[0]
        self.b_size = 11  # two inputs, of 5 and of 6 bytes
        self.bad = bytes.fromhex(models.mlp()["header"])[:-3]

    def x(self) -> bytes:
        return bytes(self.rng.many(30, 0, 255))

    def y(self) -> bytes:
        return bytes(self.rng.many(self.b_size, 0, 255))

    def relay(self, who: int, *acts: bytes, to: bytes = b"", flags: int = KEEP, **more):
        return self.author.send(who, to or self.r, script(*acts, flags=flags), gas=more.pop("gas", 2 * ENOUGH), **more)
