//! Launches as one graph, or where a driver makes none, one after the other.

use super::{CudaMemory, card::Card};
use crate::{Error, Kernel, Launch, THREADS};
use cust::{
    error::{CudaError, CudaResult},
    function::Function,
    module::Module,
    stream::Stream,
    sys::{
        self, CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, CUgraph, CUgraphExec,
        CUresult, CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL,
    },
};
use std::{
    ffi::c_void,
    ptr::{self, null_mut},
    sync::Arc,
};

/// Launches with their addresses, and the memory that these are in.
pub struct CudaSequence {
    launches: Vec<Recorded>,
    graph: Option<Graph>,
    _memory: Vec<CudaMemory>,
}

struct Recorded {
    kernel: Kernel,
    blocks: u32,
    pointers: Vec<u64>,
    ints: Vec<i32>,
}

impl CudaSequence {
    /// The launches as they are. `Launch::check` has passed them.
    pub(super) fn new(launches: &[Launch<'_, CudaMemory>]) -> Self {
        let mut memory: Vec<CudaMemory> = vec![];
        for part in launches.iter().flat_map(|launch| &launch.memory) {
            if !memory.iter().any(|known| known.is(part.memory)) {
                memory.push(part.memory.clone());
            }
        }
        let recorded = launches.iter().map(|launch| Recorded {
            kernel: launch.kernel,
            blocks: launch.blocks,
            pointers: launch.memory.iter().map(|part| part.memory.address(part.offset)).collect(),
            ints: launch.ints.clone(),
        });
        Self { launches: recorded.collect(), graph: None, _memory: memory }
    }

    /// Makes a graph of several launches, if the driver does, on a stream that has nothing to do.
    pub(super) fn capture(
        &mut self,
        card: &Arc<Card>,
        modules: &[Option<Module>],
        stream: &Stream,
    ) -> Result<(), Error> {
        if self.launches.len() < 2 {
            return Ok(());
        }
        // SAFETY: the stream is alive and its context current. The mode leaves other threads alone.
        let began =
            unsafe { sys::cuStreamBeginCapture_v2(stream.as_inner(), CU_STREAM_CAPTURE_MODE_THREAD_LOCAL) };
        if began != CUresult::CUDA_SUCCESS {
            return Ok(()); // not a driver that does
        }
        let captured = self.launches.iter().try_for_each(|launch| launch.start(card, modules, stream));
        let (mut graph, mut exec): (CUgraph, CUgraphExec) = (null_mut(), null_mut());
        // SAFETY: the capture was begun on this stream; it ends in any case.
        let ended = unsafe { sys::cuStreamEndCapture(stream.as_inner(), &raw mut graph) };
        if ended == CUresult::CUDA_SUCCESS && !graph.is_null() {
            // SAFETY: the graph was made above and is destroyed once; an executable graph does not need it. No
            // place for a message is given, which may be null where its length is zero.
            let made = unsafe {
                let made = sys::cuGraphInstantiate_v2(&raw mut exec, graph, null_mut(), null_mut(), 0);
                sys::cuGraphDestroy(graph);
                made
            };
            if captured.is_ok() && made == CUresult::CUDA_SUCCESS && !exec.is_null() {
                self.graph = Some(Graph { exec, card: Arc::clone(card) });
            }
        }
        // What cannot be captured may still run, or fails then.
        card.enter()
    }

    /// Starts all of it on a stream.
    pub(super) fn start(
        &mut self,
        card: &Card,
        modules: &[Option<Module>],
        stream: &Stream,
    ) -> Result<(), Error> {
        let Some(graph) = &self.graph else {
            return self.launches.iter().try_for_each(|launch| launch.start(card, modules, stream));
        };
        // SAFETY: graph and stream are alive, in the context that is current; this is the only use of the graph
        // now, for the sequence is borrowed mutably until it has been waited for. What its kernels do is argued
        // in `Recorded::start`.
        let code = unsafe { sys::cuGraphLaunch(graph.exec, stream.as_inner()) };
        card.note("launching a graph", result(code))
    }
}

impl Recorded {
    fn start(&self, card: &Card, modules: &[Option<Module>], stream: &Stream) -> Result<(), Error> {
        let what = || format!("launching kernel {}", self.kernel);
        let module = modules.get(self.kernel as usize).and_then(Option::as_ref);
        let module = module.ok_or_else(|| Error::layout(self.kernel))?;
        let function = card.note(what(), module.get_function(self.kernel.name()))?;
        let pointers = self.pointers.iter().map(|pointer| ptr::from_ref(pointer).cast_mut().cast::<c_void>());
        let arguments: Vec<*mut c_void> =
            pointers.chain([self.ints.as_ptr().cast_mut().cast::<c_void>()]).collect();
        // SAFETY: the arguments are as many and as large as the kernel's (`Launch::check`), and the driver copies
        // them, without writing, before it returns. The kernel stays within its memory: sizes come from a checked
        // model, and the same code runs under the address sanitizer in the tests. The sequence keeps the memory,
        // and the stream is waited for before the sequence is free.
        let launched =
            unsafe { stream.launch(&function, self.blocks, THREADS, self.kernel.shared(), &arguments) };
        card.note(what(), launched)
    }
}

/// Allows the kernel its shared memory: more than 48 KB have to be asked for.
pub(super) fn prepare(kernel: Kernel, function: &Function<'_>) -> CudaResult<()> {
    let Ok(bytes @ 1..) = i32::try_from(kernel.shared()) else { return Ok(()) };
    // SAFETY: the function is alive, and its module's context current; an attribute is only a number.
    result(unsafe {
        sys::cuFuncSetAttribute(function.to_raw(), CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes)
    })
}

/// An executable graph.
struct Graph {
    exec: CUgraphExec,
    card: Arc<Card>,
}

// SAFETY: a graph may be used from any thread, by one at a time (CUDA Driver API, graph object thread safety);
// nothing here lends it to two.
unsafe impl Send for Graph {}

impl Drop for Graph {
    fn drop(&mut self) {
        if self.card.frees() {
            // SAFETY: made by cuGraphInstantiate, destroyed once, and not running: see `CudaSequence::start`. A
            // failure leaves it to the process.
            let _ = unsafe { sys::cuGraphExecDestroy(self.exec) };
        }
    }
}

/// A driver's code as cust names it; cust keeps its own translation to itself.
fn result(code: CUresult) -> CudaResult<()> {
    use CUresult::*;
    Err(match code {
        CUDA_SUCCESS => return Ok(()),
        CUDA_ERROR_INVALID_VALUE => CudaError::InvalidValue,
        CUDA_ERROR_OUT_OF_MEMORY => CudaError::OutOfMemory,
        CUDA_ERROR_INVALID_HANDLE => CudaError::InvalidHandle,
        CUDA_ERROR_ILLEGAL_ADDRESS => CudaError::IllegalAddress,
        CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES => CudaError::LaunchOutOfResources,
        CUDA_ERROR_LAUNCH_TIMEOUT => CudaError::LaunchTimeout,
        CUDA_ERROR_LAUNCH_FAILED => CudaError::LaunchFailed,
        CUDA_ERROR_NOT_SUPPORTED => CudaError::NotSupported,
        _ => CudaError::UnknownError,
    })
}
