//! The kernels by name.

use std::fmt;

/// Threads of every block of every kernel.
pub const THREADS: u32 = 256;

macro_rules! kernels {
    ($($variant:ident $name:literal $pointers:literal $ints:literal [$($target:ident)+],)*) => {
        /// A kernel: a file of `gpu/kernels`, whose name is its contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kernel {
            $(#[doc = concat!("`", $name, ".cu`")] $variant,)*
        }

        impl Kernel {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Name of the file and of the function in it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How many pointers it takes, and then how many 32-bit words in its struct.
            pub const fn arguments(self) -> (usize, usize) {
                match self { $(Self::$variant => ($pointers, $ints),)* }
            }

            /// The targets that it has PTX for, the oldest first. A newer card runs the newest that it can.
            #[cfg(feature = "cuda")]
            pub(crate) const fn ptx(self) -> &'static [(&'static str, &'static str)] {
                match self {
                    $(Self::$variant => &[$((
                        stringify!($target),
                        include_str!(concat!("../ptx/", stringify!($target), "/", $name, ".ptx")),
                    )),+],)*
                }
            }
        }
    };
}

// Name, pointers, words of the struct, and the targets that the file is compiled for: one where it is the same for all,
// else each from which on it differs; sm_90a is for 9.0 alone. `ptx.sh` and the emulator's `build.rs` read these lines.
kernels! {
    Gemm "gemm_s8_s8_s32" 7 22 [sm_61 sm_80],
    GemmLarge "gemm_large_s8_s8_s32" 7 22 [sm_80],
    Gemv "gemv_s8_s8_s32" 7 22 [sm_61],
    Conv2d "conv2d_s8_s8_s32" 7 35 [sm_61 sm_80],
    Conv2dLarge "conv2d_large_s8_s8_s32" 7 35 [sm_80],
    DepthwiseConv2d "depthwise_conv2d_s8_s8_s32" 7 33 [sm_61],
    DepthwiseConv2dWide "depthwise_conv2d_s16_s8_s32" 4 16 [sm_61],
    Conv2dGrouped "conv2d_grouped_s8_s8_s32" 4 19 [sm_61 sm_80],
    Conv2dWide "conv2d_s16_s8_s32" 4 19 [sm_61 sm_80],
    ConvTranspose2d "conv_transpose2d_s8_s8_s32" 4 16 [sm_61 sm_80],
    ConvTranspose2dWide "conv_transpose2d_s16_s8_s32" 4 16 [sm_61 sm_80],
    BatchMatMul88 "batch_matmul_s8_s8_s32" 7 25 [sm_61 sm_80],
    BatchMatMul816 "batch_matmul_s8_s16_s32" 3 8 [sm_61 sm_80],
    BatchMatMul168 "batch_matmul_s16_s8_s32" 3 8 [sm_61 sm_80],
    BatchMatMul1616 "batch_matmul_s16_s16_s32" 3 8 [sm_61 sm_80],
    SumParts "sum_parts" 6 20 [sm_61],
    Rescale "rescale" 4 7 [sm_61],
    RescaleF24 "rescale_f24" 4 8 [sm_61],
    RescaleRow "rescale_row" 5 8 [sm_61],
    AbsMaxRow "abs_max_row" 2 4 [sm_61],
    DynQuantRow "dyn_quant_row" 3 4 [sm_61],
    AddScaled "add_scaled" 3 34 [sm_61],
    AddF24 "add_f24" 3 35 [sm_61],
    Binary "binary" 3 27 [sm_61],
    MulRescale "mul_rescale" 3 33 [sm_61],
    SelectElements "select_elements" 4 32 [sm_61],
    Unary "unary" 2 6 [sm_61],
    Clamp "clamp" 2 4 [sm_61],
    CopyStrided "copy_strided" 2 67 [sm_61],
    TransposeTile "transpose_tile" 2 39 [sm_61],
    Fill "fill" 1 3 [sm_61],
    ResizeNearest "resize_nearest" 2 19 [sm_61],
    ResizeBilinear "resize_bilinear" 2 19 [sm_61],
    GatherRows "gather_rows" 3 10 [sm_61],
    ScatterWinner "scatter_winner" 2 6 [sm_61],
    ScatterRow "scatter_row" 4 5 [sm_61],
    Rope "rope" 5 15 [sm_61],
    KvAppend "kv_append" 4 11 [sm_61],
    CausalMask "causal_mask" 3 15 [sm_61],
    Table8 "table8" 3 2 [sm_61],
    Table16 "table16" 3 1 [sm_61],
    Softmax15 "softmax15" 3 6 [sm_61],
    LayerNorm "layer_norm" 4 6 [sm_61],
    RmsNorm "rms_norm" 3 6 [sm_61],
    L2Norm "l2_norm" 2 6 [sm_61],
    Pool "pool" 2 18 [sm_61],
    AvgPoolF24 "avgpool_f24" 2 22 [sm_61],
    Reduce "reduce" 2 35 [sm_61],
    CumSum "cum_sum" 3 5 [sm_61],
    TopKSort "top_k_sort" 2 7 [sm_61],
    TopKMerge "top_k_merge" 2 7 [sm_61],
    TreeEnsemble "tree_ensemble" 6 8 [sm_61],
    GemmWgmma "gemm_wgmma_s8_s8_s32" 7 22 [sm_90a],
    Conv2dWgmma "conv2d_wgmma_s8_s8_s32" 7 35 [sm_90a],
}

impl Kernel {
    /// Bytes of shared memory of a block that the launch asks for.
    pub const fn shared(self) -> u32 {
        // Four steps of 128 + 256 rows of 128 bytes, and room to begin at a multiple of 1,024.
        if self.reads_tiles() { 4 * (128 + 256) * 128 + 1024 } else { 0 }
    }

    /// Whether its weights are packed as [`pack::tiles`](crate::pack::tiles) does.
    pub(crate) const fn reads_tiles(self) -> bool {
        matches!(self, Self::GemmWgmma | Self::Conv2dWgmma)
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(all(test, feature = "cuda"))]
mod tests {
    use super::*;

    /// Arrays in shared memory that are aligned to less than 16 bytes, where something takes more than a word at once: an
    /// asynchronous copy, `ldmatrix`, a vector. A card would refuse it; the emulation does not see it.
    fn misaligned(ptx: &str) -> Vec<&str> {
        let wide = ["cp.async", "ldmatrix", "shared.v2", "shared.v4"].iter().any(|what| ptx.contains(what));
        let arrays = ptx.lines().map(str::trim).filter(|line| wide && line.starts_with(".shared "));
        let alignment =
            |line: &str| line.split(' ').skip_while(|&word| word != ".align").nth(1)?.parse().ok();
        arrays.filter(|line| alignment(line).is_none_or(|bytes: u32| bytes < 16)).collect()
    }

    #[test]
    fn shared_memory_is_aligned_as_wide_accesses_want_it() {
        let array = ".shared .align 4 .b8 stages[49152];";
        assert_eq!(
            misaligned(&format!("\t{array}\n\tcp.async.cg.shared.global [%r1], [%rd1], 16;")),
            [array]
        );
        assert_eq!(misaligned(array), [""; 0]);
        let texts = || Kernel::ALL.iter().flat_map(|kernel| kernel.ptx());
        assert!(texts().any(|(_, ptx)| ptx.contains("cp.async") && ptx.contains(".shared .align 128 ")));
        for (target, ptx) in texts() {
            assert!(ptx.contains(&format!(".target {target}\n")));
            assert_eq!(misaligned(ptx), [""; 0]);
        }
    }
}
