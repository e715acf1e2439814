// y [m, n] = tail(bias s32 [n] + x s8 [m, k] * (w s8 [n, ldw])^T). SPEC.md MatMul, after the host has folded
// the zero point into the bias (bias - zp * sum of the row, wrapping).
// Blocks: ceil(m / 64) * ceil(n / 64) of 256 threads.
#include "tile.cuh"

struct Gemm {
    int m, n, k, ldw;
    Tail tail;
};

struct GemmRows {
    typedef const int8_t* Row;
    const int8_t* x;
    int k;
    __device__ Row row(int m) const { return x + static_cast<int64_t>(m) * k; }
    __device__ int word(Row row, int at) const {
        if (k % 4 == 0) return at < k ? load_word(row + at) : 0;
        int bytes = 0;
        for (int i = 0; i < 4; ++i)
            if (at + i < k) bytes |= byte_at(row[at + i], i);
        return bytes;
    }
};

KERNEL void gemm_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                           const int8_t* table, const void* residual, void* y, Gemm p) {
    __shared__ Tile tile;
    tile_product<Product>(tile, GemmRows{x, p.k}, w, bias, y, p.m, p.n, p.ldw, p.tail,
                          TailMemory{scale, table, residual});
}
