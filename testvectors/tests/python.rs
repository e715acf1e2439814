//! Does the independent implementation still make these files? Needs python3 with NumPy.
//!
//! `PYTHON` names another interpreter. Without NumPy nothing is measured, and the test says so; with
//! `ISOCORTEX_REQUIRE_PYTHON` set that is a failure.

#![allow(clippy::unwrap_used)]

use std::{
    io::Write,
    path::Path,
    process::{Command, Output},
};

fn python(arguments: &[&str]) -> std::io::Result<Output> {
    let interpreter = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    Command::new(interpreter).args(["-B"]).args(arguments).current_dir(folder).output()
}

fn passes(arguments: &[&str]) {
    let out = python(arguments).unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    println!("{text}");
    assert!(out.status.success(), "{text}");
}

#[test]
fn python_makes_the_same_vectors() {
    if !python(&["-c", "import numpy"]).is_ok_and(|out| out.status.success()) {
        // Not eprintln!: the test harness would swallow it.
        let words = "\nNOT MEASURED: python3 with NumPy is missing, so the vectors were not made again\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        assert!(
            std::env::var_os("ISOCORTEX_REQUIRE_PYTHON").is_none(),
            "python3 with NumPy is required here"
        );
        return;
    }
    passes(&["-m", "unittest"]);
    passes(&["generate.py", "--check"]);
}
