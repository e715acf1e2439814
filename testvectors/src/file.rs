//! Vector files: one kind of case a file.

use crate::{Error, PrecompileCase};
use alloy_primitives::{B256, Bytes};
use isocortex_model::Cost;
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A vector file.
#[derive(Clone, Debug)]
pub struct VectorFile {
    /// Where it was read.
    pub path: PathBuf,
    /// What is in it.
    pub cases: Kind,
}

/// The cases of a file, by kind: the file's `kind` and `cases`.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", content = "cases", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// Models with inputs and the outputs that SPEC.md gives them; a one-node model is how an op is tested.
    Models(Vec<ModelCase>),
    /// Artifacts that must be refused.
    Invalid(Vec<InvalidCase>),
    /// Calls of the precompiles.
    Precompiles(Vec<PrecompileCase>),
}

/// A valid artifact, what the check says of it, and its answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCase {
    /// Unique in its file.
    pub name: String,
    /// keccak-256 of the header.
    pub id: B256,
    /// Header bytes.
    pub header: Bytes,
    /// All weights, joined.
    pub weights: Bytes,
    /// Least and greatest element of each value, in value order.
    pub intervals: Vec<(i32, i32)>,
    /// Cost record of the model.
    pub cost: Cost,
    /// Inputs with their outputs.
    pub runs: Vec<Run>,
}

/// One inference.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Bytes of all input tensors, joined.
    pub input: Bytes,
    /// Bytes of all output tensors, joined.
    pub output: Bytes,
}

/// An artifact that must be refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvalidCase {
    /// Unique in its file.
    pub name: String,
    /// Why, as a short word: see `python/isocortex_ref/faults.py`.
    pub fault: String,
    /// Header bytes, or what is in their place.
    pub header: Bytes,
    /// Weights, or what is in their place.
    pub weights: Bytes,
}

/// Reads one file, or every `*.json` below a folder in the order of their paths.
///
/// # Errors
/// The first file that cannot be read, is not a vector file, or a folder that has none.
pub fn load(path: &Path) -> Result<Vec<VectorFile>, Error> {
    let mut paths = vec![];
    collect(path, true, &mut paths)?;
    paths.sort();
    if paths.is_empty() {
        return Err(Error::Empty(path.into()));
    }
    paths.into_iter().map(read).collect()
}

fn read(path: PathBuf) -> Result<VectorFile, Error> {
    let text = fs::read(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    match serde_json::from_slice(&text) {
        Ok(cases) => Ok(VectorFile { path, cases }),
        Err(source) => Err(Error::Json { path, source }),
    }
}

/// A named file is taken as it is; in a folder only `*.json` counts.
fn collect(path: &Path, named: bool, into: &mut Vec<PathBuf>) -> Result<(), Error> {
    let io = |source| Error::Io { path: path.into(), source };
    if fs::metadata(path).map_err(io)?.is_dir() {
        for entry in fs::read_dir(path).map_err(io)? {
            collect(&entry.map_err(io)?.path(), false, into)?;
        }
    } else if named || path.extension().is_some_and(|e| e == "json") {
        into.push(path.into());
    }
    Ok(())
}
