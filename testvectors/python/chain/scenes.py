"""The chain `calls`: every kind of call of the precompiles by contracts, royalties, and ends of frames around them."""

from cases import models, recurrent
from cases.precompiles import SCHEDULE, batch, infer, register
from cases.rng import Rng
from isocortex_ref import abi
from isocortex_ref.contract import INFERENCE, PACKED, REGISTRY

from .author import ALICE, BOB, CAROL, ENOUGH, KEYS, Author, address, gas_inside, parts, put
from .contracts import stored
from .hashes import keccak
from .relay import (
    BALANCE, CALL, CALLCODE, CREATE, DELEGATECALL, INFER, INFERARRAY, INVALID, KEEP, LOG, RELAY, REVERT, STATICCALL,
    STORE, act, script,
)
from .transactions import authorization

LIVE_AFTER = 1  # blocks from genesis on in which inference is not live yet
CHUNK = keccak(b"isocortex.chunk")


def royalty(model: bytes, gas: int) -> bytes:
    return abi.call("setRoyalty(bytes32,uint64)", model, gas)


def of(name: str, model: bytes) -> bytes:
    return abi.call(f"{name}(bytes32)", model)


def chunk_address(name: bytes) -> bytes:
    return keccak(b"\xff" + REGISTRY + name + CHUNK)[12:]


def slot_of(model: bytes, index: int) -> bytes:
    return abi.word((int.from_bytes(keccak(model + bytes(32)), "big") + index) % 2**256)


