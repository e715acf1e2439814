//! The CUDA backend on an emulated driver: choosing it, its faults and the net below, a wrong bit, a canary.

use crate::world::{INFER, INFERENCE, Ran, World, run_under, world};
use isocortex_gpu_emulator::driver_folder;

/// Runs the binary where the driver is the emulator's, with these settings of its (`gpu/emulator/cpp/driver.cpp`).
fn emulated(world: &World, settings: &[(&str, &str)], args: &[&str]) -> Ran {
    let driver = [("LD_LIBRARY_PATH", driver_folder().to_str().unwrap())];
    run_under(&world.path(""), &[&driver[..], settings].concat(), args)
}

const RUN: [&str; 5] = ["model", "run", "m.iso", "--input", "input.bin"];

fn with<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&RUN[..], args].concat()
}

fn output() -> String {
    world().run(&with(&["--json"])).exits(0).json()["output"].as_str().unwrap().into()
}

/// How many kernels a command runs on the card; the last is of its own work, those before are the self-test's.
fn kernels(args: &[&str]) -> u64 {
    let ran = emulated(world(), &[("EMULATED_CUDA_REPORT", "1")], args).exits(0);
    let report = ran.err.split("emulated card: ").nth(1).unwrap_or_else(|| panic!("{ran:?}"));
    report.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_table_shows_the_card() {
    let json = emulated(world(), &[], &["devices", "--json"]).exits(0).json();
    let cuda = &json[2];
    assert_eq!((cuda["backend"].as_str(), cuda["usable"].as_bool()), (Some("cuda"), Some(true)));
    assert_eq!((cuda["what"].as_str(), cuda["kernels"].as_str()), (Some("Emulated card"), Some("mma.sync")));
    assert!(cuda["driver"].as_str().unwrap().starts_with("compute capability 8.0, "), "{cuda}");
    assert_eq!(cuda["memory"], 1 << 30);
    assert_eq!(cuda["selfTest"]["right"], json[1]["selfTest"]["right"], "the same known answers as the CPU");
    emulated(world(), &[], &["devices"]).exits(0).says("Emulated card").says("known answers");
}

#[test]
fn the_card_answers_as_the_cpu_does() {
    for (args, by) in [
        (&["--backend", "cuda"][..], "cuda"),
        (&["--backend", "auto"], "cuda"),
        (&["--backend", "cuda", "--no-failover"], "cuda"),
        (&["--backend", "cuda", "--dual", "cpu"], "dual"),
    ] {
        let json = emulated(world(), &[], &[&with(args)[..], &["--json"]].concat()).exits(0).json();
        assert_eq!((json["output"].as_str().unwrap(), json["computedBy"].as_str()), (&*output(), Some(by)));
    }
    let replay = emulated(world(), &[], &["replay", "c.jsonl", "--backend", "cuda", "--json"]).exits(0).json();
    assert_eq!(replay["computedBy"][0]["backend"], "cuda");
    assert_eq!(replay["computedBy"][0]["inputs"], 2);
}

#[test]
fn without_a_card_auto_takes_something_else_and_says_nothing() {
    let none = [("EMULATED_CUDA_DEVICES", "0")];
    let ran = emulated(world(), &none, &with(&["--backend", "auto", "--json"])).exits(0);
    assert_eq!((ran.json()["output"].as_str().unwrap(), &*ran.err), (&*output(), ""));
}

#[test]
fn a_fault_is_made_good_and_counted() {
    let last = (kernels(&with(&["--backend", "cuda"])) - 1).to_string();
    let fault = [("EMULATED_CUDA_FAULT", &*last)];
    let ran = emulated(world(), &fault, &with(&["--backend", "cuda", "--metrics", "--json"])).exits(0);
    let json = ran.json();
    assert_eq!((json["output"].as_str().unwrap(), json["computedBy"].as_str()), (&*output(), Some("cpu")));
    assert!(json["because"].as_str().unwrap().contains("IllegalAddress"), "{json}");
    for words in ["note: backend cuda", "cpu answers, with the same bits", "left alone", "1 lost"] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    emulated(world(), &fault, &with(&["--backend", "cuda", "--no-failover"])).exits(2).says("IllegalAddress");
}

/// In a block: the chain is the same, or stays where it was.
#[test]
fn a_fault_in_a_block() {
    let settings = |last: u64| ("EMULATED_CUDA_FAULT", last.to_string());
    let send = |model: &str| {
        ["send", "--data", "c", "--key", "3", "--to", INFERENCE, "--sig", INFER, model, "@input.bin", "--json"]
            .map(str::to_owned)
    };
    let model = &world().model;
    let plain = world().copy();
    let args = send(model);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let wanted = plain.run(&args).exits(0).json();
    let last = kernels(&with(&["--backend", "cuda"])) - 1;
    let (name, value) = settings(last);
    let cuda = [&args[..], &["--backend", "cuda"]].concat();
    let driver = [("LD_LIBRARY_PATH", driver_folder().to_str().unwrap()), (name, &value)];

    let alone = world().copy();
    let stopped = [&cuda[..], &["--no-failover"]].concat();
    run_under(&alone.path(""), &driver, &stopped).exits(2).says("could not be computed").says("IllegalAddress");
    // Nothing was committed: the same transaction, on the same head, makes the same block.
    assert_eq!(alone.run(&args).exits(0).json(), wanted);

    let behind = world().copy();
    let ran = run_under(&behind.path(""), &driver, &cuda).exits(0);
    assert_eq!(ran.json(), wanted);
    assert!(ran.err.contains("cpu answers, with the same bits"), "{ran:?}");
}

#[test]
fn a_card_that_computes_wrong_is_not_used() {
    let wrong = [("EMULATED_CUDA_WRONG", "0")];
    for args in [&with(&["--backend", "cuda"])[..], &["replay", "c.jsonl", "--backend", "cuda"]] {
        let ran = emulated(world(), &wrong, args).exits(2).says("self-test: kernel ").says("word ");
        assert!(ran.says("the backend stays off").err.contains("isocortex devices"));
    }
    let json = emulated(world(), &wrong, &["devices", "--json"]).exits(0).json();
    assert_eq!(json[2]["usable"], false);
    assert!(json[2]["selfTest"]["wrong"].as_str().unwrap().contains("is wrong on this device"), "{json}");
    // A choice that was left to the program falls on another, and says why.
    let ran = emulated(world(), &wrong, &with(&["--backend", "auto", "--json"])).exits(0);
    assert_eq!(ran.json()["output"].as_str().unwrap(), output());
    assert!(ran.err.contains("note: backend cuda: self-test"), "{ran:?}");
}

#[test]
fn a_canary_stops_at_a_wrong_bit() {
    // The copies of the self-test go well; from the first answer on a bit is turned.
    let kernels = emulated(world(), &[("EMULATED_CUDA_REPORT", "1")], &with(&["--backend", "cuda"])).exits(0);
    let copies: u64 = kernels.err.split(", ").find_map(|part| part.trim().strip_suffix(" copies back")).unwrap().parse().unwrap();
    let wrong = [("EMULATED_CUDA_WRONG", &*(copies - 1).to_string())];
    let ran = emulated(world(), &wrong, &with(&["--backend", "cuda", "--dual", "cpu"])).exits(2);
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
