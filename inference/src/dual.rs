//! Two backends that watch each other.

use crate::{Backend, Error, Fault, Loaded, Metrics, OpDigest, Place, first_difference};
use isocortex_model::{DType, Model, TensorType};
use std::sync::{Arc, OnceLock};

/// Computes everything twice and answers only what both agree on.
///
/// On the first difference the call is [`Error::Device`] of the kind [`Fault::Wrong`], which names the op and the first
/// word that differs, and so is every later one: one of the two computes wrong bits, and a node that went on
/// could not know which.
pub struct Dual(Arc<Two>);

struct Two {
    a: Arc<dyn Backend>,
    b: Arc<dyn Backend>,
    metrics: Arc<Metrics>,
    /// The first difference.
    differ: OnceLock<String>,
}

const NAME: &str = "dual";

impl Dual {
    /// Over these two.
    pub fn new(a: Arc<dyn Backend>, b: Arc<dyn Backend>, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Two { a, b, metrics, differ: OnceLock::new() }))
    }
}

impl Two {
    fn agree(&self) -> Result<(), Error> {
        self.differ.get().map_or(Ok(()), |reason| Err(wrong(reason)))
    }

    /// From here on every call fails.
    fn differ(&self, model: &Model, what: String) -> Error {
        let (a, b) = (self.a.name(), self.b.name());
        let reason = format!("{a} and {b} differ on model {}: {what}", model.id());
        self.metrics.say(&reason);
        wrong(self.differ.get_or_init(|| reason))
    }
}

fn wrong(reason: &str) -> Error {
    Error::Device { backend: NAME, fault: Fault::Wrong, reason: reason.into() }
}

impl Backend for Dual {
    fn name(&self) -> &'static str {
        NAME
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        self.0.agree()?;
        let a = self.0.a.load(Arc::clone(&model))?;
        Ok(Box::new(LoadedDual { two: Arc::clone(&self.0), a, b: self.0.b.load(model)? }))
    }
}

struct LoadedDual {
    two: Arc<Two>,
    a: Box<dyn Loaded>,
    b: Box<dyn Loaded>,
}

impl LoadedDual {
    /// The first node whose results differ, in words.
    fn node(&self, a: &[OpDigest], b: &[OpDigest]) -> Option<String> {
        let (op, byte) = first_difference(a, b)?;
        let value = self.model().header().inputs.len().saturating_add(op.node);
        let dtype = self.model().values().get(value).map_or(DType::I8, |value| value.ty.dtype);
        let other = b.iter().find(|other| other.node == op.node).map_or(&[][..], |other| &other.bytes);
        Some(format!("node {} ({}), {}", op.node, op.op, word(dtype, byte, &op.bytes, other)))
    }

    /// Looks for the reason of two answers that differ, node by node.
    fn explain(&self, index: usize, input: &[u8], a: &[u8], b: &[u8]) -> String {
        let at = |what: String| format!("input {index} of the batch, {what}");
        let answers = || self.output(a, b);
        match (self.a.trace(input), self.b.trace(input)) {
            (Ok(x), Ok(y)) => at(self.node(&x, &y).unwrap_or_else(|| {
                format!(
                    "{}; node by node both agree, so it is in what is fused, or did not come again",
                    answers()
                )
            })),
            (Err(error), _) | (_, Err(error)) => at(format!("{}; no trace: {error}", answers())),
        }
    }

    /// The first word of the answer that differs.
    fn output(&self, a: &[u8], b: &[u8]) -> String {
        let byte = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
        let mut start = 0usize;
        for (number, ty) in self.model().output_types().enumerate() {
            let end = start.saturating_add(size(ty));
            if byte < end {
                let of = |bytes: &[u8]| bytes.get(start..end.min(bytes.len())).unwrap_or_default().to_vec();
                return format!("output {number}, {}", word(ty.dtype, byte - start, &of(a), &of(b)));
            }
            start = end;
        }
        format!("answers of {} and {} bytes", a.len(), b.len())
    }
}

fn size(ty: &TensorType) -> usize {
    usize::try_from(ty.bytes()).unwrap_or(usize::MAX)
}

/// "word 17: -5 against 3"
fn word(dtype: DType, byte: usize, a: &[u8], b: &[u8]) -> String {
    let number = byte / dtype.size();
    let of = |bytes: &[u8]| {
        let word = bytes.chunks(dtype.size()).nth(number)?;
        let mut wide = if word.last()? & 0x80 == 0 { [0; 4] } else { [0xff; 4] };
        wide.iter_mut().zip(word).for_each(|(to, from)| *to = *from);
        Some(i32::from_le_bytes(wide).to_string())
    };
    let of = |bytes| of(bytes).unwrap_or_else(|| "nothing".into());
    format!("word {number}: {} against {}", of(a), of(b))
}

impl Loaded for LoadedDual {
    fn model(&self) -> &Model {
        self.a.model()
    }

    fn place(&self) -> Place {
        let both = format!("{} and {}", self.a.place(), self.b.place());
        Place { backend: NAME, because: Some(both) }
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        self.check_lengths(batch)?;
        self.two.agree()?;
        let (a, b) = (self.a.run(batch)?, self.b.run(batch)?);
        self.two.metrics.compared(batch.len());
        if a == b {
            return Ok(a);
        }
        let mut answers = batch.iter().zip(a.iter().zip(&b)).enumerate();
        let what = match answers.find(|(_, (_, (x, y)))| x != y) {
            Some((index, (input, (x, y)))) => self.explain(index, input, x, y),
            None => format!("{} and {} answers to {} inputs", a.len(), b.len(), batch.len()),
        };
        Err(self.two.differ(self.model(), what))
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, Error> {
        self.check_lengths(&[input])?;
        self.two.agree()?;
        let (a, b) = (self.a.trace(input)?, self.b.trace(input)?);
        match self.node(&a, &b) {
            None => Ok(a),
            Some(what) => Err(self.two.differ(self.model(), what)),
        }
    }
}
