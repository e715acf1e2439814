// y s32 [batch, m, n] = (a [batch, m, k] - za) * (b [batch, k, n] - zb), or b [batch, n, k]: SPEC.md BatchMatMul, each
// operand i8 or i16. The batch is that of the runs and of the leading dimensions.
// Blocks: batch * ceil(m / 64) * ceil(n / 64) of 256 threads.
//
// Floor: m * n * k * limbs of a * limbs of b multiplications at the rate of bytes, and each operand once a tile of the
// other. Prediction on an H100 by mma: a third of what gemm_s8_s8_s32 gives, divided by the limbs. Not measured.
#pragma once
#include "limbs.cuh"

struct BatchMatMul {
    int blocks, m, n, k, zero_a, zero_b, transposed;
};

// Rows of k elements that lie side by side.
template <class T>
struct Rows {
    static constexpr int LIMBS = sizeof(T);
    const T* x;  // the first row of the tile
    int rows, k;

    __device__ void fill(Matrix<LIMBS>& matrix, int k0) const {
        const int word = static_cast<int>(threadIdx.x) % WORDS, left = k - k0 - 4 * word;
        for (int row = static_cast<int>(threadIdx.x) / WORDS; row < SIDE; row += 256 / WORDS) {
            Word<LIMBS> found = {};
            if (row < rows && left > 0)
                found = word_of(x + static_cast<int64_t>(row) * k + k0 + 4 * word, left, k % 4 == 0);
            for (int limb = 0; limb < LIMBS; ++limb) matrix[limb][row][word] = found.limb[limb];
        }
    }
};

// Rows whose elements lie n apart, and which lie side by side.
template <class T>
struct Columns {
    static constexpr int LIMBS = sizeof(T);
    const T* x;
    int rows, k, n;

    __device__ void fill(Matrix<LIMBS>& matrix, int k0) const {
        const int row = static_cast<int>(threadIdx.x) % SIDE;
        for (int word = static_cast<int>(threadIdx.x) / SIDE; word < WORDS; word += 256 / SIDE) {
            Word<LIMBS> found = {};
            for (int i = 0; i < 4; ++i) {
                const int at = k0 + 4 * word + i;
                if (row < rows && at < k) found.set(i, x[static_cast<int64_t>(at) * n + row]);
            }
            for (int limb = 0; limb < LIMBS; ++limb) matrix[limb][row][word] = found.limb[limb];
        }
    }
};

template <class A, class B>
__device__ void batch_matmul(Limbs<sizeof(A), sizeof(B)>& tile, const A* a, const B* b, int32_t* y, const BatchMatMul& p) {
    const int tiles_n = (p.n + SIDE - 1) / SIDE, tiles = (p.m + SIDE - 1) / SIDE * tiles_n;
    const int block = static_cast<int>(blockIdx.x), matrix = block / tiles;
    const int m0 = block % tiles / tiles_n * SIDE, n0 = block % tiles_n * SIDE;
    const int64_t k = p.k;
    const Rows<A> x = {a + (static_cast<int64_t>(matrix) * p.m + m0) * k, p.m - m0, p.k};
    const B* w = b + static_cast<int64_t>(matrix) * p.n * k;
    int32_t* to = y + static_cast<int64_t>(matrix) * p.m * p.n;
    const auto store = [&](int row, int column, int v) {
        if (m0 + row < p.m && n0 + column < p.n) to[static_cast<int64_t>(m0 + row) * p.n + n0 + column] = v;
    };
    const int of_a = BIAS<A> - p.zero_a, of_b = BIAS<B> - p.zero_b;
    if (p.transposed) limb_product(tile, x, Rows<B>{w + n0 * k, p.n - n0, p.k}, p.k, of_a, of_b, store);
    else limb_product(tile, x, Columns<B>{w + n0, p.n - n0, p.k, p.n}, p.k, of_a, of_b, store);
}
