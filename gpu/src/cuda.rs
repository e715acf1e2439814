//! The CUDA device, by cust.

mod card;
mod choice;
mod facts;
mod memory;
mod sequence;

pub use memory::CudaMemory;
pub use sequence::CudaSequence;

use crate::{Device, Error, GpuBackend, Kernel, Launch, Part, Products};
use card::Card;
use cust::{
    CudaFlags,
    context::Context,
    device::DeviceAttribute,
    error::CudaError,
    event::{Event, EventFlags},
    module::Module,
    stream::Stream,
};
use isocortex_inference::Fault;
use memory::Channels;
use std::{sync::Arc, time::Duration};

/// Bytes of a constant that are copied at once.
const PIECE: usize = 16 << 20;
/// How long one such copy may take.
const COPY: Duration = Duration::from_secs(10);

/// Models on an NVIDIA card.
pub type CudaBackend = GpuBackend<CudaDevice>;

impl CudaBackend {
    /// The first card, after its self-test, as [`best`](Self::best) opens it.
    ///
    /// # Errors
    /// [`Error::NoDriver`], [`Error::NoDevice`], [`Error::TooOld`], [`Error::SelfTest`], or what the driver says.
    pub fn new() -> Result<Self, Error> {
        Self::best(0, None)
    }
}

/// What PTX a card is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Compute capability 6.1 and later: dp4a.
    Sm61,
    /// 8.0 and later: mma.sync.
    Sm80,
    /// 9.0 and no other: wgmma.
    Sm90a,
}

impl Target {
    /// All of them, the best last.
    pub const ALL: &[Self] = &[Self::Sm61, Self::Sm80, Self::Sm90a];

    /// The oldest compute capability that runs it.
    pub const fn least(self) -> (i32, i32) {
        match self {
            Self::Sm61 => (6, 1),
            Self::Sm80 => (8, 0),
            Self::Sm90a => (9, 0),
        }
    }

    /// What `ptxas` and the folders of PTX call it.
    const fn architecture(self) -> &'static str {
        match self {
            Self::Sm61 => "sm_61",
            Self::Sm80 => "sm_80",
            Self::Sm90a => "sm_90a",
        }
    }

    /// What a card that is given this target loads for a kernel; `None` where no form of it is for such cards.
    fn ptx(self, kernel: Kernel) -> Option<&'static str> {
        let loads = |name: &str| Self::ALL.iter().any(|&older| older <= self && older.architecture() == name);
        kernel.ptx().iter().rfind(|(name, _)| loads(name)).map(|&(_, ptx)| ptx)
    }

    /// What makes its matrix products.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm61 => "dp4a",
            Self::Sm80 => "mma.sync",
            Self::Sm90a => "wgmma",
        }
    }

    /// Whether a card of this compute capability runs it.
    pub fn runs_on(self, compute: (i32, i32)) -> bool {
        match self {
            Self::Sm90a => compute == self.least(),
            _ => compute >= self.least(),
        }
    }
}

/// An NVIDIA card with the kernels loaded.
pub struct CudaDevice {
    // Dropped in this order: what lives in the context, then the context.
    /// By kernel; `None` where the target has no such kernel.
    modules: Vec<Option<Module>>,
    channels: Channels,
    card: Arc<Card>,
    patience: Option<Duration>,
    budget: u64,
    compute: (i32, i32),
    target: Target,
    demoted: Option<String>,
    description: String,
}

/// A card that is there.
struct Found {
    card: cust::device::Device,
    name: String,
    compute: (i32, i32),
}

/// Names an error by what was being done. cust's `Display` asks the driver and can fail; `Debug` cannot.
fn at(what: impl Into<String>) -> impl FnOnce(CudaError) -> Error {
    move |error| Error::Device { fault: kind(error), what: what.into(), reason: format!("{error:?}") }
}

