"""What lies around a call: royalties, the ends of frames, creation, access lists, delegations, authors."""

from cases import recurrent
from cases.precompiles import batch, infer, register
from isocortex_ref import abi
from isocortex_ref.contract import INFERENCE, PACKED, REGISTRY

from ..author import ALICE, BOB, CAROL, ENOUGH, KEYS, address, parts, put
from ..hashes import keccak
from ..relay import (
    BALANCE, CALL, CALLCODE, CREATE, DELEGATECALL, INFER, INVALID, REVERT, STATICCALL, STORE, act, script,
)
from ..transactions import authorization
from .stage import Stage, chunk_address, of, royalty, slot_of


def royalties(on: Stage):
    """Paid, reverted, paid in a static frame, paid to the caller himself; the author's account is warm then."""
    author = address(ALICE)
    on.author.send(ALICE, REGISTRY, royalty(on.a, 54_321))
    on.author.send(BOB, REGISTRY, royalty(on.b, 3))
    once, twice = infer(on.a, on.x()), batch(on.a, [on.x(), on.x()])
    on.author.send(ALICE, INFERENCE, once)
    on.relay(CAROL, act(CALL, INFERENCE, once), act(BALANCE, author), act(STATICCALL, INFERENCE, twice))
    on.relay(CAROL, act(BALANCE, author), act(CALL, INFERENCE, batch(on.a, [])), act(INFER, data=on.b + on.y()))
    on.relay(BOB, act(CALL, INFERENCE, batch(on.a, [])), act(BALANCE, author))
    undone = script(act(CALL, INFERENCE, once), flags=REVERT)
    on.relay(BOB, act(CALL, on.s, undone), act(BALANCE, author), act(STATICCALL, on.s, undone))
    on.relay(CAROL, act(CALL, INFERENCE, twice), flags=REVERT)
    on.relay(CAROL, act(CALL, REGISTRY, of("info", on.a)), act(CALL, INFERENCE, once, gas=60_000))
    # A refund as large as may be beside it.
    on.relay(ALICE, *(act(STORE, data=abi.word(slot) + bytes(32)) for slot in (5, 9, 20, 21, 22, 23)),
               act(CALL, INFERENCE, once))
    on.author.send(ALICE, REGISTRY, royalty(on.a, 0))
    on.author.send(CAROL, INFERENCE, once)


def ends(on: Stage):
    """The frame around an inference ends in each way; what was computed stays in the transcript."""
    one = act(CALL, INFERENCE, infer(on.a, on.x()))
    for flags in (0, REVERT, INVALID):
        on.relay(ALICE, one, flags=flags, gas=300_000)
        on.relay(BOB, act(CALL, on.s, script(one, flags=flags), gas=200_000), one)
    write = script(one, act(STORE, data=bytes(64)), flags=0)
    on.relay(CAROL, act(STATICCALL, on.s, write, gas=100_000), one)
    nested = script(act(CALL, on.r, script(one, flags=0)), one, flags=REVERT)
    on.relay(CAROL, act(CALL, on.s, nested), one, act(CALL, on.s, nested), flags=0)


def created(on: Stage):
    """A constructor that asks a model; an empty input area; a chunk's account, whose code stops at once."""
    # PUSH32 model, PUSH0 MSTORE; the input is zeros: outSize, outOffset, inSize, inOffset, model, INFER; keep it.
    init = b"\x5f\x5f\x60\x1e\x60\x40\x7f" + on.a + b"\xc0\x50\x3d\x5f\x5f\x3e\x3d\x5f\x20\x5f\x55\x3d\x5f\xf3"
    on.author.send(ALICE, b"", init)
    on.relay(BOB, act(CREATE, data=init), act(CREATE, data=init[:-2] + b"\x5f\xfd"))
    chunk = chunk_address(on.a)
    on.relay(CAROL, act(BALANCE, chunk), act(CALL, chunk, b"x"), act(CALL, REGISTRY, put(on.mlp[1])))
    on.relay(CAROL, act(CALL, REGISTRY, put(b"new")), act(BALANCE, chunk_address(keccak(b"new"))))


