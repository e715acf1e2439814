use super::{Compute, Wide};
use isocortex_model::ops::Embed;

/// `y[w…, c…] = table[index[w…], c…]`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Embed;
/// let table = Wide::of(&[3, 2], &[0, 1, 10, 11, 20, 21]);
/// let index = Wide::of(&[2], &[2, 0]);
/// let mut y = Wide::zeros(&[2, 2]);
/// Embed { table: 0 }.compute(&[&index], &[&table], &mut y);
/// assert_eq!(y.data, [20, 21, 0, 1]);
/// ```
impl Compute for Embed {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let table = constants[0];
        let c = table.data.len() / table.shape[0];
        for (row, &at) in y.data.chunks_mut(c).zip(&x[0].data) {
            let from = at as usize * c;
            row.copy_from_slice(&table.data[from..from + c]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        let table = Wide::of(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        let mut y = Wide::zeros(&[2, 1, 1, 3]);
        Embed { table: 0 }.compute(&[&Wide::of(&[2, 1], &[1, 1])], &[&table], &mut y);
        assert_eq!(y.data, [4, 5, 6, 4, 5, 6]);
    }
}
