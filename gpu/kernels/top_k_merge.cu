// Of each two neighbouring runs of falling keys the `keep` greatest, in falling order: a step of SPEC.md TopK. Run r of a
// row holds the greatest of the row's elements from r * width to (r + 1) * width, up to `had`. One thread a key finds its
// place: its own in its run, and how many of the other run are greater.
//
// Floor: 16 bytes a key moved, and log2(had) reads of the other run, mostly from the cache. Prediction on an H100: 2^24
// keys 1 to 3 ms a step, of which there are 14. Not measured.
#include "top_k.cuh"

struct Merge {
    int threads;  // places of all runs of the batch
    int n, runs, width, had, keep, to;  // runs of a row
};

// Keys of run r.
__device__ inline int run_length(const Merge& p, int r) {
    const int left = p.n - r * p.width, all = left < p.width ? left : p.width;
    return all < p.had ? all : p.had;
}

KERNEL void top_k_merge(const int64_t* x, void* y, Merge p) {
    const unsigned index = global_index();
    if (index >= static_cast<unsigned>(p.threads)) return;
    const int at = static_cast<int>(index), place = at % p.had, run = at / p.had % p.runs, row = at / p.had / p.runs;
    if (place >= run_length(p, run)) return;
    const int64_t key = x[at];
    const int other = run ^ 1;
    int low = 0;
    if (other < p.runs) {
        const int64_t* keys = x + static_cast<int64_t>(row * p.runs + other) * p.had;
        int high = run_length(p, other);
        while (low < high) {
            const int middle = (low + high) / 2;
            if (keys[middle] > key) low = middle + 1;
            else high = middle;
        }
    }
    const int to = place + low;
    if (to < p.keep) store_key(y, p.to, (row * ((p.runs + 1) / 2) + run / 2) * p.keep + to, key);
}
