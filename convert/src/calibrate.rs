//! Calibration: which reals each value takes, from running samples, and which range of them is worth 256 steps.

use crate::{
    data::Samples,
    error::ConvertError,
    float::FloatModel,
    graph::{Graph, Node, Op},
    scale::Affine,
    source::Source,
};
use isocortex_model::DType;
use serde::{Deserialize, Serialize};

const BINS: usize = 4096;

/// How the range of an activation is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RangeMethod {
    /// Everything that calibration saw.
    MinMax,
    /// The narrowest range that loses no more than this share of the elements on each side, such as 0.0001.
    Tail(f64),
    /// The range with the least mean squared error over the calibration data.
    #[default]
    LeastSquares,
}

/// What calibration saw of one node.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub lo: f64,
    pub hi: f64,
    counts: Vec<u64>,
}

/// Runs all samples twice, for ranges and for histograms; an entry for each node that computes.
///
/// `progress` is told (done, of).
pub(crate) fn observe(
    source: &Source,
    graph: &Graph,
    samples: &Samples,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Option<Seen>>, ConvertError> {
    if samples.is_empty() {
        return Err(ConvertError::Data("calibration needs at least one sample".into()));
    }
    let nodes: Vec<(usize, &Node, &str, f64)> = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, n)| !n.op.keeps_scale())
        .filter_map(|(i, n)| n.probe.as_ref().map(|p| (i, n, p.value.as_str(), p.factor)))
        .collect();
    let values: Vec<&str> = nodes.iter().map(|(_, _, v, _)| *v).collect();
    let model = FloatModel::new(source, &values)?;
    let mut seen: Vec<Option<Seen>> = vec![None; graph.nodes.len()];
    let total = 2 * samples.len() as u64;
    for pass in 0..2 {
        for (done, sample) in samples.iter().enumerate() {
            let all = model.run_all(sample)?;
            for ((index, node, value, factor), elements) in nodes.iter().zip(&all) {
                let Some(slot) = seen.get_mut(*index) else { continue };
                let slot = slot.get_or_insert_with(Seen::default);
                let (lo, hi) = node.bounds;
                let reals = elements.iter().map(|&x| (f64::from(x) * factor).max(lo).min(hi));
                if let Some(bad) = elements.iter().find(|x| !x.is_finite()) {
                    let text = format!("value `{value}` of the float model is {bad} for sample {done}");
                    return Err(ConvertError::Data(text));
                }
                if pass == 0 { slot.widen(reals) } else { slot.count(reals) }
            }
            progress(pass * samples.len() as u64 + done as u64 + 1, total);
        }
    }
    Ok(seen)
}

impl Default for Seen {
    fn default() -> Self {
        Self { lo: f64::INFINITY, hi: f64::NEG_INFINITY, counts: vec![0; BINS] }
    }
}

impl Seen {
    fn widen(&mut self, reals: impl Iterator<Item = f64>) {
        for x in reals {
            (self.lo, self.hi) = (self.lo.min(x), self.hi.max(x));
        }
    }

    fn count(&mut self, reals: impl Iterator<Item = f64>) {
        let per_bin = self.bin();
        for x in reals {
            let bin = ((x - self.lo) / per_bin) as usize;
            if let Some(n) = self.counts.get_mut(bin.min(BINS - 1)) {
                *n += 1;
            }
        }
    }

    /// Width of a bin; the second pass cannot leave the first one's range by more than the last bits.
    fn bin(&self) -> f64 {
        ((self.hi - self.lo) / BINS as f64).max(f64::MIN_POSITIVE)
    }

    /// The largest magnitude.
    pub(crate) fn reach(&self) -> f64 {
        self.lo.abs().max(self.hi.abs())
    }

    /// The map to i8 that the method picks.
    pub(crate) fn affine(&self, method: RangeMethod) -> Affine {
        match method {
            RangeMethod::MinMax => Affine::i8(self.lo, self.hi),
            RangeMethod::Tail(share) => {
                let (lo, hi) = self.tails(share);
                Affine::i8(lo, hi)
            }
            RangeMethod::LeastSquares => self.least_squares(),
        }
    }

    fn tails(&self, share: f64) -> (f64, f64) {
        let total: u64 = self.counts.iter().sum();
        let may_lose = (total as f64 * share.clamp(0.0, 0.5)).floor() as u64;
        let cut = |counts: &mut dyn Iterator<Item = &u64>| {
            let mut lost = 0;
            counts
                .take_while(|n| {
                    lost += **n;
                    lost <= may_lose
                })
                .count()
        };
        let (left, right) = (cut(&mut self.counts.iter()), cut(&mut self.counts.iter().rev()));
        (self.lo + left as f64 * self.bin(), self.hi - right as f64 * self.bin())
    }

    /// Tries to shrink each end in steps of 1/64 of its distance to 0, alternately, as long as the error falls.
    fn least_squares(&self) -> Affine {
        let (lo, hi) = (self.lo.min(0.0), self.hi.max(0.0));
        let at = |a: u32, b: u32| Affine::i8(lo * f64::from(a) / 64.0, hi * f64::from(b) / 64.0);
        let (mut best, mut cut) = (self.error(&at(64, 64)), (64, 64));
        for _ in 0..4 {
            let before = cut;
            for b in 16..=64 {
                let error = self.error(&at(cut.0, b));
                if error < best {
                    (best, cut.1) = (error, b);
                }
            }
            for a in 16..=64 {
                let error = self.error(&at(a, cut.1));
                if error < best {
                    (best, cut.0) = (error, a);
                }
            }
            if cut == before {
                break;
            }
        }
        at(cut.0, cut.1)
    }

    /// Sum of squared errors over the histogram, each element at its bin's middle.
    fn error(&self, affine: &Affine) -> f64 {
        let mut sum = 0.0;
        for (bin, &n) in self.counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            let x = self.lo + (bin as f64 + 0.5) * self.bin();
            let e = x - affine.real(affine.quantise(x, DType::I8));
            sum += n as f64 * e * e;
        }
        sum
    }
}

/// The range of a node that no ONNX value shows, from its operand's: the image of 256 steps.
pub(crate) fn image(op: &Op, operand: &Affine) -> Option<Affine> {
    let Op::Unary(expr) = op else { return None };
    let images = (-128..=127).map(|q| expr.eval(operand.real(q)));
    let (lo, hi) = images.fold((0.0f64, 0.0f64), |(lo, hi), y| (lo.min(y), hi.max(y)));
    Some(Affine::i8(lo, hi))
}