def lists(on: Stage):
    """Access lists (EIP-2930) warm what the precompiles reach; a coinbase and a sender are warm by themselves."""
    slots = [slot_of(on.a, index) for index in (0, 2)]
    data, warm = infer(on.a, on.x()), [[REGISTRY, slots]]
    on.author.send(ALICE, INFERENCE, data, kind=1, access_list=warm)
    on.author.send(BOB, INFERENCE, data, access_list=[*warm, [address(ALICE), []], [INFERENCE, [bytes(32)]]])
    on.author.send(BOB, REGISTRY, put(b"listed"), access_list=[[chunk_address(keccak(b"listed")), []]])
    on.relay(CAROL, act(CALL, INFERENCE, data), act(INFER, data=on.a + on.x()), access_list=warm)


def delegations(on: Stage):
    """EIP-7702: an account that runs a contract's code, and accounts that are delegated to precompiles."""
    author = on.author

    def become(who: int, code: bytes, data: bytes = b"", **more):
        listed = [authorization(KEYS[who], code, author.nonces[who])]
        author.send(ALICE, address(who), data, kind=4, authorizations=listed, **more)
        author.nonces[who] += 1

    one = act(CALL, INFERENCE, infer(on.a, on.x()))
    become(BOB, on.r, script(one, act(INFER, data=on.b + on.y())))
    on.relay(CAROL, *(act(kind, address(BOB), script(one, flags=0)) for kind in (CALL, DELEGATECALL)))
    for door, data in ((INFERENCE, infer(on.a, on.x())), (PACKED, on.a + on.x()), (REGISTRY, put(b"7702"))):
        become(CAROL, door, data, gas=200_000)
        kinds = (CALL, STATICCALL, DELEGATECALL, CALLCODE)
        on.relay(ALICE, *(act(kind, address(CAROL), data, gas=50_000) for kind in kinds))
    become(CAROL, bytes(20))
    become(BOB, bytes(20))


def registered_in_contracts(on: Stage):
    """A contract as author: registered and used in one transaction, undone, and done; its royalty."""
    model, header, chunks = on.lstm = parts(recurrent.lstm_step())
    for data in (*map(put, chunks), put(header)):
        on.author.send(BOB, REGISTRY, data, gas=3 * ENOUGH)
    x = bytes(on.rng.many(5 + 6 + 12, 0, 255))
    whole = [act(CALL, REGISTRY, register(model)), act(CALL, INFERENCE, infer(model, x)),
             act(CALL, REGISTRY, royalty(model, 777)), act(INFER, data=model + x)]
    on.relay(ALICE, *whole, flags=REVERT)
    on.relay(ALICE, act(CALL, on.s, script(*whole, flags=REVERT)), act(CALL, REGISTRY, of("info", model)))
    on.relay(ALICE, *whole, act(CALL, REGISTRY, of("info", model)))
    on.relay(BOB, act(CALL, INFERENCE, infer(model, x)), act(BALANCE, on.r))
    on.author.send(CAROL, PACKED, model + x)


def retired(on: Stage):
    """In the middle of a transaction, undone, and for good."""
    model, x = on.lstm[0], bytes(23)
    end = [act(CALL, REGISTRY, of("retire", model)), act(CALL, INFERENCE, infer(model, x)),
           act(CALL, REGISTRY, royalty(model, 1)), act(CALL, REGISTRY, of("info", model)), act(INFER, data=model + x)]
    on.relay(ALICE, *end, flags=REVERT)
    on.author.send(BOB, PACKED, model + x)
    on.relay(ALICE, *end)
    on.author.send(BOB, PACKED, model + x)
    on.author.send(CAROL, REGISTRY, register(model))
