//! Every vector on every backend that this machine has; and a backend that errs is named, with the op.

#![allow(clippy::unwrap_used, clippy::panic)]

use alloy_primitives::U256;
use isocortex_inference::{Backend, Cpu, Error, Fault, Isa, Loaded, Model, OpDigest, Place, Reference};
use isocortex_model::keccak256;
use isocortex_testvectors::{Ending, Kind, ModelCase, Outcome, PrecompileCase, VectorFile, load, run};
use std::{io::Write, path::Path, sync::Arc};

fn data() -> Vec<VectorFile> {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data")).unwrap()
}

fn all_equal(backend: impl Backend + 'static) {
    let backend: Arc<dyn Backend> = Arc::new(backend);
    let files = data();
    let report = run(&files, &backend);
    println!("{report}");
    assert_eq!(report.exit_code(), 0, "{report}");
    assert!(report.entries.len() >= 3700, "vectors are missing: {}", report.entries.len());
}

#[test]
fn reference_gives_every_expected_bit() {
    all_equal(Reference);
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
            all_equal(Cpu::with_isa(isa, threads).unwrap());
        }
    }
}

/// Every op has at least 50 cases, each a model in which it occurs.
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
    assert_eq!(counts.len(), 54, "{counts:?}");
    assert!(counts.values().all(|&n| n >= 50), "{counts:?}");
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
            None => {
                let (fault, reason) = (Fault::Lost, "the device is lost".into());
                Err(Error::Device { backend: "faulty", fault, reason })
            }
        }
    }
}

impl Loaded for FaultyLoaded {
    fn model(&self) -> &Model {
        self.0.model()
    }

    fn place(&self) -> Place {
        "faulty".into()
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

fn faulty(faulty: Faulty) -> Arc<dyn Backend> {
    Arc::new(faulty)
}

#[test]
fn a_difference_names_the_first_op_and_word() {
    let files = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models/networks.json")).unwrap();
    let report = run(&files, &faulty(Faulty { op: Some("ReduceSum") }));
    assert_eq!(report.exit_code(), 1);
    let Outcome::Differs(d) = &report.entries[0].outcome else { panic!("{report}") };
    let reduce = d.place.ends_with("(ReduceSum)") && d.place.starts_with("run 0 in a batch, node ");
    assert!(reduce && d.word == Some(0) && d.expected != d.got, "{report}");
}

#[test]
fn a_lost_device_measures_nothing() {
    let files = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models")).unwrap();
    let report = run(&files, &faulty(Faulty { op: None }));
    assert_eq!((report.exit_code(), report.counts().0), (2, 0), "{report}");
    assert!(report.to_string().contains("the device is lost"));
}

/// Where the difference must show, and how to make it.
type Change<C> = (&'static str, fn(&mut C));

/// Each thing that a vector says is compared: change it, and the case differs there.
#[test]
fn a_changed_vector_differs() {
    let reference: Arc<dyn Backend> = Arc::new(Reference);
    let differs = |cases: Kind, place: &str| {
        let report = run(&[VectorFile { path: "changed".into(), cases }], &reference);
        let Outcome::Differs(d) = &report.entries[0].outcome else { panic!("{place}: {report}") };
        assert!(d.place.contains(place), "{place}: {report}");
    };
    for file in data() {
        match file.cases {
            Kind::Models(cases) => {
                let changes: [Change<ModelCase>; 7] = [
                    ("id", |c| c.id.0[0] ^= 1),
                    ("interval", |c| c.intervals[0].1 -= 1),
                    ("macs", |c| c.cost.macs += 1),
                    ("elements", |c| c.cost.elements += 1),
                    ("bytes", |c| c.cost.bytes += 1),
                    ("peak", |c| c.cost.peak += 1),
                    ("run 0", |c| {
                        c.runs[0].output =
                            [&[c.runs[0].output[0] ^ 1], &c.runs[0].output[1..]].concat().into()
                    }),
                ];
                for (place, change) in changes {
                    let mut case = cases[0].clone();
                    change(&mut case);
                    differs(Kind::Models(vec![case]), place);
                }
            }
            Kind::Invalid(cases) => {
                let mut case = cases[0].clone();
                case.fault = if case.fault == "operand" { "limit" } else { "operand" }.into();
                differs(Kind::Invalid(vec![case]), "refusal");
            }
            Kind::Precompiles(cases) => {
                let changes: [Change<PrecompileCase>; 5] = [
                    ("step 1, gas used", |c| c.steps[1].used = c.steps[1].used.map(|gas| gas + 1)),
                    ("step 1, output", |c| c.steps[1].output = vec![1].into()),
                    ("step 0, ending", |c| c.steps[0].end = Ending::Revert),
                    ("events", |c| c.steps.iter_mut().for_each(|step| step.logs.clear())),
                    ("balances", |c| c.balances.values_mut().for_each(|wei| *wei += U256::from(1))),
                ];
                for (place, change) in changes {
                    let mut case = cases[0].clone();
                    change(&mut case);
                    differs(Kind::Precompiles(vec![case]), place);
                }
            }
            _ => {}
        }
    }
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
