//! replay: equal, different, not measured.

use crate::world::{Copy, Ran, repository, world};
use alloy_primitives::{B256, Bytes, hex};
use isocortex_consensus::Block;
use isocortex_vm::{Entry, transcript};
use serde_json::{Value, json};
use std::fs;

/// The replay of a changed export.
fn replay(world: &Copy, lines: &[Value]) -> Ran {
    world.write_lines("x.jsonl", lines);
    world.run(&["replay", "x.jsonl"])
}

/// The last block of the export, which holds one inference.
fn last(lines: &mut [Value]) -> &mut Value {
    let index = lines.len() - 2;
    &mut lines[index]["block"]
}

fn flipped(digest: &Value) -> Value {
    let mut digest: B256 = serde_json::from_value(digest.clone()).unwrap();
    digest.0[31] ^= 1;
    json!(digest)
}

#[test]
fn equal_on_both_backends() {
    for backend in ["reference", "cpu"] {
        let json = world().run(&["replay", "c.jsonl", "--json", "--backend", backend]).exits(0).json();
        assert_eq!((&json["backend"], &json["equal"]), (&backend.into(), &true.into()));
        let result = &json["replays"][0]["result"];
        assert_eq!((&result["blocks"], &result["inferences"]), (&5.into(), &2.into()), "{json:#}");
    }
    world().run(&["replay", "c.jsonl"]).exits(0).says("EQUAL");
}

#[test]
fn a_changed_output_is_named_by_block_transaction_and_call() {
    let world = world().copy();
    let mut lines = world.lines();
    let entry = &mut last(&mut lines)["transcript"][0];
    entry["output"] = flipped(&entry["output"]);
    replay(&world, &lines).exits(1).says("block 5, transaction 0, call 0: output digest is");
    let json = world.run(&["replay", "x.jsonl", "--json"]).exits(1).json();
    let difference = &json["replays"][0]["result"]["difference"];
    assert_eq!(
        (&difference["block"], &difference["transaction"], &difference["call"]),
        (&5.into(), &0.into(), &0.into())
    );
    assert_eq!((&json["equal"], &json["replays"][0]["result"]["blocks"]), (&false.into(), &4.into()));
}

/// A sealer who lies consistently: the header commits to the changed output too.
#[test]
fn a_forged_commitment_is_named_as_exactly() {
    let world = world().copy();
    let mut lines = world.lines();
    let record = last(&mut lines);
    record["transcript"][0]["output"] = flipped(&record["transcript"][0]["output"]);
    let entries: Vec<Entry> = serde_json::from_value(record["transcript"].clone()).unwrap();
    let rlp: Bytes = serde_json::from_value(record["rlp"].clone()).unwrap();
    let mut block: Block = alloy_rlp::decode_exact(&rlp).unwrap();
    let mut requests = alloy_eips::eip7685::Requests::default();
    requests.push_request_with_type(transcript::REQUEST_TYPE, transcript::commitment(&entries));
    block.header.requests_hash = Some(requests.requests_hash());
    record["rlp"] = json!(hex::encode_prefixed(alloy_rlp::encode(&block)));
    record["hash"] = json!(block.header.hash_slow());
    replay(&world, &lines).exits(1).says("block 5, transaction 0, call 0: output digest is");
}

#[test]
fn every_other_claim_is_compared() {
    let world = world().copy();
    for (at, says) in [
        ("/stateRoot", "block 5: state root"),
        ("/receiptsRoot", "block 5: receipts root"),
        ("/hash", "block 5: hash"),
        ("/transcript/0/input", "block 5, transaction 0, call 0: input digest"),
        ("/transcript/0/model", "block 5, transaction 0, call 0: model"),
        ("/transactions/0/hash", "block 5, transaction 0: hash"),
    ] {
        let mut lines = world.lines();
        let value = last(&mut lines).pointer_mut(at).unwrap();
        *value = flipped(value);
        replay(&world, &lines).exits(1).says(says);
    }
    for (at, value, says) in [
        ("/gasUsed", json!(1), "block 5: gas used is 1 in the export"),
        ("/transactions/0/gasUsed", json!(1), "block 5, transaction 0: gas is 1"),
        ("/transactions/0/success", json!(false), "block 5, transaction 0: success is false"),
        ("/transcript/0/gas", json!(1), "block 5, transaction 0, call 0: gas is 1"),
        ("/transcript", json!([]), "block 5: the number of inferences is 0"),
        ("/transactions", json!([]), "block 5: the number of transactions is 0"),
    ] {
        let mut lines = world.lines();
        *last(&mut lines).pointer_mut(at).unwrap() = value;
        replay(&world, &lines).exits(1).says(says);
    }
}

