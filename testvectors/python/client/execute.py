"""One block: the spec's `state_transition`, but what differs is told instead of refused."""

from dataclasses import dataclass
from typing import Any

from .genesis import unhex
from .rules import Rules
from .spec import (
    Block, EthereumException, Header, compute_requests_hash, decode_receipt, fork, keccak256, logs_bloom,
    rlp, root, state_root, trie_get, vm,
)
from .transcript import Entry, Transcript


@dataclass
class Executed:
    block: Block
    inferences: int
    state_root: bytes
    differences: list[str]


def execute(chain: fork.BlockChain, rules: Rules, record: dict[str, Any]) -> Executed:
    """Executes the block of an export's line on the chain, and compares all that it says."""
    block = rlp.decode_to(Block, unhex(record["rlp"]))
    header, differences = block.header, []

    def same(what: str, theirs, ours):
        if theirs != ours:
            differences.append(f"{what}: the block says {show(theirs)}, derived here is {show(ours)}")

    with rules.at(int(header.timestamp)) as transcript:
        try:
            fork.validate_header(chain, header)
            output = fork.apply_body(environment(chain, header), block.transactions, block.withdrawals)
        except EthereumException as error:
            reason = f"the spec refuses the block: {type(error).__name__} {error}"
            return Executed(block, 0, b"", [reason])
    ours = state_root(chain.state)
    same("state root", header.state_root, ours)
    same("gas used", header.gas_used, output.block_gas_used)
    same("receipts root", header.receipt_root, root(output.receipts_trie))
    same("logs bloom", header.bloom, logs_bloom(output.block_logs))
    same("requests hash", header.requests_hash, compute_requests_hash(output.requests + transcript.requests()))
    same("transactions root", header.transactions_root, root(output.transactions_trie))
    same("withdrawals root", header.withdrawals_root, root(output.withdrawals_trie))
    same("blob gas", header.blob_gas_used, output.blob_gas_used)
    same("ommers", (), block.ommers)
    claims(record, header, transactions(block, output), transcript, same)
    chain.blocks = [*chain.blocks, block][-255:]
    return Executed(block, len(transcript.entries), ours, differences)


def environment(chain: fork.BlockChain, header: Header) -> vm.BlockEnvironment:
    return vm.BlockEnvironment(
        chain_id=chain.chain_id, state=chain.state, block_gas_limit=header.gas_limit,
        block_hashes=fork.get_last_256_block_hashes(chain), coinbase=header.coinbase, number=header.number,
        base_fee_per_gas=header.base_fee_per_gas, time=header.timestamp, prev_randao=header.prev_randao,
        excess_blob_gas=header.excess_blob_gas, parent_beacon_block_root=header.parent_beacon_block_root,
    )


def transactions(block: Block, output: vm.BlockOutput) -> list[tuple]:
    """Hash, gas and success of each, from its receipt."""
    found, before = [], 0
    for item, key in zip(block.transactions, output.receipt_keys, strict=True):
        receipt = decode_receipt(trie_get(output.receipts_trie, key))
        total = int(receipt.cumulative_gas_used)
        encoded = item if isinstance(item, bytes) else rlp.encode(item)
        found.append((keccak256(encoded), total - before, bool(receipt.succeeded)))
        before = total
    return found


def claims(record: dict[str, Any], header: Header, ours: list, transcript: Transcript, same):
    """What the line says besides the block itself."""
    same("number", record["number"], int(header.number))
    same("hash", unhex(record["hash"]), keccak256(rlp.encode(header)))
    same("the line's state root", unhex(record["stateRoot"]), header.state_root)
    same("the line's receipts root", unhex(record["receiptsRoot"]), header.receipt_root)
    same("the line's gas", record["gasUsed"], int(header.gas_used))
    theirs = [(unhex(t["hash"]), t["gasUsed"], t["success"]) for t in record["transactions"]]
    compare("transaction", "hash, gas, success", theirs, ours, same)
    listed = [
        Entry(e["txIndex"], e["callIndex"], unhex(e["model"]), unhex(e["input"]), unhex(e["output"]), e["gas"])
        for e in record["transcript"]
    ]
    compare("inference", "transaction, call, model, digests of input and output, gas", listed, transcript.entries, same)


def compare(what: str, members: str, theirs: list, ours: list, same):
    same(f"number of {what}s", len(theirs), len(ours))
    for index, (their, our) in enumerate(zip(theirs, ours)):
        same(f"{what} {index} ({members})", tuple(their), tuple(our))


def show(value) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(show, value))
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
