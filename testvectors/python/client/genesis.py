"""Block 0 of a geth-style genesis file whose fork is Osaka."""

from typing import Any

from .spec import (
    U64, U256, Account, Address, Block, Bloom, Bytes8, Bytes32, Hash32, Header, State, Trie, Uint,
    compute_requests_hash, fork, rlp, keccak256, root, set_account, set_storage, state_root,
)


def number(value: Any) -> int:
    """A number, or its text in decimal or with 0x; 0 where there is none."""
    return int(value, 0) if isinstance(value, str) else value or 0


def unhex(text: str | None) -> bytes:
    return bytes.fromhex((text or "").removeprefix("0x"))


def chain(file: dict[str, Any]) -> fork.BlockChain:
    state = State()
    for at, fields in file["alloc"].items():
        address = Address(unhex(at))
        balance, nonce = U256(number(fields.get("balance"))), Uint(number(fields.get("nonce")))
        set_account(state, address, Account(nonce, balance, unhex(fields.get("code"))))
        for slot, value in (fields.get("storage") or {}).items():
            set_storage(state, address, Bytes32(number(slot).to_bytes(32, "big")), U256(number(value)))
    empty = root(Trie(secured=False, default=None))
    header = Header(
        parent_hash=Hash32(bytes(32)),
        ommers_hash=keccak256(rlp.encode([])),
        coinbase=Address(number(file.get("coinbase")).to_bytes(20, "big")),
        state_root=state_root(state),
        transactions_root=empty,
        receipt_root=empty,
        bloom=Bloom(bytes(256)),
        difficulty=Uint(number(file.get("difficulty"))),
        number=Uint(number(file.get("number"))),
        gas_limit=Uint(number(file["gasLimit"])),
        gas_used=Uint(0),
        timestamp=U256(number(file.get("timestamp"))),
        extra_data=unhex(file.get("extraData")),
        prev_randao=Bytes32(number(file.get("mixHash")).to_bytes(32, "big")),
        nonce=Bytes8(number(file.get("nonce")).to_bytes(8, "big")),
        base_fee_per_gas=Uint(number(file.get("baseFeePerGas") or 10**9)),
        withdrawals_root=empty,
        blob_gas_used=U64(number(file.get("blobGasUsed"))),
        excess_blob_gas=U64(number(file.get("excessBlobGas"))),
        parent_beacon_block_root=Hash32(bytes(32)),
        requests_hash=Hash32(compute_requests_hash([])),
    )
    block = Block(header=header, transactions=(), ommers=(), withdrawals=())
    return fork.BlockChain(blocks=[block], state=state, chain_id=U64(file["config"]["chainId"]))
