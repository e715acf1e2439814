//! The header of an artifact (SPEC.md section 7).

use crate::{Op, TensorType};
use alloy_primitives::B256;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The first four bytes of every header.
pub const MAGIC: [u8; 4] = *b"ISOC";
/// The op set that this crate knows.
pub const OP_SET: u16 = 1;

/// How an integer tensor is read as real numbers: `(q − zero_point) · multiplier / 2^shift` (section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Quant {
    /// 1 to 2^31 − 1.
    pub multiplier: i32,
    /// 0 to 62.
    pub shift: u8,
    /// In the range of the tensor's type.
    pub zero_point: i32,
}

/// An input tensor.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Port {
    /// For people.
    pub name: String,
    /// Type and shape.
    pub ty: TensorType,
    /// Meaning of its integers.
    pub quant: Quant,
}

/// One operation. Its result is value number `inputs + its index`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Node {
    /// Values that it reads, all defined earlier.
    pub operands: Vec<u32>,
    /// What it does.
    pub op: Op,
}

/// An output tensor: a value with a name.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Output {
    /// For people.
    pub name: String,
    /// The value that it shows.
    pub value: u32,
    /// Meaning of its integers.
    pub quant: Quant,
}

/// Where a model comes from. Bound by the id, checked by nobody on chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Provenance {
    /// keccak-256 of the source ONNX file.
    pub source: Option<[u8; 32]>,
    /// keccak-256 of the training data.
    pub dataset: Option<[u8; 32]>,
    /// keccak-256 of the calibration data.
    pub calibration: Option<[u8; 32]>,
    /// Name and version of the converter.
    pub converter: String,
    /// SPDX expression.
    pub licence: Option<String>,
}

/// The header: graph, weight table, chunk names, provenance.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Header {
    /// [`MAGIC`].
    pub magic: [u8; 4],
    /// [`OP_SET`].
    pub op_set: u16,
    /// Input tensors, the values 0, 1, …
    pub inputs: Vec<Port>,
    /// Types of the constant tensors, in the order of their bytes in the weights.
    pub constants: Vec<TensorType>,
    /// Operations in topological order.
    pub nodes: Vec<Node>,
    /// Output tensors.
    pub outputs: Vec<Output>,
    /// Length of all weights in bytes.
    pub weights_len: u64,
    /// keccak-256 of each chunk of the weights.
    pub chunks: Vec<[u8; 32]>,
    /// Where the model comes from.
    pub provenance: Provenance,
}

impl Header {
    /// The one byte form. Encoding into memory cannot fail for lengths below 2^32.
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).unwrap_or_default()
    }

    /// The model id: keccak-256 of the byte form.
    pub fn id(&self) -> B256 {
        alloy_primitives::keccak256(self.to_bytes())
    }
}
