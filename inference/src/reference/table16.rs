use super::{Compute, Wide};
use isocortex_model::ops::Table16;

/// `i = (x >> 7) + 256`, `f = x & 127`, `y = table[i]·128 + (table[i+1] − table[i])·f`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Table16;
/// // Entry i stands for x = 128·(i − 256); between the entries 0 and 10 lies 64 of 128 of the way: 5.
/// let table: Vec<i32> = (0..513).map(|i| if i > 256 { 10 } else { 0 }).collect();
/// let (x, mut y) = (Wide::of(&[3], &[0, 64, 128]), Wide::zeros(&[3]));
/// Table16 { table: 0 }.compute(&[&x], &[&Wide::of(&[513], &table)], &mut y);
/// assert_eq!(y.data, [0, 5 * 128, 10 * 128]);
/// ```
impl Compute for Table16 {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let table = &constants[0].data;
        for (y, &x) in y.data.iter_mut().zip(&x[0].data) {
            let (i, f) = (((x >> 7) + 256) as usize, x & 127);
            *y = table[i] * 128 + (table[i + 1] - table[i]) * f;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// A table of a straight line gives that line at every x: entries a·(i − 256) + b, results a·x + 128·b.
    #[test]
    fn lines_stay_lines() {
        let x: Vec<i32> = (-32_768..32_768).collect();
        for (a, b) in [(64, 0), (-127, 3), (1, -32_000), (0, 32_767)] {
            let table = Wide::of(&[513], &(0..513).map(|i| a * (i - 256) + b).collect::<Vec<_>>());
            let wanted: Vec<i32> = x.iter().map(|x| a * x + 128 * b).collect();
            assert_eq!(
                result(&Table16 { table: 0 }, &[&Wide::of(&[65_536], &x)], &[table], &[65_536]),
                wanted
            );
        }
    }

    /// The widest step, −2^15 to 2^15 − 1, and the last entry.
    #[test]
    fn ends() {
        let mut table = vec![0; 513];
        (table[0], table[1], table[511], table[512]) = (-32_768, 32_767, -32_768, 32_767);
        let x = [-32_768, -32_767, -32_641, 32_640, 32_767];
        let wanted = [-4_194_304, -4_194_304 + 65_535, 4_194_176 - 65_535, -4_194_304, 4_194_176 - 65_535];
        let table = Wide::of(&[513], &table);
        assert_eq!(result(&Table16 { table: 0 }, &[&Wide::of(&[5], &x)], &[table], &[5]), wanted);
    }
}
