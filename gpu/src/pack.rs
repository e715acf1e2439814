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

/// Columns and bytes of k of a tile that wgmma reads, and rows and chunks of what its swizzle goes round in.
const TILE: [usize; 2] = [256, 128];
const ATOM: usize = 8;
const CHUNK: usize = 16;

/// Rows as [`rows`] gives them, as `wgmma.cuh` wants them: tiles of 256 rows, of each its steps of 128 bytes, in each of
/// these the rows with their chunks swizzled; zeros where there are no weights.
pub(crate) fn tiles(packed: &[u8], ldw: usize) -> Vec<u8> {
    let ([columns, step], ldw) = (TILE, ldw.max(1));
    let steps = ldw.div_ceil(step);
    let mut tiles = vec![0; (packed.len() / ldw).div_ceil(columns) * steps * columns * step];
    for (n, row) in packed.chunks(ldw).enumerate() {
        for (c, chunk) in row.chunks(CHUNK).enumerate() {
            let (at, c) = (c * CHUNK / step, c % (step / CHUNK));
            let block = (n / columns * steps + at) * columns + n % columns;
            let from = block * step + (c ^ (n % ATOM)) * CHUNK;
            let place = tiles.get_mut(from..from + chunk.len()).into_iter();
            place.for_each(|place| place.copy_from_slice(chunk));
        }
    }
    tiles
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

    /// From the place of each byte, which weight it is: PTX ISA, 128-byte swizzle.
    #[test]
    fn tiles_are_swizzled() {
        let (n, ldw) = (300, 192);
        let packed: Vec<u8> = (0..n * ldw).map(|i| (i * 31 % 251) as u8).collect();
        let got = tiles(&packed, ldw);
        assert_eq!(got.len(), 2 * 2 * 256 * 128);
        for (i, &byte) in got.iter().enumerate() {
            let (block, row, b) = (i / (256 * 128), i / 128 % 256, i % 128);
            let (column, k) = (block / 2 * 256 + row, block % 2 * 128 + (b ^ (row % 8 * 16)));
            let wanted = if column < n && k < ldw { packed[column * ldw + k] } else { 0 };
            assert_eq!(byte, wanted, "column {column}, k {k}");
        }
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
