//! Constants in the form that the kernels read.

use isocortex_model::Tensor;

/// Rows of packed weights are padded to a multiple of this with zeros: one step of a tile.
const STEP: usize = 64;

/// The bytes of a tensor as they are.
pub(crate) fn bytes(tensor: &Tensor) -> Vec<u8> {
    let mut bytes = vec![];
    tensor.write_bytes(&mut bytes);
    bytes
}

/// Rows of `k` weights, each padded; and the length of a padded row.
pub(crate) fn rows(weight: &[i8], k: usize) -> (Vec<u8>, usize) {
    let ldw = k.next_multiple_of(STEP);
    let mut packed = Vec::with_capacity(weight.len() / k.max(1) * ldw);
    for row in weight.chunks(k.max(1)) {
        packed.extend(row.iter().map(|&w| w as u8));
        packed.resize(packed.len().next_multiple_of(STEP), 0);
    }
    (packed, ldw)
}

/// `bias − zero_point · Σ row` for each row of `k` weights, wrapping: with it `Σ w·(x − zp) + bias` is
/// `Σ w·x` plus this, and the wrapping cancels since the final value fits (SPEC.md, Conv2d's condition).
pub(crate) fn folded_bias(bias: &[i32], weight: &[i8], k: usize, zero_point: i32) -> Vec<u8> {
    let sums = weight.chunks(k.max(1)).map(|row| row.iter().fold(0i32, |sum, &w| sum.wrapping_add(w.into())));
    let folded = bias.iter().zip(sums).map(|(b, sum)| b.wrapping_sub(zero_point.wrapping_mul(sum)));
    folded.flat_map(i32::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_with_zeros() {
        let (packed, ldw) = rows(&[1, 2, 3, -1, -2, -3], 3);
        assert_eq!((ldw, packed.len()), (64, 128));
        assert_eq!(packed[..4], [1, 2, 3, 0]);
        assert_eq!(packed[64..68], [255, 254, 253, 0]);
        let (packed, ldw) = rows(&[7; 128], 64);
        assert_eq!((ldw, packed), (64, vec![7; 128]));
    }

    #[test]
    fn the_zero_point_moves_into_the_bias() {
        // 10 − 3·(1 + 2) and 20 − 3·(−4 − 128)
        let folded = folded_bias(&[10, 20], &[1, 2, -4, -128], 2, 3);
        assert_eq!(folded, [1i32, 416].map(i32::to_le_bytes).concat());
        let folded = folded_bias(&[i32::MIN], &[1], 1, 1);
        assert_eq!(folded, i32::MAX.to_le_bytes());
    }
}
