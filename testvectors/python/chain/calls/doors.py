"""The three addresses and the two instructions: every kind of call, and every way in which one fails."""

from cases.precompiles import SCHEDULE, batch, infer, register
from isocortex_ref import abi
from isocortex_ref.contract import INFERENCE, PACKED, REGISTRY

from ..author import ALICE, BOB, CAROL, ENOUGH, gas_inside, put
from ..contracts import stored
from ..hashes import keccak
from ..relay import (
    CALL, CALLCODE, CREATE, DELEGATECALL, INFER, INFERARRAY, KEEP, LOG, RELAY, STATICCALL, STORE, act, script,
)
from .stage import Stage, chunk_address, of, royalty


def before(on: Stage):
    """Inference is not live: the accounts run their code, and the opcodes are undefined."""
    send = on.author.send
    on.r = send(ALICE, b"", RELAY).created()
    on.s = send(BOB, b"", RELAY).created()
    send(CAROL, REGISTRY, put(on.mlp[1]), gas=100_000)
    on.relay(ALICE, act(CALL, INFERENCE, infer(on.a, on.x()), gas=5_000))
    on.relay(BOB, act(CALL, on.s, script(act(INFER, data=on.a + on.x())), gas=100_000))
    # Money for a contract that will call with value, and for a chunk that is not there yet.
    send(ALICE, on.r, bytes([KEEP]), value=1_000)
    send(BOB, chunk_address(keccak(on.mlp[1])), value=5, gas=30_000)


def publish(on: Stage):
    for who, (model, header, chunks) in ((ALICE, on.mlp), (BOB, on.gru), (CAROL, on.large)):
        for data in (*map(put, chunks), put(header), put(header), register(model)):
            on.author.send(who, REGISTRY, data, gas=3 * ENOUGH)
    on.author.send(CAROL, chunk_address(on.a), b"nobody", value=7, gas=60_000)


def kinds(on: Stage):
    """Each kind of call at each address; two and more calls in a transaction, of more than one model."""
    doors = (
        (REGISTRY, of("info", on.a)), (INFERENCE, infer(on.a, on.x())), (PACKED, on.b + on.y()),
    )
    for kind in (CALL, STATICCALL, DELEGATECALL, CALLCODE):
        on.relay(ALICE, *(act(kind, to, data) for to, data in doors))
    on.relay(BOB, *(act(CALL, to, data, value=1) for to, data in doors))
    on.relay(BOB, *(act(CALLCODE, to, data, value=1) for to, data in doors))
    on.relay(
        CAROL, act(CALL, INFERENCE, batch(on.a, [on.x(), on.x()])),
        act(STATICCALL, INFERENCE, batch(on.b, [on.y() for _ in range(3)])),
        act(CALL, INFERENCE, batch(on.a, [])), act(CALL, INFERENCE, infer(on.a, on.x())), act(LOG, data=b"two"),
    )
    # Through another contract, in a static and in a delegated frame.
    inner = script(act(CALL, INFERENCE, infer(on.a, on.x())), act(INFER, data=on.b + on.y()), flags=0)
    on.relay(ALICE, *(act(kind, on.s, inner) for kind in (CALL, STATICCALL, DELEGATECALL)))


