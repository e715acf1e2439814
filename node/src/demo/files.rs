//! What the demo starts from: two trained networks with their data, and a compiled contract. They are part of
//! the binary, and written to its folder so that everything after is done with files, as a user would.

use crate::failure::Failure;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A trained network; where it comes from is said in `models/README.md` of the sources.
pub struct Network {
    /// Name of its folder.
    pub name: &'static str,
    /// Its file of calibration rows.
    pub calibration: &'static str,
    /// Its file of test rows.
    pub test: &'static str,
    /// The names of its classes, one a line.
    pub classes: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

macro_rules! network {
    ($name:literal, $calibration:literal, $test:literal) => {
        Network {
            name: $name,
            calibration: $calibration,
            test: $test,
            classes: include_str!(concat!("../../../models/", $name, "/labels.txt")),
            files: &[
                ("model.onnx", include_bytes!(concat!("../../../models/", $name, "/model.onnx"))),
                ($calibration, include_bytes!(concat!("../../../models/", $name, "/", $calibration))),
                ($test, include_bytes!(concat!("../../../models/", $name, "/", $test))),
                ("test-labels.npy", include_bytes!(concat!("../../../models/", $name, "/test-labels.npy"))),
            ],
        }
    };
}

/// Photographs of garments, ten classes.
pub static FASHION: Network = network!("fashion-mnist", "calibration-images.npy", "test-images.npy");
/// Rows of 30 measurements, two classes: nothing is wired to images.
pub static CANCER: Network = network!("breast-cancer", "calibration.npy", "test.npy");
/// The contract, as its compiler wrote it.
pub static CLASSIFIER: &[u8] = include_bytes!("../../../precompiles/solidity/out/Classifier.json");

/// Writes all files.
///
/// # Errors
/// A folder that cannot be written.
pub fn write(folder: &Path) -> Result<(), Failure> {
    for network in [&FASHION, &CANCER] {
        let folder = folder.join(network.name);
        fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
        for (name, bytes) in network.files {
            let path = folder.join(name);
            fs::write(&path, bytes).map_err(Failure::file(&path))?;
        }
    }
    let path = folder.join("Classifier.json");
    fs::write(&path, CLASSIFIER).map_err(Failure::file(&path))
}

/// The demo's folder: the user's, or a temporary one.
pub struct Folder {
    path: PathBuf,
    /// Deletes the folder at the end.
    temporary: Option<TempDir>,
}

impl Folder {
    /// Makes the folder.
    ///
    /// # Errors
    /// One that already holds a chain, or that cannot be made.
    pub fn new(dir: Option<&Path>, keep: bool) -> Result<Self, Failure> {
        let Some(dir) = dir else {
            let temporary =
                tempfile::Builder::new().prefix("isocortex-demo-").tempdir().map_err(Failure::new)?;
            if keep {
                return Ok(Self { path: temporary.keep(), temporary: None });
            }
            return Ok(Self { path: temporary.path().to_owned(), temporary: Some(temporary) });
        };
        if dir.join("chain").exists() {
            return Err(Failure::new(format_args!("{} already holds a demo", dir.display()))
                .hint("delete it, or choose another --dir"));
        }
        fs::create_dir_all(dir).map_err(Failure::file(dir))?;
        Ok(Self { path: dir.to_owned(), temporary: None })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it is, if it stays.
    pub fn kept(&self) -> Option<&Path> {
        self.temporary.is_none().then_some(&*self.path)
    }
}
