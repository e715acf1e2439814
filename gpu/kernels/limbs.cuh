// Products of integers wider than a byte on the packed products of bytes: y[m, n] = sum_k x[m, k] * w[n, k], wrapping.
//
// An i16 is two limbs, v = 256 * high + low + 128 with both limbs signed bytes, so that the product of two numbers is
// that of their limbs at up to three places, each summed by itself. The 128 is a constant like a zero point: a source
// says by `offset` what its elements are beyond their limbs. Everything wraps modulo 2^32, and SPEC.md's condition
// makes the result fit, so it is exact.
//
// A block of 256 threads owns a 64 x 64 tile of y and walks k in steps of 32 through shared memory, as in tile.cuh.
#pragma once
#include "parts.cuh"

constexpr int SIDE = 64, WORDS = 8, DEPTH = 4 * WORDS;
// 12 words: the 8 x 4 lanes of an mma fragment fall in 32 different banks.
constexpr int PITCH = 12, SUMS = 16;

template <int LIMBS>
using Matrix = int[LIMBS][SIDE][PITCH];

// Four elements at k, k + 1, ... as one word a limb.
template <int LIMBS>
struct Word {
    int limb[LIMBS];

    __device__ void set(int i, int v) {
        if (LIMBS == 1) {
            limb[0] |= byte_at(static_cast<int8_t>(v), i);
        } else {
            limb[0] |= byte_at(static_cast<int8_t>((v & 255) - 128), i);
            limb[LIMBS - 1] |= byte_at(static_cast<int8_t>(v >> 8), i);
        }
    }
};

// What an element is more than its limbs, before its zero point is taken off.
template <class T>
constexpr int BIAS = sizeof(T) == 2 ? 128 : 0;

// Four elements that lie side by side, of which `left` are there; the others are 0 in every limb.
template <class T>
__device__ Word<sizeof(T)> word_of(const T* at, int left, bool aligned) {
    Word<sizeof(T)> word = {};
    if (aligned && left >= 4) {
        const unsigned first = static_cast<unsigned>(load_word(reinterpret_cast<const int8_t*>(at)));
        if (sizeof(T) == 1) {
            word.limb[0] = static_cast<int>(first);
        } else {
            const unsigned second = static_cast<unsigned>(load_word(reinterpret_cast<const int8_t*>(at + 2)));
            const unsigned low = (first & 0xff) | (first >> 8 & 0xff00) | (second & 0xff) << 16 | (second << 8 & 0xff000000);
            word.limb[0] = static_cast<int>(low ^ 0x80808080);
            word.limb[sizeof(T) - 1] = static_cast<int>((first >> 8 & 0xff) | (first >> 16 & 0xff00) |
                                                        (second << 8 & 0xff0000) | (second & 0xff000000));
        }
        return word;
    }
    for (int i = 0; i < 4; ++i)
        if (i < left) word.set(i, at[i]);
    return word;
}

// Where sums of this thread belong in the tile: as mma lays them out, or 4 rows by 4 columns.
__device__ inline int sum_row(int i) {
    const int thread = static_cast<int>(threadIdx.x);
#if ISOCORTEX_MMA
    return thread / 32 % 4 * 16 + thread % 32 / 4 + (i % 4 / 2) * 8;
#else
    return thread / 16 * 4 + i / 4;
#endif
}
__device__ inline int sum_column(int i) {
    const int thread = static_cast<int>(threadIdx.x);
#if ISOCORTEX_MMA
    return thread / 128 * 32 + i / 4 * 8 + thread % 4 * 2 + i % 2;
#else
    return thread % 16 + 16 * (i % 4);
#endif
}

