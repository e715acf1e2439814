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
    /// And those of compute capability 9.0 with larger ones: [`Kernel::GemmWgmma`], [`Kernel::Conv2dWgmma`].
    Wgmma,
    /// Every one of them by wgmma, whatever its shape: for tests, which have no large products.
    AllWgmma,
}

/// Rows and columns of a small tile, of a large one, and of one by wgmma.
const SMALL: [u64; 2] = [64, 64];
const LARGE: [u64; 2] = [128, 128];
const WGMMA: [u64; 2] = [128, 256];
/// Rows up to which a product is bound by reading the weights.
const FEW: u64 = 8;
/// Large tiles, of either kind, from which on they keep a card's multiprocessors busy (an H100 has 132). Not measured.
const MANY: u64 = 96;

impl Kernel {
    /// The form of this kernel with small tiles, which every device has.
    pub(crate) const fn small(self) -> Self {
        match self {
            Self::GemmLarge | Self::GemmWgmma | Self::Gemv => Self::Gemm,
            Self::Conv2dLarge | Self::Conv2dWgmma => Self::Conv2d,
            other => other,
        }
    }

    /// Whether it takes a bias and a tail (`tail.cuh`).
    pub(crate) const fn takes_tail(self) -> bool {
        matches!(self.small(), Self::Gemm | Self::Conv2d | Self::DepthwiseConv2d | Self::BatchMatMul88)
    }

    /// What computes `rows` x `columns` of a result on a device with these forms. A product that has been given
    /// another form than the small one keeps it where the device has it, and it can compute so many rows.
    pub(crate) const fn form(self, rows: u64, columns: u64, products: Products) -> Self {
        let wide = tiles(LARGE, rows, columns) >= MANY && columns > SMALL[1];
        let wider = tiles(WGMMA, rows, columns) >= MANY && columns > LARGE[1];
        let this = match products {
            Products::Small | Products::Rows | Products::Large if self.reads_tiles() => self.small(),
            _ => self,
        };
        match (products, this) {
            (Products::AllWgmma, Self::Gemm | Self::Gemv) => Self::GemmWgmma,
            (Products::AllWgmma, Self::Conv2d) => Self::Conv2dWgmma,
            (Products::Small, _) => self.small(),
            (_, Self::Gemm | Self::Gemv) if rows <= FEW => Self::Gemv,
            (_, Self::Gemv) => Self::Gemm,
            (Products::Rows, _) => self.small(),
            (Products::Wgmma, Self::Gemm) if wider => Self::GemmWgmma,
            (Products::Wgmma, Self::Conv2d) if wider => Self::Conv2dWgmma,
            (_, Self::Gemm) if wide => Self::GemmLarge,
            (_, Self::Conv2d) if wide => Self::Conv2dLarge,
            _ => this,
        }
    }

    /// Blocks for `rows` x `columns` of a result; one of 8 warps for each column without tiles.
    pub(crate) const fn tiles(self, rows: u64, columns: u64) -> u64 {
        match self {
            Self::Gemv => columns.div_ceil(8),
            Self::GemmLarge | Self::Conv2dLarge => tiles(LARGE, rows, columns),
            Self::GemmWgmma | Self::Conv2dWgmma => tiles(WGMMA, rows, columns),
            _ => tiles(SMALL, rows, columns),
        }
    }
}

const fn tiles([m, n]: [u64; 2], rows: u64, columns: u64) -> u64 {
    rows.div_ceil(m).saturating_mul(columns.div_ceil(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_chooses() {
        let of = |kernel: Kernel, rows, columns| {
            let all = [Products::Small, Products::Rows, Products::Large, Products::Wgmma];
            all.map(|p| kernel.form(rows, columns, p))
        };
        use Kernel::*;
        assert_eq!(of(Gemm, 1, 1000), [Gemm, Gemv, Gemv, Gemv]);
        assert_eq!(of(Gemm, 9, 1000), [Gemm; 4]);
        assert_eq!(of(Gemm, 1280, 1280), [Gemm, Gemm, GemmLarge, GemmLarge]);
        assert_eq!(of(Gemm, 2560, 1280), [Gemm, Gemm, GemmLarge, GemmWgmma]);
        assert_eq!(of(Gemm, 100_000, 64), [Gemm; 4]);
        assert_eq!(of(Conv2d, 1, 1000), [Conv2d; 4]);
        assert_eq!(of(Conv2d, 12_544, 128), [Conv2d, Conv2d, Conv2dLarge, Conv2dLarge]);
        assert_eq!(of(Conv2d, 12_544, 129), [Conv2d, Conv2d, Conv2dLarge, Conv2dWgmma]);
        assert_eq!(of(GemmLarge, 9, 9), [Gemm, Gemm, GemmLarge, GemmLarge]);
        assert_eq!(of(GemmWgmma, 9, 9), [Gemm, Gemm, Gemm, GemmWgmma]);
        assert_eq!(of(Gemv, 9, 9), [Gemm; 4]);
        assert_eq!([Gemm, GemmLarge, GemmWgmma, Gemv].map(|k| k.tiles(129, 65)), [6, 2, 2, 9]);
    }
}
