// As gemm_s8_s8_s32 with a tile of 128 x 128, for products of many tiles; from compute 8.0 alone.
// Blocks: ceil(m / 128) * ceil(n / 128) * parts of 256 threads.
//
// Floor: 2mnk operations, which bind from about 600^3 on. A warp multiplies 64 x 32 by 32 bytes of k with 3 KB from
// shared memory for 65,536 products: at 128 bytes a clock 24 clocks, where the tensor cores of an H100 take 16
// when they are fed by wgmma. Prediction: 600 TOPS on large products, bound by shared memory. Not measured.
#include "gemm.cuh"

KERNEL void gemm_large_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                                const int8_t* table, const void* residual, void* y, Gemm p) {
#if ISOCORTEX_MMA
    __shared__ Stages<WideShape> stages;
    tensor_product(stages, GemmRows{x, p.k}, w, bias, y, p.m, p.n, p.ldw, p.parts, p.tail,
                                TailMemory{scale, table, residual});
#endif
}
