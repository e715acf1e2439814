//! Model cases: what the check must say of an artifact, and what a backend must answer.

use crate::{Difference, ModelCase, Outcome, Run};
use isocortex_inference::{Backend, Error, Loaded, Reference, first_difference};
use isocortex_model::{Artifact, Model, TensorType};
use std::sync::Arc;

/// Decodes and checks the artifact; its id, intervals and cost record must be the case's.
pub fn checked(case: &ModelCase) -> Result<Model, Box<Difference>> {
    let refused = |e: isocortex_model::Error| {
        Box::new(Difference {
            place: "check".into(),
            word: None,
            expected: "a valid artifact".into(),
            got: e.to_string(),
        })
    };
    let artifact = Artifact::from_parts(&case.header, case.weights.to_vec()).map_err(refused)?;
    let model = Model::check(&artifact).map_err(refused)?;
    Difference::unless_equal("id", &case.id, &model.id())?;
    Difference::unless_equal("encoded header", &case.header.as_ref(), &&*model.header().to_bytes())?;
    let intervals: Vec<_> = model.values().iter().map(|v| (v.interval.lo, v.interval.hi)).collect();
    Difference::unless_equal("number of values", &case.intervals.len(), &intervals.len())?;
    for (value, (expected, got)) in case.intervals.iter().zip(&intervals).enumerate() {
        Difference::unless_equal(&format!("interval of {}", name_value(&model, value)), expected, got)?;
    }
    let (expected, got) = (case.cost, model.cost());
    for (place, expected, got) in [
        ("cost.macs", expected.macs, got.macs),
        ("cost.elements", expected.elements, got.elements),
        ("cost.bytes", expected.bytes, got.bytes),
        ("cost.peak", expected.peak, got.peak),
        ("cost.weights", expected.weights, got.weights),
    ] {
        Difference::unless_equal(place, &expected, &got)?;
    }
    Ok(model)
}

/// "input 0" or "node 3 (Rescale)".
fn name_value(model: &Model, value: usize) -> String {
    let header = model.header();
    match value.checked_sub(header.inputs.len()).and_then(|i| Some((i, header.nodes.get(i)?))) {
        Some((index, node)) => format!("node {index} ({})", node.op.name()),
        None => format!("input {value}"),
    }
}

/// Runs one case on a backend: the check's findings, then every run, alone and all as one batch.
///
/// A difference names the first op whose result is not the reference's, where the backend's trace shows one.
/// A backend that fails as a machine measures nothing.
pub fn answers(case: &ModelCase, backend: &dyn Backend) -> Outcome {
    match checked(case) {
        Ok(model) => runs(case, &Arc::new(model), backend),
        Err(difference) => Outcome::Differs(*difference),
    }
}

/// The runs of a case whose model is already checked.
pub fn runs(case: &ModelCase, model: &Arc<Model>, backend: &dyn Backend) -> Outcome {
    let inputs: Vec<&[u8]> = case.runs.iter().map(|run| run.input.as_ref()).collect();
    let answer = || {
        let loaded = backend.load(model.clone())?;
        let batch = loaded.run(&inputs)?;
        if let Some(difference) = compare(case, &*loaded, "in a batch", &batch)? {
            return Ok(Outcome::Differs(difference));
        }
        let alone = inputs.iter().map(|input| loaded.run(&[input])).collect::<Result<Vec<_>, _>>()?;
        Ok(compare(case, &*loaded, "alone", &alone.concat())?.map_or(Outcome::Equal, Outcome::Differs))
    };
    answer().unwrap_or_else(|error: Error| Outcome::NotMeasured(error.to_string()))
}

fn compare(
    case: &ModelCase,
    loaded: &dyn Loaded,
    how: &str,
    got: &[Vec<u8>],
) -> Result<Option<Difference>, Error> {
    if let Err(difference) =
        Difference::unless_equal(&format!("number of answers {how}"), &case.runs.len(), &got.len())
    {
        return Ok(Some(*difference));
    }
    match case.runs.iter().zip(got).enumerate().find(|(_, (run, got))| run.output.as_ref() != got.as_slice())
    {
        Some((index, (run, got))) => Ok(Some(locate(&format!("run {index} {how}"), loaded, run, got)?)),
        None => Ok(None),
    }
}

/// The first differing node by the backend's trace, or else the first differing word of the output.
fn locate(place: &str, loaded: &dyn Loaded, run: &Run, got: &[u8]) -> Result<Difference, Error> {
    let model = loaded.model();
    let reference = Reference.load(Arc::new(model.clone()))?.trace(&run.input)?;
    let trace = loaded.trace(&run.input)?;
    let inputs = model.header().inputs.len();
    if let Some((node, at)) = first_difference(&reference, &trace) {
        let ty = model.values().get(inputs + node.node).map(|v| &v.ty);
        let ours = trace.iter().find(|other| other.node == node.node).map_or(&[][..], |other| &other.bytes);
        return Ok(word(format!("{place}, node {} ({})", node.node, node.op), ty, at, &node.bytes, ours));
    }
    let (mut at, expected) = (0, run.output.as_ref());
    for (output, ty) in model.header().outputs.iter().zip(model.output_types()) {
        let range = at..at + ty.bytes() as usize;
        let (want, have) =
            (expected.get(range.clone()).unwrap_or(&[]), got.get(range.clone()).unwrap_or(&[]));
        if let Some(differs) = (0..range.len()).find(|&i| want.get(i) != have.get(i)) {
            let value = name_value(model, output.value as usize);
            let place = format!(
                "{place}, output {:?} of {value}, though every op's trace is the reference's",
                output.name
            );
            return Ok(word(place, Some(ty), differs, want, have));
        }
        at = range.end;
    }
    let (expected, got) = (format!("{} bytes", expected.len()), format!("{} bytes", got.len()));
    Ok(Difference { place: place.into(), word: None, expected, got })
}

/// A difference at byte `at` of a tensor, in words of its type.
fn word(place: String, ty: Option<&TensorType>, at: usize, expected: &[u8], got: &[u8]) -> Difference {
    let size = ty.map_or(1, |ty| ty.dtype.size());
    let word = at / size;
    let show = |bytes: &[u8]| match bytes.get(word * size..(word + 1) * size) {
        Some(&[a]) => (a as i8).to_string(),
        Some(&[a, b]) => i16::from_le_bytes([a, b]).to_string(),
        Some(&[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]).to_string(),
        _ => "nothing".into(),
    };
    Difference { place, word: Some(word), expected: show(expected), got: show(got) }
}
