//! The limits of SPEC.md section 6.

/// Dimensions of a tensor.
pub const RANK: usize = 6;
/// Size of one dimension.
pub const DIM: u32 = 1 << 24;
/// Elements of one tensor.
pub const ELEMENTS: u64 = 1 << 28;
/// Inputs, and outputs.
pub const PORTS: usize = 16;
/// Nodes of a graph.
pub const NODES: usize = 4_096;
/// Constant tensors of a graph.
pub const CONSTANTS: usize = 16_384;
/// Bytes of an encoded header.
pub const HEADER_BYTES: usize = 65_535;
/// Bytes of all constants.
pub const WEIGHT_BYTES: u64 = 1 << 30;
/// Bytes of all values alive at once.
pub const PEAK_BYTES: u64 = 1 << 30;
/// Multiply-accumulates of one run.
pub const MACS: u64 = 1 << 42;
/// Bytes of a name, the converter's version or the licence.
pub const NAME_BYTES: usize = 64;
/// Bytes of a chunk; all chunks but the last are full.
pub const CHUNK_BYTES: usize = 65_536;
/// Kernel, stride and dilation.
pub const WINDOW: u32 = 64;
/// Padding on one side.
pub const PAD: u32 = 1_024;