#[test]
fn a_changed_header_or_order_breaks_a_rule() {
    let world = world().copy();
    let mut lines = world.lines();
    let record = last(&mut lines);
    let rlp: Bytes = serde_json::from_value(record["rlp"].clone()).unwrap();
    let mut block: Block = alloy_rlp::decode_exact(&rlp).unwrap();
    block.header.state_root.0[0] ^= 1;
    record["rlp"] = json!(hex::encode_prefixed(alloy_rlp::encode(&block)));
    replay(&world, &lines).exits(1).says("block 5: state root is");

    let mut lines = world.lines();
    lines.remove(2);
    replay(&world, &lines).exits(1).says("block 3: parent hash is");

    let mut lines = world.lines();
    lines[0]["genesis"]["stateRoot"] = flipped(&lines[0]["genesis"]["stateRoot"]);
    replay(&world, &lines).exits(1).says("block 0: state root is");
}

#[test]
fn what_cannot_be_read_is_not_measured() {
    let world = world().copy();
    let whole = fs::read(world.path("c.jsonl")).unwrap();
    for (name, bytes, says) in [
        ("empty.jsonl", &b""[..], "no chain export"),
        ("garbage.jsonl", b"\xff\xfe\x00garbage", "line 1"),
        ("halfway.jsonl", &whole[..whole.len() / 2], "line "),
        ("noise.json", b"{\"kind\":\"noise\"}", "not a vector file"),
    ] {
        world.write(name, bytes);
        world.run(&["replay", name]).exits(2).says(says);
        let json = world.run(&["replay", name, "--json"]).exits(2).json();
        assert_eq!(
            (&json["equal"], &json["replays"][0]["result"]["measured"]),
            (&false.into(), &false.into())
        );
    }
    let mut lines = world.lines();
    lines.pop();
    replay(&world, &lines).exits(2).says("cut short after block 5").says("hint:");
    // What follows the end is not measured either.
    let mut lines = world.lines();
    lines.push(lines[1].clone());
    replay(&world, &lines).exits(2).says("line 7: there is more after the end");
    let mut lines = world.lines();
    last(&mut lines)["rlp"] = json!("0x00");
    replay(&world, &lines).exits(2).says("block 5: its RLP");
    world.run(&["replay", "nowhere.jsonl"]).exits(2).says("nowhere.jsonl");
    world.run(&["replay"]).exits(2);
}

#[test]
fn a_difference_outweighs_what_was_not_measured() {
    let world = world().copy();
    let mut lines = world.lines();
    last(&mut lines)["gasUsed"] = json!(1);
    world.write_lines("x.jsonl", &lines);
    world.run(&["replay", "nowhere.jsonl", "x.jsonl", "c.jsonl"]).exits(1);
    world.run(&["replay", "nowhere.jsonl", "c.jsonl"]).exits(2).says("EQUAL");
}

#[test]
fn an_empty_folder_measures_nothing() {
    let empty = tempfile::tempdir().unwrap();
    world().run(&["replay", empty.path().to_str().unwrap()]).exits(2).says("holds no vector file");
}

#[test]
fn vectors_of_the_repository() {
    let data = repository("testvectors/data/ops");
    for backend in ["reference", "cpu"] {
        let json = world().run(&["replay", &data, "--backend", backend, "--json"]).exits(0).json();
        assert!(json["replays"][0]["result"]["equal"].as_u64().unwrap() > 100, "{json:#}");
    }
    let file = format!("{data}/conv2d.json");
    world().run(&["replay", &file]).exits(0).says("0 differ, 0 not measured");
    let mut vectors: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let output = &mut vectors["cases"][0]["runs"][0]["output"];
    let mut bytes: Bytes = serde_json::from_value(output.clone()).unwrap();
    bytes = bytes.iter().map(|b| b ^ 1).collect();
    *output = json!(bytes);
    let copy = world().copy();
    copy.write("v.json", vectors.to_string());
    copy.run(&["replay", "v.json"]).exits(1).says("DIFFERS").says("run 0");
}
