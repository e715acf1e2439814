"""Blocks of random transactions: scripts of scripts of calls, with random gas, values, storage and calldata."""

from cases.precompiles import SCHEDULE, batch, infer, register
from isocortex_ref import abi
from isocortex_ref.contract import INFERENCE, PACKED, REGISTRY

from ..author import ALICE, BOB, CAROL, KEYS, Author, address, put
from ..hashes import keccak
from ..relay import (
    ALL, BALANCE, CALL, CALLCODE, DELEGATECALL, INFER, INFERARRAY, INVALID, KEEP, LOG, REVERT, STATICCALL, STORE,
    act, script,
)
from ..transactions import authorization
from . import doors
from .stage import Stage, chunk_address, of, royalty, slot_of

CALLS = (CALL, CALL, CALL, STATICCALL, DELEGATECALL, CALLCODE)
BLOCKS, TRANSACTIONS = 12, 8


class Random(Stage):
    def __init__(self, author: Author, seed: int):
        super().__init__(author, f"random chain {seed}")
        self.fresh = [bytes([i]) * (1 + 7 * i) for i in range(1, 9)]  # chunks

    def n(self, most: int) -> int:
        return self.rng.between(0, most)

    def one(self, *choices):
        return choices[self.n(len(choices) - 1)]

    def asked(self) -> tuple[bytes, bytes]:
        """A model and an input, of its length most of the time."""
        models = (self.a, 30), (self.b, 11), (self.large[0], 72)
        model, size = self.one(*models, *models, *models, (keccak(b"none"), 5))
        return model, bytes(self.rng.many(max(0, size + self.one(0, 0, 0, 0, 0, 0, -1, 1)), 0, 255))

    def question(self) -> tuple[bytes, bytes]:
        """A door and calldata."""
        model, x = self.asked()
        to, data = self.one(
            (INFERENCE, infer(model, x)), (INFERENCE, infer(model, x)), (PACKED, model + x), (PACKED, model + x),
            (INFERENCE, batch(model, [x] * self.n(3))), (REGISTRY, of("info", model)),
            (REGISTRY, put(self.one(*self.fresh))), (REGISTRY, royalty(model, self.one(0, 1, 999, 77_777, 2**40))),
            (REGISTRY, register(self.one(self.a, self.b, keccak(b"none")))),
        )
        if self.n(15) == 0:  # not quite
            data = self.one(data[:-1], data + b"\0", data[:self.n(len(data))], b"")
        return to, data

    def gas(self) -> int:
        return self.one(ALL, ALL, ALL, ALL, ALL, self.n(3_000), self.n(30_000), self.n(200_000))

    def step(self, depth: int) -> bytes:
        kind = self.n(11)
        if kind < 5:
            to, data = self.question()
            return act(self.one(*CALLS), to, data, self.gas(), self.one(0, 0, 0, 0, 0, 1))
        if kind < 7 and depth < 3:
            to = self.one(self.r, self.s, address(BOB), address(CAROL))
            return act(self.one(*CALLS), to, self.script(depth + 1), self.gas(), self.one(0, 0, 0, 1))
        if kind == 7:
            model, x = self.asked()
            return act(INFER, data=model + x)
        if kind == 8:
            return act(INFERARRAY, data=self.asked()[0] + abi.word(self.n(3)))
        if kind == 9:
            head = self.one(60, 22, 2 * 72 + 1, 61, 65, self.n(2**32))
            far = int.from_bytes(keccak(abi.word(self.n(3))), "big") + self.n(2)
            key = self.one(self.n(3), self.n(3), far)
            return act(STORE, data=abi.word(key) + (abi.word(head) if key < 4 else self.x() + b"\0\1"))
        if kind == 10:
            return act(LOG, data=self.x())
        return act(BALANCE, self.one(address(ALICE), chunk_address(self.a), chunk_address(keccak(self.fresh[1])), PACKED))

    def script(self, depth: int) -> bytes:
        steps = [self.step(depth) for _ in range(1 + self.n(4 - depth))]
        return script(*steps, flags=self.one(0, 0, 0, KEEP, KEEP, KEEP, REVERT, REVERT, INVALID))

    def transaction(self):
        who, more = self.n(2), {}
        if self.n(3) == 0:
            listed = [REGISTRY, [slot_of(self.one(self.a, self.b), i) for i in range(self.n(4))]]
            more["access_list"] = [listed, [self.one(address(ALICE), chunk_address(self.a), PACKED), []]]
        gas = self.one(1_000_000, 3_000_000, 300_000 + self.n(300_000))
        kind = self.n(9)
        if kind == 0:
            door, data = self.question()
            self.author.send(who, door, data, gas=gas, **more)
        elif kind == 1:
            other = self.one(*(w for w in (BOB, CAROL) if w != who))
            code = self.one(self.r, self.s, INFERENCE, PACKED, REGISTRY, bytes(20))
            listed = [authorization(KEYS[other], code, self.author.nonces[other])]
            self.author.send(who, address(other), self.script(0), gas=gas, kind=4, authorizations=listed, **more)
            self.author.nonces[other] += 1
        elif kind == 2:
            owner, model = self.one((ALICE, self.a), (BOB, self.b), (CAROL, self.large[0]))
            self.author.send(owner, REGISTRY, royalty(model, self.n(SCHEDULE["maxRoyalty"] // 50)), gas=gas)
        else:
            self.author.send(who, self.one(self.r, self.s), self.script(0), gas=gas, **more)


def blocks(author: Author, seed: int):
    """The first two blocks publish models as in `calls`."""
    stage = Random(author, seed)
    doors.before(stage)
    author.seal()
    doors.publish(stage)
    author.seal()
    for _ in range(BLOCKS):
        for _ in range(TRANSACTIONS):
            stage.transaction()
        author.seal()