// sums += x * w for one limb of each, 32 deep.
__device__ inline void multiply(const int (&x)[SIDE][PITCH], const int (&w)[SIDE][PITCH], int (&sums)[SUMS]) {
#if ISOCORTEX_MMA
    const int k = static_cast<int>(threadIdx.x) % 4, r = sum_row(0);
    const int a[4] = {x[r][k], x[r + 8][k], x[r][k + 4], x[r + 8][k + 4]};
#pragma unroll
    for (int f = 0; f < 4; ++f) {
        const int n = static_cast<int>(threadIdx.x) / 128 * 32 + 8 * f + static_cast<int>(threadIdx.x) % 32 / 4;
        const int b[2] = {w[n][k], w[n][k + 4]};
        int c[4] = {sums[4 * f], sums[4 * f + 1], sums[4 * f + 2], sums[4 * f + 3]};
        mma_16x8x32(c, a, b);
#pragma unroll
        for (int i = 0; i < 4; ++i) sums[4 * f + i] = c[i];
    }
#else
#pragma unroll
    for (int k = 0; k < WORDS; ++k)
#pragma unroll
        for (int i = 0; i < SUMS; ++i) sums[i] = dot4(x[sum_row(i)][k], w[sum_column(i)][k], sums[i]);
#endif
}

// The sums of the limbs of a tile's 64 rows over all of k, for what the other operand's offset is multiplied with.
// Four threads take a row.
template <int LIMBS>
struct RowSums {
    int sum[LIMBS] = {};

    __device__ void add(const Matrix<LIMBS>& matrix) {
        const int row = static_cast<int>(threadIdx.x) / 4, word = static_cast<int>(threadIdx.x) % 4;
        for (int limb = 0; limb < LIMBS; ++limb)
            for (int k = word; k < WORDS; k += 4) sum[limb] = dot4(matrix[limb][row][k], 0x01010101, sum[limb]);
    }
    // Each thread's part, added by whoever needs the row: `row_sum`.
    __device__ void leave(int (&parts)[SIDE][4]) const {
        unsigned all = 0;
        for (int limb = 0; limb < LIMBS; ++limb) all += static_cast<unsigned>(sum[limb]) << (8 * limb);
        parts[threadIdx.x / 4][threadIdx.x % 4] = static_cast<int>(all);
    }
};

__device__ inline unsigned row_sum(const int (&parts)[SIDE][4], int row) {
    unsigned sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<unsigned>(parts[row][i]);
    return sum;
}

template <int X, int W>
struct Limbs {
    Matrix<X> x;
    Matrix<W> w;
    int x_parts[SIDE][4], w_parts[SIDE][4];
};

// Walks a part of k, in steps of 32, and hands each sum to `store(row, column, value)`. A source has LIMBS, and
// `fill(matrix, k0)` puts its 64 rows from k0 to k0 + 32 there, 0 beyond k. `x_offset` and `w_offset` are what the
// elements are more than their limbs.
template <class X, class W, class Store>
__device__ void limb_product(Limbs<X::LIMBS, W::LIMBS>& tile, const X& x, const W& w, const Part& k, int x_offset,
                             int w_offset, Store store) {
    constexpr int PLACES = X::LIMBS + W::LIMBS - 1;
    int sums[PLACES][SUMS] = {};
    RowSums<X::LIMBS> of_x;
    RowSums<W::LIMBS> of_w;
    for (int k0 = k.from; k0 < k.to; k0 += DEPTH) {
        x.fill(tile.x, k0);
        w.fill(tile.w, k0);
        BLOCK_BARRIER(21);  // the tile is whole before anyone reads it
#pragma unroll
        for (int i = 0; i < X::LIMBS; ++i)
#pragma unroll
            for (int j = 0; j < W::LIMBS; ++j) multiply(tile.x[i], tile.w[j], sums[i + j]);
        if (w_offset != 0) of_x.add(tile.x);
        if (x_offset != 0) of_w.add(tile.w);
        BLOCK_BARRIER(22);  // everyone has read before anyone overwrites
    }
    of_x.leave(tile.x_parts);
    of_w.leave(tile.w_parts);
    BLOCK_BARRIER(23);  // the parts are there
    // sum (x + a)(w + b) = sum x * w + b * sum x + a * sum w + k * a * b
    const unsigned a = static_cast<unsigned>(x_offset), b = static_cast<unsigned>(w_offset);
    for (int i = 0; i < SUMS; ++i) {
        const int row = sum_row(i), column = sum_column(i);
        unsigned sum = static_cast<unsigned>(k.to - k.from) * a * b;
        for (int place = 0; place < PLACES; ++place) sum += static_cast<unsigned>(sums[place][i]) << (8 * place);
        if (b != 0) sum += b * row_sum(tile.x_parts, row);
        if (a != 0) sum += a * row_sum(tile.w_parts, column);
        store(row, column, static_cast<int>(sum));
    }
}
