//! Known answers for every level, and the one runner that confirms them on any backend.
//!
//! The vectors are data (`data/`, JSON): valid models with the intervals, cost and answers that SPEC.md gives
//! them, one-node models for each op, artifacts that must be refused, and calls of the precompiles with
//! their outputs, gas, events and balances. An independent implementation of SPEC.md in Python (`python/`) makes them; `python generate.py --check` says whether it still does.
//!
//! ```no_run
//! use isocortex_inference::{Backend, Reference};
//! use std::sync::Arc;
//! # fn main() -> Result<(), isocortex_testvectors::Error> {
//! let files = isocortex_testvectors::load("testvectors/data".as_ref())?;
//! let backend: Arc<dyn Backend> = Arc::new(Reference);
//! let report = isocortex_testvectors::run(&files, &backend);
//! println!("{report}"); // a line for each case that is not equal, then the counts
//! std::process::exit(report.exit_code().into()); // 0 equal, 1 differs, 2 could not measure
//! # }
//! ```
//!
//! A new kind of vector is an arm of [`Kind`] with its case type, and an arm of [`run`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bulk;
mod error;
mod file;
mod model;
mod precompile;
mod refusal;
mod report;

pub use bulk::Record;
pub use error::Error;
pub use file::{InvalidCase, Kind, ModelCase, Run, VectorFile, load};
pub use model::{answers, checked, runs};
pub use precompile::{Ending, PrecompileCase, Step, called};
pub use refusal::refused;
pub use report::{Difference, Entry, Outcome, Report};

use isocortex_inference::Backend;
use std::sync::Arc;

/// Runs every case of every file on a backend.
pub fn run(files: &[VectorFile], backend: &Arc<dyn Backend>) -> Report {
    let mut report = Report { subject: backend.name().into(), entries: vec![] };
    for file in files {
        let name = file.path.display().to_string();
        let mut add = |case: &str, outcome| {
            report.entries.push(Entry { file: name.clone(), name: case.into(), outcome });
        };
        match &file.cases {
            Kind::Models(cases) => cases.iter().for_each(|c| add(&c.name, answers(c, &**backend))),
            Kind::Invalid(cases) => cases.iter().for_each(|c| add(&c.name, refused(c))),
            Kind::Precompiles(cases) => cases.iter().for_each(|c| add(&c.name, called(c, backend))),
        }
    }
    report
}
