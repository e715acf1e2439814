//! convert, model, devices, help.

use crate::world::{repository, run_in, world};

#[test]
fn convert_reports_accuracy() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| repository(&format!("models/breast-cancer/{name}"));
    let ran = run_in(
        folder.path(),
        &[
            "convert",
            &file("model.onnx"),
            "--calibration",
            &file("calibration.npy"),
            "--test",
            &file("test.npy"),
            "--labels",
            &file("test-labels.npy"),
            "--out",
            "m.iso",
            "--licence",
            "MIT",
            "--json",
        ],
    );
    let json = ran.exits(0).json();
    // models/README.md: 191 of 200 in float.
    assert_eq!(json["evaluation"]["samples"], 200);
    assert_eq!(json["evaluation"]["float_right"], 191);
    assert!(json["evaluation"]["integer_right"].as_u64().unwrap() >= 189, "{json:#}");
    assert_eq!(json["report"]["parameters"], 1554);
    let shown = run_in(folder.path(), &["model", "show", "m.iso", "--json"]).exits(0).json();
    assert_eq!(shown["id"], json["report"]["model_id"]);
    assert_eq!(shown["inferenceGas"], json["inferenceGas"]);
    assert_eq!(shown["provenance"]["licence"], "MIT");
    assert_eq!((&shown["inputLength"], &shown["outputLength"]), (&30.into(), &4.into()));
}

#[test]
fn model_show_and_run_for_people() {
    let world = world();
    world
        .run(&["model", "show", "m.iso"])
        .exits(0)
        .says(&world.model)
        .says("MatMul")
        .says("i8 [30]")
        .says("chunk 0");
    world
        .run(&["model", "run", "m.iso", "--input", "input.bin", "--trace"])
        .exits(0)
        .says("logits")
        .says("Table8");
}

#[test]
fn backends_give_the_same_bytes() {
    let rows = repository("models/breast-cancer/test.npy");
    for index in ["0", "7", "199"] {
        let run = |backend: &str| {
            let args = [
                "model",
                "run",
                "m.iso",
                "--input",
                &rows,
                "--index",
                index,
                "--trace",
                "--json",
                "--backend",
                backend,
            ];
            let json = world().run(&args).exits(0).json();
            assert_eq!(json["backend"], backend);
            (json["output"].clone(), json["trace"].clone())
        };
        assert_eq!(run("reference"), run("cpu"), "row {index}");
    }
}

#[test]
fn input_bytes_in_hex_and_in_a_file() {
    let rows = repository("models/breast-cancer/test.npy");
    let json = world().run(&["model", "input", "m.iso", &rows, "--json"]).exits(0).json();
    let hex: String =
        std::fs::read(world().path("input.bin")).unwrap().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(json["input"], format!("0x{hex}"));
    assert_eq!(hex.len(), 60);
}

#[test]
fn devices_lists_all_and_measures_what_is_there() {
    let json = world().run(&["devices", "--json"]).exits(0).json();
    let devices = json.as_array().unwrap();
    assert_eq!(
        devices.iter().map(|d| d["backend"].as_str().unwrap()).collect::<Vec<_>>(),
        ["reference", "cpu", "cuda", "vulkan"]
    );
    for device in devices {
        let right = device["selfTest"]["right"].as_u64().unwrap_or(0);
        assert_eq!(device["usable"].as_bool().unwrap(), right > 0, "{device}");
    }
    assert_eq!((&devices[0]["usable"], &devices[1]["usable"]), (&true.into(), &true.into()));
}

#[test]
fn the_instructions_can_be_chosen_and_give_the_same_bits() {
    let input = repository("models/breast-cancer/test.npy");
    world().run(&["model", "input", "m.iso", &input]).exits(0);
    let run =
        |isa: &str| world().run(&["model", "run", "m.iso", "--input", "input.bin", "--isa", isa, "--json"]);
    let wanted = run("scalar").exits(0).json()["output"].clone();
    for device in ["avx2", "avx512vnni"] {
        let cpu = world().run(&["devices", "--isa", device, "--json"]).exits(0).json()[1].clone();
        if cpu["usable"].as_bool().unwrap() {
            assert!(cpu["what"].as_str().unwrap().starts_with(device), "{cpu}");
            assert_eq!(run(device).exits(0).json()["output"], wanted, "{device}");
        } else {
            run(device).exits(2).says(device);
        }
    }
    run("sse").exits(2).says("avx2");
}

#[test]
fn every_command_has_help_with_an_example() {
    world().run(&["--help"]).exits(0).says("Exit status");
    for command in [
        &["convert"][..],
        &["model", "show"],
        &["model", "input"],
        &["model", "run"],
        &["genesis"],
        &["init"],
        &["upload"],
        &["deploy"],
        &["send"],
        &["run"],
        &["call"],
        &["export"],
        &["replay"],
        &["devices"],
        &["demo"],
    ] {
        world().run(&[command, &["--help"]].concat()).exits(0).says("Example:").says("--json");
    }
}
