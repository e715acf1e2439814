//! What goes wrong, and what is said about it.

use crate::world::{INFER, INFERENCE, repository, run_in, world};
use isocortex_state::Store;
use serde_json::json;
use std::{
    fs,
    process::{Command, Stdio},
};

#[test]
fn a_chain_that_is_not_there() {
    for command in [
        &["call", "--data", "nowhere", "--to", INFERENCE][..],
        &["export", "--data", "nowhere", "--out", "x.jsonl"],
        &["upload", "m.iso", "--data", "nowhere", "--key", "0"],
        &["run", "c.jsonl", "--data", "nowhere"],
        &["send", "--data", "nowhere", "--key", "0", "--to", INFERENCE],
    ] {
        world().run(command).exits(2).says("no chain in nowhere").says("isocortex init --data nowhere");
    }
    let json = world().run(&["call", "--data", "nowhere", "--to", INFERENCE, "--json"]).exits(2).json();
    assert!(json["hint"].as_str().unwrap().contains("init"), "{json}");
}

#[test]
fn a_chain_that_another_process_has_open() {
    let world = world().copy();
    let store = Store::open(world.path("c")).unwrap();
    let call = ["call", "--data", "c", "--to", INFERENCE, "--sig", INFER, &world.model, "@input.bin"];
    world.run(&call).exits(2).says("in use by another process").says("hint:");
    drop(store);
    world.run(&call).exits(0);
}

#[test]
fn a_damaged_database_is_a_fault_and_no_verdict() {
    let world = world().copy();
    let call = ["call", "--data", "c", "--to", INFERENCE, "--sig", INFER, &world.model, "@input.bin"];
    let tables = fs::read_dir(world.path("c")).unwrap().map(|entry| entry.unwrap().path());
    let tables: Vec<_> = tables.filter(|path| path.extension().is_some_and(|e| e == "sst")).collect();
    assert!(!tables.is_empty());
    for table in tables {
        let mut bytes = fs::read(&table).unwrap();
        let middle = bytes.len() / 3;
        bytes[..middle].iter_mut().for_each(|byte| *byte ^= 0x55);
        fs::write(table, bytes).unwrap();
    }
    let ran = world.run(&call).exits(2);
    assert!(ran.err.starts_with("error: "), "{ran:?}");
}

#[test]
fn a_chain_that_exists_is_not_made_again() {
    let world = world().copy();
    world.run(&["init", "--data", "c"]).exits(2).says("already holds a chain");
    world
        .run(&["call", "--data", "c", "--to", INFERENCE, "--sig", INFER, &world.model, "@input.bin"])
        .exits(0);
}

#[test]
fn a_genesis_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let early = r#"{"config":{"chainId":1,"isocortex":{"inferenceTime":0}},"alloc":{},"gasLimit":"0x1c9c380","difficulty":"0x0"}"#;
    for (text, says) in [("{", "genesis: EOF"), (early, "config.isocortex")] {
        fs::write(folder.path().join("g.json"), text).unwrap();
        run_in(folder.path(), &["init", "--data", "c", "--genesis", "g.json"])
            .exits(2)
            .says(says)
            .says("isocortex genesis");
    }
    assert!(!folder.path().join("c").exists());
}

#[test]
fn models_that_are_none() {
    let world = world().copy();
    let rows = repository("models/breast-cancer/calibration.npy");
    world.write("g.onnx", b"not a network at all");
    world
        .run(&["convert", "g.onnx", "--calibration", &rows])
        .exits(2)
        .says("g.onnx: not a readable ONNX model");
    let onnx = repository("models/breast-cancer/model.onnx");
    world.run(&["convert", &onnx, "--calibration", "input.bin"]).exits(2).says("input.bin");
    world
        .run(&["convert", &onnx, "--calibration", &repository("models/fashion-mnist/test-images.npy")])
        .exits(2)
        .says("shape");
    world.run(&["convert", &onnx, "--calibration", &rows, "--test", &rows]).exits(2).says("--labels");

    let whole = fs::read(world.path("m.iso")).unwrap();
    world.write("cut.iso", &whole[..whole.len() - 9]);
    world.run(&["model", "show", "cut.iso"]).exits(2).says("cut.iso: malformed file").says("hint:");
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    world.write("flipped.iso", flipped);
    world
        .run(&["upload", "flipped.iso", "--data", "c", "--key", "0"])
        .exits(2)
        .says("chunk 0 does not hash to its name");
}

#[test]
fn inputs_that_do_not_fit() {
    let world = world().copy();
    let rows = repository("models/breast-cancer/test.npy");
    world.run(&["model", "run", "m.iso", "--input", &rows, "--index", "200"]).exits(2).says("no number 200");
    world.write("short.bin", [0; 29]);
    world
        .run(&["model", "run", "m.iso", "--input", "short.bin"])
        .exits(2)
        .says("has 29 bytes, the model takes 30");
}

