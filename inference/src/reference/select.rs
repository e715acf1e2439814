use super::broadcast::broadcast;
use super::{Compute, Wide};
use isocortex_model::ops::Select;

/// `y = a` where `c ≠ 0`, else `b`; the operands are c, a, b.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Select;
/// let c = Wide::of(&[3], &[0, 1, -7]);
/// let (a, b) = (Wide::of(&[3], &[10, 20, 30]), Wide::of(&[1], &[5]));
/// let mut y = Wide::zeros(&[3]);
/// Select {}.compute(&[&c, &a, &b], &[], &mut y);
/// assert_eq!(y.data, [5, 20, 30]);
/// ```
impl Compute for Select {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let [c, a, b] = [0, 1, 2].map(|i| broadcast(x[i], &y.shape));
        for (((y, c), a), b) in y.data.iter_mut().zip(c).zip(a).zip(b) {
            *y = if c != 0 { a } else { b };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        // The condition alone is wide: a row of conditions over two single values.
        let (c, a, b) =
            (Wide::of(&[1, 4], &[0, 1, i32::MIN, 0]), Wide::of(&[2, 1], &[1, 2]), Wide::of(&[1, 1], &[9]));
        let mut y = Wide::zeros(&[2, 4]);
        Select {}.compute(&[&c, &a, &b], &[], &mut y);
        assert_eq!(y.data, [9, 1, 1, 9, 9, 2, 2, 9]);
    }
}
