//! `isocortex db`.

use crate::world::world;
use isocortex_state::Store;
use serde_json::json;
use std::fs;

#[test]
fn sizes_and_soundness() {
    let world = world().copy();
    let head = Store::open(world.path("c")).unwrap().head();
    let stats = world.run(&["db", "stats", "--data", "c", "--json"]).exits(0).json();
    assert_eq!(stats["head"]["number"], head.number);
    assert_eq!(
        (&stats["archive"], &stats["keep"], &stats["keptFrom"]),
        (&json!(true), &json!(null), &json!(0))
    );
    let names: Vec<_> = stats["columns"].as_array().unwrap().iter().map(|c| c["column"].clone()).collect();
    for name in ["accounts", "hashed_accounts", "account_trie", "changes", "meta"] {
        assert!(names.contains(&json!(name)), "{name}");
    }
    world.run(&["db", "stats", "--data", "c"]).exits(0);
    let check = world.run(&["db", "check", "--data", "c", "--json"]).exits(0).json();
    assert_eq!((&check["sound"], &check["blocks"]), (&json!(true), &json!(head.number + 1)));
    assert_eq!(check["stateRoot"], head.state_root.to_string());
}

#[test]
fn history_is_pruned_and_blocks_taken_back() {
    let world = world().copy();
    let head = Store::open(world.path("c")).unwrap().head().number;
    assert!(head >= 2, "{head}");
    let pruned = world.run(&["db", "prune", "--data", "c", "--keep", "1", "--json"]).exits(0).json();
    assert_eq!((&pruned["keep"], &pruned["keptFrom"]), (&json!(1), &json!(head - 1)));
    let first = (head - 1).to_string();
    world
        .run(&["db", "unwind", "--data", "c", "--to", "0"])
        .exits(2)
        .says(&format!("block 0 is pruned; kept from {first}"));
    world.run(&["db", "unwind", "--data", "c", "--to", "99999"]).exits(2).says("the head is");
    let back = world.run(&["db", "unwind", "--data", "c", "--to", &first, "--json"]).exits(0).json();
    assert_eq!(back["head"]["number"], head - 1);
    world.run(&["db", "prune", "--data", "c", "--archive"]).exits(0);
    world.run(&["db", "check", "--data", "c"]).exits(0);
    world.run(&["db", "prune", "--data", "c"]).exits(2).says("--keep");
    world.run(&["db", "prune", "--data", "c", "--keep", "1", "--archive"]).exits(2).says("cannot be used");
}

#[test]
fn a_copy_and_back() {
    let world = world().copy();
    world.run(&["db", "checkpoint", "--data", "c", "--to", "copy"]).exits(0);
    world.run(&["db", "checkpoint", "--data", "c", "--to", "copy"]).exits(2).says("already holds a chain");
    world.run(&["db", "restore", "--from", "copy", "--data", "c"]).exits(2).says("already holds a chain");
    let back = world.run(&["db", "restore", "--from", "copy", "--data", "back", "--json"]).exits(0).json();
    let check = world.run(&["db", "check", "--data", "c", "--json"]).exits(0).json();
    assert_eq!(back, check);
    world.run(&["db", "restore", "--from", "nowhere", "--data", "x"]).exits(2).says("no chain in nowhere");
    world.run(&["db", "stats", "--data", "nowhere"]).exits(2).says("no chain in nowhere").says("init");
}

#[test]
fn damage_is_named_and_no_pass() {
    let world = world().copy();
    let tables = fs::read_dir(world.path("c")).unwrap().map(|entry| entry.unwrap().path());
    for table in tables.filter(|path| path.extension().is_some_and(|e| e == "sst")) {
        let mut bytes = fs::read(&table).unwrap();
        bytes.iter_mut().take(20).for_each(|byte| *byte ^= 0x55);
        fs::write(table, bytes).unwrap();
    }
    let ran = world.run(&["db", "check", "--data", "c"]).exits(1);
    assert!(ran.err.starts_with("error: ") && ran.err.contains("hint:"), "{ran:?}");

    let store = Store::open(world.path("c"));
    if let Ok(_store) = store {
        world.run(&["db", "check", "--data", "c"]).exits(2).says("in use by another process");
    }
}
