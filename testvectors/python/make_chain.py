"""Writes what testvectors/make-chain.sh feeds to `isocortex`: a genesis file and signed transactions in blocks.

    python make_chain.py NAME DEV_GENESIS.json FOLDER     writes FOLDER/genesis.json and FOLDER/transactions.jsonl

NAME is small, calls, or random-SEED.
"""

import json
import pathlib
import sys

from cases import models
from cases.precompiles import SCHEDULE, batch, infer, register
from cases.rng import Rng
from chain import calls, contracts
from chain.calls import random
from chain.author import ALICE, BOB, CAROL, ENOUGH, SECONDS, Author, gas_inside, parts, put
from chain.hashes import keccak
from chain.transactions import Transaction
from isocortex_ref import abi
from isocortex_ref.contract import INFERENCE, PACKED, REGISTRY

SOLIDITY = pathlib.Path(__file__).resolve().parents[2] / "precompiles" / "solidity" / "out"


def init_code(name: str) -> bytes:
    return bytes.fromhex(json.loads((SOLIDITY / f"{name}.json").read_text())["bytecode"].removeprefix("0x"))


def gas_of(small: tuple, data: bytes) -> int:
    """Exactly what a direct call needs once the model is registered."""
    return Transaction(2, 0, 0, INFERENCE, data).intrinsic() + gas_inside(small, data)


def blocks(author: Author):
    small, large = parts(models.mlp()), parts(models.chunked()[1])
    (a, header_a, chunks_a), (b, header_b, chunks_b) = small, large
    assert len(chunks_a) == 1 and len(chunks_b) == 2
    rng = Rng("small chain")

    def some(n: int) -> bytes:
        return bytes(rng.many(n, 0, 255))

    send, seal = author.send, author.seal
    # A model of one chunk; an old-fashioned transfer.
    for call in (put(chunks_a[0]), put(header_a), register(a)):
        send(ALICE, REGISTRY, call)
    send(BOB, bytes(19) + b"\xb0", kind=0, value=10**18, gas=21_000)
    seal()
    # A model of two chunks, whose first takes most of what a transaction may.
    send(ALICE, REGISTRY, put(chunks_b[0]), gas=1 << 24)
    send(BOB, REGISTRY, put(header_b))
    seal()
    # Registered too early, then in the same block in which its last chunk comes, and then again.
    send(BOB, REGISTRY, register(b))
    send(BOB, REGISTRY, put(chunks_b[1]))
    send(BOB, REGISTRY, register(b), gas=2 * ENOUGH)
    send(CAROL, INFERENCE, infer(b, some(252)))
    send(ALICE, REGISTRY, register(b))
    seal()
    # Every door, and every kind of transaction.
    send(ALICE, INFERENCE, infer(a, some(30)), kind=0)
    send(BOB, INFERENCE, batch(a, [some(30), bytes(30), some(30)]), kind=1)
    send(CAROL, INFERENCE, batch(b, []))
    send(CAROL, PACKED, a + some(30))
    send(ALICE, PACKED, b + some(252))
    seal()
    # The caller's faults; gas: one too little, and just enough.
    data = infer(a, some(30))
    enough = gas_of(small, data)
    unknown = keccak(b"no model")
    send(ALICE, INFERENCE, infer(a, some(29)))
    send(ALICE, INFERENCE, infer(unknown, some(30)))
    send(ALICE, INFERENCE, data + bytes(32))
    send(ALICE, INFERENCE, batch(a, [some(30), some(31)]))
    send(BOB, PACKED, a)
    send(BOB, PACKED, a + some(30), value=1)
    send(CAROL, INFERENCE, data, gas=enough - 1)
    send(CAROL, INFERENCE, data, gas=enough)
    opcode = send(CAROL, b"", contracts.INFER).created()
    array = send(CAROL, b"", contracts.INFERARRAY).created()
    seal()
    # The two instructions.
    send(CAROL, opcode, b + some(252))
    send(ALICE, opcode, unknown + some(30))
    send(BOB, array, a + contracts.stored(some(30)))
    send(CAROL, array, a + contracts.stored(some(29)))
    seal()
    # A royalty, and who may ask for it; the end of a model.
    send(BOB, REGISTRY, abi.call("setRoyalty(bytes32,uint64)", a, 7))
    send(ALICE, REGISTRY, abi.call("setRoyalty(bytes32,uint64)", a, 12_345))
    send(BOB, INFERENCE, infer(a, some(30)))
    send(CAROL, opcode, a + some(30))
    send(ALICE, INFERENCE, infer(a, some(30)))
    send(BOB, REGISTRY, abi.call("retire(bytes32)", b))
    send(ALICE, INFERENCE, infer(b, some(252)))
    seal()
    # Contracts in Solidity.
    classifier = send(ALICE, b"", init_code("Classifier") + abi.encode(a, 4), gas=3 * ENOUGH).created()
    probe = send(BOB, b"", init_code("Probe"), gas=3 * ENOUGH).created()
    seal()

    def classify(data: bytes) -> bytes:
        return abi.call("classify(bytes)", abi.Bytes(data))

    # Answers that are stored; a wrong input; too little gas. Inferences in frames that revert stay in the transcript.
    send(ALICE, classifier, classify(some(30)))
    send(BOB, classifier, classify(some(30)), kind=1)
    send(BOB, classifier, classify(some(31)))
    send(CAROL, classifier, classify(some(30)), gas=26_000)
    send(ALICE, probe, abi.call("inferAndRevert(bytes32,bytes)", a, abi.Bytes(some(30))))
    send(BOB, probe, abi.call("tryInferAndRevert(bytes32,bytes)", a, abi.Bytes(some(30))))
    send(CAROL, classifier, classify(some(30)))
    seal()
    # Nothing at all.
    seal()


CHAINS = {"small": blocks, "calls": calls.blocks, "random": random.blocks}


def main(name: str, dev: str, folder: str):
    genesis = json.loads(pathlib.Path(dev).read_text())
    # Prices of its own, so that no calibration changes the chain, and somebody who gets the tips.
    genesis["config"]["isocortex"]["gas"] = SCHEDULE
    genesis["coinbase"] = "0x" + "00" * 18 + "f335"
    author = Author(int(genesis["timestamp"], 0))
    name, *seed = name.split("-")
    if name != "small":
        genesis["config"]["isocortex"]["inferenceTime"] = author.time + calls.LIVE_AFTER * SECONDS + 1
    CHAINS[name](author, *map(int, seed))
    out = pathlib.Path(folder)
    (out / "genesis.json").write_text(json.dumps(genesis, indent=1) + "\n")
    (out / "transactions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in author.lines))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1].split("-")[0] not in CHAINS:
        sys.exit(__doc__)
    main(*sys.argv[1:])
