//! The chains among the vectors, executed again on each backend. What another implementation makes of them is in
//! `second_client.rs`.

#![allow(clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Name, blocks, inferences.
const CHAINS: [(&str, u64, u64); 2] = [("calls", 13, 86), ("small", 10, 18)];

fn testvectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors")
}

fn chain(name: &str) -> PathBuf {
    testvectors().join(format!("data/chain/{name}.jsonl"))
}

fn replay(path: &Path, backend: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isocortex"));
    command.args(["replay", "--json", "--backend", backend]).arg(path).output().unwrap()
}

#[test]
fn replays_on_each_backend() {
    for (name, blocks, inferences) in CHAINS {
        for backend in ["reference", "cpu"] {
            let out = replay(&chain(name), backend);
            let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
            assert_eq!(out.status.code(), Some(0), "{json:#}");
            let result = &json["replays"][0]["result"];
            assert_eq!(
                (&result["blocks"], &result["inferences"]),
                (&blocks.into(), &inferences.into()),
                "{json:#}"
            );
        }
    }
}

#[test]
fn a_folder_stands_for_its_exports_too() {
    let paths = |path: PathBuf| -> Vec<String> {
        let out = replay(&path, "cpu");
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stdout));
        let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        json["replays"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["path"].as_str().unwrap().to_owned())
            .collect()
    };
    let folder = testvectors().join("data");
    let chains = CHAINS.map(|(name, ..)| chain(name).to_str().unwrap().to_owned());
    assert_eq!(paths(folder.join("chain")), chains);
    assert_eq!(paths(folder.clone())[0], folder.to_str().unwrap());
    assert_eq!(paths(folder)[1..], chains);
}
