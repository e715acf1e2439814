//! What a model is: tensors, ops, the artifact, its checks and its cost.
//!
//! The meaning of everything here is `SPEC.md` in this crate's folder; section numbers in comments are its.
//! There is no EVM, no float and no execution here: [`isocortex-inference`] computes what this crate describes.
//!
//! A model comes into being in one way: bytes → [`Artifact`] (strict decoding, hashes) → [`Model`] (shapes,
//! intervals and cost proven from the actual weights). Whoever holds a [`Model`] may run it on any input of
//! the right length without a check: no op can overflow, divide by zero or read outside a tensor.
//!
//! ```
//! use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, TensorType, ops::Clamp};
//!
//! let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
//! let artifact = Artifact::build(
//!     vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[4]), quant }],
//!     vec![],
//!     vec![Node { operands: vec![0], op: Op::Clamp(Clamp { lo: 0, hi: 127 }) }],
//!     vec![Output { name: "y".into(), value: 1, quant }],
//!     Default::default(),
//! );
//! let model = Model::check(&artifact)?;
//! assert_eq!((model.input_len(), model.output_len()), (4, 4));
//! assert_eq!(Artifact::from_file(&artifact.to_file())?.id(), model.id());
//! # Ok::<(), isocortex_model::Error>(())
//! ```
//!
//! [`isocortex-inference`]: ../isocortex_inference/index.html
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod artifact;
mod check;
mod cost;
mod error;
mod header;
pub mod limits;
pub mod ops;
mod tensor;

pub use artifact::Artifact;
pub use check::{Model, Value};
pub use cost::Cost;
pub use error::{Error, Fault};
pub use header::{Header, MAGIC, Node, OP_SET, Output, Port, Provenance, Quant};
pub use ops::Op;
pub use tensor::{DType, Data, Interval, Tensor, TensorType};

pub use alloy_primitives::{B256, keccak256};
