//! The kernels by name.

use std::fmt;

/// Threads of every block of every kernel.
pub const THREADS: u32 = 256;

macro_rules! kernels {
    ($($variant:ident $name:literal $pointers:literal $ints:literal,)*) => {
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

            /// Its PTX for compute capability 6.1 and later, and for 8.0 and later.
            #[cfg(feature = "cuda")]
            pub(crate) const fn ptx(self) -> [&'static str; 2] {
                match self {
                    $(Self::$variant => [
                        include_str!(concat!("../ptx/sm_61/", $name, ".ptx")),
                        include_str!(concat!("../ptx/sm_80/", $name, ".ptx")),
                    ],)*
                }
            }
        }
    };
}

kernels! {
    Gemm "gemm_s8_s8_s32" 7 21,
    GemmLarge "gemm_large_s8_s8_s32" 7 21,
    Gemv "gemv_s8_s8_s32" 7 21,
    Conv2d "conv2d_s8_s8_s32" 7 34,
    Conv2dLarge "conv2d_large_s8_s8_s32" 7 34,
    DepthwiseConv2d "depthwise_conv2d_s8_s8_s32" 7 32,
    DepthwiseConv2dWide "depthwise_conv2d_s16_s8_s32" 4 15,
    Conv2dGrouped "conv2d_grouped_s8_s8_s32" 4 18,
    Conv2dWide "conv2d_s16_s8_s32" 4 18,
    ConvTranspose2d "conv_transpose2d_s8_s8_s32" 4 16,
    ConvTranspose2dWide "conv_transpose2d_s16_s8_s32" 4 16,
    BatchMatMul88 "batch_matmul_s8_s8_s32" 3 7,
    BatchMatMul816 "batch_matmul_s8_s16_s32" 3 7,
    BatchMatMul168 "batch_matmul_s16_s8_s32" 3 7,
    BatchMatMul1616 "batch_matmul_s16_s16_s32" 3 7,
    Rescale "rescale" 4 7,
    RescaleF24 "rescale_f24" 4 8,
    RescaleRow "rescale_row" 5 8,
    AbsMaxRow "abs_max_row" 2 4,
    DynQuantRow "dyn_quant_row" 3 4,
    AddScaled "add_scaled" 3 34,
    AddF24 "add_f24" 3 35,
    Binary "binary" 3 27,
    MulRescale "mul_rescale" 3 33,
    SelectElements "select_elements" 4 32,
    Unary "unary" 2 6,
    Clamp "clamp" 2 4,
    CopyStrided "copy_strided" 2 67,
    TransposeTile "transpose_tile" 2 39,
    Fill "fill" 1 3,
    ResizeNearest "resize_nearest" 2 19,
    ResizeBilinear "resize_bilinear" 2 19,
    GatherRows "gather_rows" 3 10,
    ScatterWinner "scatter_winner" 2 6,
    ScatterRow "scatter_row" 4 5,
    Rope "rope" 5 15,
    KvAppend "kv_append" 4 11,
    CausalMask "causal_mask" 3 15,
    Table8 "table8" 3 2,
    Table16 "table16" 3 1,
    Softmax15 "softmax15" 3 6,
    LayerNorm "layer_norm" 4 6,
    RmsNorm "rms_norm" 3 6,
    L2Norm "l2_norm" 2 6,
    Pool "pool" 2 18,
    AvgPoolF24 "avgpool_f24" 2 22,
    Reduce "reduce" 2 35,
    CumSum "cum_sum" 3 5,
    TopKSort "top_k_sort" 2 7,
    TopKMerge "top_k_merge" 2 7,
    TreeEnsemble "tree_ensemble" 6 8,
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
