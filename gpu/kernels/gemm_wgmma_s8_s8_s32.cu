// As gemm_large_s8_s8_s32 for compute capability 9.0 alone, by wgmma with a tile of 128 x 256; w is packed in tiles,
// as wgmma.cuh says. Blocks: ceil(m / 128) * ceil(n / 256) of 256 threads, one a multiprocessor.
//
// Floor: 2mnk operations, 1,979 TOPS on an H100; mk + nk + (1 to 4)mn bytes. A step multiplies 128 x 256 by 128 bytes
// of k in 1,024 clocks when the tensor cores are kept busy, in which shared memory gives 80 KB to them and takes 48 KB:
// at 128 bytes a clock all of its time. From the second-level cache it takes 48 KB a step, 170 operations a byte: with
// some 5.5 TB/s from there about 900 TOPS. Prediction for an H100: 700 to 900 TOPS on large products, bound by that
// cache; two blocks that share a tile of w (a cluster) would be the next step. Not measured.
#include "gemm.cuh"
#include "wgmma.cuh"

KERNEL void gemm_wgmma_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                                const int8_t* table, const void* residual, void* y, Gemm p) {
#if ISOCORTEX_WGMMA
    DYNAMIC_SHARED(shared);
    alignas(16) __shared__ Mbarrier full[WGMMA_STAGES];
    wgmma_product(shared, full, GemmRows{x, p.k}, w, bias, y, p.m, p.n, p.ldw, p.tail,
                  TailMemory{scale, table, residual});
#endif
}
