// As gemm_s8_s8_s32 for at most 8 rows of x: a warp reads a row of w once, 512 bytes at a time, and multiplies it
// with all rows of x, which the caches hold.
// Blocks: ceil(n / 8) * parts of 256 threads.
//
// Floor: the nk bytes of w. Prediction for an H100: 80 % of 3.35 TB/s where w is not in a cache. Not measured.
#include "gemm.cuh"

constexpr int MOST_ROWS = 8;

// The lane's part of the sums of a row of w with each row of x. With UNROLL steps at once there is as much to read at a
// time; rows of x that do not lie in runs of 16 bytes would make that code long.
template <bool RUNS, int UNROLL>
__device__ void multiply_rows(int (&sums)[MOST_ROWS], const int8_t* w, const GemmRows& x, int rows, const Part& k) {
#pragma unroll UNROLL
    for (int at = k.from + 16 * (static_cast<int>(threadIdx.x) % 32); at < k.to; at += 16 * 32) {
        const Run four = *reinterpret_cast<const Run*>(w + at);
#pragma unroll
        for (int m = 0; m < MOST_ROWS; ++m) {
            if (m >= rows) break;
            Run words = {};
            if (!RUNS) {
                for (int i = 0; i < 4; ++i) words.words[i] = x.word(x.row(m), at + 4 * i);
            } else if (at < x.k) {
                words = *reinterpret_cast<const Run*>(x.row(m) + at);
            }
#pragma unroll
            for (int i = 0; i < 4; ++i) sums[m] = dot4(four.words[i], words.words[i], sums[m]);
        }
    }
}

KERNEL void gemv_s8_s8_s32(const int8_t* x, const int8_t* w, const int32_t* bias, const int32_t* scale,
                           const int8_t* table, const void* residual, void* y, Gemm p) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const Area area(p.m, 8, p.m, p.n, p.ldw, 16 * 32, p.parts);
    const int n = area.n0 + static_cast<int>(threadIdx.x) / 32;
    if (n >= p.n) return;
    const GemmRows rows{x, p.k};
    const int8_t* from = w + static_cast<int64_t>(n) * p.ldw;
    int sums[MOST_ROWS] = {};
    if (p.k % 16 == 0) multiply_rows<true, 4>(sums, from, rows, p.m, area.k);
    else multiply_rows<false, 1>(sums, from, rows, p.m, area.k);
    int own = 0;  // lane m stores row m
#pragma unroll
    for (int m = 0; m < MOST_ROWS; ++m) {
        for (int apart = 16; apart > 0; apart /= 2)
            sums[m] = add_wrapping(sums[m], WARP_SHUFFLE(sums[m], static_cast<unsigned>(lane ^ apart)));
        if (lane == m) own = sums[m];
    }
    if (lane < p.m)
        tail_store(p.tail, TailMemory{scale, table, residual}, y, area.first + lane * p.n + n, n,
                   add_wrapping(own, bias[n]));
}
