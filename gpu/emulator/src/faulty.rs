//! A card that fails when it is told to.

use crate::{EmulatedDevice, EmulatedMemory, EmulatedSequence, Options};
use isocortex_gpu::{Device, Error, Fault, Kernel, Launch, Part, Products};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// An allocation is refused.
    Memory,
    /// A copy outside of a sequence is refused.
    Copy,
    /// Preparing launches is refused.
    Record,
    /// A sequence is refused.
    Play,
    /// A sequence has no end within its limit.
    TimeOut,
    /// The card is lost while a sequence runs, and stays lost.
    Lost,
    /// The last byte that comes of a sequence with this kernel has its lowest bit turned, each time from now on.
    Wrong(Kernel),
}

/// An [`EmulatedDevice`] with troubles.
pub struct FaultyDevice {
    device: EmulatedDevice,
    troubles: Troubles,
}

/// Brings trouble upon a [`FaultyDevice`], also from afar.
#[derive(Clone, Default)]
pub struct Troubles(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// What is due, and how many operations of its kind go well before.
    due: Option<(Trouble, u32)>,
    /// What is wrong for good.
    lasting: Option<Trouble>,
    /// Whether what is downloaded next is the result of a wrong kernel.
    spoilt: bool,
}

/// Launches for a [`FaultyDevice`].
pub struct FaultySequence {
    sequence: EmulatedSequence,
    kernels: Vec<Kernel>,
}

impl FaultyDevice {
    /// A card that is well, and what can bring trouble upon it.
    ///
    /// # Errors
    /// As [`EmulatedDevice::new`].
    pub fn new(options: Options) -> Result<(Self, Troubles), Error> {
        let troubles = Troubles::default();
        Ok((Self { device: EmulatedDevice::new(options)?, troubles: troubles.clone() }, troubles))
    }
}

impl Troubles {
    /// Trouble, once, at the operation of its kind that comes after `after` others; what it is that lasts, lasts.
    pub fn bring(&self, trouble: Trouble, after: u32) {
        self.state().due = Some((trouble, after));
    }

    /// Whether trouble that was brought has come.
    pub fn came(&self) -> bool {
        self.state().due.is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation of this kind down; true where its trouble is due.
    fn due(&self, trouble: Trouble) -> bool {
        let mut state = self.state();
        match &mut state.due {
            Some((kind, 0)) if *kind == trouble => {
                state.due = None;
                true
            }
            Some((kind, after)) if *kind == trouble => {
                *after -= 1;
                false
            }
            _ => false,
        }
    }

    fn refuse(&self, trouble: Trouble, what: &str) -> Result<(), Error> {
        if self.state().lasting == Some(Trouble::Lost) {
            return Err(error(Trouble::Lost, what));
        }
        if self.due(trouble) { Err(error(trouble, what)) } else { Ok(()) }
    }

    /// Whether one of these kernels is wrong.
    fn spoils(&self, kernels: &[Kernel]) -> bool {
        for &kernel in kernels {
            if self.due(Trouble::Wrong(kernel)) {
                self.state().lasting = Some(Trouble::Wrong(kernel));
            }
        }
        let lasting = self.state().lasting;
        kernels.iter().any(|&kernel| lasting == Some(Trouble::Wrong(kernel)))
    }
}

fn error(trouble: Trouble, what: &str) -> Error {
    let fault = match trouble {
        Trouble::Memory => Fault::Memory,
        Trouble::TimeOut => Fault::TimeOut,
        Trouble::Lost => Fault::Lost,
        _ => Fault::Other,
    };
    Error::Device { fault, what: what.into(), reason: "injected".into() }
}

impl Device for FaultyDevice {
    const NAME: &'static str = "faulty";
    type Memory = EmulatedMemory;
    type Sequence = FaultySequence;

    fn alloc(&self, bytes: usize) -> Result<EmulatedMemory, Error> {
        self.troubles.refuse(Trouble::Memory, "allocating")?;
        self.device.alloc(bytes)
    }

    fn upload(&self, to: Part<'_, EmulatedMemory>, bytes: &[u8]) -> Result<(), Error> {
        self.troubles.refuse(Trouble::Copy, "copying")?;
        self.device.upload(to, bytes)
    }

    fn download(&self, from: Part<'_, EmulatedMemory>, bytes: &mut [u8]) -> Result<(), Error> {
        self.troubles.refuse(Trouble::Copy, "copying")?;
        self.device.download(from, bytes)?;
        if std::mem::take(&mut self.troubles.state().spoilt) {
            turn(bytes);
        }
        Ok(())
    }

    fn record(&self, launches: &[Launch<'_, EmulatedMemory>]) -> Result<FaultySequence, Error> {
        self.troubles.refuse(Trouble::Record, "recording")?;
        let kernels = launches.iter().map(|launch| launch.kernel).collect();
        Ok(FaultySequence { sequence: self.device.record(launches)?, kernels })
    }

    fn play(
        &self,
        sequence: &mut FaultySequence,
        inputs: &[(Part<'_, EmulatedMemory>, &[u8])],
        outputs: &mut [(Part<'_, EmulatedMemory>, &mut [u8])],
        limit: Duration,
    ) -> Result<(), Error> {
        self.troubles.refuse(Trouble::Play, "playing")?;
        self.device.play(&mut sequence.sequence, inputs, outputs, limit)?;
        // What has been computed is never seen.
        for trouble in [Trouble::TimeOut, Trouble::Lost] {
            if self.troubles.due(trouble) {
                outputs.iter_mut().for_each(|(_, bytes)| bytes.fill(0));
                self.troubles.state().lasting = Some(Trouble::Lost);
                return Err(error(trouble, "playing"));
            }
        }
        if self.troubles.spoils(&sequence.kernels) {
            match outputs.last_mut() {
                Some((_, bytes)) => turn(bytes),
                None => self.troubles.state().spoilt = true,
            }
        }
        Ok(())
    }

    fn products(&self) -> Products {
        self.device.products()
    }

    fn budget(&self) -> u64 {
        self.device.budget()
    }
}

fn turn(bytes: &mut [u8]) {
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
}
