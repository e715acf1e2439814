use super::{Compute, Wide};
use isocortex_model::ops::KvAppend;

/// `y = cache`, its rows `position` to `position + N − 1` replaced by those of `new`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::KvAppend;
/// let cache = Wide::of(&[3, 2], &[0, 1, 10, 11, 20, 21]);
/// let (new, position) = (Wide::of(&[1, 2], &[5, 6]), Wide::of(&[1], &[1]));
/// let mut y = Wide::zeros(&[3, 2]);
/// KvAppend {}.compute(&[&cache, &new, &position], &[], &mut y);
/// assert_eq!(y.data, [0, 1, 5, 6, 20, 21]);
/// ```
impl Compute for KvAppend {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let (cache, new, position) = (x[0], x[1], x[2].data[0] as usize);
        let ([.., t, d], [.., n, _]) = (&cache.shape[..], &new.shape[..]) else { return };
        y.data.clone_from(&cache.data);
        for (y, new) in y.data.chunks_mut(t * d).zip(new.data.chunks(n * d)) {
            y[position * d..(position + n) * d].copy_from_slice(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        // Two heads of T = 3, N = 2, D = 1.
        let cache = Wide::of(&[2, 3, 1], &[1, 2, 3, 4, 5, 6]);
        let new = Wide::of(&[2, 2, 1], &[-1, -2, -3, -4]);
        for (position, wanted) in [(0, [-1, -2, 3, -3, -4, 6]), (1, [1, -1, -2, 4, -3, -4])] {
            let mut y = Wide::zeros(&[2, 3, 1]);
            KvAppend {}.compute(&[&cache, &new, &Wide::of(&[1], &[position])], &[], &mut y);
            assert_eq!(y.data, wanted);
        }
    }
}
