"""Confirms an exported chain with this package's own code, as far as that goes without an EVM.

    python confirm_chain.py [FILE.jsonl]     exit 0 all confirmed, 1 something differs, 2 unreadable

Every value of the file is either derived again here and compared, or named under "not confirmed".
"""

import json
import pathlib
import sys
from collections import Counter

from chain import blocks, rlp, transactions, trie
from chain.hashes import keccak
from chain.machine import Machine

UNREADABLE = (OSError, ValueError, KeyError, IndexError, TypeError)
FILE = pathlib.Path(__file__).parent.parent / "data" / "chain" / "small.jsonl"
NOT_CONFIRMED = {
    "state roots after execution": "blocks, from the first Solidity contract on; that takes an EVM (isocortex replay)",
    "gas of contract calls and creations": "transactions; taken from the file, and bound by gas used and receipts root",
    "success of contract calls and creations": "transactions; likewise",
    "failed contract calls that never came to their inference": "transactions; only their gas tells",
    "inferences that nothing in calldata explains": "entries",
}


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


class Confirmation:
    def __init__(self):
        self.good, self.open, self.wrong = Counter(), Counter(dict.fromkeys(NOT_CONFIRMED, 0)), []

    def same(self, what: str, place: str, found, derived):
        """One value of the file against ours."""
        if found == derived:
            self.good[what] += 1
        else:
            show = [v.hex() if isinstance(v, bytes) else v for v in (found, derived)]
            self.wrong.append(f"{place}: {what}: the file says {show[0]}, derived here is {show[1]}")

    def genesis(self, record: dict):
        self.file = record["file"]
        self.head = blocks.genesis_header(self.file)
        self.machine = Machine(self.file["config"], self.file["alloc"])
        self.same("genesis state root, from alloc", "block 0", unhex(record["stateRoot"]), self.head["stateRoot"])
        derived = blocks.header_hash(self.head)
        self.same("genesis hash, from the genesis file", "block 0", unhex(record["hash"]), derived)

    def block(self, record: dict):
        place = f"block {record['number']}"
        fields, body, ommers, withdrawals = rlp.decode(unhex(record["rlp"]))
        head, parent = blocks.header(fields), self.head
        txs = [transactions.decode(item) for item in body]
        raw = [rlp.encode(item) if isinstance(item, list) else item for item in body]
        for name in ("hash", "stateRoot", "receiptsRoot", "gasUsed", "number"):
            derived = keccak(rlp.encode(fields)) if name == "hash" else head[name]
            found = record[name] if isinstance(record[name], int) else unhex(record[name])
            what = "block hashes" if name == "hash" else "the record's fields are the header's"
            self.same(what, f"{place}, {name}", found, derived)
        self.same("parent hashes", place, head["parentHash"], blocks.header_hash(parent))
        self.same("numbers", place, head["number"], parent["number"] + 1)
        self.same("base fees (EIP-1559)", place, head["baseFee"], blocks.next_base_fee(parent))
        self.same("transactions roots", place, head["transactionsRoot"], trie.root_of_list(raw))
        self.same("no ommers, no withdrawals, no blobs", place, (
            ommers, withdrawals, head["ommersHash"], head["withdrawalsRoot"], head["difficulty"], head["blobGasUsed"],
        ), ([], [], blocks.NO_OMMERS, trie.EMPTY, 0, 0))
        self.execute(place, head, txs, record)
        if self.machine.state is None:
            self.open["state roots after execution"] += 1
        else:
            self.same("state roots after execution", place, head["stateRoot"], self.machine.state.root())
        self.head = head

    def execute(self, place: str, head: dict, txs: list, record: dict):
        self.machine.begin_block(head)
        self.same("number of transactions", place, len(record["transactions"]), len(txs))
        entries, receipts, all_logs, gas = [], [], [], 0
        claims = [(e["txIndex"], e["callIndex"], unhex(e["model"]), unhex(e["input"]), unhex(e["output"]), e["gas"])
                  for e in record["transcript"]]
        for index, (tx, claim) in enumerate(zip(txs, record["transactions"])):
            at = f"{place}, transaction {index}"
            self.same("transaction hashes", at, unhex(claim["hash"]), tx.hash())
            effect = self.machine.run(tx, claim["success"])
            if effect.gas is None:
                self.open["gas of contract calls and creations"] += 1
                self.open["success of contract calls and creations"] += 1
                effect.gas = claim["gasUsed"]
            else:
                self.same(f"success and gas: {effect.what}", at, (claim["success"], claim["gasUsed"]),
                          (effect.status, effect.gas))
            claimed = [c for c in claims if c[0] == index]
            if effect.calls is None:
                self.open["inferences that nothing in calldata explains"] += len(claimed)
                entries += claimed
            elif effect.what == "contract" and effect.calls and not claim["success"] and not claimed:
                self.open["failed contract calls that never came to their inference"] += 1
            else:
                ours = [(index, i, m, keccak(x), keccak(y), price) for i, (m, x, y, price) in enumerate(effect.calls)]
                self.same("inferences of each transaction: how many", at, len(claimed), len(ours))
                for mine, theirs in zip(ours, claimed):
                    self.same(f"inferences: model, digests, gas: {effect.what.split(':')[0]}",
                              f"{at}, call {mine[1]}", theirs, mine)
                entries += ours
            self.machine.settle(tx, effect)
            gas += effect.gas
            all_logs += effect.logs
            receipts.append(blocks.receipt(tx.kind, effect.status, gas, effect.logs))
        self.same("the transcript has no other entries", place, len(claims), len(entries))
        requests = blocks.transcript_requests(entries)
        self.same("requests hashes (EIP-7685), which commit the transcript", place, head["requestsHash"],
                  blocks.requests_hash(requests))
        self.same("gas used: the transactions' sum", place, head["gasUsed"], gas)
        self.same("receipts roots", place, head["receiptsRoot"], trie.root_of_list(receipts))
        self.same("blooms", place, head["logsBloom"], blocks.bloom(all_logs))

    def end(self, record: dict):
        self.same("end line", "end", (record["number"], unhex(record["hash"])),
                  (self.head["number"], blocks.header_hash(self.head)))

    def models(self):
        """The machine took each model's bytes from the calldata of putChunk alone; these held its checks."""
        for model, record in self.machine.world.records.items():
            whole = model in self.machine.world.chunks and record["checked"] is not None
            self.same("models put together from calldata, checked, id = keccak-256 of the header", model.hex(),
                      whole and keccak(self.machine.world.chunks[model]), model)

    def report(self, path) -> int:
        print(path)
        for what, count in self.good.items():
            print(f"  confirmed      {count:4}  {what}")
        for what, count in self.open.items():
            print(f"  NOT CONFIRMED  {count:4}  {what}: {NOT_CONFIRMED[what]}")
        for line in self.wrong:
            print(f"  DIFFERS  {line}")
        print(f"{'DIFFERS' if self.wrong else 'CONFIRMED'}: {self.good.total()} values confirmed, {len(self.wrong)} "
              f"differ, {self.open.total()} not confirmed")
        return 1 if self.wrong else 0


def main(path=FILE) -> int:
    lines = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    kinds = [kind for line in lines for kind in line]
    if kinds != ["genesis", *["block"] * (len(lines) - 2), "end"]:
        raise ValueError("not a whole export: genesis, blocks, end")
    confirmation = Confirmation()
    try:
        for line in lines:
            for kind, record in line.items():
                getattr(confirmation, kind)(record)
        confirmation.models()
    except UNREADABLE as error:
        if not confirmation.wrong:
            raise
        # A difference outweighs what could not be measured.
        confirmation.wrong.append(f"block {confirmation.head['number'] + 1}: went no further: {error}")
    return confirmation.report(path)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:2]))
    except UNREADABLE as error:
        print(f"NOT MEASURED: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
