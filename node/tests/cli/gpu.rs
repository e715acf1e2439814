//! The CUDA backend on an emulated driver: choosing it, its faults and the net below, a wrong bit, a canary.

use crate::world::{INFER, INFERENCE, Ran, run_under, world};
use isocortex_gpu_emulator::driver_folder;
use serde_json::Value;
use std::path::Path;

/// Runs the binary where the driver is the emulator's, with these settings of its (`gpu/emulator/cpp/driver.cpp`).
fn emulated(folder: &Path, settings: &[(&str, &str)], args: &[&str]) -> Ran {
    let driver = [("LD_LIBRARY_PATH", driver_folder().to_str().unwrap())];
    run_under(folder, &[&driver[..], settings].concat(), args)
}

const RUN: [&str; 5] = ["model", "run", "m.iso", "--input", "input.bin"];

fn with<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&RUN[..], args].concat()
}

fn output() -> String {
    world().run(&with(&["--json"])).exits(0).json()["output"].as_str().unwrap().into()
}

/// How many kernels a command runs on the card, and how many copies come back from it. Those of the self-test come
/// first.
fn work(folder: &Path, args: &[&str]) -> (u64, u64) {
    let ran = emulated(folder, &[("EMULATED_CUDA_REPORT", "1")], args).exits(0);
    let report = ran.err.split("emulated card: ").nth(1).unwrap_or_else(|| panic!("{ran:?}"));
    let number =
        |name| report.split(", ").find_map(|part| part.trim().strip_suffix(name)?.parse().ok()).unwrap();
    (number(" kernels"), number(" copies back"))
}

#[test]
fn the_table_shows_the_card() {
    let json = emulated(&world().path(""), &[], &["devices", "--json"]).exits(0).json();
    let cuda = &json[2];
    assert_eq!((cuda["backend"].as_str(), cuda["usable"].as_bool()), (Some("cuda"), Some(true)));
    assert_eq!((cuda["what"].as_str(), cuda["kernels"].as_str()), (Some("Emulated card"), Some("mma.sync")));
    assert!(cuda["driver"].as_str().unwrap().starts_with("compute capability 8.0, "), "{cuda}");
    assert_eq!(cuda["memory"], 1 << 30);
    let right = |devices: &Value, which: usize| devices[which]["selfTest"]["right"].as_u64().unwrap();
    let cpu = right(&json, 1);
    assert!((1..cpu).contains(&right(&json, 2)), "those of two kernels are for 9.0 alone");
    let compute = [("EMULATED_CUDA_COMPUTE", "90")];
    let newer = emulated(&world().path(""), &compute, &["devices", "--json"]).exits(0).json();
    assert_eq!((newer[2]["kernels"].as_str(), right(&newer, 2)), (Some("wgmma"), cpu), "the same as the CPU");
    emulated(&world().path(""), &[], &["devices"]).exits(0).says("Emulated card").says("known answers");
}

#[test]
fn the_card_answers_as_the_cpu_does() {
    for (args, by) in [
        (&["--backend", "cuda"][..], "cuda"),
        (&["--backend", "auto"], "cuda"),
        (&["--backend", "cuda", "--no-failover"], "cuda"),
        (&["--backend", "cuda", "--dual", "cpu"], "dual"),
    ] {
        let json = emulated(&world().path(""), &[], &[&with(args)[..], &["--json"]].concat()).exits(0).json();
        assert_eq!((json["output"].as_str().unwrap(), json["computedBy"].as_str()), (&*output(), Some(by)));
    }
    let replay = emulated(&world().path(""), &[], &["replay", "c.jsonl", "--backend", "cuda", "--json"])
        .exits(0)
        .json();
    assert_eq!(replay["computedBy"][0]["backend"], "cuda");
    assert_eq!(replay["computedBy"][0]["inputs"], 2);
}

#[test]
fn without_a_card_auto_takes_something_else_and_says_nothing() {
    let none = [("EMULATED_CUDA_DEVICES", "0")];
    let ran = emulated(&world().path(""), &none, &with(&["--backend", "auto", "--json"])).exits(0);
    assert_eq!((ran.json()["output"].as_str().unwrap(), &*ran.err), (&*output(), ""));
}

