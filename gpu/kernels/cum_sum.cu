// y s32: running sums of x along an axis, any element type: SPEC.md CumSum. Sums wrap; the condition makes them fit.
// A thread walks one piece of a line, and neighbours walk neighbouring lines. Before a piece of `splits` stands what
// reduce.cu has left as the sums of the pieces before it; with one piece nothing is read there.
//
// Floor: each element of x twice and of y once. Lines along the last axis are read a thread a line, out of the cache:
// a few times the floor. Prediction on an H100: [64, 4096] of i32 along the last axis some 10 us. Not measured.
#include "primitives.cuh"

struct CumSum {
    int threads;          // pieces of all lines of the batch
    int n, inner, splits; // elements of a line, how far apart they are, pieces of a line
    int type;
};

KERNEL void cum_sum(const void* x, const int64_t* pieces, int32_t* y, CumSum p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.threads)) return;
    const int at = static_cast<int>(index), outer = at / p.inner / p.splits, split = at / p.inner % p.splits;
    const int inner = at % p.inner, base = outer * p.n * p.inner + inner;
    const int chunk = (p.n + p.splits - 1) / p.splits, first = split * chunk;
    const int end = first + chunk < p.n ? first + chunk : p.n;
    int sum = 0;
    const int64_t* before = pieces + static_cast<int64_t>(outer * p.inner + inner) * p.splits;
    for (int i = 0; i < split; ++i) sum = add_wrapping(sum, static_cast<int>(before[i]));
    for (int i = first; i < end; ++i) {
        sum = add_wrapping(sum, load_typed(x, p.type, base + i * p.inner));
        y[base + i * p.inner] = sum;
    }
}
