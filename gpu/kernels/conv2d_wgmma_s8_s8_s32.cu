// As conv2d_large_s8_s8_s32 for compute capability 9.0 alone, by wgmma with a tile of 128 x 256; w is packed in tiles,
// as wgmma.cuh says. Blocks: ceil(batch * oh * ow / 128) * ceil(o / 256) of 256 threads, one a multiprocessor.
//
// Floor and prediction as gemm_wgmma_s8_s8_s32 where 16 channels lie side by side, some tenths less for the few
// instructions a chunk that find its place in the window; elsewhere bound by those stores. Not measured.
#include "conv2d.cuh"
#include "wgmma.cuh"

KERNEL void conv2d_wgmma_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                                  const int8_t* table, const void* residual, void* y, Conv p) {
#if ISOCORTEX_WGMMA
    DYNAMIC_SHARED(shared);
    alignas(16) __shared__ Mbarrier full[WGMMA_STAGES];
    wgmma_product(shared, full, ConvRows{x, p}, w, bias, y, p.rows, p.o, p.ldw, p.tail,
                  TailMemory{scale, table, residual});
#endif
}
