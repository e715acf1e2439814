use super::tensor::Wide;
use isocortex_model::ops::AddScaled;

/// `y = clamp((((a − zpa)·ma + (b − zpb)·mb + 2^(s−1)) >> s) + zero_point, lo, hi)`.
pub fn run(op: &AddScaled, a: &Wide, b: &Wide, y: &mut Wide) {
    for ((y, &a), &b) in y.data.iter_mut().zip(&a.data).zip(&b.data) {
        *y = op.apply(a, b);
    }
}
