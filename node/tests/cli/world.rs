//! Running the binary, and a small chain to run it on.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

/// The inference precompile.
pub const INFERENCE: &str = "0x000000000000000000000000000000000000c001";
/// Its function.
pub const INFER: &str = "infer(bytes32,bytes) returns (bytes)";

/// A finished process.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Its standard output, which must be one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Demands an exit status.
    #[track_caller]
    pub fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Demands words on either output.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.out.contains(words) || self.err.contains(words), "no {words:?} in {self:?}");
        self
    }
}

/// Runs the binary in a folder.
pub fn run_in(folder: &Path, args: &[&str]) -> Ran {
    run_under(folder, &[], args)
}

/// Runs the binary in a folder, with these variables of the environment too.
pub fn run_under(folder: &Path, environment: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isocortex"));
    command.args(args).current_dir(folder).envs(environment.iter().copied());
    let output = command.stdin(Stdio::null()).output().unwrap();
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder of the repository.
pub fn repository(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path).to_str().unwrap().into()
}

/// A folder with `m.iso`, `input.bin`, a chain in `c` on which the model was registered and called twice, and its
/// export `c.jsonl`. Made once, never changed.
pub struct World {
    folder: TempDir,
    pub model: String,
}

pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        // Nothing drops a static, so what it leaves is left among the build's outputs.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let run = |args: &[&str]| run_in(folder.path(), args).exits(0);
        let (onnx, rows) = (
            repository("models/breast-cancer/model.onnx"),
            repository("models/breast-cancer/calibration.npy"),
        );
        run(&["convert", &onnx, "--calibration", &rows, "--out", "m.iso"]);
        run(&["model", "input", "m.iso", &repository("models/breast-cancer/test.npy"), "--out", "input.bin"]);
        let model = run(&["model", "show", "m.iso", "--json"]).json()["id"].as_str().unwrap().to_owned();
        run(&["init", "--data", "c"]);
        run(&["upload", "m.iso", "--data", "c", "--key", "0"]);
        for key in ["1", "2"] {
            run(&[
                "send",
                "--data",
                "c",
                "--key",
                key,
                "--to",
                INFERENCE,
                "--sig",
                INFER,
                &model,
                "@input.bin",
            ]);
        }
        run(&["export", "--data", "c", "--out", "c.jsonl"]);
        World { folder, model }
    })
}

impl World {
    /// A file in it, to read.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the binary in it; for commands that open no chain.
    pub fn run(&self, args: &[&str]) -> Ran {
        run_in(self.folder.path(), args)
    }

    /// A copy, to change.
    pub fn copy(&self) -> Copy {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        Copy { folder, model: self.model.clone() }
    }
}

/// A [`World`] of one test's own.
pub struct Copy {
    folder: TempDir,
    pub model: String,
}

impl Copy {
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        run_in(self.folder.path(), args)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// The lines of the export.
    pub fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("c.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Writes lines to a file.
    pub fn write_lines(&self, name: &str, lines: &[Value]) {
        self.write(name, lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
