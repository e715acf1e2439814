// The tiled product behind GEMM and implicit-GEMM convolution before compute 8.0, by dp4a:
// y[m, n] = tail(bias[n] + sum_k x[m, k] * w[n, k]).
//
// A block of 256 threads owns a 64 x 64 tile of y and walks k in steps of 32 bytes through shared memory.
// w is [n, ldw] with ldw a multiple of 32 and zeros beyond k, so a row of x may be padded with anything.
#pragma once
#include "parts.cuh"
#include "tail.cuh"

constexpr int TILE_M = 64, TILE_N = 64, TILE_WORDS = 8;
// 12 words: eight rows begin in eight different banks.
constexpr int TILE_PITCH = 12;
constexpr int TILE_THREADS = 256, TILE_ACCUMULATORS = 16, TILE_LOADS = TILE_M * TILE_WORDS / TILE_THREADS;

struct Tile {
    int x[TILE_M][TILE_PITCH];
    int w[TILE_N][TILE_PITCH];
};

// Where sum number `i` of this thread, (tx, ty) of 16 x 16, belongs: rows 4 * ty.. and columns tx, tx + 16, ...
__device__ inline int tile_row(int i) { return static_cast<int>(threadIdx.x) / 16 * 4 + i / 4; }
__device__ inline int tile_column(int i) { return static_cast<int>(threadIdx.x) % 16 + 16 * (i % 4); }

// `X` gives `Row row(int m)` and `int word(Row, int k)`, the bytes k..k+4 of row m; m < rows, k below ldw.
template <class X>
__device__ void tile_product(Tile& tile, const X& x, const int8_t* w, const int32_t* bias, void* y,
                             int rows, int columns, int ldw, int parts, const Tail& tail, const TailMemory& memory) {
    const Area area(TILE_M, TILE_N, rows, columns, ldw, 4 * TILE_WORDS, parts);
    const int thread = static_cast<int>(threadIdx.x), m0 = area.m0, n0 = area.n0;

    // This thread always fills the same word of the same rows.
    const int word = thread % TILE_WORDS, first = thread / TILE_WORDS, step = TILE_THREADS / TILE_WORDS;
    typename X::Row source[TILE_LOADS] = {};
    for (int i = 0; i < TILE_LOADS; ++i)
        if (m0 + first + i * step < rows) source[i] = x.row(m0 + first + i * step);

    int sums[TILE_ACCUMULATORS] = {};
    for (int k0 = area.k.from; k0 < area.k.to; k0 += 4 * TILE_WORDS) {
        const int k = k0 + 4 * word;
        for (int i = 0; i < TILE_LOADS; ++i) {
            const int r = first + i * step;
            tile.x[r][word] = m0 + r < rows ? x.word(source[i], k) : 0;
            tile.w[r][word] = n0 + r < columns ? load_word(w + static_cast<int64_t>(n0 + r) * ldw + k) : 0;
        }
        BLOCK_BARRIER(1);  // the tile is whole before anyone reads it
#pragma unroll
        for (int i = 0; i < TILE_WORDS; ++i) {
#pragma unroll
            for (int j = 0; j < TILE_ACCUMULATORS; ++j)
                sums[j] = dot4(tile.x[tile_row(j)][i], tile.w[tile_column(j)][i], sums[j]);
        }
        BLOCK_BARRIER(2);  // everyone has read before anyone overwrites
    }
    for (int i = 0; i < TILE_ACCUMULATORS; ++i) {
        const int m = m0 + tile_row(i), n = n0 + tile_column(i);
        if (m < rows && n < columns)
            tail_store(tail, memory, y, area.first + m * columns + n, n, add_wrapping(sums[i], bias[n]));
    }
}
