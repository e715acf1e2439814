//! The accounts that a chain's rules need in its genesis state.

use alloy_eips::{eip2935, eip4788, eip7002, eip7251};
use alloy_genesis::GenesisAccount;
use alloy_primitives::{Address, Bytes, U256};
use isocortex_precompiles::{INFERENCE_ADDRESS, PACKED_ADDRESS, REGISTRY_ADDRESS};

pub use isocortex_precompiles::PRECOMPILE_CODE;

/// Addresses of the inference precompiles, with what they are called.
pub const PRECOMPILES: [(&str, Address); 3] = [
    ("model registry", REGISTRY_ADDRESS),
    ("inference precompile", INFERENCE_ADDRESS),
    ("packed inference door", PACKED_ADDRESS),
];

/// Ethereum's system contracts up to Prague: name, address, code.
pub static SYSTEM_CONTRACTS: [(&str, Address, &Bytes); 4] = [
    ("beacon roots contract (EIP-4788)", eip4788::BEACON_ROOTS_ADDRESS, &eip4788::BEACON_ROOTS_CODE),
    (
        "block hash history contract (EIP-2935)",
        eip2935::HISTORY_STORAGE_ADDRESS,
        &eip2935::HISTORY_STORAGE_CODE,
    ),
    (
        "withdrawal requests contract (EIP-7002)",
        eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
        &eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_CODE,
    ),
    (
        "consolidation requests contract (EIP-7251)",
        eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
        &eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_CODE,
    ),
];

/// What a new chain's `alloc` needs besides funded accounts, to be merged into its genesis:
/// [`SYSTEM_CONTRACTS`] and one byte of code at each of [`PRECOMPILES`].
pub fn system_accounts() -> impl Iterator<Item = (Address, GenesisAccount)> {
    let account = |code: Bytes, nonce| GenesisAccount {
        nonce: Some(nonce),
        balance: U256::ZERO,
        code: Some(code),
        storage: None,
        private_key: None,
    };
    let contracts = SYSTEM_CONTRACTS.iter().map(move |(_, at, code)| (*at, account((*code).clone(), 1)));
    contracts.chain(PRECOMPILES.iter().map(move |(_, at)| (*at, account(PRECOMPILE_CODE, 0))))
}