/// What a driver's code means for later calls. After most faults of a kernel the driver answers every call with
/// the same code until the process ends (CUDA Driver API, `CUresult`).
const fn kind(error: CudaError) -> Fault {
    use CudaError::*;
    match error {
        OutOfMemory => Fault::Memory,
        LaunchTimeout => Fault::TimeOut,
        Deinitialized
        | NotInitialized
        | NoDevice
        | InvalidContext
        | ContextIsDestroyed
        | EccUncorrectable
        | NvlinkUncorrectable
        | IllegalAddress
        | LaunchFailed
        | HardwareStackError
        | IllegalInstruction
        | MisalignedAddress
        | InvalidAddressSpace
        | InvalidProgramCounter
        | UnknownError => Fault::Lost,
        _ => Fault::Other,
    }
}

impl CudaDevice {
    /// Card number `ordinal`, with the best kernels that it runs.
    ///
    /// # Errors
    /// As [`CudaBackend::new`].
    pub fn open(ordinal: u32) -> Result<Self, Error> {
        Self::open_with(ordinal, None)
    }

    /// As [`open`](Self::open), with the kernels for `target`, which the card must be able to run.
    ///
    /// # Errors
    /// As [`CudaBackend::new`].
    pub fn open_with(ordinal: u32, target: Option<Target>) -> Result<Self, Error> {
        let Found { card, name, compute } = Self::find(ordinal)?;
        let best = Target::ALL.iter().rfind(|target| target.runs_on(compute));
        let target = target.or(best.copied()).unwrap_or(Target::Sm61);

        let context = Context::new(card).map_err(at("creating a context"))?;
        let modules = Kernel::ALL.iter().map(|&kernel| {
            let Some(ptx) = target.ptx(kernel) else { return Ok(None) };
            let module = Module::from_ptx(ptx, &[]);
            // Asked for once here: a driver that loads lazily would do it while a graph is captured.
            let prepare =
                |m: &Module| m.get_function(kernel.name()).and_then(|f| sequence::prepare(kernel, &f));
            let found = module.and_then(|m| prepare(&m).map(|()| m));
            found.map(Some).map_err(at(format!("loading kernel {kernel}")))
        });
        let modules = modules.collect::<Result<Vec<_>, _>>()?;
        let (free, _) = cust::memory::mem_get_info().map_err(at("asking for free memory"))?;
        let budget = free as u64 / 2;
        let description = format!("{name}, compute capability {}.{}", compute.0, compute.1);
        let card = Arc::new(Card::new(context));
        let channels = Channels::new(&card);
        Ok(Self {
            modules,
            channels,
            card,
            patience: None,
            budget,
            compute,
            target,
            demoted: None,
            description,
        })
    }

    /// Card number `ordinal`, if its generation is new enough.
    fn find(ordinal: u32) -> Result<Found, Error> {
        isocortex_libcuda::open().map_err(|e| Error::NoDriver(e.to_string()))?;
        let found = match cust::init(CudaFlags::empty()) {
            Ok(()) => cust::device::Device::num_devices().map_err(at("counting devices"))?,
            Err(CudaError::NoDevice) => 0,
            Err(error) => return Err(at("starting the driver")(error)),
        };
        if ordinal >= found {
            return Err(Error::NoDevice { ordinal, found });
        }
        let card = cust::device::Device::get_device(ordinal).map_err(at("opening the device"))?;
        let name = card.name().map_err(at("opening the device"))?;
        let attribute = |a| card.get_attribute(a).map_err(at("reading the compute capability"));
        let major = attribute(DeviceAttribute::ComputeCapabilityMajor)?;
        let minor = attribute(DeviceAttribute::ComputeCapabilityMinor)?;
        if (major, minor) < Target::Sm61.least() {
            return Err(Error::TooOld { device: name, major, minor });
        }
        Ok(Found { card, name, compute: (major, minor) })
    }

    /// The card's name and compute capability.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Major and minor number of its compute capability.
    pub const fn compute(&self) -> (i32, i32) {
        self.compute
    }

    /// The card with one time limit for everything in place of what fits the work: for tests, and for a card that
    /// others keep busy for long.
    #[must_use]
    pub fn with_patience(mut self, limit: Duration) -> Self {
        self.patience = Some(limit);
        self
    }
}

impl Drop for CudaDevice {
    fn drop(&mut self) {
        let modules = std::mem::take(&mut self.modules);
        // Freed in the current context; where the card is lost they are left to the process.
        if !self.card.frees() {
            std::mem::forget(modules);
        }
    }
}

