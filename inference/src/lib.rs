//! How a model is computed.
//!
//! A [`Backend`] loads a checked [`Model`] once and then runs inputs. All backends give the same bits: sums
//! are exact, every rounding is SPEC.md's, and an answer depends on the model and the input alone, never on
//! the batch, the threads or what ran before. [`Reference`] is SPEC.md as plain loops and the authority; [`Cpu`]
//! is what one uses. [`Failover`] puts one backend behind another, [`Dual`] compares two, [`Metered`] counts.
//!
//! ```
//! use isocortex_inference::{Backend, Loaded, Reference};
//! use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, TensorType, ops::Clamp};
//! use std::sync::Arc;
//!
//! let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
//! let artifact = Artifact::build(
//!     vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[2]), quant }],
//!     vec![],
//!     vec![Node { operands: vec![0], op: Op::Clamp(Clamp { lo: 0, hi: 127 }) }],
//!     vec![Output { name: "y".into(), value: 1, quant }],
//!     Default::default(),
//! );
//! let loaded = Reference.load(Arc::new(Model::check(&artifact)?))?;
//! assert_eq!(loaded.run(&[&[0xff, 3]])?, [[0, 3]]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod backend;
mod cpu;
mod dual;
mod failover;
mod metered;
mod metrics;
pub mod plan;
pub mod reference;

pub use backend::{Backend, Error, Fault, Loaded, OpDigest, Place, catch, first_difference};
pub use cpu::{Cpu, Isa};
pub use dual::Dual;
pub use failover::Failover;
pub use isocortex_model::Model;
pub use metered::Metered;
pub use metrics::{BackendCounts, Metrics, Snapshot};
pub use reference::Reference;