#[test]
fn a_fault_is_made_good_and_counted() {
    let last = (work(&world().path(""), &with(&["--backend", "cuda"])).0 - 1).to_string();
    let fault = [("EMULATED_CUDA_FAULT", &*last)];
    let ran =
        emulated(&world().path(""), &fault, &with(&["--backend", "cuda", "--metrics", "--json"])).exits(0);
    let json = ran.json();
    assert_eq!((json["output"].as_str().unwrap(), json["computedBy"].as_str()), (&*output(), Some("cpu")));
    assert!(json["because"].as_str().unwrap().contains("IllegalAddress"), "{json}");
    for words in ["note: backend cuda", "cpu answers, with the same bits", "left alone", "1 lost"] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    emulated(&world().path(""), &fault, &with(&["--backend", "cuda", "--no-failover"]))
        .exits(2)
        .says("IllegalAddress");
}

/// The fault is in the last kernel, which is the block's. The chain is the same, or stays where it was.
#[test]
fn a_fault_in_a_block() {
    let send = [
        "send",
        "--data",
        "c",
        "--key",
        "3",
        "--to",
        INFERENCE,
        "--sig",
        INFER,
        &world().model,
        "@input.bin",
        "--json",
    ];
    let cuda = [&send[..], &["--backend", "cuda"]].concat();
    let wanted = world().copy().run(&send).exits(0).json();
    let last = (work(&world().copy().path(""), &cuda).0 - 1).to_string();
    let fault = [("EMULATED_CUDA_FAULT", &*last)];

    let alone = world().copy();
    let stopped = [&cuda[..], &["--no-failover"]].concat();
    let ran = emulated(&alone.path(""), &fault, &stopped).exits(2);
    ran.says("could not be computed").says("IllegalAddress");
    // Nothing was committed: the same transaction, on the same head, makes the same block.
    assert_eq!(alone.run(&send).exits(0).json(), wanted);

    let ran = emulated(&world().copy().path(""), &fault, &cuda).exits(0);
    assert_eq!(ran.json(), wanted);
    assert!(ran.err.contains("cpu answers, with the same bits"), "{ran:?}");
}

#[test]
fn a_card_that_computes_wrong_is_not_used() {
    let wrong = [("EMULATED_CUDA_WRONG", "0")];
    for args in [&with(&["--backend", "cuda"])[..], &["replay", "c.jsonl", "--backend", "cuda"]] {
        let ran = emulated(&world().path(""), &wrong, args).exits(2).says("self-test: kernel ").says("word ");
        assert!(ran.says("the backend stays off").err.contains("isocortex devices"));
    }
    let json = emulated(&world().path(""), &wrong, &["devices", "--json"]).exits(0).json();
    assert_eq!(json[2]["usable"], false);
    assert!(json[2]["selfTest"]["wrong"].as_str().unwrap().contains("is wrong on this device"), "{json}");
    // A choice that was left to the program falls on another, and says why.
    let ran = emulated(&world().path(""), &wrong, &with(&["--backend", "auto", "--json"])).exits(0);
    assert_eq!(ran.json()["output"].as_str().unwrap(), output());
    assert!(ran.err.contains("note: backend cuda: self-test"), "{ran:?}");
}

#[test]
fn a_canary_stops_at_a_wrong_bit() {
    // The copies of the self-test go well; from the first answer on a bit is turned.
    let first = (work(&world().path(""), &with(&["--backend", "cuda"])).1 - 1).to_string();
    let wrong = [("EMULATED_CUDA_WRONG", &*first)];
    let ran = emulated(&world().path(""), &wrong, &with(&["--backend", "cuda", "--dual", "cpu"])).exits(2);
    for words in ["backend dual: cuda and cpu differ on model ", "word ", &world().model] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    assert!(!ran.out.contains("bytes 0x"), "{ran:?}");
}

#[test]
fn a_dual_of_one_is_refused() {
    world().run(&with(&["--dual", "cpu"])).exits(2).says("would compare cpu with itself");
    world().run(&with(&["--backend", "cpu", "--dual", "reference"])).exits(0).says("computed by dual");
}
