use super::{Compute, Wide};
use isocortex_model::ops::Slice;

/// Element i of result dimension d is the operand's `start[d] + i·step[d]`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Slice;
/// let x = Wide::of(&[2, 4], &[0, 1, 2, 3, 10, 11, 12, 13]);
/// let mut y = Wide::zeros(&[1, 2]);
/// Slice { start: vec![1, 3], step: vec![1, -2], size: vec![1, 2] }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [13, 11]);
/// ```
impl Compute for Slice {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        for i in 0..y.data.len() {
            let mut from = y.index(i);
            for (d, from) in from.iter_mut().enumerate().take(y.shape.len()) {
                *from = (i64::from(self.start[d]) + *from as i64 * i64::from(self.step[d])) as usize;
            }
            y.data[i] = x[0].data[x[0].at(&from)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        let x = Wide::of(&[5], &[0, 1, 2, 3, 4]);
        for (start, step, wanted) in [
            (0, 1, vec![0, 1, 2, 3, 4]),
            (4, -1, vec![4, 3, 2, 1, 0]),
            (1, 3, vec![1, 4]),
            (3, -3, vec![3, 0]),
            (2, 1 << 24, vec![2]),
        ] {
            let size = wanted.len() as u32;
            let mut y = Wide::zeros(&[size]);
            Slice { start: vec![start], step: vec![step], size: vec![size] }.compute(&[&x], &[], &mut y);
            assert_eq!(y.data, wanted);
        }
    }
}
