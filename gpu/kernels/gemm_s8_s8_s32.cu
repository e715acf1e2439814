// y [m, n] = tail(bias s32 [n] + x s8 [m, k] * (w s8 [n, ldw])^T). SPEC.md MatMul, after the host has folded
// the zero point into the bias (bias - zp * sum of the row, wrapping). For products of few tiles: from compute 8.0
// a tile of 64 x 64 keeps more of the card busy than `gemm_large_s8_s8_s32.cu` does.
// Blocks: ceil(m / 64) * ceil(n / 64) * parts of 256 threads.
//
// Floor: 2mnk operations and mk + nk + (1 to 4)mn bytes. Prediction for an H100 (1,979 TOPS, 3.35 TB/s): bound by
// bytes and by starting up wherever this tile is chosen; a product of 512^3 some 5 us. Not measured.
#include "gemm.cuh"

KERNEL void gemm_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                           const int8_t* table, const void* residual, void* y, Gemm p) {
    __shared__ SmallTile tile;
    small_product(tile, GemmRows{x, p.k}, w, bias, y, p.m, p.n, p.ldw, p.parts, p.tail, TailMemory{scale, table, residual});
}
