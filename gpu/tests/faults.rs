//! A device that fails: the error names what was being done, nothing wrong is ever answered, and the next run
//! is right again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::{Case, Device, Error, Fault as Kind, GpuBackend, Kernel, Launch};
use isocortex_gpu_emulator::{EmulatedDevice, EmulatedMemory, Options};
use isocortex_inference::{Backend, Reference};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Memory,
    Launch,
    Copy,
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

    fn refuse(&self, fault: Fault, what: String) -> Result<(), Error> {
        let kind = if fault == Fault::Memory { Kind::Memory } else { Kind::Lost };
        let error = Error::Device { fault: kind, what, reason: "injected".into() };
        if self.due(fault) { Err(error) } else { Ok(()) }
    }
}

impl Device for Faulty {
    const NAME: &'static str = "faulty";
    type Memory = EmulatedMemory;

    fn alloc(&self, bytes: usize) -> Result<EmulatedMemory, Error> {
        self.refuse(Fault::Memory, "allocating".into())?;
        self.device.alloc(bytes)
    }

    fn upload(&self, to: &EmulatedMemory, bytes: &[u8]) -> Result<(), Error> {
        self.refuse(Fault::Copy, "copying".into())?;
        self.device.upload(to, bytes)
    }

    fn download(&self, from: &EmulatedMemory, bytes: &mut [u8]) -> Result<(), Error> {
        self.refuse(Fault::Copy, "copying".into())?;
        self.device.download(from, bytes)?;
        if let Some(last) = bytes.last_mut().filter(|_| self.due(Fault::FlippedBit)) {
            *last ^= 1;
        }
        Ok(())
    }

    fn launch(&self, launch: &Launch<'_, EmulatedMemory>) -> Result<(), Error> {
        self.refuse(Fault::Launch, format!("launching kernel {}", launch.kernel))?;
        self.device.launch(launch)
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
fn a_refused_operation_is_an_error_and_the_next_run_is_right() {
    for fault in [Fault::Memory, Fault::Launch, Fault::Copy] {
        let (device, after) = faulty(fault);
        let backend = GpuBackend::with_device(device).unwrap();
        let case = Case::new(Kernel::Gemm, 3).unwrap();
        let wanted = Reference.load(Arc::clone(case.model())).unwrap().run(&case.batch()).unwrap();
        let loaded = backend.load(Arc::clone(case.model())).unwrap();
        after.store(0, Ordering::Relaxed);
        let text = loaded.run(&case.batch()).unwrap_err().to_string();
        assert!(text.starts_with("backend faulty: ") && text.contains("injected"), "{text}");
        assert!(fault != Fault::Launch || text.contains("gemm_s8_s8_s32"), "{text}");
        assert_eq!(loaded.run(&case.batch()).unwrap(), wanted);
    }
}

#[test]
fn loading_on_a_full_device_is_an_error() {
    let (device, after) = faulty(Fault::Memory);
    let backend = GpuBackend::with_device(device).unwrap();
    let case = Case::new(Kernel::Conv2d, 3).unwrap();
    after.store(1, Ordering::Relaxed);
    assert!(backend.load(Arc::clone(case.model())).is_err());
    assert!(backend.load(Arc::clone(case.model())).is_ok());
}

/// One wrong bit in any kernel's answer keeps the backend off.
#[test]
fn one_flipped_bit_fails_the_self_test() {
    let (device, after) = faulty(Fault::FlippedBit);
    let backend = GpuBackend::unchecked(device);
    let outputs = |kernel, seed| Case::new(kernel, seed).unwrap().model().header().outputs.len() as i64;
    let mut before = 0;
    for &kernel in Kernel::ALL {
        // The self-test downloads once an output, four cases a kernel.
        after.store(before + outputs(kernel, 0) + outputs(kernel, 1), Ordering::Relaxed);
        before += (0..4).map(|seed| outputs(kernel, seed)).sum::<i64>();
        match backend.self_test().unwrap_err() {
            Error::SelfTest { kernel: named, seed: 2, .. } => assert_eq!(named, kernel),
            error => panic!("{error}"),
        }
    }
}
