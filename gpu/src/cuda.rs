//! The CUDA device, by cust.

mod facts;
mod memory;

pub use memory::CudaMemory;

use crate::{Device, Error, GpuBackend, Kernel, Launch, Part, THREADS};
use cust::{
    CudaFlags,
    context::{Context, CurrentContext},
    device::{Device as Card, DeviceAttribute},
    error::CudaError,
    memory::CopyDestination,
    module::Module,
    stream::{Stream, StreamFlags},
};
use isocortex_inference::Fault;
use std::{ffi::c_void, sync::Arc, time::Duration};

/// Models on an NVIDIA card.
pub type CudaBackend = GpuBackend<CudaDevice>;

impl CudaBackend {
    /// The first card, after its self-test.
    ///
    /// # Errors
    /// [`Error::NoDriver`], [`Error::NoDevice`], [`Error::TooOld`], [`Error::SelfTest`], or what the driver says.
    pub fn new() -> Result<Self, Error> {
        Self::with_device(CudaDevice::open(0)?)
    }
}

/// What PTX a card is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Compute capability 7.5 and later: dp4a.
    Sm75,
    /// 8.0 and later: mma.sync.
    Sm80,
}

impl Target {
    /// All of them, the best last.
    pub const ALL: &[Self] = &[Self::Sm75, Self::Sm80];

    /// The oldest compute capability that runs it.
    pub const fn least(self) -> (i32, i32) {
        match self {
            Self::Sm75 => (7, 5),
            Self::Sm80 => (8, 0),
        }
    }

    /// What makes its matrix products.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm75 => "dp4a",
            Self::Sm80 => "mma.sync",
        }
    }

    /// Whether a card of this compute capability runs it.
    pub fn runs_on(self, compute: (i32, i32)) -> bool {
        compute >= self.least()
    }
}

/// An NVIDIA card with the kernels loaded.
pub struct CudaDevice {
    // Dropped in this order: what lives in the context, then the context.
    modules: Vec<Module>,
    stream: Stream,
    context: Arc<Context>,
    budget: u64,
    compute: (i32, i32),
    description: String,
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
        isocortex_libcuda::open().map_err(|e| Error::NoDriver(e.to_string()))?;
        let found = match cust::init(CudaFlags::empty()) {
            Ok(()) => Card::num_devices().map_err(at("counting devices"))?,
            Err(CudaError::NoDevice) => 0,
            Err(error) => return Err(at("starting the driver")(error)),
        };
        if ordinal >= found {
            return Err(Error::NoDevice { ordinal, found });
        }
        let card = Card::get_device(ordinal).map_err(at("opening the device"))?;
        let name = card.name().map_err(at("opening the device"))?;
        let attribute = |a| card.get_attribute(a).map_err(at("reading the compute capability"));
        let major = attribute(DeviceAttribute::ComputeCapabilityMajor)?;
        let minor = attribute(DeviceAttribute::ComputeCapabilityMinor)?;
        if (major, minor) < (7, 5) {
            return Err(Error::TooOld { device: name, major, minor });
        }
        let best = Target::ALL.iter().rfind(|target| target.runs_on((major, minor)));
        let target = target.or(best.copied()).unwrap_or(Target::Sm75);

        let context = Context::new(card).map_err(at("creating a context"))?;
        let stream = Stream::new(StreamFlags::DEFAULT, None).map_err(at("creating a stream"))?;
        let modules = Kernel::ALL.iter().map(|&kernel| {
            let [sm75, sm80] = kernel.ptx();
            let ptx = if target == Target::Sm80 { sm80 } else { sm75 };
            Module::from_ptx(ptx, &[]).map_err(at(format!("loading kernel {kernel}")))
        });
        let modules = modules.collect::<Result<Vec<_>, _>>()?;
        let (free, _) = cust::memory::mem_get_info().map_err(at("asking for free memory"))?;
        let budget = free as u64 / 2;
        let description = format!("{name}, compute capability {major}.{minor}");
        Ok(Self { modules, stream, context: Arc::new(context), budget, compute: (major, minor), description })
    }

    /// The card's name and compute capability.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Major and minor number of its compute capability.
    pub const fn compute(&self) -> (i32, i32) {
        self.compute
    }

    fn enter(&self) -> Result<(), Error> {
        CurrentContext::set_current(&*self.context).map_err(at("entering the context"))
    }
}

