// The tiled product behind GEMM and implicit-GEMM convolution: y[m, n] = tail(bias[n] + sum_k x[m, k] * w[n, k]).
//
// A block of 256 threads owns a 64 x 64 tile of y and walks k in steps of 32 bytes through shared memory.
// Blocks are numbered with the n tiles innermost, so that neighbours share rows of x in the cache.
// w is [n, ldw] with ldw a multiple of 32 and zeros beyond k, so a row of x may be padded with anything.
#pragma once
#include "tail.cuh"

constexpr int TILE_M = 64, TILE_N = 64, TILE_WORDS = 8;
// 12 words: 16-byte rows, and the 8 x 4 lanes of an mma fragment fall in 32 different banks.
constexpr int TILE_PITCH = 12;
constexpr int TILE_THREADS = 256, TILE_ACCUMULATORS = 16, TILE_LOADS = TILE_M * TILE_WORDS / TILE_THREADS;

struct Tile {
    int x[TILE_M][TILE_PITCH];
    int w[TILE_N][TILE_PITCH];
};

// Which product the tile uses: `Dot4` on any card from compute 6.1, `Mma` on 8.0 and later.
struct Dot4 {
    // Thread (tx, ty) of 16 x 16 owns rows 4*ty.. and columns tx, tx + 16, ...
    __device__ static int row(int i) { return static_cast<int>(threadIdx.x) / 16 * 4 + i / 4; }
    __device__ static int column(int i) { return static_cast<int>(threadIdx.x) % 16 + 16 * (i % 4); }
    __device__ static void multiply(const Tile& tile, int (&sums)[TILE_ACCUMULATORS]) {
#pragma unroll
        for (int k = 0; k < TILE_WORDS; ++k) {
#pragma unroll
            for (int i = 0; i < TILE_ACCUMULATORS; ++i)
                sums[i] = dot4(tile.x[row(i)][k], tile.w[column(i)][k], sums[i]);
        }
    }
};

#if ISOCORTEX_MMA
struct Mma {
    // Warp (wm, wn) of 4 x 2 owns 16 rows and four 8-column fragments; the lane's place in a fragment is
    // PTX's: rows lane/4 and lane/4 + 8, columns 2*(lane%4) and the next.
    __device__ static int lane() { return static_cast<int>(threadIdx.x) % 32; }
    __device__ static int warp_row() { return static_cast<int>(threadIdx.x) / 32 % 4 * 16; }
    __device__ static int warp_column() { return static_cast<int>(threadIdx.x) / 128 * 32; }
    __device__ static int row(int i) { return warp_row() + lane() / 4 + (i % 4 / 2) * 8; }
    __device__ static int column(int i) { return warp_column() + i / 4 * 8 + lane() % 4 * 2 + i % 2; }
    __device__ static void multiply(const Tile& tile, int (&sums)[TILE_ACCUMULATORS]) {
        const int r = warp_row() + lane() / 4, k = lane() % 4;
        const int a[4] = {tile.x[r][k], tile.x[r + 8][k], tile.x[r][k + 4], tile.x[r + 8][k + 4]};
#pragma unroll
        for (int f = 0; f < 4; ++f) {
            const int n = warp_column() + 8 * f + lane() / 4;
            const int b[2] = {tile.w[n][k], tile.w[n][k + 4]};
            int c[4] = {sums[4 * f], sums[4 * f + 1], sums[4 * f + 2], sums[4 * f + 3]};
            mma_16x8x32(c, a, b);
#pragma unroll
            for (int i = 0; i < 4; ++i) sums[4 * f + i] = c[i];
        }
    }
};
#endif

#if ISOCORTEX_MMA
using Product = Mma;
#else
using Product = Dot4;
#endif

// `X` gives `Row row(int m)` and `int word(Row, int k)`, the bytes k..k+4 of row m; m < rows, k below ldw.
template <class Product, class X>
__device__ void tile_product(Tile& tile, const X& x, const int8_t* w, const int32_t* bias, void* y,
                             int rows, int columns, int ldw, const Tail& tail, const TailMemory& memory) {
    const int column_tiles = (columns + TILE_N - 1) / TILE_N;
    const int block = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
    const int m0 = block / column_tiles * TILE_M, n0 = block % column_tiles * TILE_N;

    // This thread always fills the same word of the same rows.
    const int word = thread % TILE_WORDS, first = thread / TILE_WORDS, step = TILE_THREADS / TILE_WORDS;
    typename X::Row source[TILE_LOADS] = {};
    for (int i = 0; i < TILE_LOADS; ++i)
        if (m0 + first + i * step < rows) source[i] = x.row(m0 + first + i * step);

    int sums[TILE_ACCUMULATORS] = {};
    for (int k0 = 0; k0 < ldw; k0 += 4 * TILE_WORDS) {
        const int k = k0 + 4 * word;
        for (int i = 0; i < TILE_LOADS; ++i) {
            const int r = first + i * step;
            tile.x[r][word] = m0 + r < rows ? x.word(source[i], k) : 0;
            tile.w[r][word] = n0 + r < columns ? load_word(w + static_cast<int64_t>(n0 + r) * ldw + k) : 0;
        }
        BLOCK_BARRIER(1);  // the tile is whole before anyone reads it
        Product::multiply(tile, sums);
        BLOCK_BARRIER(2);  // everyone has read before anyone overwrites
    }
    for (int i = 0; i < TILE_ACCUMULATORS; ++i) {
        const int m = m0 + Product::row(i), n = n0 + Product::column(i);
        if (m < rows && n < columns) tail_store(tail, memory, y, m * columns + n, n, add_wrapping(sums[i], bias[n]));
    }
}
