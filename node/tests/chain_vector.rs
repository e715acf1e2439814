//! The chain among the vectors: executed again on each backend, and confirmed by the second implementation.
//!
//! `PYTHON` names another interpreter. Without NumPy the confirmation is not measured, and the test says so; with
//! `ISOCORTEX_REQUIRE_PYTHON` set that is a failure.

#![allow(clippy::unwrap_used)]

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn testvectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors")
}

fn chain() -> PathBuf {
    testvectors().join("data/chain/small.jsonl")
}

fn replay(path: &Path, backend: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isocortex"));
    command.args(["replay", "--json", "--backend", backend]).arg(path).output().unwrap()
}

fn python(arguments: &[&OsStr]) -> std::io::Result<Output> {
    let interpreter = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    Command::new(interpreter).arg("-B").args(arguments).current_dir(testvectors().join("python")).output()
}

/// A confirmation's exit status and words, if there is NumPy.
fn confirm(path: &Path) -> Option<(Option<i32>, String)> {
    if !python(&["-c".as_ref(), "import numpy".as_ref()]).is_ok_and(|out| out.status.success()) {
        // Not eprintln!: the test harness would swallow it.
        let words = "\nNOT MEASURED: python3 with NumPy is missing, so the chain was not confirmed\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        assert!(
            std::env::var_os("ISOCORTEX_REQUIRE_PYTHON").is_none(),
            "python3 with NumPy is required here"
        );
        return None;
    }
    let out = python(&["confirm_chain.py".as_ref(), path.as_ref()]).unwrap();
    let text = [out.stdout, out.stderr].concat();
    Some((out.status.code(), String::from_utf8(text).unwrap()))
}

/// The export with its first occurrence of `from` changed into `to`.
fn changed(from: &str, to: &str) -> tempfile::NamedTempFile {
    let text = fs::read_to_string(chain()).unwrap();
    assert!(text.contains(from), "{from}");
    let file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
    fs::write(file.path(), text.replacen(from, to, 1)).unwrap();
    file
}

#[test]
fn replays_on_each_backend() {
    for backend in ["reference", "cpu"] {
        let out = replay(&chain(), backend);
        let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(out.status.code(), Some(0), "{json:#}");
        let result = &json["replays"][0]["result"];
        assert_eq!((&result["blocks"], &result["inferences"]), (&10.into(), &18.into()), "{json:#}");
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
    let chain = folder.join("chain/small.jsonl").to_str().unwrap().to_owned();
    assert_eq!(paths(folder.join("chain")), std::slice::from_ref(&chain));
    assert_eq!(paths(folder.clone()), [folder.to_str().unwrap().to_owned(), chain]);
}

#[test]
fn the_second_implementation_confirms_it() {
    if let Some((status, text)) = confirm(&chain()) {
        println!("{text}");
        assert_eq!(status, Some(0), "{text}");
    }
}

#[test]
fn the_second_implementation_sees_a_change() {
    let text = fs::read_to_string(chain()).unwrap();
    let entry = text.find("\"txIndex\"").unwrap();
    let output = text[entry..].find("\"output\":\"").unwrap() + entry + 10;
    let digest = &text[output..output + 66];
    let other = format!("{}{}", &digest[..65], if digest.ends_with('0') { '1' } else { '0' });
    for (file, status, says) in [
        (changed(digest, &other), 1, "inferences: model, digests, gas"),
        (changed("\"gasUsed\":21000", "\"gasUsed\":21001"), 1, "transaction 3: success and gas: transfer"),
        (changed("{\"end\":", "{\"END\":"), 2, "not a whole export"),
    ] {
        let Some((code, text)) = confirm(file.path()) else { return };
        assert!(code == Some(status) && text.contains(says), "{says}: {text}");
    }
}
