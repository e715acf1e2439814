// The `keep` greatest keys of every `width` elements of rows of n, in falling order: SPEC.md TopK where width >= n, else
// a first step to it. Places without an element hold the least number, which no key is.
// A block sorts 1,024 keys in shared memory (bitonic), as 1,024 / width segments; width is a power of two, 4 to 1,024.
//
// Floor: each element once, and 512 * log^2(width) / 2 comparisons of pairs a block, which decide. Prediction on an
// H100: 55 steps of a block of 1,024 keys some 5 us, 50,000 elements likewise. Not measured.
#include "top_k.cuh"

struct Sort {
    int threads;  // a quarter of the keys of all segments of the batch
    int n, segments, width, keep, from, to;  // segments of a row
};

constexpr int KEYS = 1024;

KERNEL void top_k_sort(const void* x, void* y, Sort p) {
    __shared__ int64_t keys[KEYS];
    const int thread = static_cast<int>(threadIdx.x), first = static_cast<int>(blockIdx.x) * (KEYS / p.width);
    const int end = p.threads / (p.width / 4);
    for (int at = thread; at < KEYS; at += 256) {
        const int segment = first + at / p.width, row = segment / p.segments;
        const int index = segment % p.segments * p.width + at % p.width;
        int64_t key = INT64_MIN;
        if (segment < end && index < p.n) {
            const int from = row * p.n + index;
            if (p.from == TYPE_KEY) key = static_cast<const int64_t*>(x)[from];
            else
                key = static_cast<int64_t>(static_cast<uint64_t>(static_cast<uint32_t>(load_typed(x, p.from, from))) << 32 |
                                           static_cast<uint32_t>(~index));
        }
        keys[at] = key;
    }
    for (int size = 2; size <= p.width; size *= 2) {
        for (int stride = size / 2; stride > 0; stride /= 2) {
            BLOCK_BARRIER(24);  // the step before is done
            for (int pair = thread; pair < KEYS / 2; pair += 256) {
                const int low = 2 * pair - (pair & (stride - 1)), high = low + stride;
                const int64_t a = keys[low], b = keys[high];
                const bool falling = (low & (p.width - 1) & size) == 0;
                if (falling ? a < b : a > b) {
                    keys[low] = b;
                    keys[high] = a;
                }
            }
        }
    }
    BLOCK_BARRIER(25);  // sorted
    for (int at = thread; at < KEYS; at += 256) {
        const int segment = first + at / p.width, place = at % p.width;
        if (segment < end && place < p.keep) store_key(y, p.to, segment * p.keep + place, keys[at]);
    }
}
