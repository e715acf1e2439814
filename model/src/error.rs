//! Why an artifact is not a model.
//!
//! The words of these errors reach contracts (as the reason of the registry's `BadModel`), which can hash them:
//! they are part of an op set, and change only with one.

use crate::{DType, Interval};

/// What is wrong with one op or tensor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Wrong number of operands.
    #[error("takes {wanted} operand(s), has {got}")]
    Arity {
        /// The op's number of operands.
        wanted: usize,
        /// The node's.
        got: usize,
    },
    /// An operand that is not an earlier value: the graph would be cyclic.
    #[error("operand {0} is not an earlier value")]
    NotEarlier(u32),
    /// A constant index outside the table.
    #[error("constant {0} is not in the weight table")]
    NoConstant(u32),
    /// An element type that the op does not take.
    #[error("needs {}, has {got:?}", any_of(wanted))]
    DType {
        /// The types that the op takes.
        wanted: Vec<DType>,
        /// The type that is there.
        got: DType,
    },
    /// Shapes that do not fit.
    #[error("shape: {0}")]
    Shape(String),
    /// An attribute outside its range.
    #[error("attribute {what} is {got}, allowed is {allowed}")]
    Attribute {
        /// Its name in SPEC.md.
        what: &'static str,
        /// Its value.
        got: i64,
        /// Its range.
        allowed: String,
    },
    /// A sum that could leave i32 for some input.
    #[error("could overflow: channel {channel} reaches {reach}, the bound is 2^31 − 1")]
    Overflow {
        /// Output channel, 0 where there is one sum.
        channel: usize,
        /// The largest magnitude that a partial sum can have.
        reach: i64,
    },
    /// An operand that could have values for which the op has no meaning.
    #[error("{what} can be {} to {}, allowed is {allowed}", .got.lo, .got.hi)]
    Operand {
        /// Its name in SPEC.md.
        what: &'static str,
        /// Its interval.
        got: Interval,
        /// What may be.
        allowed: String,
    },
    /// A row whose squares could sum to too much.
    #[error("{k} squares of up to {magnitude}: each must be below 2^31, the squares' sum below 2^61")]
    Squares {
        /// Elements of a row.
        k: u32,
        /// The largest magnitude that is squared.
        magnitude: i64,
    },
    /// A limit of SPEC.md section 6.
    #[error("{what}: {got} is over the limit of {limit}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// How much there is.
        got: u64,
        /// How much there may be.
        limit: u64,
    },
}

impl Fault {
    pub(crate) fn limit(what: &'static str, got: u64, limit: u64) -> Result<(), Self> {
        if got > limit { Err(Self::Limit { what, got, limit }) } else { Ok(()) }
    }

    pub(crate) fn range(what: &'static str, got: i64, lo: i64, hi: i64) -> Result<(), Self> {
        if (lo..=hi).contains(&got) {
            Ok(())
        } else {
            Err(Self::Attribute { what, got, allowed: format!("{lo}..={hi}") })
        }
    }

    pub(crate) fn operand(what: &'static str, got: Interval, lo: i64, hi: i64) -> Result<(), Self> {
        if lo <= got.lo.into() && i64::from(got.hi) <= hi {
            Ok(())
        } else {
            Err(Self::Operand { what, got, allowed: format!("{lo}..={hi}") })
        }
    }
}

fn any_of(types: &[DType]) -> String {
    types.iter().map(|t| format!("{t:?}")).collect::<Vec<_>>().join(" or ")
}

/// Why bytes are not a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Bytes that are not the Borsh form of a header or file.
    #[error("malformed {what}: {reason}")]
    Malformed {
        /// "header" or "file".
        what: &'static str,
        /// The decoder's words.
        reason: String,
    },
    /// Not an artifact at all.
    #[error("not an Isocortex artifact: the header starts with {0:02x?}")]
    Magic([u8; 4]),
    /// An op set from the future.
    #[error("op set {0} is unknown here; this build knows op set 1")]
    OpSet(u16),
    /// Weights of the wrong length.
    #[error("the weights have {got} bytes, the header says {wanted}")]
    WeightsLength {
        /// From the header's constants.
        wanted: u64,
        /// What is there.
        got: u64,
    },
    /// A chunk that does not hash to its name.
    #[error("chunk {0} does not hash to its name in the header")]
    ChunkHash(usize),
    /// A constant that no node uses.
    #[error("constant {0} is used by no node")]
    UnusedConstant(usize),
    /// An input, output, constant or total that is out of bounds.
    #[error("{place}: {fault}")]
    Header {
        /// Such as "input 0".
        place: String,
        /// What is wrong.
        fault: Fault,
    },
    /// A node that breaks a rule of its op.
    #[error("node {index} ({op}): {fault}")]
    Node {
        /// Its index.
        index: usize,
        /// Its op's name.
        op: &'static str,
        /// What is wrong.
        fault: Fault,
    },
}
