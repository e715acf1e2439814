// As conv2d_s8_s8_s32 with a tile of 128 x 128, for many positions and filters; from compute 8.0 alone.
// Blocks: ceil(batch * oh * ow / 128) * ceil(o / 128) * parts of 256 threads.
//
// Floor and prediction as gemm_large_s8_s8_s32, some 450 TOPS for 3 x 3 windows with 16 channels or more at a time:
// where a chunk lies is a few instructions a copy. Not measured.
#include "conv2d.cuh"

KERNEL void conv2d_large_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                                  const int8_t* table, const void* residual, void* y, Conv p) {
#if ISOCORTEX_MMA
    __shared__ Stages<WideShape> stages;
    tensor_product(stages, ConvRows{x, p}, w, bias, y, p.rows, p.o, p.ldw, p.parts, p.tail,
                                TailMemory{scale, table, residual});
#endif
}
