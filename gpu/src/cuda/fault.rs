//! What a driver's errors mean.

use crate::Error;
use cust::error::CudaError;
use isocortex_inference::Fault;

/// Names an error by what was being done. cust's `Display` asks the driver and can fail; `Debug` cannot.
pub(super) fn at(what: impl Into<String>) -> impl FnOnce(CudaError) -> Error {
    move |error| Error::Device { fault: kind(error), what: what.into(), reason: format!("{error:?}") }
}

/// What a driver's code means for later calls. After most faults of a kernel the driver answers every call with
/// the same code until the process ends (CUDA Driver API, `CUresult`).
pub(super) const fn kind(error: CudaError) -> Fault {
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