impl Drop for CudaDevice {
    fn drop(&mut self) {
        // Modules and the stream are freed in the current context; a failure here leaves them to the process.
        let _ = self.enter();
    }
}

/// Launches with their addresses, and the memory that these are in.
pub struct CudaSequence {
    launches: Vec<Recorded>,
    _memory: Vec<CudaMemory>,
}

struct Recorded {
    kernel: Kernel,
    blocks: u32,
    pointers: Vec<u64>,
    ints: Vec<i32>,
}

impl CudaDevice {
    fn launch(&self, launch: &Recorded) -> Result<(), Error> {
        let fault = || at(format!("launching kernel {}", launch.kernel));
        let module = self.modules.get(launch.kernel as usize).ok_or_else(|| Error::layout(launch.kernel))?;
        let function = module.get_function(launch.kernel.name()).map_err(fault())?;
        let mut pointers = launch.pointers.clone();
        let mut ints = launch.ints.clone();
        let mut arguments: Vec<*mut c_void> =
            pointers.iter_mut().map(|p| std::ptr::from_mut(p).cast()).collect();
        arguments.push(ints.as_mut_ptr().cast());
        // SAFETY: the arguments are as many and as large as the kernel's (`Launch::check`), and the driver copies
        // them before it returns. The kernel stays within its memory: sizes come from a checked model, and the
        // same code runs under the address sanitizer in the tests. The sequence keeps the memory, and is not
        // dropped before the stream has been waited for.
        unsafe { self.stream.launch(&function, launch.blocks, THREADS, 0, &arguments) }.map_err(fault())
    }
}

impl Device for CudaDevice {
    const NAME: &'static str = "cuda";
    type Memory = CudaMemory;
    type Sequence = CudaSequence;

    fn alloc(&self, bytes: usize) -> Result<CudaMemory, Error> {
        self.enter()?;
        CudaMemory::new(&self.context, bytes).map_err(at(format!("allocating {bytes} bytes")))
    }

    fn upload(&self, to: Part<'_, CudaMemory>, bytes: &[u8]) -> Result<(), Error> {
        self.enter()?;
        // The copy is on the legacy default stream, which this stream and the host order themselves with.
        to.memory
            .with(to.offset, to.bytes, bytes.len(), |x| x.copy_from(bytes))
            .map_err(at("copying to the device"))
    }

    fn download(&self, from: Part<'_, CudaMemory>, bytes: &mut [u8]) -> Result<(), Error> {
        self.enter()?;
        let copied = from.memory.with(from.offset, from.bytes, bytes.len(), |x| x.copy_to(&mut *bytes));
        copied.map_err(at("copying from the device"))
    }

    fn record(&self, launches: &[Launch<'_, CudaMemory>]) -> Result<CudaSequence, Error> {
        launches.iter().try_for_each(Launch::check)?;
        let memory = launches.iter().flat_map(|launch| &launch.memory).map(|part| part.memory.clone());
        let recorded = launches.iter().map(|launch| Recorded {
            kernel: launch.kernel,
            blocks: launch.blocks,
            pointers: launch.memory.iter().map(|part| part.memory.address(part.offset)).collect(),
            ints: launch.ints.clone(),
        });
        Ok(CudaSequence { launches: recorded.collect(), _memory: memory.collect() })
    }

    fn play(
        &self,
        sequence: &mut CudaSequence,
        inputs: &[(Part<'_, CudaMemory>, &[u8])],
        outputs: &mut [(Part<'_, CudaMemory>, &mut [u8])],
        _: Duration,
    ) -> Result<(), Error> {
        inputs.iter().try_for_each(|(part, bytes)| self.upload(*part, bytes))?;
        self.enter()?;
        let launched = sequence.launches.iter().try_for_each(|launch| self.launch(launch));
        self.stream.synchronize().map_err(at("waiting for kernels"))?;
        launched?;
        outputs.iter_mut().try_for_each(|(part, bytes)| self.download(*part, bytes))
    }

    fn budget(&self) -> u64 {
        self.budget
    }
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
