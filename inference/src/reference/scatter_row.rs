use super::{Compute, Wide};
use isocortex_model::ops::ScatterRow;

/// `y = x`, then `y[b…, index[b…, w], :] = rows[b…, w, :]` for w = 0, 1, ….
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::ScatterRow;
/// let x = Wide::of(&[3, 2], &[0, 1, 10, 11, 20, 21]);
/// let (index, rows) = (Wide::of(&[2], &[1, 1]), Wide::of(&[2, 2], &[5, 6, 7, 8]));
/// let mut y = Wide::zeros(&[3, 2]);
/// ScatterRow {}.compute(&[&x, &index, &rows], &[], &mut y);
/// assert_eq!(y.data, [0, 1, 7, 8, 20, 21]); // the last stays
/// ```
impl Compute for ScatterRow {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let (x, index, rows) = (x[0], x[1], x[2]);
        let [.., k, c] = x.shape[..] else { return };
        let w = index.shape.last().copied().unwrap_or(1);
        y.data.clone_from(&x.data);
        for (i, (row, &at)) in rows.data.chunks(c).zip(&index.data).enumerate() {
            let to = (i / w * k + at as usize) * c;
            y.data[to..to + c].copy_from_slice(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        // Two of K = 2 rows of one element.
        let x = Wide::of(&[2, 2, 1], &[1, 2, 3, 4]);
        let (index, rows) = (Wide::of(&[2, 1], &[1, 0]), Wide::of(&[2, 1, 1], &[-1, -2]));
        let mut y = Wide::zeros(&[2, 2, 1]);
        ScatterRow {}.compute(&[&x, &index, &rows], &[], &mut y);
        assert_eq!(y.data, [1, -1, -2, 4]);
    }
}
