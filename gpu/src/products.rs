//! Which form of a matrix product runs: they differ in how much of the result a block computes, and in nothing else.

use crate::Kernel;

/// Which forms of the matrix products a device has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Products {
    /// Those with small tiles: [`Kernel::Gemm`], [`Kernel::Conv2d`].
    #[default]
    Small,
    /// And [`Kernel::Gemv`].
    Rows,
    /// And those with large tiles: [`Kernel::GemmLarge`], [`Kernel::Conv2dLarge`].
    Large,
}

/// Side of a small and of a large tile.
const SIDES: [u64; 2] = [64, 128];
/// Rows up to which a product is bound by reading the weights.
const FEW: u64 = 8;
/// Large tiles from which on they keep a card's multiprocessors busy (an H100 has 132). Not measured.
const MANY: u64 = 96;

impl Kernel {
    /// The form of this kernel with small tiles, which every device has.
    pub(crate) const fn small(self) -> Self {
        match self {
            Self::GemmLarge | Self::Gemv => Self::Gemm,
            Self::Conv2dLarge => Self::Conv2d,
            other => other,
        }
    }

    /// What computes `rows` x `columns` of a result on a device with these forms. A product that has been given
    /// another form than the small one keeps it where the device has it, and it can compute so many rows.
    pub(crate) const fn form(self, rows: u64, columns: u64, products: Products) -> Self {
        let wide = rows.div_ceil(SIDES[1]).saturating_mul(columns.div_ceil(SIDES[1]));
        let wide = wide >= MANY && columns > SIDES[0];
        match (products, self) {
            (Products::Small, _) => self.small(),
            (_, Self::Gemm | Self::Gemv) if rows <= FEW => Self::Gemv,
            (_, Self::Gemv) => Self::Gemm,
            (Products::Rows, _) => self.small(),
            (_, Self::Gemm) if wide => Self::GemmLarge,
            (_, Self::Conv2d) if wide => Self::Conv2dLarge,
            _ => self,
        }
    }

    /// Blocks for `rows` x `columns` of a result; one of 8 warps for each column without tiles.
    pub(crate) const fn tiles(self, rows: u64, columns: u64) -> u64 {
        let [small, wide] = SIDES;
        let side = match self {
            Self::Gemv => return columns.div_ceil(8),
            Self::GemmLarge | Self::Conv2dLarge => wide,
            _ => small,
        };
        rows.div_ceil(side).saturating_mul(columns.div_ceil(side))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_chooses() {
        let of = |kernel: Kernel, rows, columns| {
            [Products::Small, Products::Rows, Products::Large].map(|p| kernel.form(rows, columns, p))
        };
        assert_eq!(of(Kernel::Gemm, 1, 1000), [Kernel::Gemm, Kernel::Gemv, Kernel::Gemv]);
        assert_eq!(of(Kernel::Gemm, 9, 1000), [Kernel::Gemm; 3]);
        assert_eq!(of(Kernel::Gemm, 1280, 1280), [Kernel::Gemm, Kernel::Gemm, Kernel::GemmLarge]);
        assert_eq!(of(Kernel::Gemm, 100_000, 64), [Kernel::Gemm; 3]);
        assert_eq!(of(Kernel::Conv2d, 1, 1000), [Kernel::Conv2d; 3]);
        assert_eq!(of(Kernel::Conv2d, 12_544, 128), [Kernel::Conv2d, Kernel::Conv2d, Kernel::Conv2dLarge]);
        assert_eq!(of(Kernel::GemmLarge, 9, 9), [Kernel::Gemm, Kernel::Gemm, Kernel::GemmLarge]);
        assert_eq!(of(Kernel::Gemv, 9, 9), [Kernel::Gemm; 3]);
        assert_eq!([Kernel::Gemm, Kernel::GemmLarge, Kernel::Gemv].map(|k| k.tiles(129, 65)), [6, 2, 9]);
    }
}
