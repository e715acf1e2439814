//! Every vector on every backend that this machine has; and a backend that errs is named, with the op.

#![allow(clippy::unwrap_used, clippy::panic)]

use isocortex_inference::{Backend, Cpu, Error, Isa, Loaded, Model, OpDigest, Reference};
use isocortex_model::keccak256;
use isocortex_testvectors::{Kind, Outcome, VectorFile, load, run};
use std::{io::Write, path::Path, sync::Arc};

fn data() -> Vec<VectorFile> {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data")).unwrap()
}

fn all_equal(backend: &dyn Backend) {
    let files = data();
    let report = run(&files, backend);
    println!("{report}");
    assert_eq!(report.exit_code(), 0, "{report}");
    assert!(report.entries.len() >= 640, "vectors are missing: {}", report.entries.len());
}

#[test]
fn reference_gives_every_expected_bit() {
    all_equal(&Reference);
}

/// Every instruction set that this machine has, with one thread and with several.
#[test]
fn cpu_gives_every_expected_bit() {
    for isa in Isa::ALL {
        if !isa.available() {
            // Not eprintln!: the test harness would swallow it.
            writeln!(std::io::stderr(), "\nNOT MEASURED: this machine has no {}", isa.name()).unwrap();
            continue;
        }
        for threads in [1, 3] {
            all_equal(&Cpu::with_isa(isa, threads).unwrap());
        }
    }
}

/// Every op has at least 30 cases, each a model in which it occurs.
#[test]
fn every_op_is_covered() {
    let mut counts = std::collections::BTreeMap::new();
    for file in data() {
        let Kind::Models(cases) = file.cases else { continue };
        for case in cases {
            let model = isocortex_testvectors::checked(&case).unwrap();
            let mut ops: Vec<_> = model.header().nodes.iter().map(|n| n.op.name()).collect();
            ops.sort_unstable();
            ops.dedup();
            ops.into_iter().for_each(|op| *counts.entry(op).or_insert(0) += 1);
        }
    }
    assert_eq!(counts.len(), 11, "{counts:?}");
    assert!(counts.values().all(|&n| n >= 30), "{counts:?}");
}

/// The reference with one bit of one op's first word turned, or a lost device.
struct Faulty {
    op: Option<&'static str>,
}

struct FaultyLoaded(Box<dyn Loaded>, &'static str);

impl Backend for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        match self.op {
            Some(op) => Ok(Box::new(FaultyLoaded(Reference.load(model)?, op))),
            None => Err(Error::Device { backend: "faulty", reason: "the device is lost".into() }),
        }
    }
}

impl Loaded for FaultyLoaded {
    fn model(&self) -> &Model {
        self.0.model()
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        let mut out = self.0.run(batch)?;
        if self.model().header().nodes.iter().any(|n| n.op.name() == self.1) {
            out.iter_mut().filter_map(|o| o.last_mut()).for_each(|byte| *byte ^= 1);
        }
        Ok(out)
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, Error> {
        let mut trace = self.0.trace(input)?;
        for op in trace.iter_mut().filter(|o| o.op == self.1) {
            op.bytes[0] ^= 1;
            op.digest = keccak256(&op.bytes);
        }
        Ok(trace)
    }
}

#[test]
fn a_difference_names_the_first_op_and_word() {
    let files = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models/networks.json")).unwrap();
    let report = run(&files, &Faulty { op: Some("ReduceSum") });
    assert_eq!(report.exit_code(), 1);
    let Outcome::Differs(d) = &report.entries[0].outcome else { panic!("{report}") };
    let reduce = d.place.ends_with("(ReduceSum)") && d.place.starts_with("run 0 in a batch, node ");
    assert!(reduce && d.word == Some(0) && d.expected != d.got, "{report}");
}

#[test]
fn a_lost_device_measures_nothing() {
    let files = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models")).unwrap();
    let report = run(&files, &Faulty { op: None });
    assert_eq!((report.exit_code(), report.counts().0), (2, 0), "{report}");
    assert!(report.to_string().contains("the device is lost"));
}

#[test]
fn unreadable_files_are_errors_that_name_the_path() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, words) in
        [("nowhere", "nowhere"), ("Cargo.toml", "not a vector file"), ("src", "no vector file")]
    {
        let error = load(&here.join(path)).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
