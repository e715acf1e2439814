//! What a contract sees of Isocortex: precompiles at fixed addresses, with a Solidity ABI. `SPEC.md` beside this
//! crate is the normative page: storage, gas and order of every step.
//!
//! | address | interface | what |
//! |---|---|---|
//! | [`REGISTRY_ADDRESS`] | [`abi::IModelRegistry`] | publishing models and looking them up |
//! | [`INFERENCE_ADDRESS`] | [`abi::IInference`] | running them, also in a `view` |
//! | [`PACKED_ADDRESS`] | none | calldata = model id ‖ input, return data = output; the door of the opcodes |
//!
//! [`install`] adds them to any EVM that is built on alloy-evm. What they need from outside is an
//! [`Engine`], which computes, a [`GasSchedule`], which is a rule of the chain, and a [`Transcript`], in
//! which they note what they computed.
//!
//! ```
//! use alloy_evm::precompiles::PrecompilesMap;
//! use isocortex_inference::Reference;
//! use isocortex_precompiles::{Engine, GasSchedule, Transcript, install};
//! use revm::precompile::Precompiles;
//! use std::sync::Arc;
//!
//! let engine = Arc::new(Engine::new(Arc::new(Reference), 1 << 28));
//! let mut map = PrecompilesMap::from_static(Precompiles::latest());
//! install(&mut map, engine, GasSchedule::default(), Transcript::default());
//! assert!(map.get(&isocortex_precompiles::INFERENCE_ADDRESS).is_some());
//! ```
//!
//! # Whose fault
//!
//! - **The caller's**: a revert with one of the ABI's errors. Gas charged until then stays charged.
//! - **Gas**: out of gas, as for any precompile. Every step is charged before it is taken.
//! - **The node's** (a backend failed or panicked, the state cannot be read or is corrupt):
//!   `PrecompileError::Fatal` with the text of an [`Error`]. The block must not be judged by such a node.
//!
//! No input reaches the third from outside; it needs broken hardware, a broken disk or a bug.
//!
//! # What is in the state
//!
//! - **Chunks** are code: see [`chunk_address`].
//! - **Records** are storage of the registry, laid out as Solidity lays out `mapping(bytes32 => Record)`
//!   in slot 0: see [`Record`].
//!
//! # One result everywhere
//!
//! Gas, warm and cold addresses, and results are functions of state and calldata. Whether an engine had
//! a model in memory shows in nothing: see `chunk.rs` on how weights are read without a trace.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod abi;
#[cfg(feature = "primitive-types")]
pub mod border;
mod chunk;
mod engine;
mod error;
mod frame;
mod gas;
mod inference;
mod meter;
mod packed;
mod record;
mod registry;
mod run;
mod transcript;

pub use chunk::{MAX_CHUNK, chunk_address, chunk_code};
pub use engine::Engine;
pub use error::Error;
pub use gas::GasSchedule;
pub use record::Record;
pub use transcript::{Call, Transcript};

use alloy_evm::precompiles::{DynPrecompile, PrecompilesMap};
use alloy_primitives::{Address, Bytes, address};
use error::Stop;
use frame::{Frame, Node};
use revm::precompile::PrecompileId;
use std::sync::Arc;

/// Address of the model registry.
pub const REGISTRY_ADDRESS: Address = address!("000000000000000000000000000000000000c000");
/// Address of the inference precompile.
pub const INFERENCE_ADDRESS: Address = address!("000000000000000000000000000000000000c001");
/// Address of the packed inference door, which the opcodes call: calldata is the 32-byte model id and the
/// input, return data is the output, both without any encoding. Errors are those of
/// [`IInference`](abi::IInference).
pub const PACKED_ADDRESS: Address = address!("000000000000000000000000000000000000c0c0");

/// Code of the accounts at our precompiles' addresses: STOP.
///
/// Solidity looks at `extcodesize` before it calls, and a touched account without code, balance and
/// nonce would be deleted with its storage (EIP-161). A call never runs the byte, since precompiles come
/// before code. An account that is delegated to a precompile does: EIP-7702 wants that to succeed and to do
/// nothing, which STOP does in any EVM.
pub const PRECOMPILE_CODE: Bytes = Bytes::from_static(&[0]);

/// Adds the precompiles to a map.
///
/// All nodes of a chain must use the same `gas`; the engine is each node's own. What the transcript
/// collects is the caller's to take, once a transaction.
///
/// An operator who adds them to a running chain should give each of the addresses the code
/// [`PRECOMPILE_CODE`].
pub fn install(map: &mut PrecompilesMap, engine: Arc<Engine>, gas: GasSchedule, transcript: Transcript) {
    let node = Node { engine, gas, transcript };
    let entry = |address, name: &'static str, body: fn(&mut Frame<'_, '_>) -> Result<Bytes, Stop>| {
        let node = node.clone();
        let run = move |input: alloy_evm::precompiles::PrecompileInput<'_>| frame::enter(&node, input, body);
        (address, DynPrecompile::new_stateful(PrecompileId::custom(name), run))
    };
    map.extend_precompiles([
        entry(REGISTRY_ADDRESS, "isocortex registry", registry::run),
        entry(INFERENCE_ADDRESS, "isocortex inference", inference::run),
        entry(PACKED_ADDRESS, "isocortex packed inference", packed::run),
    ]);
}
