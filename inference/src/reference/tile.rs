use super::{Compute, Wide};
use isocortex_model::ops::Tile;

/// The operand repeated.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Tile;
/// let x = Wide::of(&[1, 2], &[1, 2]);
/// let mut y = Wide::zeros(&[2, 4]);
/// Tile { repeats: vec![2, 2] }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [1, 2, 1, 2, 1, 2, 1, 2]);
/// ```
impl Compute for Tile {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        for i in 0..y.data.len() {
            let mut from = y.index(i);
            for (from, &d) in from.iter_mut().zip(&x[0].shape) {
                *from %= d;
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
        let x = Wide::of(&[2, 2], &[1, 2, 3, 4]);
        for (repeats, wanted) in [
            ([1, 1], vec![1, 2, 3, 4]),
            ([2, 1], vec![1, 2, 3, 4, 1, 2, 3, 4]),
            ([1, 2], vec![1, 2, 1, 2, 3, 4, 3, 4]),
        ] {
            let mut y = Wide::zeros(&repeats.map(|n| 2 * n));
            Tile { repeats: repeats.to_vec() }.compute(&[&x], &[], &mut y);
            assert_eq!(y.data, wanted);
        }
    }
}
