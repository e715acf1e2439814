//! Opening a card.

use super::{CudaDevice, Target, card::Card, fault::at, memory::Channels, sequence};
use crate::{Error, Kernel};
use cust::{CudaFlags, context::Context, device::DeviceAttribute, error::CudaError, module::Module};
use std::sync::Arc;

/// A card that is there.
pub(super) struct Found {
    pub card: cust::device::Device,
    pub name: String,
    pub compute: (i32, i32),
}

impl CudaDevice {
    /// Card number `ordinal`, with the best kernels that it runs.
    ///
    /// # Errors
    /// As [`CudaBackend::new`](super::CudaBackend::new).
    pub fn open(ordinal: u32) -> Result<Self, Error> {
        Self::open_with(ordinal, None)
    }

    /// As [`open`](Self::open), with the kernels for `target`, which the card must be able to run.
    ///
    /// # Errors
    /// As [`CudaBackend::new`](super::CudaBackend::new).
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
    pub(super) fn find(ordinal: u32) -> Result<Found, Error> {
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
}
