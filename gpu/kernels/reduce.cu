// y: the sum of (x - zero_point), the largest or the smallest x, or the lowest index of the largest, over some axes, any
// element type: SPEC.md ReduceSum, ReduceMax, ReduceMin, ArgMax. The kept and the removed axes come as two shapes with
// the operand's strides.
// `lanes` threads share a result, and `splits` results a result of y: then y is 64-bit keys, which a second launch
// reduces. Every order gives the same bits: sums wrap and fit in the end, keys of a maximum are compared as a whole.
//
// Floor: each element of x once; about a dozen instructions each. Prediction on an H100: 2^28 elements of i8 to one,
// 268 MB: 0.1 to 0.2 ms. Not measured.
#include "lanes.cuh"

enum : int { SUM = 0, MAX = 1, MIN = 2, ARG_MAX = 3 };
// Beside the element types: a key of a launch before.
constexpr int TYPE_KEY = 3;

struct Reduce {
    int threads;              // lanes of every result of the batch
    int kept, item, removed;  // results and elements of one run, elements of one result
    int splits, lanes, along, operation, from, to, zero_point;
    int kept_dims[6], kept_strides[6], removed_dims[6], removed_strides[6];
};

// Of two keys the greater is the one wanted: the value above, the complement of the index below; sums are a key too.
__device__ inline int64_t key_of(const Reduce& p, const void* x, int at, int index) {
    if (p.from == TYPE_KEY) return static_cast<const int64_t*>(x)[at];
    const int v = load_typed(x, p.from, at);
    if (p.operation == SUM) return static_cast<int64_t>(v) - p.zero_point;
    return static_cast<int64_t>(static_cast<uint64_t>(static_cast<uint32_t>(p.operation == MIN ? ~v : v)) << 32 |
                                static_cast<uint32_t>(~index));
}

KERNEL void reduce(const void* x, void* y, Reduce p) {
    __shared__ int64_t shared[256];
    const Lanes l(p.lanes, p.along);
    const bool sum = p.operation == SUM, real = l.result < p.threads / p.lanes;
    const int result = real ? l.result / p.splits : 0, split = l.result % p.splits;
    const int base = result / p.kept * p.item + strided_offset(result % p.kept, p.kept_dims, p.kept_strides);
    const int chunk = (p.removed + p.splits - 1) / p.splits, first = split * chunk;
    const int end = !real ? 0 : first + chunk < p.removed ? first + chunk : p.removed;
    const bool flat = p.removed_dims[5] == p.removed;

    int64_t best = sum ? 0 : INT64_MIN;
    for (int i = first + l.lane; i < end; i += p.lanes) {
        const int offset = flat ? i * p.removed_strides[5] : strided_offset(i, p.removed_dims, p.removed_strides);
        const int64_t key = key_of(p, x, base + offset, i);
        best = sum ? best + key : key > best ? key : best;
    }
    best = l.reduce(shared, best, [sum](int64_t a, int64_t b) { return sum ? a + b : a > b ? a : b; });
    if (!real || l.lane != 0) return;
    const int high = static_cast<int>(best >> 32), low = static_cast<int>(best);
    if (p.to == TYPE_KEY) static_cast<int64_t*>(y)[l.result] = best;
    else store_typed(y, p.to, l.result, sum ? low : p.operation == ARG_MAX ? ~low : p.operation == MIN ? ~high : high);
}
