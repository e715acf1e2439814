// y s32 [batch, oh, ow, o] from x [batch, h, w, c], i8 or i16, and weights s8 [o, ldw], ldw >= kh * kw * c / groups:
// SPEC.md Conv2d, and MatMul as an image of one row. The host has folded the zero point and the offset of the limbs into
// the bias; a position outside the image counts as the zero point.
// Blocks: ceil(batch * oh * ow / 64) * groups * ceil(o / groups / 64) * parts of 256 threads.
//
// Floor and prediction as in batch_matmul.cuh; a group of fewer than 64 results leaves the rest of its tile idle.
#pragma once
#include "limbs.cuh"

struct Conv {
    int rows, o, ldw;  // rows = batch * oh * ow
    int h, w, c, oh, ow, kh, kw;
    int stride_h, stride_w, dilation_h, dilation_w, top, left;
    int zero_point, groups, parts;
};

// Each thread fills one word of two rows of the tile.
constexpr int THREAD_ROWS = SIDE * WORDS / 256;

template <class T>
struct Windows {
    static constexpr int LIMBS = sizeof(T);
    const T* image[THREAD_ROWS];  // null beyond the last row
    int i[THREAD_ROWS], j[THREAD_ROWS];  // the window's corner, which may lie outside the image
    const Conv& p;
    int c;  // channels of a group

    __device__ Windows(const T* x, const Conv& p, int m0, int group) : p(p), c(p.c / p.groups) {
        for (int r = 0; r < THREAD_ROWS; ++r) {
            const int m = m0 + static_cast<int>(threadIdx.x) / WORDS + r * (256 / WORDS);
            const int position = m % (p.oh * p.ow);
            i[r] = position / p.ow * p.stride_h - p.top;
            j[r] = position % p.ow * p.stride_w - p.left;
            image[r] = m < p.rows ? x + static_cast<int64_t>(m / (p.oh * p.ow)) * p.h * p.w * p.c + group * c : nullptr;
        }
    }
    // Element k of the row, or null outside the image.
    __device__ const T* find(int r, int k) const {
        const int window = k / c, row = i[r] + window / p.kw * p.dilation_h, column = j[r] + window % p.kw * p.dilation_w;
        if (row < 0 || row >= p.h || column < 0 || column >= p.w) return nullptr;
        return image[r] + (row * p.w + column) * p.c + k % c;
    }
    __device__ void fill(Matrix<LIMBS>& matrix, int k0) const {
        const int word = static_cast<int>(threadIdx.x) % WORDS, k = k0 + 4 * word, size = p.kh * p.kw * c;
        for (int r = 0; r < THREAD_ROWS; ++r) {
            Word<LIMBS> found = {};
            if (image[r] && c % 4 == 0 && k < size) {
                const T* at = find(r, k);
                if (at) found = word_of(at, 4, true);
                for (int e = 0; e < 4 && !at; ++e) found.set(e, p.zero_point);
            } else if (image[r]) {
                for (int e = 0; e < 4 && k + e < size; ++e) {
                    const T* at = find(r, k + e);
                    found.set(e, at ? *at : p.zero_point);
                }
            }
            const int row = static_cast<int>(threadIdx.x) / WORDS + r * (256 / WORDS);
            for (int limb = 0; limb < LIMBS; ++limb) matrix[limb][row][word] = found.limb[limb];
        }
    }
};

// Rows of weights that the host has padded with zeros.
struct Packed {
    static constexpr int LIMBS = 1;
    const int8_t* w;
    int rows, ldw;

    __device__ void fill(Matrix<1>& matrix, int k0) const {
        const int word = static_cast<int>(threadIdx.x) % WORDS;
        for (int row = static_cast<int>(threadIdx.x) / WORDS; row < SIDE; row += 256 / WORDS)
            matrix[0][row][word] = row < rows ? load_word(w + static_cast<int64_t>(row) * ldw + k0 + 4 * word) : 0;
    }
};

template <class T>
__device__ void conv2d_limbs(Limbs<sizeof(T), 1>& tile, const T* x, const int8_t* w, const int32_t* bias, int32_t* y,
                             const Conv& p) {
    const int og = p.o / p.groups, tiles_n = (og + SIDE - 1) / SIDE, tiles = p.groups * tiles_n;
    const int blocks = (p.rows + SIDE - 1) / SIDE * tiles, part = static_cast<int>(blockIdx.x) / blocks;
    const int block = static_cast<int>(blockIdx.x) % blocks, group = block % tiles / tiles_n;
    const int m0 = block / tiles * SIDE, n0 = block % tiles_n * SIDE, first = group * og + n0;
    int32_t* to = y + part * p.rows * p.o;
    const Packed weights = {w + static_cast<int64_t>(first) * p.ldw, og - n0, p.ldw};
    limb_product(tile, Windows<T>(x, p, m0, group), weights, Part(part, p.parts, p.ldw, DEPTH), 0, 0,
                 [&](int row, int column, int v) {
        if (m0 + row < p.rows && n0 + column < og)
            to[(m0 + row) * p.o + first + column] = add_wrapping(v, bias[first + column]);
    });
}
