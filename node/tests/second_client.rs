//! Whole blocks by two implementations that share no code: chains of this binary are executed by Ethereum's Python
//! execution spec, with the precompiles and opcodes written in Python (`testvectors/python/client`).
//!
//! `SECOND_CLIENT_PYTHON` names the interpreter. Without the spec nothing is measured, and the test says so; with
//! `ISOCORTEX_REQUIRE_PYTHON` set that is a failure.

#![allow(clippy::unwrap_used)]

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn python(arguments: &[&str]) -> std::io::Result<Output> {
    let interpreter = std::env::var_os("SECOND_CLIENT_PYTHON").unwrap_or_else(|| "python3".into());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/python");
    Command::new(interpreter).arg("-B").args(arguments).current_dir(folder).output()
}

fn is_there() -> bool {
    let there = python(&["-c", "import numpy, ethereum.forks.osaka"]).is_ok_and(|out| out.status.success());
    if !there {
        // Not eprintln!: the test harness would swallow it.
        let words =
            "\nNOT MEASURED: no Python with ethereum-execution, so the second client executed nothing\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        assert!(std::env::var_os("ISOCORTEX_REQUIRE_PYTHON").is_none(), "the second client is required here");
    }
    there
}

/// Exit status and words of the second client.
fn execute(path: &Path) -> (Option<i32>, String) {
    let out = python(&["-m", "client", path.to_str().unwrap()]).unwrap();
    let text = String::from_utf8([out.stdout, out.stderr].concat()).unwrap();
    println!("{text}");
    (out.status.code(), text)
}

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/data/chain").canonicalize().unwrap().join(name)
}

#[test]
fn it_agrees_on_the_demo() {
    if !is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (demo, file) = (folder.path().join("demo"), folder.path().join("demo.jsonl"));
    let isocortex = |arguments: &[&std::ffi::OsStr]| {
        let out = Command::new(env!("CARGO_BIN_EXE_isocortex")).args(arguments).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    };
    isocortex(&["demo".as_ref(), "--quick".as_ref(), "--dir".as_ref(), demo.as_ref()]);
    let chain = demo.join("chain");
    isocortex(&["export".as_ref(), "--data".as_ref(), chain.as_ref(), "--out".as_ref(), file.as_ref()]);
    let (status, text) = execute(&file);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("EQUAL: 11 blocks and their 48 inferences"), "{text}");
}

#[test]
fn it_agrees_on_the_vectors() {
    if !is_there() {
        return;
    }
    for (name, says) in [("small.jsonl", "10 blocks and their 18"), ("calls.jsonl", "13 blocks and their 86")]
    {
        let (status, text) = execute(&vector(name));
        assert_eq!(status, Some(0), "{text}");
        assert!(text.contains(says), "{text}");
    }
}

/// `ISOCORTEX_RANDOM_CHAINS` says how many; each has its seed's blocks for ever.
#[test]
fn it_agrees_on_random_blocks() {
    if !is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let chains = std::env::var("ISOCORTEX_RANDOM_CHAINS").map_or(2, |count| count.parse().unwrap());
    for seed in 1..=chains {
        let name = format!("random-{seed}");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/make-chain.sh");
        let made = Command::new("bash")
            .env("ISOCORTEX", env!("CARGO_BIN_EXE_isocortex"))
            .arg(script)
            .arg("--into")
            .arg(folder.path())
            .arg(&name)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let (status, text) = execute(&folder.path().join(name).with_extension("jsonl"));
        assert_eq!(status, Some(0), "{text}");
        assert!(text.contains("EQUAL: 14 blocks"), "{text}");
    }
}

#[test]
fn it_sees_a_change() {
    if !is_there() {
        return;
    }
    let text = std::fs::read_to_string(vector("small.jsonl")).unwrap();
    let written = |text: String| {
        let file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    };
    let price = written(text.replacen("\"chunkByte\":190", "\"chunkByte\":191", 1));
    let (status, says) = execute(price.path());
    assert!(status == Some(1) && says.contains("DIFFERS  state root"), "{says}");
    let fork = written(text.replacen("\"osakaTime\":0,", "", 1));
    let (status, says) = execute(fork.path());
    assert!(status == Some(2) && says.contains("NOT MEASURED"), "{says}");
    let end = text.rfind("{\"end\"").unwrap();
    let (status, says) = execute(written(text[..end].to_owned()).path());
    assert!(status == Some(2) && says.contains("cut short"), "{says}");
}

/// Each price and many a rule, changed one at a time in the second client, make a chain differ.
#[test]
fn it_can_differ() {
    if !is_there() {
        return;
    }
    let out = python(&["-m", "unittest", "client.mutations"]).unwrap();
    let text = String::from_utf8([out.stdout, out.stderr].concat()).unwrap();
    assert!(out.status.success(), "{text}");
}
