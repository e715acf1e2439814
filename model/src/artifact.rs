//! The artifact: header and weights, and their one byte form (SPEC.md section 7).

use crate::{
    Error, Fault, Header, MAGIC, Node, OP_SET, Output, Port, Provenance, Tensor,
    limits::{self, CHUNK_BYTES},
};
use alloy_primitives::{B256, keccak256};

/// A decoded header with the weights that it names: lengths and hashes agree, nothing else is proven yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    header: Header,
    weights: Vec<u8>,
    id: B256,
}

impl Artifact {
    /// Puts a model together from its parts, as a converter does. [`Model::check`](crate::Model::check) is
    /// what finds out whether it is one.
    pub fn build(
        inputs: Vec<Port>,
        constants: Vec<Tensor>,
        nodes: Vec<Node>,
        outputs: Vec<Output>,
        provenance: Provenance,
    ) -> Self {
        let mut weights = vec![];
        constants.iter().for_each(|c| c.write_bytes(&mut weights));
        let header = Header {
            magic: MAGIC,
            op_set: OP_SET,
            inputs,
            constants: constants.iter().map(Tensor::ty).collect(),
            nodes,
            outputs,
            weights_len: weights.len() as u64,
            chunks: weights.chunks(CHUNK_BYTES).map(|c| keccak256(c).0).collect(),
            provenance,
        };
        let id = header.id();
        Self { header, weights, id }
    }

    /// Decodes a header strictly: one value, one encoding. Allocates no more than a small multiple of `bytes`.
    pub fn decode_header(bytes: &[u8]) -> Result<Header, Error> {
        let over = Fault::limit("header bytes", bytes.len() as u64, limits::HEADER_BYTES as u64);
        over.map_err(|fault| Error::Header { place: "header".into(), fault })?;
        match bytes.first_chunk::<6>() {
            Some([m0, m1, m2, m3, v0, v1]) => {
                let (magic, op_set) = ([*m0, *m1, *m2, *m3], u16::from_le_bytes([*v0, *v1]));
                if magic != MAGIC {
                    return Err(Error::Magic(magic));
                }
                if op_set != OP_SET {
                    return Err(Error::OpSet(op_set));
                }
            }
            None => return Err(malformed("header", "shorter than 6 bytes")),
        }
        let header: Header = borsh::from_slice(bytes).map_err(|e| malformed("header", e))?;
        if header.to_bytes() != bytes {
            return Err(malformed("header", "not its one encoding"));
        }
        let wanted = header.constants.iter().fold(0u64, |n, c| n.saturating_add(c.bytes()));
        let in_place = |fault| Error::Header { place: "weights".into(), fault };
        Fault::limit("bytes", wanted, limits::WEIGHT_BYTES).map_err(in_place)?;
        if header.weights_len != wanted {
            return Err(Error::WeightsLength { wanted, got: header.weights_len });
        }
        if header.chunks.len() as u64 != wanted.div_ceil(CHUNK_BYTES as u64) {
            let reason = format!("{} chunks for {wanted} bytes of weights", header.chunks.len());
            return Err(malformed("header", reason));
        }
        Ok(header)
    }

    /// Joins header bytes and weights; the weights must have the header's length and hashes.
    pub fn from_parts(header: &[u8], weights: Vec<u8>) -> Result<Self, Error> {
        let id = keccak256(header);
        let header = Self::decode_header(header)?;
        if weights.len() as u64 != header.weights_len {
            return Err(Error::WeightsLength { wanted: header.weights_len, got: weights.len() as u64 });
        }
        for (index, (chunk, name)) in weights.chunks(CHUNK_BYTES).zip(&header.chunks).enumerate() {
            if keccak256(chunk).0 != *name {
                return Err(Error::ChunkHash(index));
            }
        }
        Ok(Self { header, weights, id })
    }

    /// Reads a `.iso` file.
    pub fn from_file(bytes: &[u8]) -> Result<Self, Error> {
        let (header, weights): (Vec<u8>, Vec<u8>) =
            borsh::from_slice(bytes).map_err(|e| malformed("file", e))?;
        Self::from_parts(&header, weights)
    }

    /// The bytes of a `.iso` file.
    pub fn to_file(&self) -> Vec<u8> {
        borsh::to_vec(&(self.header.to_bytes(), &self.weights)).unwrap_or_default()
    }

    /// The model id: keccak-256 of the header bytes, which name all weights.
    pub fn id(&self) -> B256 {
        self.id
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// All weights, joined.
    pub fn weights(&self) -> &[u8] {
        &self.weights
    }

    /// The chunks of the weights, 65,536 bytes each but the last.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.weights.chunks(CHUNK_BYTES)
    }
}

fn malformed(what: &'static str, reason: impl ToString) -> Error {
    Error::Malformed { what, reason: reason.to_string() }
}
