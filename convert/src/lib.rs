//! From ONNX to an integer model: import, calibration, quantisation, lowering, and a report.
//!
//! This is the one crate in which floats are computed with, and nothing on chain depends on it: what binds is
//! the artifact. Import and the choice of integers use correctly rounded IEEE operations and `libm`, and give
//! the same bits on every machine for the same calibrated ranges; the ranges come from running the float model
//! with tract, whose kernels may differ in the last bits from processor to processor.
//!
//! ```no_run
//! use isocortex_convert::{Options, Samples, convert};
//!
//! let onnx = std::fs::read("model.onnx")?;
//! let samples = Samples::read_npy("calibration.npy")?;
//! let converted = convert(&onnx, &samples, &Options::default(), &mut |_, _| ())?;
//! std::fs::write("model.iso", converted.artifact.to_file())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is understood
//! Networks with one float32 input and one output, exported for inference with a batch of 1 (or open): 2-D Conv
//! in any grouping, BatchNormalization, Gemm and MatMul with constants, Add and Sub of two values, MaxPool,
//! AveragePool, GlobalAveragePool, ReduceMean and ReduceSum, moves (Reshape, Flatten, Transpose, …), and any
//! element-wise function of one value, however it is spelled. A final Softmax is left out. Everything else is
//! an error that names the node.
//!
//! # How it becomes integers
//! Weights are symmetric i8 with a scale for each output channel; activations are affine i8, one scale a
//! tensor, by [`RangeMethod`]; final sums become i16. Batch normalisation and constant factors fold into
//! weights, ReLU and other clamps into the bounds of the operator before, other functions into tables.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod calibrate;
mod convert;
mod data;
mod error;
mod evaluate;
mod expr;
mod float;
mod fold;
mod graph;
mod import;
mod layers;
mod lower;
mod ports;
mod quantise;
mod report;
mod scale;
mod source;

pub use calibrate::RangeMethod;
pub use convert::{Converted, Options, convert};
pub use data::{Samples, read_labels};
pub use error::ConvertError;
pub use evaluate::{Evaluation, class, evaluate};
pub use float::FloatModel;
pub use ports::{dequantise_output, port_order, quantise_input};
pub use report::{LayerReport, OperatorReport, PortReport, Report};
pub use source::{MAX_ONNX_BYTES, MAX_ONNX_NODES};
