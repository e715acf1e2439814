//! What a genesis file switches on, and what is refused.

use crate::chain::{CONTRACT, genesis, vm, vm_with};
use alloy_genesis::Genesis;
use isocortex_vm::{ChainSpec, Error, GasSchedule, Rules, genesis::PRECOMPILES};
use revm::primitives::hardfork::SpecId;
use serde_json::json;

#[test]
fn rules_by_time() {
    let rules = |isocortex, time| vm_with(isocortex).spec().rules_at(time, 1);
    let osaka = |inference, opcodes| Rules { fork: SpecId::OSAKA, inference, opcodes };
    assert_eq!(rules(json!({ "inferenceTime": 0, "opcodes": true }), 0), osaka(true, true));
    assert_eq!(rules(json!({ "inferenceTime": 0 }), 0), osaka(true, false));
    assert_eq!(rules(json!({ "inferenceTime": 50, "opcodes": true }), 49), osaka(false, false));
    assert_eq!(rules(json!({ "inferenceTime": 50, "opcodes": true }), 50), osaka(true, true));
    assert_eq!(vm().spec().chain_id(), 1337);
}

#[test]
fn forks_by_block_and_time() {
    let mut genesis: Genesis = serde_json::from_value(json!({
        "config": {
            "chainId": 5, "homesteadBlock": 1, "eip150Block": 2, "eip155Block": 3, "byzantiumBlock": 4,
            "constantinopleBlock": 5, "petersburgBlock": 5, "istanbulBlock": 6, "berlinBlock": 7, "londonBlock": 8,
            "terminalTotalDifficulty": "0x10", "mergeNetsplitBlock": 9,
            "shanghaiTime": 100, "cancunTime": 200, "pragueTime": 300, "osakaTime": 400,
        },
        "gasLimit": "0x1", "difficulty": "0x0", "alloc": {},
    }))
    .unwrap();
    let spec = ChainSpec::from_genesis(&genesis).unwrap();
    use SpecId::*;
    let by_block = [
        FRONTIER,
        HOMESTEAD,
        TANGERINE,
        SPURIOUS_DRAGON,
        BYZANTIUM,
        PETERSBURG,
        ISTANBUL,
        BERLIN,
        LONDON,
        MERGE,
    ];
    for (number, fork) in (0..).zip(by_block) {
        assert_eq!(spec.rules_at(0, number).fork, fork);
    }
    for (time, fork) in [(99, MERGE), (100, SHANGHAI), (200, CANCUN), (300, PRAGUE), (400, OSAKA)] {
        assert_eq!(spec.rules_at(time, 10).fork, fork);
    }
    assert_eq!(spec.blob_params_at(199), None);
    let max = |time| spec.blob_params_at(time).unwrap().max_blob_count;
    assert_eq!((max(200), max(300), max(400)), (6, 9, 9));

    // The transcript needs Prague's requests.
    genesis
        .config
        .extra_fields
        .insert("isocortex".into(), json!({ "inferenceTime": 299, "gas": GasSchedule::default() }));
    assert!(matches!(ChainSpec::from_genesis(&genesis), Err(Error::Genesis(_))));
    genesis
        .config
        .extra_fields
        .insert("isocortex".into(), json!({ "inferenceTime": 300, "gas": GasSchedule::default() }));
    assert!(ChainSpec::from_genesis(&genesis).is_ok());
}

#[test]
fn a_section_that_does_not_parse_is_refused() {
    for bad in
        [json!(7), json!({}), json!({ "inferenceTime": -1 }), json!({ "inferenceTime": 0, "opcode": true })]
    {
        let error = ChainSpec::from_genesis(&genesis(bad)).unwrap_err();
        assert!(error.to_string().contains("config.isocortex"), "{error}");
    }
}

#[test]
fn prices_are_the_chains() {
    let gas = |isocortex| vm_with(isocortex).spec().gas_schedule();
    assert_eq!(gas(json!({ "inferenceTime": 0 })), GasSchedule::default());
    let own = GasSchedule { inference: 77, ..GasSchedule::default() };
    assert_eq!(gas(json!({ "inferenceTime": 0, "gas": own })), own);
    // A price that is not written down would be whatever the next release thinks.
    let partial = genesis(json!({ "inferenceTime": 0, "gas": { "inference": 77 } }));
    assert!(matches!(ChainSpec::from_genesis(&partial), Err(Error::Genesis(_))));
}

#[test]
fn accounts_that_the_rules_need_must_be_there() {
    let genesis = genesis(json!({ "inferenceTime": 0 }));
    assert!(!genesis.alloc.contains_key(&CONTRACT));
    for address in genesis.alloc.keys() {
        let mut lacking = genesis.clone();
        lacking.alloc.remove(address);
        match ChainSpec::from_genesis(&lacking) {
            Err(Error::MissingSystemAccount { address: missing, .. }) => assert_eq!(missing, *address),
            Ok(_) => assert_eq!(*address, crate::chain::ALICE),
            Err(other) => panic!("{other}"),
        }
    }
    for (_, address) in PRECOMPILES {
        assert_eq!(genesis.alloc[&address].code.clone().unwrap()[..], [0]);
    }
}