def opcodes(on: Stage):
    """Values short and long, none, too long and of no layout; the storage of a delegated frame is the caller's."""
    def keep(slot: int, word: bytes) -> bytes:
        return act(STORE, data=abi.word(slot) + word)

    def array(model: bytes, slot: int) -> bytes:
        return act(INFERARRAY, data=model + abi.word(slot))

    long, at = on.x() + on.x(), int.from_bytes(keccak(abi.word(9)), "big")
    far = [keep(9, abi.word(2 * 60 + 1)), keep(at, long[:32]), keep((at + 1) % 2**256, long[32:].ljust(32, b"\xee"))]
    on.relay(ALICE, act(INFER, data=on.a + on.x()), act(INFER, data=on.a), act(INFER, data=on.b + on.y()))
    on.relay(BOB, keep(5, stored(on.x())), array(on.a, 5), array(on.a, 5), array(on.b, 5), array(on.a, 6))
    on.relay(CAROL, *far, array(on.a, 9), array(on.b, 9))
    on.relay(CAROL, array(on.a, 9))
    on.relay(ALICE, *(
        step for slot, head in enumerate((64, 63, 2**21 + 3, 2**256 - 1, 62, 2), start=20)
        for step in (keep(slot, abi.word(head)), array(on.a, slot))
    ))
    delegated = script(array(on.a, 5), act(INFER, data=on.a + on.x()), flags=0)
    on.relay(BOB, act(DELEGATECALL, on.s, delegated), act(STATICCALL, on.s, delegated))
    # Three words, whose last has bytes behind the value's end; cold and warm.
    first, data = int.from_bytes(keccak(abi.word(40)), "big"), bytes(on.rng.many(96, 0, 255))
    words = [keep(40, abi.word(2 * 72 + 1)), *(keep(first + i, data[32 * i:][:32]) for i in range(3))]
    on.relay(CAROL, *words, array(on.large[0], 40))
    on.relay(BOB, array(on.large[0], 40), array(on.large[0], 40), act(INFER, data=on.large[0] + data[:72]))


def gas(on: Stage):
    """Too little at each step of a call, then just enough; a frame of an instruction that cannot pay."""
    data = infer(on.a, on.x())
    need, entry = gas_inside(on.mlp, data), SCHEDULE["call"] + SCHEDULE["calldataWord"] * -(-len(data) // 32)
    for limit in (0, entry - 1, entry, entry + 2_099, entry + 2_100, need - 1):
        on.relay(ALICE, act(CALL, INFERENCE, data, gas=limit), act(CALL, INFERENCE, data, gas=need))
    on.relay(BOB, act(STATICCALL, INFERENCE, infer(on.a, bytes(29)), gas=need), act(CALL, INFERENCE, b"", gas=200))
    for limit in (900, 3_000, 9_000, 15_000):
        on.relay(CAROL, act(CALL, on.s, script(act(INFER, data=on.a + on.x()), flags=0), gas=limit))
    # The outermost frame itself runs out, before and after an inference that stays in the transcript.
    on.relay(ALICE, act(INFER, data=on.a + on.x()), gas=40_000)
    on.relay(ALICE, act(CALL, INFERENCE, batch(on.a, [on.x()] * 4)), act(CREATE, data=bytes(3)), gas=80_000)


def errors(on: Stage):
    """Every typed error, where a contract sees it."""
    send = on.author.send
    steps = (
        (CALL, REGISTRY, b""), (CALL, REGISTRY, of("info", on.a) + bytes(1)), (CALL, REGISTRY, of("nothing", on.a)),
        (CALL, REGISTRY, of("info", keccak(b"none"))), (CALL, REGISTRY, register(on.a)), (CALL, REGISTRY, put(b"")),
        (CALL, REGISTRY, register(keccak(b"none"))), (CALL, REGISTRY, royalty(on.a, 1)),
        (CALL, REGISTRY, abi.call("setRoyalty(bytes32,uint64)", on.a, 2**64)), (CALL, REGISTRY, of("retire", on.a)),
        (STATICCALL, REGISTRY, register(on.a)), (STATICCALL, REGISTRY, put(b"\1")), (STATICCALL, REGISTRY, b"\1\2\3\4"),
        (STATICCALL, REGISTRY, of("retire", on.a)), (STATICCALL, REGISTRY, royalty(on.a, 1)),
        (CALL, INFERENCE, b"\0"), (CALL, INFERENCE, infer(keccak(b"none"), b"")), (CALL, INFERENCE, infer(on.a, b"")),
        (CALL, INFERENCE, batch(on.a, [on.x(), b""])), (CALL, PACKED, on.a[:31]), (CALL, PACKED, on.a),
    )
    on.relay(CAROL, *(act(*step, gas=60_000) for step in steps))
    send(ALICE, REGISTRY, royalty(on.a, SCHEDULE["maxRoyalty"] + 1))
    # No models: a header cut short, and weights. Nobody sees the words of BadModel here.
    send(BOB, REGISTRY, put(on.bad))
    send(BOB, REGISTRY, register(keccak(on.bad)))
    send(CAROL, REGISTRY, register(keccak(on.mlp[2][0])), gas=4 * ENOUGH)
