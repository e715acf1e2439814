use super::{Compute, Wide};
use isocortex_model::ops::Table8;

/// `y = table[x + 128]`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Table8;
/// let squares: Vec<i32> = (-128..128).map(|v| v * v).collect();
/// let (x, mut y) = (Wide::of(&[3], &[-128, 0, 127]), Wide::zeros(&[3]));
/// Table8 { table: 0 }.compute(&[&x], &[&Wide::of(&[256], &squares)], &mut y);
/// assert_eq!(y.data, [16_384, 0, 16_129]);
/// ```
impl Compute for Table8 {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        for (y, &x) in y.data.iter_mut().zip(&x[0].data) {
            *y = constants[0].data[(x + 128) as usize];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// Entry 0 is that of −128, entry 128 that of 0.
    #[test]
    fn each_x_has_its_entry() {
        let x: Vec<i32> = (-128..128).collect();
        let table = Wide::of(&[256], &(0..256).map(|i| 1_000 * i).collect::<Vec<_>>());
        let wanted: Vec<i32> = x.iter().map(|x| 1_000 * x + 128_000).collect();
        assert_eq!(result(&Table8 { table: 0 }, &[&Wide::of(&[256], &x)], &[table], &[256]), wanted);
    }
}
