//! genesis, init, upload, deploy, send, run, call, export.

use crate::world::{INFER, INFERENCE, repository, run_in, world};
use serde_json::json;
use std::fs;

#[test]
fn init_from_the_printed_genesis_is_the_default_chain() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = run_in(folder.path(), &["genesis"]).exits(0);
    assert_eq!(genesis.json()["config"]["isocortex"]["opcodes"], true);
    fs::write(folder.path().join("genesis.json"), &genesis.out).unwrap();
    let from_file = run_in(folder.path(), &["init", "--data", "a", "--genesis", "genesis.json", "--json"])
        .exits(0)
        .json();
    let default = run_in(folder.path(), &["init", "--data", "b", "--json"]).exits(0).json();
    assert_eq!(from_file["genesisHash"], default["genesisHash"]);
    assert_eq!(default["chainId"], 1337);
    run_in(folder.path(), &["init", "--data", "d"]).exits(0).says("NOT SECRET");
}

#[test]
fn a_call_gives_what_the_model_gives() {
    let world = world().copy();
    let direct = world.run(&["model", "run", "m.iso", "--input", "input.bin", "--json"]).exits(0).json();
    let args =
        ["call", "--data", "c", "--to", INFERENCE, "--json", "--sig", INFER, &world.model, "@input.bin"];
    let called = world.run(&args).exits(0).json();
    assert_eq!(called["values"], json!([direct["output"]]));
    assert_eq!(called["inferences"].as_array().unwrap().len(), 1);
    let shown = world.run(&["model", "show", "m.iso", "--json"]).json();
    assert_eq!(called["inferences"][0]["gas"], shown["inferenceGas"]);
    world
        .run(&[&args[..], &["--backend", "reference"]].concat())
        .exits(0)
        .says(direct["output"].as_str().unwrap());
}

#[test]
fn a_contract_is_deployed_and_keeps_its_answers() {
    let world = world().copy();
    let contract = repository("precompiles/solidity/out/Classifier.json");
    let deployed = world
        .run(&["deploy", &contract, &world.model, "2", "--data", "c", "--key", "3", "--json"])
        .exits(0)
        .json();
    let address = deployed["blocks"][0]["transactions"][0]["created"].as_str().unwrap().to_owned();
    let call = |sig: &str, arg: &str| {
        world.run(&["call", "--data", "c", "--to", &address, "--json", "--sig", sig, arg]).exits(0).json()["values"].clone()
    };
    let send =
        ["send", "--data", "c", "--key", "3", "--to", &address, "--sig", "classify(bytes)", "@input.bin"];
    let preview = call("preview(bytes) returns (uint256,bytes)", "@input.bin");
    world.run(&send).exits(0);
    let stored = call("answers(uint256) returns (uint64,uint64,bytes)", "0");
    assert_eq!((&stored[0], &stored[2]), (&preview[0], &preview[1]));
    let head =
        world.run(&["export", "--data", "c", "--out", "e.jsonl", "--json"]).exits(0).json()["blocks"].clone();
    assert_eq!(stored[1], head.to_string());
}

#[test]
fn an_upload_can_be_signed_first_and_sealed_later() {
    let world = world();
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| run_in(folder.path(), args);
    let model = world.path("m.iso");
    run(&["init", "--data", "c"]).exits(0);
    run(&["upload", model.to_str().unwrap(), "--data", "c", "--key", "0", "--out", "txs.jsonl"]).exits(0);
    // A block a line of the file would do as well; here one seal takes all, at a time of our own.
    let text = fs::read_to_string(folder.path().join("txs.jsonl")).unwrap()
        + "{\"seal\":{\"timestamp\":1800000000}}\n";
    fs::write(folder.path().join("txs.jsonl"), text).unwrap();
    let ran = run(&["run", "txs.jsonl", "--data", "c", "--json"]).exits(0).json();
    let blocks = ran["blocks"].as_array().unwrap();
    assert_eq!((blocks.len(), blocks[0]["timestamp"].as_u64().unwrap()), (1, 1_800_000_000));
    assert!(blocks[0]["transactions"].as_array().unwrap().iter().all(|tx| tx["success"] == true), "{ran:#}");
    let input = world.path("input.bin");
    let argument = format!("@{}", input.display());
    run(&["call", "--data", "c", "--to", INFERENCE, "--sig", INFER, &world.model, &argument]).exits(0);
}

#[test]
fn an_exported_chain_is_imported_block_for_block() {
    let world = world().copy();
    world.run(&["init", "--data", "d"]).exits(0);
    let ran = world.run(&["run", "c.jsonl", "--data", "d", "--json"]).exits(0).json();
    let exported = world.lines();
    for (ours, line) in ran["blocks"].as_array().unwrap().iter().zip(&exported[1..]) {
        assert_eq!(
            (&ours["hash"], &ours["stateRoot"]),
            (&line["block"]["hash"], &line["block"]["stateRoot"])
        );
    }
    world.run(&["export", "--data", "d", "--out", "d.jsonl"]).exits(0);
    assert_eq!(fs::read(world.path("c.jsonl")).unwrap(), fs::read(world.path("d.jsonl")).unwrap());
    // Blocks alone, without what an export says of them.
    world.run(&["init", "--data", "e"]).exits(0);
    let blocks: Vec<_> = exported
        .iter()
        .filter(|l| l["block"].is_object())
        .map(|l| json!({ "block": l["block"]["rlp"] }))
        .collect();
    world.write_lines("blocks.jsonl", &blocks);
    let again = world.run(&["run", "blocks.jsonl", "--data", "e", "--json"]).exits(0).json();
    assert_eq!(again["head"], ran["head"]);
    // An import that was cut short goes on.
    world.run(&["init", "--data", "f"]).exits(0);
    world.write_lines("half.jsonl", &exported[..3]);
    world.run(&["run", "half.jsonl", "--data", "f"]).exits(0);
    let rest = world.run(&["run", "c.jsonl", "--data", "f", "--json"]).exits(0).json();
    let imported = rest["blocks"].as_array().unwrap().len();
    assert_eq!((&rest["head"], imported, &rest["known"]), (&ran["head"], 3, &json!(2)));
}

#[test]
fn an_upload_that_was_cut_short_goes_on() {
    let world = world();
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| run_in(folder.path(), args);
    let model = world.path("m.iso");
    let model = model.to_str().unwrap();
    run(&["init", "--data", "c"]).exits(0);
    run(&["upload", model, "--data", "c", "--key", "0", "--out", "txs.jsonl"]).exits(0);
    let first: String =
        fs::read_to_string(folder.path().join("txs.jsonl")).unwrap().lines().take(1).collect();
    fs::write(folder.path().join("first.jsonl"), first).unwrap();
    run(&["run", "first.jsonl", "--data", "c"]).exits(0);
    // One chunk of two is there: header and registration remain.
    let rest = run(&["upload", model, "--data", "c", "--key", "4", "--json"]).exits(0).json();
    assert_eq!(rest["blocks"].as_array().unwrap().len(), 2);
    run(&["upload", model, "--data", "c", "--key", "0"]).exits(1).says("registered already");
}
