//! What this machine has, and whether it computes right.

use super::{CASES, Choice, Kind, cores, gpu::Gpu, self_test};
use crate::failure::Failure;
use isocortex_gpu::{Error, Facts};
use isocortex_inference::{Error as InferenceError, Fault, Isa, Reference};
use serde::Serialize;

/// What is known of a backend on this machine.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// The word on the command line.
    pub backend: Kind,
    /// Whether it can be chosen.
    pub usable: bool,
    /// What it runs on, or why it does not.
    pub what: String,
    /// Of a GPU: generation and driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// Of a GPU that tells: bytes of its memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// What its products are made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernels: Option<String>,
    /// The outcome of the self-test.
    pub self_test: SelfTest,
}

/// How many known answers a backend gave.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SelfTest {
    /// All of these.
    Right(u64),
    /// Not that: which kernel, and the first word.
    Wrong(String),
    /// It never came to it.
    NotMeasured,
}

impl Device {
    fn new(backend: Kind, what: String, self_test: SelfTest) -> Self {
        let usable = matches!(self_test, SelfTest::Right(_));
        Self { backend, usable, what, driver: None, memory: None, kernels: None, self_test }
    }
}

/// Opens and tries every backend.
pub fn survey(choice: Choice) -> Vec<Device> {
    Kind::ALL.into_iter().map(|kind| look(kind, choice)).collect()
}

fn look(kind: Kind, choice: Choice) -> Device {
    match kind {
        Kind::Reference => {
            tried(kind, "SPEC.md as plain loops, one thread".into(), None, self_test(&Reference))
        }
        Kind::Cpu => {
            let isa = choice.isa.unwrap_or_else(Isa::best).name();
            let what = format!("{isa}, {} thread(s)", choice.threads.unwrap_or_else(cores));
            match choice.cpu() {
                Ok(cpu) => tried(kind, what, Some(isa), self_test(&cpu)),
                Err(error @ InferenceError::Device { fault: Fault::Wrong, .. }) => {
                    Device::new(kind, what, SelfTest::Wrong(error.to_string()))
                }
                Err(error) => Device::new(kind, error.to_string(), SelfTest::NotMeasured),
            }
        }
        _ => match Gpu::open(kind, true) {
            Ok(Gpu { facts: Facts { name, driver, memory, kernels }, kernels: tested, .. }) => {
                let cases = CASES.saturating_mul(tested as u64);
                let device = Device::new(kind, name, SelfTest::Right(cases));
                Device {
                    driver: Some(driver),
                    memory: Some(memory).filter(|bytes| *bytes > 0),
                    kernels: Some(kernels),
                    ..device
                }
            }
            Err(error @ Error::SelfTest { .. }) => {
                Device::new(kind, "a device that computes wrong".into(), SelfTest::Wrong(error.to_string()))
            }
            Err(error) => Device::new(kind, error.to_string(), SelfTest::NotMeasured),
        },
    }
}

fn tried(kind: Kind, what: String, kernels: Option<&str>, outcome: Result<u64, Failure>) -> Device {
    let self_test = match outcome {
        Ok(cases) => SelfTest::Right(cases),
        Err(failure) => SelfTest::Wrong(failure.message),
    };
    Device { kernels: kernels.map(str::to_owned), ..Device::new(kind, what, self_test) }
}
