// As gemm_s8_s8_s32 for at most 8 rows of x: a warp reads a row of w once, 512 bytes at a time, and multiplies it
// with all rows of x, which the caches hold.
// Blocks: ceil(n / 8) of 256 threads.
//
// Floor: the nk bytes of w. Prediction for an H100: 80 % of 3.35 TB/s where w is not in a cache. Not measured.
#include "gemm.cuh"

constexpr int MOST_ROWS = 8;

KERNEL void gemv_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                           const int8_t* table, const void* residual, void* y, Gemm p) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int n = static_cast<int>(blockIdx.x) * 8 + static_cast<int>(threadIdx.x) / 32;
    if (n >= p.n) return;
    const GemmRows rows{x, p.k};
    const int8_t* from = w + static_cast<int64_t>(n) * p.ldw;
    int sums[MOST_ROWS] = {};
    for (int k = 16 * lane; k < p.ldw; k += 16 * 32) {
        const Run four = *reinterpret_cast<const Run*>(from + k);
#pragma unroll
        for (int m = 0; m < MOST_ROWS; ++m) {
            if (m >= p.m) break;
            Run words = {};
            if (p.k % 16 != 0) {
                for (int i = 0; i < 4; ++i) words.words[i] = rows.word(rows.row(m), k + 4 * i);
            } else if (k < p.k) {
                words = *reinterpret_cast<const Run*>(rows.row(m) + k);
            }
#pragma unroll
            for (int i = 0; i < 4; ++i) sums[m] = dot4(four.words[i], words.words[i], sums[m]);
        }
    }
#pragma unroll
    for (int m = 0; m < MOST_ROWS; ++m) {
        if (m >= p.m) break;
        for (int apart = 16; apart > 0; apart /= 2)
            sums[m] = add_wrapping(sums[m], WARP_SHUFFLE(sums[m], static_cast<unsigned>(lane ^ apart)));
        if (lane == 0)
            tail_store(p.tail, TailMemory{scale, table, residual}, y, m * p.n + n, n, add_wrapping(sums[m], bias[n]));
    }
}