class Scenes:
    def __init__(self, author: Author):
        self.author, self.rng = author, Rng("calls chain")
        self.mlp, self.gru = parts(models.mlp()), parts(recurrent.gru_step())
        self.a, self.b = self.mlp[0], self.gru[0]
        self.b_size = 11  # two inputs, of 5 and of 6 bytes
        self.bad = bytes.fromhex(models.mlp()["header"])[:-3]

    def x(self) -> bytes:
        return bytes(self.rng.many(30, 0, 255))

    def y(self) -> bytes:
        return bytes(self.rng.many(self.b_size, 0, 255))

    def relay(self, who: int, *acts: bytes, to: bytes = b"", flags: int = KEEP, **more):
        return self.author.send(who, to or self.r, script(*acts, flags=flags), gas=more.pop("gas", 2 * ENOUGH), **more)

    def run(self):
        scenes = (
            self.before, self.publish, self.kinds, self.opcodes, self.gas, self.errors, self.royalties, self.ends,
            self.created, self.lists, self.delegations, self.registered_in_contracts, self.retired,
        )
        for scene in scenes:
            scene()
            self.author.seal()

    def before(self):
        """Inference is not live: the accounts run their code, and the opcodes are undefined."""
        send = self.author.send
        self.r = send(ALICE, b"", RELAY).created()
        self.s = send(BOB, b"", RELAY).created()
        send(CAROL, REGISTRY, put(self.mlp[1]), gas=100_000)
        self.relay(ALICE, act(CALL, INFERENCE, infer(self.a, self.x()), gas=5_000))
        self.relay(BOB, act(CALL, self.s, script(act(INFER, data=self.a + self.x())), gas=100_000))
        # Money for a contract that will call with value, and for a chunk that is not there yet.
        send(ALICE, self.r, bytes([KEEP]), value=1_000)
        send(BOB, chunk_address(keccak(self.mlp[1])), value=5, gas=30_000)

    def publish(self):
        for who, (model, header, chunks) in ((ALICE, self.mlp), (BOB, self.gru)):
            for data in (*map(put, chunks), put(header), put(header), register(model)):
                self.author.send(who, REGISTRY, data, gas=3 * ENOUGH)
        self.author.send(CAROL, chunk_address(self.a), b"nobody", value=7, gas=60_000)

    def kinds(self):
        """Each kind of call at each address; two and more calls in a transaction, of more than one model."""
        doors = (
            (REGISTRY, of("info", self.a)), (INFERENCE, infer(self.a, self.x())), (PACKED, self.b + self.y()),
        )
        for kind in (CALL, STATICCALL, DELEGATECALL, CALLCODE):
            self.relay(ALICE, *(act(kind, to, data) for to, data in doors))
        self.relay(BOB, *(act(CALL, to, data, value=1) for to, data in doors))
        self.relay(BOB, *(act(CALLCODE, to, data, value=1) for to, data in doors))
        self.relay(
            CAROL, act(CALL, INFERENCE, batch(self.a, [self.x(), self.x()])),
            act(STATICCALL, INFERENCE, batch(self.b, [self.y() for _ in range(3)])),
            act(CALL, INFERENCE, batch(self.a, [])), act(CALL, INFERENCE, infer(self.a, self.x())), act(LOG, data=b"two"),
        )
        # Through another contract, in a static and in a delegated frame.
        inner = script(act(CALL, INFERENCE, infer(self.a, self.x())), act(INFER, data=self.b + self.y()), flags=0)
        self.relay(ALICE, *(act(kind, self.s, inner) for kind in (CALL, STATICCALL, DELEGATECALL)))

    def opcodes(self):
        """Values short and long, none, too long and of no layout; the storage of a delegated frame is the caller's."""
        def keep(slot: int, word: bytes) -> bytes:
            return act(STORE, data=abi.word(slot) + word)

        def array(model: bytes, slot: int) -> bytes:
            return act(INFERARRAY, data=model + abi.word(slot))

        long, at = self.x() + self.x(), int.from_bytes(keccak(abi.word(9)), "big")
        far = [keep(9, abi.word(2 * 60 + 1)), keep(at, long[:32]), keep((at + 1) % 2**256, long[32:].ljust(32, b"\xee"))]
        self.relay(ALICE, act(INFER, data=self.a + self.x()), act(INFER, data=self.a), act(INFER, data=self.b + self.y()))
        self.relay(BOB, keep(5, stored(self.x())), array(self.a, 5), array(self.a, 5), array(self.b, 5), array(self.a, 6))
        self.relay(CAROL, *far, array(self.a, 9), array(self.b, 9))
        self.relay(CAROL, array(self.a, 9))
        self.relay(ALICE, *(
            step for slot, head in enumerate((64, 63, 2**21 + 3, 2**256 - 1, 62, 2), start=20)
            for step in (keep(slot, abi.word(head)), array(self.a, slot))
        ))
        delegated = script(array(self.a, 5), act(INFER, data=self.a + self.x()), flags=0)
        self.relay(BOB, act(DELEGATECALL, self.s, delegated), act(STATICCALL, self.s, delegated))
        # 32 bytes and more, of which a model takes them all.
        self.relay(CAROL, keep(40, abi.word(2 * 32 + 1)), keep(int.from_bytes(keccak(abi.word(40)), "big"), long[:32]),
                   array(self.a, 40))

    def gas(self):
        """Too little at each step of a call, then just enough; a frame of an instruction that cannot pay."""
        data = infer(self.a, self.x())
        need, entry = gas_inside(self.mlp, data), SCHEDULE["call"] + SCHEDULE["calldataWord"] * -(-len(data) // 32)
        for limit in (0, entry - 1, entry, entry + 2_099, entry + 2_100, need - 1):
            self.relay(ALICE, act(CALL, INFERENCE, data, gas=limit), act(CALL, INFERENCE, data, gas=need))
        self.relay(BOB, act(STATICCALL, INFERENCE, infer(self.a, bytes(29)), gas=need), act(CALL, INFERENCE, b"", gas=200))
        for limit in (900, 3_000, 9_000, 15_000):
            self.relay(CAROL, act(CALL, self.s, script(act(INFER, data=self.a + self.x()), flags=0), gas=limit))
        # The outermost frame itself runs out, before and after an inference that stays in the transcript.
        self.relay(ALICE, act(INFER, data=self.a + self.x()), gas=40_000)
        self.relay(ALICE, act(CALL, INFERENCE, batch(self.a, [self.x()] * 4)), act(CREATE, data=bytes(3)), gas=80_000)

    def errors(self):
        """Every typed error, where a contract sees it."""
        send = self.author.send
        steps = (
            (CALL, REGISTRY, b""), (CALL, REGISTRY, of("info", self.a) + bytes(1)), (CALL, REGISTRY, of("nothing", self.a)),
            (CALL, REGISTRY, of("info", keccak(b"none"))), (CALL, REGISTRY, register(self.a)), (CALL, REGISTRY, put(b"")),
            (CALL, REGISTRY, register(keccak(b"none"))), (CALL, REGISTRY, royalty(self.a, 1)),
            (CALL, REGISTRY, abi.call("setRoyalty(bytes32,uint64)", self.a, 2**64)), (CALL, REGISTRY, of("retire", self.a)),
            (STATICCALL, REGISTRY, register(self.a)), (STATICCALL, REGISTRY, put(b"\1")), (STATICCALL, REGISTRY, b"\1\2\3\4"),
            (STATICCALL, REGISTRY, of("retire", self.a)), (STATICCALL, REGISTRY, royalty(self.a, 1)),
            (CALL, INFERENCE, b"\0"), (CALL, INFERENCE, infer(keccak(b"none"), b"")), (CALL, INFERENCE, infer(self.a, b"")),
            (CALL, INFERENCE, batch(self.a, [self.x(), b""])), (CALL, PACKED, self.a[:31]), (CALL, PACKED, self.a),
        )
        self.relay(CAROL, *(act(*step, gas=60_000) for step in steps))
        send(ALICE, REGISTRY, royalty(self.a, SCHEDULE["maxRoyalty"] + 1))
        # Not a model: at the header, at its graph, and no header at all. The words of BadModel are not compared.
        send(BOB, REGISTRY, put(self.bad))
        send(BOB, REGISTRY, register(keccak(self.bad)))
        send(CAROL, REGISTRY, register(keccak(self.mlp[2][0])), gas=4 * ENOUGH)

    def royalties(self):
        """Paid, reverted, paid in a static frame, paid to the caller himself; the author's account is warm then."""
        author = address(ALICE)
        self.author.send(ALICE, REGISTRY, royalty(self.a, 54_321))
        self.author.send(BOB, REGISTRY, royalty(self.b, 3))
        once, twice = infer(self.a, self.x()), batch(self.a, [self.x(), self.x()])
        self.author.send(ALICE, INFERENCE, once)
        self.relay(CAROL, act(CALL, INFERENCE, once), act(BALANCE, author), act(STATICCALL, INFERENCE, twice))
        self.relay(CAROL, act(BALANCE, author), act(CALL, INFERENCE, batch(self.a, [])), act(INFER, data=self.b + self.y()))
        self.relay(BOB, act(CALL, INFERENCE, batch(self.a, [])), act(BALANCE, author))
        undone = script(act(CALL, INFERENCE, once), flags=REVERT)
        self.relay(BOB, act(CALL, self.s, undone), act(BALANCE, author), act(STATICCALL, self.s, undone))
        self.relay(CAROL, act(CALL, INFERENCE, twice), flags=REVERT)
        self.relay(CAROL, act(CALL, REGISTRY, of("info", self.a)), act(CALL, INFERENCE, once, gas=60_000))
        # A refund as large as may be beside it.
        self.relay(ALICE, *(act(STORE, data=abi.word(slot) + bytes(32)) for slot in (5, 9, 20, 21, 22, 23)),
                   act(CALL, INFERENCE, once))
        self.author.send(ALICE, REGISTRY, royalty(self.a, 0))
        self.author.send(CAROL, INFERENCE, once)

    def ends(self):
        """The frame around an inference ends in each way; what was computed stays in the transcript."""
        one = act(CALL, INFERENCE, infer(self.a, self.x()))
        for flags in (0, REVERT, INVALID):
            self.relay(ALICE, one, flags=flags, gas=300_000)
            self.relay(BOB, act(CALL, self.s, script(one, flags=flags), gas=200_000), one)
        write = script(one, act(STORE, data=bytes(64)), flags=0)
        self.relay(CAROL, act(STATICCALL, self.s, write, gas=100_000), one)
        nested = script(act(CALL, self.r, script(one, flags=0)), one, flags=REVERT)
        self.relay(CAROL, act(CALL, self.s, nested), one, act(CALL, self.s, nested), flags=0)

    def created(self):
        """A constructor that asks a model; an empty input area; a chunk's account, whose code stops at once."""
        # PUSH32 model, PUSH0 MSTORE; the input is zeros: outSize, outOffset, inSize, inOffset, model, INFER; keep it.
        init = b"\x5f\x5f\x60\x1e\x60\x40\x7f" + self.a + b"\xc0\x50\x3d\x5f\x5f\x3e\x3d\x5f\x20\x5f\x55\x3d\x5f\xf3"
        self.author.send(ALICE, b"", init)
        self.relay(BOB, act(CREATE, data=init), act(CREATE, data=init[:-2] + b"\x5f\xfd"))
        chunk = chunk_address(self.a)
        self.relay(CAROL, act(BALANCE, chunk), act(CALL, chunk, b"x"), act(CALL, REGISTRY, put(self.mlp[1])))
        self.relay(CAROL, act(CALL, REGISTRY, put(b"new")), act(BALANCE, chunk_address(keccak(b"new"))))

    def lists(self):
        """Access lists (EIP-2930) warm what the precompiles reach; a coinbase and a sender are warm by themselves."""
        slots = [slot_of(self.a, index) for index in (0, 2)]
        data, warm = infer(self.a, self.x()), [[REGISTRY, slots]]
        self.author.send(ALICE, INFERENCE, data, kind=1, access_list=warm)
        self.author.send(BOB, INFERENCE, data, access_list=[*warm, [address(ALICE), []], [INFERENCE, [bytes(32)]]])
        self.author.send(BOB, REGISTRY, put(b"listed"), access_list=[[chunk_address(keccak(b"listed")), []]])
        self.relay(CAROL, act(CALL, INFERENCE, data), act(INFER, data=self.a + self.x()), access_list=warm)

    def delegations(self):
        """EIP-7702: an account that runs a contract's code, and accounts that are delegated to precompiles."""
        author = self.author

        def become(who: int, code: bytes, data: bytes = b"", **more):
            nonce = author.nonces[who] + (1 if who == ALICE else 0)
            listed = [authorization(KEYS[who], code, nonce)]
            author.send(ALICE, address(who), data, kind=4, authorizations=listed, **more)
            if who != ALICE:
                author.nonces[who] += 1
            else:
                author.nonces[ALICE] += 1

        one = act(CALL, INFERENCE, infer(self.a, self.x()))
        become(BOB, self.r, script(one, act(INFER, data=self.b + self.y())))
        self.relay(CAROL, act(CALL, address(BOB), script(one, flags=0)), act(DELEGATECALL, address(BOB), script(one, flags=0)))
        for door, data in ((INFERENCE, infer(self.a, self.x())), (PACKED, self.a + self.x()), (REGISTRY, put(b"7702"))):
            become(CAROL, door, data, gas=200_000)
            kinds = (CALL, STATICCALL, DELEGATECALL, CALLCODE)
            self.relay(ALICE, *(act(kind, address(CAROL), data, gas=50_000) for kind in kinds))
        become(CAROL, bytes(20))
        become(BOB, bytes(20))

    def registered_in_contracts(self):
        """A contract as author: registered and used in one transaction, undone, and done; its royalty."""
        model, header, chunks = self.lstm = parts(recurrent.lstm_step())
        for data in (*map(put, chunks), put(header)):
            self.author.send(BOB, REGISTRY, data, gas=3 * ENOUGH)
        x = bytes(self.rng.many(5 + 6 + 12, 0, 255))
        whole = [act(CALL, REGISTRY, register(model)), act(CALL, INFERENCE, infer(model, x)),
                 act(CALL, REGISTRY, royalty(model, 777)), act(INFER, data=model + x)]
        self.relay(ALICE, *whole, flags=REVERT)
        self.relay(ALICE, act(CALL, self.s, script(*whole, flags=REVERT)), act(CALL, REGISTRY, of("info", model)))
        self.relay(ALICE, *whole, act(CALL, REGISTRY, of("info", model)))
        self.relay(BOB, act(CALL, INFERENCE, infer(model, x)), act(BALANCE, self.r))
        self.author.send(CAROL, PACKED, model + x)

    def retired(self):
        """In the middle of a transaction, undone, and for good."""
        model, x = self.lstm[0], bytes(23)
        end = [act(CALL, REGISTRY, of("retire", model)), act(CALL, INFERENCE, infer(model, x)),
               act(CALL, REGISTRY, royalty(model, 1)), act(CALL, REGISTRY, of("info", model)), act(INFER, data=model + x)]
        self.relay(ALICE, *end, flags=REVERT)
        self.author.send(BOB, PACKED, model + x)
        self.relay(ALICE, *end)
        self.author.send(BOB, PACKED, model + x)
        self.author.send(CAROL, REGISTRY, register(model))


def blocks(author: Author):
    Scenes(author).run()
