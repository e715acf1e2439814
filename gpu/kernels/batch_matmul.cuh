// y s32 [batch, m, n] = (a [batch, m, k] - za) * (b [batch, k, n] - zb), or b [batch, n, k]: SPEC.md BatchMatMul, each
// operand i8 or i16. The batch is that of the runs and of the leading dimensions.
// Blocks: batch * ceil(m / 64) * ceil(n / 64) * parts of 256 threads.
//
// Floor: m * n * k * limbs of a * limbs of b multiplications at the rate of bytes, and each operand once a tile of the
// other. Prediction on an H100 by mma: a third of what gemm_s8_s8_s32 gives, divided by the limbs. Not measured.
#pragma once
#include "limbs.cuh"

struct BatchMatMul {
    int blocks, m, n, k, zero_a, zero_b, transposed, parts;  // blocks of one part

    __device__ Area area(int step) const {
        const int tiles = (m + SIDE - 1) / SIDE * ((n + SIDE - 1) / SIDE);
        return Area(SIDE, SIDE, m, n, k, step, parts, static_cast<int>(blockIdx.x), blocks, blocks / tiles * m * n);
    }
    // Which of the matrices the block works on.
    __device__ int64_t matrix() const {
        const int tiles = (m + SIDE - 1) / SIDE * ((n + SIDE - 1) / SIDE);
        return static_cast<int>(blockIdx.x) % blocks / tiles;
    }
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

// `store(at, column, value)` takes each element of y.
template <class A, class B, class Store>
__device__ void batch_matmul(Limbs<sizeof(A), sizeof(B)>& tile, const A* a, const B* b, const BatchMatMul& p,
                             Store store) {
    const Area area = p.area(DEPTH);
    const int m0 = area.m0, n0 = area.n0;
    const int64_t k = p.k;
    const Rows<A> x = {a + (p.matrix() * p.m + m0) * k, p.m - m0, p.k};
    const B* w = b + p.matrix() * p.n * k;
    const auto inside = [&](int row, int column, int v) {
        if (m0 + row < p.m && n0 + column < p.n) store(area.first + (m0 + row) * p.n + n0 + column, n0 + column, v);
    };
    const int of_a = BIAS<A> - p.zero_a, of_b = BIAS<B> - p.zero_b;
    if (p.transposed) limb_product(tile, x, Rows<B>{w + n0 * k, p.n - n0, p.k}, area.k, of_a, of_b, inside);
    else limb_product(tile, x, Columns<B>{w + n0, p.n - n0, p.k, p.n}, area.k, of_a, of_b, inside);
}