impl Device for CudaDevice {
    const NAME: &'static str = "cuda";
    type Memory = CudaMemory;
    type Sequence = CudaSequence;

    fn has(&self, kernel: Kernel) -> bool {
        self.modules.get(kernel as usize).is_some_and(Option::is_some)
    }

    fn alloc(&self, bytes: usize) -> Result<CudaMemory, Error> {
        self.card.enter()?;
        self.card.note(format!("allocating {bytes} bytes"), CudaMemory::new(&self.card, bytes))
    }

    fn upload(&self, to: Part<'_, CudaMemory>, bytes: &[u8]) -> Result<(), Error> {
        inside(to, bytes)?;
        for (index, piece) in bytes.chunks(PIECE).enumerate() {
            self.channels.run(&[(from(to, index), piece)], &mut [], COPY, |_| Ok(()))?;
        }
        Ok(())
    }

    fn download(&self, from_part: Part<'_, CudaMemory>, bytes: &mut [u8]) -> Result<(), Error> {
        inside(from_part, bytes)?;
        for (index, piece) in bytes.chunks_mut(PIECE).enumerate() {
            self.channels.run(&[], &mut [(from(from_part, index), piece)], COPY, |_| Ok(()))?;
        }
        Ok(())
    }

    fn record(&self, launches: &[Launch<'_, CudaMemory>]) -> Result<CudaSequence, Error> {
        launches.iter().try_for_each(Launch::check)?;
        let mut sequence = CudaSequence::new(launches);
        let capture = |stream: &Stream| sequence.capture(&self.card, &self.modules, stream);
        self.channels.run(&[], &mut [], COPY, capture)?;
        Ok(sequence)
    }

    fn play(
        &self,
        sequence: &mut CudaSequence,
        inputs: &[(Part<'_, CudaMemory>, &[u8])],
        outputs: &mut [(Part<'_, CudaMemory>, &mut [u8])],
        limit: Duration,
    ) -> Result<(), Error> {
        let start = |stream: &Stream| sequence.start(&self.card, &self.modules, stream);
        self.channels.run(inputs, outputs, self.patience.unwrap_or(limit), start)
    }

    fn time(&self, sequence: &mut CudaSequence, limit: Duration) -> Result<Duration, Error> {
        const WHAT: &str = "timing kernels";
        self.card.enter()?;
        let event = || self.card.note(WHAT, Event::new(EventFlags::DEFAULT));
        let (begin, end) = (event()?, event()?);
        let between = |stream: &Stream| {
            self.card.note(WHAT, begin.record(stream))?;
            sequence.start(&self.card, &self.modules, stream)?;
            self.card.note(WHAT, end.record(stream))
        };
        self.channels.run(&[], &mut [], self.patience.unwrap_or(limit), between)?;
        // The driver counts milliseconds, in steps of about half a microsecond.
        let milliseconds = self.card.note(WHAT, end.elapsed_time_f32(&begin))?;
        Ok(Duration::try_from_secs_f32(milliseconds).unwrap_or_default() / 1_000)
    }

    fn products(&self) -> Products {
        match self.target {
            Target::Sm61 => Products::Rows,
            Target::Sm80 => Products::Large,
            Target::Sm90a => Products::Wgmma,
        }
    }

    fn budget(&self) -> u64 {
        self.budget
    }
}

fn inside(part: Part<'_, CudaMemory>, bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() <= part.bytes { Ok(()) } else { Err(at("copying")(CudaError::InvalidValue)) }
}

/// A part from its piece of this number on.
fn from(part: Part<'_, CudaMemory>, index: usize) -> Part<'_, CudaMemory> {
    let skipped = index.saturating_mul(PIECE);
    let (offset, bytes) = (part.offset.saturating_add(skipped), part.bytes.saturating_sub(skipped));
    Part { offset, bytes, ..part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_driver_the_error_says_so() {
        match CudaBackend::new() {
            Ok(backend) => println!("self-test passed on {}", backend.device().description()),
            Err(error @ Error::NoDriver(_)) => {
                let text = error.to_string();
                assert!(text.contains("libcuda.so.1") && text.contains("install NVIDIA's driver"), "{text}");
            }
            Err(Error::NoDevice { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
