//! The cost record (SPEC.md section 2). Gas is computed from it and from nothing else.

use serde::{Deserialize, Serialize};

/// What one run costs, exactly as SPEC.md defines it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Multiply-accumulates, below 2^42.
    pub macs: u64,
    /// Elements written by all nodes, and steps of their windows.
    pub elements: u64,
    /// Bytes of operands, constants and results of all nodes.
    pub bytes: u64,
    /// Largest number of bytes of values alive at once, at most 2^30. Any backend holds these; each says by what
    /// factor it needs more.
    pub peak: u64,
    /// Bytes of all constants, at most 2^30.
    pub weights: u64,
}
