use super::{Compute, Wide};
use isocortex_model::ops::Rope;

/// Row t turned by `p = position[t]`: of the pair (a, b), elements (i, i + D/2), or (2i, 2i + 1) where interleaved, become
/// `clamp((a·cos[p,i] − b·sin[p,i] + 2^14) >> 15)` and `clamp((b·cos[p,i] + a·sin[p,i] + 2^14) >> 15)`, within the
/// operand's type.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Rope;
/// // Position 1 is a quarter turn: (a, b) → (−b, a), here with a sine of 32,767/32,768.
/// let op = Rope { cos: 0, sin: 1, interleaved: true };
/// let (cos, sin) = (Wide::of(&[2, 1], &[32767, 0]), Wide::of(&[2, 1], &[0, 32767]));
/// let (x, position) = (Wide::of(&[1, 2], &[100, 50]), Wide::of(&[1], &[1]));
/// let mut y = Wide::zeros(&[1, 2]);
/// op.compute(&[&x, &position], &[&cos, &sin], &mut y);
/// assert_eq!(y.data, [-50, 100]);
/// ```
impl Compute for Rope {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (x, position, cos, sin) = (x[0], x[1], constants[0], constants[1]);
        let [.., t, d] = x.shape[..] else { return };
        let (half, all) = (d / 2, y.dtype.range());
        let round = |v: i64| ((v + (1 << 14)) >> 15).clamp(all.lo.into(), all.hi.into()) as i32;
        for (row, (y, x)) in y.data.chunks_mut(d).zip(x.data.chunks(d)).enumerate() {
            let p = position.data[row % t] as usize;
            for i in 0..half {
                let (j, k) = if self.interleaved { (2 * i, 2 * i + 1) } else { (i, i + half) };
                let [a, b, cos, sin] =
                    [x[j], x[k], cos.data[p * half + i], sin.data[p * half + i]].map(i64::from);
                y[j] = round(a * cos - b * sin);
                y[k] = round(b * cos + a * sin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_model::DType;

    #[test]
    fn known_results() {
        // Positions of D/2 = 2 angles: none, nearly; a quarter turn, nearly; twice the length and half a turn.
        let cos = Wide::of(&[3, 2], &[32767, 32767, 0, 0, -32768, -32768]);
        let sin = Wide::of(&[3, 2], &[0, 0, 32767, 32767, -32768, 32767]);
        // Two heads of two rows; the second row of each stays.
        let x =
            Wide::of(&[2, 2, 4], &[1, 2, 3, 4, 5, 6, 7, 8, 100, 100, 100, 100, 5, 6, 7, 8]).typed(DType::I8);
        for (interleaved, position, first, third) in [
            (false, 0, [1, 2, 3, 4], [100, 100, 100, 100]),
            // Pairs (1, 3) and (2, 4), and (1, 2) and (3, 4).
            (false, 1, [-3, -4, 1, 2], [-100, -100, 100, 100]),
            (true, 1, [-2, 1, -4, 3], [-100, 100, -100, 100]),
            // (b − a, −b − a) and (−a − b, a − b): −200 is cut.
            (false, 2, [2, -6, -4, -2], [0, -128, -128, 0]),
        ] {
            let op = Rope { cos: 0, sin: 1, interleaved };
            let mut y = Wide::zeros(&[2, 2, 4]).typed(DType::I8);
            op.compute(&[&x, &Wide::of(&[2], &[position, 0])], &[&cos, &sin], &mut y);
            let wanted = [&first[..], &[5, 6, 7, 8], &third, &[5, 6, 7, 8]].concat();
            assert_eq!(y.data, wanted, "{position} {interleaved}");
        }
    }
}
