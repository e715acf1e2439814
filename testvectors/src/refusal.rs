//! Artifacts that must be refused, and for which reason.

use crate::{Difference, InvalidCase, Outcome};
use isocortex_model::{Artifact, Error, Fault, Model};

/// Runs one case: the artifact must be refused, and for its one fault.
pub fn refused(case: &InvalidCase) -> Outcome {
    let refusal = match Artifact::from_parts(&case.header, case.weights.to_vec()) {
        Ok(artifact) => Model::check(&artifact).err(),
        Err(error) => Some(error),
    };
    match refusal {
        Some(error) if is(&case.fault, &error) => Outcome::Equal,
        other => Outcome::Differs(Difference {
            place: "refusal".into(),
            word: None,
            expected: case.fault.clone(),
            got: other.map_or("accepted".into(), |e| e.to_string()),
        }),
    }
}

/// True where `error` is a way to say `fault`. The vectors' words are an independent reader's: where
/// SPEC.md leaves open which of two rules refuses a thing, both are right.
fn is(fault: &str, error: &Error) -> bool {
    match error {
        Error::Malformed { .. } => matches!(
            fault,
            "truncated" | "trailing bytes" | "encoding" | "unknown op" | "unknown dtype" | "weights length"
        ),
        Error::Magic(_) => fault == "bad magic",
        Error::OpSet(_) => fault == "unknown op set",
        Error::WeightsLength { .. } => matches!(fault, "weights length" | "limit"),
        Error::ChunkHash(_) => fault == "weights hash",
        Error::UnusedConstant(_) => fault == "constant unused",
        Error::Header { fault: inner, .. } | Error::Node { fault: inner, .. } => match inner {
            Fault::Arity { .. } => fault == "operand",
            Fault::NotEarlier(_) => matches!(fault, "operand" | "output"),
            Fault::NoConstant(_) => fault == "constant",
            Fault::DType { .. } => fault == "dtype",
            Fault::Shape(_) => matches!(fault, "shape" | "attribute"),
            Fault::Attribute { .. } => matches!(fault, "attribute" | "quant" | "overflow"),
            Fault::Overflow { .. } | Fault::Operand { .. } | Fault::Squares { .. } => fault == "overflow",
            Fault::Limit { .. } => matches!(fault, "limit" | "shape"),
        },
    }
}
