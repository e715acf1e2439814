// y [batch, oh, ow, o], s32 or what the tail gives, from x s8 [batch, h, w, c] and weights s8 [o, ldw],
// ldw >= kh * kw * c: SPEC.md Conv2d as an implicit GEMM. The host has folded the zero point into the bias, so a
// position outside the image counts as the zero point: w * (zp - zp) = 0. For products of few tiles.
// Blocks: ceil(batch * oh * ow / 64) * ceil(o / 64) * parts of 256 threads.
//
// Floor: 2 * rows * o * kh * kw * c operations; x, weights and y once each. Prediction for an H100: the layers of a
// ResNet-50 at batch 1 some 3 to 6 us each, bound by starting up. Not measured.
#include "conv2d.cuh"

KERNEL void conv2d_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                             const int8_t* table, const void* residual, void* y, Conv p) {
    __shared__ SmallTile tile;
    small_product(tile, ConvRows{x, p}, w, bias, y, p.rows, p.o, p.ldw, p.parts, p.tail, TailMemory{scale, table, residual});
}
