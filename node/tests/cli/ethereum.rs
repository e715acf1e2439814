//! import, test-vectors.

use crate::world::{repository, run_in};
use serde_json::Value;
use std::fs;

/// The blocks of the vectors' chain, one after another, beside its genesis file; gives their number.
fn chain_file(folder: &std::path::Path) -> u64 {
    let export = fs::read_to_string(repository("testvectors/data/chain/small.jsonl")).unwrap();
    let (mut blocks, mut count) = (vec![], 0);
    for line in export.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(genesis) = line.get("genesis") {
            fs::write(folder.join("genesis.json"), genesis["file"].to_string()).unwrap();
        } else if let Some(rlp) = line["block"]["rlp"].as_str() {
            blocks.extend(alloy_primitives::hex::decode(rlp).unwrap());
            count += 1;
        }
    }
    fs::write(folder.join("chain.rlp"), blocks).unwrap();
    count
}

#[test]
fn a_chain_file_is_imported_once_and_judged() {
    let folder = tempfile::tempdir().unwrap();
    let count = chain_file(folder.path());
    let run = |args: &[&str]| run_in(folder.path(), args);
    for data in ["a", "b", "d"] {
        run(&["init", "--data", data, "--genesis", "genesis.json"]).exits(0);
    }
    let import = |file: &str, data: &str| run(&["import", file, "--data", data, "--json"]);
    let first = import("chain.rlp", "a").exits(0).json();
    assert_eq!((&first["blocks"], &first["known"]), (&count.into(), &0.into()));
    let again = import("chain.rlp", "a").exits(0).json();
    assert_eq!((&again["blocks"], &again["known"]), (&0.into(), &count.into()));
    assert_eq!(again["head"], first["head"]);

    // Cut short: what is whole is kept, and the rest follows.
    let whole = fs::read(folder.path().join("chain.rlp")).unwrap();
    fs::write(folder.path().join("cut.rlp"), &whole[..whole.len() - 1]).unwrap();
    import("cut.rlp", "b").exits(2).says("at byte");
    let rest = import("chain.rlp", "b").exits(0).json();
    assert_eq!((&rest["blocks"], &rest["head"]), (&1.into(), &first["head"]));

    // A block that breaks a rule: another state root, in a header of the same length.
    let root = first["stateRoot"].as_str().unwrap();
    let root = alloy_primitives::hex::decode(root).unwrap();
    let at = whole.windows(32).position(|bytes| bytes == root).unwrap();
    let mut bad = whole;
    bad[at] ^= 1;
    fs::write(folder.path().join("bad.rlp"), bad).unwrap();
    import("bad.rlp", "d").exits(1).says("state root");
    assert_eq!(import("chain.rlp", "d").exits(0).json()["blocks"], 1);
}

/// A state test whose answers are worked out by hand: nobody is there, and the transaction must be refused.
const STATE_TEST: &str = r#"{ "hand[fork_Berlin]": {
    "env": { "currentCoinbase": "0x00000000000000000000000000000000000000cc", "currentGasLimit": "0x0f4240",
             "currentNumber": "0x01", "currentTimestamp": "0x01", "currentDifficulty": "0x020000" },
    "pre": {},
    "post": { "Berlin": [ { "hash": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
        "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
        "txbytes": "0xc0", "expectException": "EXCEPTION" } ] },
    "config": { "chainid": "0x01" } } }"#;

#[test]
fn a_test_passes_fails_or_is_not_measured() {
    let folder = tempfile::tempdir().unwrap();
    let with = |text: &str, more: &[&str]| {
        fs::write(folder.path().join("t.json"), text).unwrap();
        run_in(folder.path(), &[&["test-vectors", "ethereum", "."], more].concat())
    };
    let good = STATE_TEST.replace("EXCEPTION", "TransactionException.RLP_INVALID");
    with(&good, &[]).exits(0).says("all as Ethereum has it");
    with(&good, &["--inference", "--threads", "1"]).exits(0);
    with(&good, &["--filter", "nothing"]).exits(2);
    with(&STATE_TEST.replace("EXCEPTION", "TransactionException.NONCE_IS_MAX"), &[])
        .exits(1)
        .says("hand[fork_Berlin]")
        .says("another reason");
    with(&good.replace("56e81f", "56e81e"), &[]).exits(1).says("state root is 0x56e81f");
    with(&good.replace("Berlin", "Atlantis"), &[]).exits(2).says("not known");
    with("[", &[]).exits(2);
}