#[test]
fn a_revert_comes_with_its_reason() {
    let world = world().copy();
    let call = |args: [&str; 2]| {
        world.run(&[&["call", "--data", "c", "--to", INFERENCE, "--sig", INFER][..], &args].concat()).exits(1)
    };
    let unknown = format!("0x{:064x}", 7);
    call([&unknown, "@input.bin"]).says(&format!("unknown model {unknown}"));
    call([&world.model, "0x00"]).says("has 1 bytes, the model takes 30");
    let send = ["send", "--data", "c", "--key", "5", "--to", INFERENCE, "--sig", INFER, &unknown, "0x00"];
    world.run(&send).exits(1).says("unknown model").says("nothing was sent");
    // Sent all the same, it is in a block, failed and paid for.
    let sent = [&send[..], &["--gas", "100000", "--json"]].concat();
    let json = world.run(&sent).exits(1).json();
    let tx = &json["blocks"][0]["transactions"][0];
    assert_eq!(tx["success"], false);
    assert!(tx["reason"].as_str().unwrap().contains("unknown model"), "{json:#}");
    // Out of gas has no reason of its own.
    let poor = [
        "send",
        "--data",
        "c",
        "--key",
        "5",
        "--to",
        INFERENCE,
        "--gas",
        "26000",
        "--sig",
        INFER,
        &world.model,
        "@input.bin",
    ];
    world.run(&poor).exits(1).says("OutOfGas");
    // And both are imported with their reasons.
    world.run(&["export", "--data", "c", "--out", "f.jsonl"]).exits(0);
    world.run(&["init", "--data", "d"]).exits(0);
    world.run(&["run", "f.jsonl", "--data", "d"]).exits(0).says("unknown model").says("OutOfGas");
    world.run(&["replay", "f.jsonl"]).exits(0);
}

#[test]
fn lines_that_cannot_be_run_are_named() {
    let world = world().copy();
    for (line, status, says) in [
        (json!({ "tx": "0x02" }), 2, "line 1: not a signed transaction"),
        (json!({ "dance": 1 }), 2, "line 1: unknown variant"),
        (json!({ "block": "0xc0" }), 2, "line 1: not a block"),
        (json!({ "seal": { "timestamp": 1 } }), 1, "line 1: invalid block: timestamp is 1"),
    ] {
        world.write_lines("x.jsonl", &[line]);
        world.run(&["run", "x.jsonl", "--data", "c"]).exits(status).says(says);
    }
    world.run(&["init", "--data", "d"]).exits(0);
    world.write_lines("x.jsonl", &[world.lines()[2].clone()]);
    world.run(&["run", "x.jsonl", "--data", "d"]).exits(1).says("line 1: invalid block: parent hash");
    let mut other = world.lines()[0].clone();
    other["genesis"]["hash"] = json!(format!("0x{:064x}", 1));
    world.write_lines("x.jsonl", &[other]);
    world.run(&["run", "x.jsonl", "--data", "c"]).exits(1).says("another chain");
}

#[test]
fn a_transaction_that_the_rules_refuse_is_in_no_block() {
    let world = world().copy();
    world.run(&["init", "--data", "d"]).exits(0);
    world.run(&["upload", "m.iso", "--data", "d", "--key", "0", "--out", "txs.jsonl"]).exits(0);
    let text = fs::read_to_string(world.path("txs.jsonl")).unwrap();
    // The second without the first: its nonce is too high.
    world.write("late.jsonl", text.lines().nth(1).unwrap());
    let json = world.run(&["run", "late.jsonl", "--data", "d", "--json"]).exits(1).json();
    assert!(json["refused"][0]["reason"].as_str().unwrap().contains("nonce"), "{json:#}");
}

#[test]
fn a_card_that_is_not_there() {
    let devices = world().run(&["devices", "--json"]).json();
    if devices[2]["usable"] == true {
        return;
    }
    world()
        .run(&["model", "run", "m.iso", "--input", "input.bin", "--backend", "cuda"])
        .exits(2)
        .says("backend cuda:");
    world().run(&["replay", "c.jsonl", "--backend", "cuda"]).exits(2).says("isocortex devices");
}

/// Results that nobody could write are not a success; a reader that leaves early is not a failure.
#[test]
fn standard_output_that_is_full_or_closed() {
    for (args, text) in
        [(&["genesis"][..], "{"), (&["replay", "c.jsonl"], "EQUAL"), (&["devices", "--json"], "[")]
    {
        world().run(args).exits(0).says(text);
        let command = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_isocortex"));
            command.args(args).current_dir(world().path("")).stdin(Stdio::null()).stderr(Stdio::piped());
            command
        };
        let full = fs::File::create("/dev/full").unwrap();
        let full = command().stdout(full).output().unwrap();
        let said = String::from_utf8(full.stderr).unwrap();
        assert_eq!(full.status.code(), Some(2), "{said}");
        assert!(said.contains("standard output: No space left"), "{said}");

        let mut closed = command().stdout(Stdio::piped()).spawn().unwrap();
        drop(closed.stdout.take());
        let closed = closed.wait_with_output().unwrap();
        assert_eq!((closed.status.code(), &closed.stderr[..]), (Some(0), &b""[..]));
    }
}
