//! The stream that `python/bulk.py` writes: seeded random graphs with what SPEC.md makes of them.

use crate::{Difference, Error, ModelCase, Outcome, Run, checked, runs};
use alloy_primitives::{B256, Bytes};
use isocortex_inference::Backend;
use isocortex_model::{Artifact, Cost, Model, keccak256};
use std::{
    io::{ErrorKind, Read},
    sync::Arc,
};

/// One graph.
#[derive(Clone, Debug)]
pub struct Record {
    /// The op that it was drawn for.
    pub op: String,
    /// Header bytes.
    pub header: Bytes,
    /// All weights, joined.
    pub weights: Bytes,
    /// What must come of it; none where the artifact must be refused.
    pub case: Option<ModelCase>,
}

impl Record {
    /// The next record, or none at the end of the stream.
    ///
    /// # Errors
    /// A stream that cannot be read, that ends inside a record, or is none of this kind.
    pub fn read(stream: &mut impl Read) -> Result<Option<Self>, Error> {
        let Some(op) = blob(stream)? else { return Ok(None) };
        let mut part = || blob(stream)?.ok_or_else(|| Error::Stream("it ends inside a record".into()));
        let (question, answer) = (part()?, part()?);
        Self::parse(String::from_utf8_lossy(&op).into_owned(), &question, &answer)
            .map(Some)
            .ok_or_else(|| Error::Stream("a record's lengths contradict each other".into()))
    }

    fn parse(op: String, question: &[u8], answer: &[u8]) -> Option<Self> {
        let (q, a) = (&mut &*question, &mut &*answer);
        let (header, weights) = (bytes(q)?, bytes(q)?);
        let inputs = (0..u32(q)?).map(|_| bytes(q)).collect::<Option<Vec<_>>>()?;
        let case = match take::<1>(a)? {
            [0] => None,
            _ => {
                let intervals = (0..u32(a)?).map(|_| Some((i32(a)?, i32(a)?))).collect::<Option<_>>()?;
                let cost = Cost {
                    macs: u64(a)?,
                    elements: u64(a)?,
                    bytes: u64(a)?,
                    peak: u64(a)?,
                    weights: u64(a)?,
                };
                let runs = inputs
                    .into_iter()
                    .map(|input| Some(Run { input, output: bytes(a)? }))
                    .collect::<Option<_>>()?;
                // The stream says no id: the header is what was made there, byte for byte.
                let id = B256::from(keccak256(&header));
                let name = op.clone();
                Some(ModelCase {
                    name,
                    id,
                    header: header.clone(),
                    weights: weights.clone(),
                    intervals,
                    cost,
                    runs,
                })
            }
        };
        (q.is_empty() && a.is_empty()).then_some(Self { op, header, weights, case })
    }

    /// Checks the artifact and runs it on all backends: the first difference, with the backend's name.
    pub fn compare(&self, backends: &[(String, Arc<dyn Backend>)]) -> Outcome {
        let Some(case) = &self.case else { return self.refused() };
        let model = match checked(case) {
            Ok(model) => Arc::new(model),
            Err(difference) => return Outcome::Differs(*difference),
        };
        for (name, backend) in backends {
            match runs(case, &model, &**backend) {
                Outcome::Equal => {}
                Outcome::Differs(d) => {
                    return Outcome::Differs(Difference { place: format!("{name}: {}", d.place), ..d });
                }
                Outcome::NotMeasured(why) => return Outcome::NotMeasured(format!("{name}: {why}")),
            }
        }
        Outcome::Equal
    }

    /// Any fault will do: the vectors in `data/invalid` compare which.
    fn refused(&self) -> Outcome {
        let artifact = Artifact::from_parts(&self.header, self.weights.to_vec());
        match artifact.and_then(|artifact| Model::check(&artifact)) {
            Err(_) => Outcome::Equal,
            Ok(_) => Outcome::Differs(Difference {
                place: "check".into(),
                word: None,
                expected: "a refusal".into(),
                got: "accepted".into(),
            }),
        }
    }
}

/// A byte string after its length, or none where the stream ends before it.
fn blob(stream: &mut impl Read) -> Result<Option<Vec<u8>>, Error> {
    let failed = |e: std::io::Error| Error::Stream(e.to_string());
    let mut length = [0; 4];
    match stream.read_exact(&mut length) {
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other.map_err(failed)?,
    }
    let mut bytes = vec![];
    let length = u32::from_le_bytes(length);
    let read = stream.take(length.into()).read_to_end(&mut bytes).map_err(failed)?;
    if read != length as usize {
        return Err(Error::Stream("it ends inside a record".into()));
    }
    Ok(Some(bytes))
}

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = from.split_first_chunk::<N>()?;
    *from = tail;
    Some(*head)
}

fn u32(from: &mut &[u8]) -> Option<u32> {
    take(from).map(u32::from_le_bytes)
}

fn i32(from: &mut &[u8]) -> Option<i32> {
    take(from).map(i32::from_le_bytes)
}

fn u64(from: &mut &[u8]) -> Option<u64> {
    take(from).map(u64::from_le_bytes)
}

fn bytes(from: &mut &[u8]) -> Option<Bytes> {
    let length = u32(from)?;
    let (head, tail) = from.split_at_checked(length as usize)?;
    *from = tail;
    Some(Bytes::copy_from_slice(head))
}
