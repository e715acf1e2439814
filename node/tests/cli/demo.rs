//! demo.

use crate::world::run_in;
use serde_json::Value;

fn demo(args: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &[&["demo", "--json"], args].concat()).exits(0).json()
}

#[test]
fn the_short_demo_holds() {
    let json = demo(&["--quick"]);
    assert_eq!(json["accuracy"]["samples"], 40);
    assert_eq!(json["accuracy"]["onChain"], json["accuracy"]["integer"]);
    assert_eq!(json["run"]["inferences"], 40);
    let replays = &json["replays"];
    assert_eq!(replays["equal"]["equal"], true, "{json:#}");
    assert_eq!(replays["equal"]["replays"][0]["result"]["inferences"], 48);
    assert!(
        replays["tampered"]["call"].is_u64() && replays["tampered"]["transaction"].is_u64(),
        "{replays:#}"
    );
    assert!(json["peakMemoryKib"].as_u64().unwrap() < 1 << 20);
}

#[test]
fn a_demo_for_people_in_a_folder_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| run_in(folder.path(), args);
    run(&["demo", "--images", "3", "--dir", "d"])
        .exits(0)
        .says("Ankle boot")
        .says("All of it holds")
        .says("EQUAL");
    run(&["model", "show", "d/fashion-mnist.iso"]).exits(0);
    run(&["replay", "d/chain.jsonl", "--backend", "cpu"]).exits(0);
    run(&["replay", "d/tampered.jsonl", "--backend", "cpu"]).exits(1).says("output digest");
    run(&["demo", "--dir", "d"]).exits(2).says("already holds a demo");
}

#[test]
fn block_hashes_repeat_whatever_the_threads() {
    let heads = ["1", "3"].map(|threads| demo(&["--images", "2", "--threads", threads])["head"].clone());
    assert_eq!(heads[0], heads[1]);
}
