"""What is taken from Ethereum's execution spec, in one place; nothing of it is changed but two tables (`rules`)."""

from ethereum.crypto.hash import Hash32, keccak256
from ethereum.exceptions import EthereumException
from ethereum.forks.osaka import fork, vm
from ethereum.forks.osaka.blocks import Block, Header, Log, decode_receipt
from ethereum.forks.osaka.bloom import logs_bloom
from ethereum.forks.osaka.fork_types import EMPTY_ACCOUNT, Account, Address, Bloom
from ethereum.forks.osaka.requests import compute_requests_hash
from ethereum.forks.osaka.state import (
    State, get_account, get_storage, set_account, set_account_balance, set_storage, state_root,
)
from ethereum.forks.osaka.trie import Trie, root, trie_get
from ethereum.forks.osaka.vm import Evm, interpreter
from ethereum.forks.osaka.vm.exceptions import Revert
from ethereum.forks.osaka.vm.gas import (
    GAS_COLD_ACCOUNT_ACCESS, GAS_COLD_SLOAD, GAS_COPY, GAS_KECCAK256, GAS_KECCAK256_WORD, GAS_LOG, GAS_LOG_DATA,
    GAS_LOG_TOPIC, GAS_STORAGE_SET, GAS_STORAGE_UPDATE, GAS_WARM_ACCESS, calculate_gas_extend_memory, charge_gas,
    max_message_call_gas,
)
from ethereum.forks.osaka.vm.instructions.system import generic_call
from ethereum.forks.osaka.vm.memory import memory_read_bytes
from ethereum.forks.osaka.vm.precompiled_contracts.mapping import PRE_COMPILED_CONTRACTS
from ethereum.forks.osaka.vm.stack import pop, push
from ethereum_rlp import rlp
from ethereum_types.bytes import Bytes8, Bytes32
from ethereum_types.numeric import U64, U256, Uint

VERSION = "2.20.0"
"""The version of the package that this client was written for."""


class CouldNotMeasure(Exception):
    """This client cannot say whether the blocks are right; neither yes nor no."""
