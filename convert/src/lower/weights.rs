//! Weights: symmetric i8 in [−127, 127] with one scale an output channel, bias in i32 in the sums' own unit.

/// Integers of a linear operator.
pub(super) struct Rows {
    /// Row after row.
    pub weight: Vec<i8>,
    pub bias: Vec<i32>,
    /// The real that one unit of each row's sum means.
    pub scales: Vec<f64>,
}

/// Quantises each row by its own largest weight. `input` is the operand's scale.
///
/// A bias that would not fit 2^30 in the sum's unit makes the unit larger: that happens where a channel's
/// weights are next to zero, as after batch normalisation of a dead channel.
pub(super) fn quantised<'w>(rows: impl Iterator<Item = &'w [f32]>, bias: &[f32], input: f64) -> Rows {
    let mut out = Rows { weight: vec![], bias: vec![], scales: vec![] };
    for (row, &bias) in rows.zip(bias) {
        let largest = row.iter().fold(0.0f64, |m, &w| m.max(f64::from(w).abs()));
        let room = f64::from(bias).abs() / (input * (1u64 << 30) as f64);
        let scale = (largest / 127.0).max(room);
        let scale = if scale > 0.0 { scale } else { 1.0 };
        out.weight
            .extend(row.iter().map(|&w| (f64::from(w) / scale).round_ties_even().clamp(-127.0, 127.0) as i8));
        let unit = input * scale;
        out.bias.push((f64::from(bias) / unit).round_ties_even() as i32);
        out.scales.push(unit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::quantised;

    #[test]
    fn rows_use_the_whole_range() {
        let rows = [0.5f32, -1.0, 0.25, /**/ 0.0, 0.0, 0.0];
        let q = quantised(rows.chunks(3), &[1.0, 3.0], 0.5);
        // 63.5 and 31.75 to nearest even; the unit is 0.5/127
        assert_eq!(q.weight, [64, -127, 32, 0, 0, 0]);
        assert_eq!(q.bias, [254, 1 << 30]);
        assert_eq!(f64::from(q.bias[1]) * q.scales[1], 3.0);
    }

    #[test]
    fn a_dead_channel_keeps_its_bias() {
        let q = quantised([1e-30f32].chunks(1), &[-2.0], 0.1);
        assert_eq!((q.weight[0], q.bias[0]), (0, -(1 << 30)));
        assert!((f64::from(q.bias[0]) * q.scales[0] + 2.0).abs() < 1e-12);
    }

    #[test]
    fn all_zero() {
        let q = quantised([0.0f32].chunks(1), &[0.0], 0.1);
        assert_eq!((q.weight[0], q.bias[0], q.scales[0]), (0, 0, 0.1));
    }
}
