//! A device that fails: the error names what was being done, nothing wrong is ever answered, and the next run
//! is right again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::{Case, Device, Error, Fault as Kind, GpuBackend, Kernel, Launch, Part};
use isocortex_gpu_emulator::{EmulatedDevice, EmulatedMemory, EmulatedSequence, Options};
use isocortex_inference::{Backend, Reference};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Memory,
    Copy,
    Record,
    Play,
    FlippedBit,
}

/// Fails the operation of its kind that comes after `after` others; never where that is negative.
struct Faulty {
    device: EmulatedDevice,
    fault: Fault,
    after: Arc<AtomicI64>,
}

impl Faulty {
    fn due(&self, fault: Fault) -> bool {
        fault == self.fault && self.after.fetch_sub(1, Ordering::Relaxed) == 0
    }

    fn refuse(&self, fault: Fault, what: &str) -> Result<(), Error> {
        let kind = if fault == Fault::Memory { Kind::Memory } else { Kind::Lost };
        let error = || Error::Device { fault: kind, what: what.into(), reason: "injected".into() };
        if self.due(fault) { Err(error()) } else { Ok(()) }
    }
}

impl Device for Faulty {
    const NAME: &'static str = "faulty";
    type Memory = EmulatedMemory;
    type Sequence = EmulatedSequence;

    fn alloc(&self, bytes: usize) -> Result<EmulatedMemory, Error> {
        self.refuse(Fault::Memory, "allocating")?;
        self.device.alloc(bytes)
    }

    fn upload(&self, to: Part<'_, EmulatedMemory>, bytes: &[u8]) -> Result<(), Error> {
        self.refuse(Fault::Copy, "copying")?;
        self.device.upload(to, bytes)
    }

    fn download(&self, from: Part<'_, EmulatedMemory>, bytes: &mut [u8]) -> Result<(), Error> {
        self.refuse(Fault::Copy, "copying")?;
        self.device.download(from, bytes)
    }

    fn record(&self, launches: &[Launch<'_, EmulatedMemory>]) -> Result<EmulatedSequence, Error> {
        self.refuse(Fault::Record, "recording")?;
        self.device.record(launches)
    }

    fn play(
        &self,
        sequence: &mut EmulatedSequence,
        inputs: &[(Part<'_, EmulatedMemory>, &[u8])],
        outputs: &mut [(Part<'_, EmulatedMemory>, &mut [u8])],
        limit: Duration,
    ) -> Result<(), Error> {
        self.refuse(Fault::Play, "playing")?;
        self.device.play(sequence, inputs, outputs, limit)?;
        let last = outputs.last_mut().and_then(|(_, bytes)| bytes.last_mut());
        if let Some(last) = last.filter(|_| self.due(Fault::FlippedBit)) {
            *last ^= 1;
        }
        Ok(())
    }

    fn budget(&self) -> u64 {
        self.device.budget()
    }
}

fn faulty(fault: Fault) -> (Faulty, Arc<AtomicI64>) {
    let after = Arc::new(AtomicI64::new(-1));
    let device = EmulatedDevice::new(Options::default()).unwrap();
    (Faulty { device, fault, after: Arc::clone(&after) }, after)
}

#[test]
fn a_refused_run_is_an_error_and_the_next_is_right() {
    let (device, after) = faulty(Fault::Play);
    let backend = GpuBackend::with_device(device).unwrap();
    let case = Case::new(Kernel::Gemm, 3).unwrap();
    let wanted = Reference.load(Arc::clone(case.model())).unwrap().run(&case.batch()).unwrap();
    let loaded = backend.load(Arc::clone(case.model())).unwrap();
    after.store(0, Ordering::Relaxed);
    let text = loaded.run(&case.batch()).unwrap_err().to_string();
    assert!(text.starts_with("backend faulty: ") && text.contains("injected"), "{text}");
    assert_eq!(loaded.run(&case.batch()).unwrap(), wanted);
}

#[test]
fn a_refused_load_is_an_error_and_the_next_is_right() {
    for (fault, times) in [(Fault::Memory, 2), (Fault::Copy, 2), (Fault::Record, 1)] {
        let (device, after) = faulty(fault);
        let backend = GpuBackend::with_device(device).unwrap();
        let case = Case::new(Kernel::Conv2d, 3).unwrap();
        for which in 0..times {
            after.store(which, Ordering::Relaxed);
            assert!(backend.load(Arc::clone(case.model())).is_err(), "{fault:?} {which}");
        }
        let loaded = backend.load(Arc::clone(case.model())).unwrap();
        case.compare(&loaded.run(&case.batch()).unwrap()).unwrap();
    }
}

/// Where there is no memory for a larger batch the runs go one by one.
#[test]
fn memory_that_is_refused_later_only_costs_time() {
    let (device, after) = faulty(Fault::Memory);
    let backend = GpuBackend::with_device(device).unwrap();
    let case = Case::new(Kernel::Conv2d, 3).unwrap();
    let batch = case.batch().repeat(7);
    let wanted = Reference.load(Arc::clone(case.model())).unwrap().run(&batch).unwrap();
    let loaded = backend.load(Arc::clone(case.model())).unwrap();
    for which in 0..4 {
        after.store(which, Ordering::Relaxed);
        assert_eq!(loaded.run(&batch).unwrap(), wanted);
    }
}

/// One wrong bit in any kernel's answer keeps the backend off.
#[test]
fn one_flipped_bit_fails_the_self_test() {
    let (device, after) = faulty(Fault::FlippedBit);
    after.store(0, Ordering::Relaxed);
    let backend = GpuBackend::unchecked(device);
    assert!(matches!(backend.self_test(), Err(Error::SelfTest { .. })));
    for &kernel in Kernel::ALL {
        after.store(0, Ordering::Relaxed);
        match backend.check(&Case::new(kernel, 2).unwrap()).unwrap_err() {
            Error::SelfTest { kernel: named, seed: 2, .. } => assert_eq!(named, kernel),
            error => panic!("{error}"),
        }
    }
}
