//! A genesis file of a chain on which inference is on from the start.

use alloy_primitives::Address;
use isocortex_vm::{GasSchedule, genesis::system_accounts};

/// With this block gas limit, in hexadecimal, and with an account that has an ether.
pub fn genesis(gas_limit: &str, funded: Address) -> Vec<u8> {
    let mut alloc = serde_json::Map::new();
    for (address, account) in system_accounts() {
        alloc.insert(address.to_string(), serde_json::to_value(account).unwrap());
    }
    alloc.insert(funded.to_string(), serde_json::json!({ "balance": "0xde0b6b3a7640000" }));
    let genesis = serde_json::json!({
        "config": {
            "chainId": 1337, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
            "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
            "berlinBlock": 0, "londonBlock": 0, "terminalTotalDifficulty": 0, "shanghaiTime": 0,
            "cancunTime": 0, "pragueTime": 0, "osakaTime": 0,
            "isocortex": { "inferenceTime": 0, "opcodes": true, "gas": GasSchedule::default() }
        },
        "gasLimit": gas_limit, "difficulty": "0x0", "timestamp": "0x64", "alloc": alloc
    });
    serde_json::to_vec(&genesis).unwrap()
}
