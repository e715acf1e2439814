// y s32 [rows, c] = bias + the sum over trees of the leaf that the row of x, any element type, comes to: SPEC.md
// TreeEnsemble. A node is feature, threshold and both children; a reference r < 0 is leaf -1 - r.
// `lanes` threads compute up to `classes` results of a row: first each walks a tree, then each sums the leaves of some
// trees for one result. Both are powers of two, classes <= lanes <= 256.
//
// Floor: one dependent read of a node and one of x a step of a walk. Prediction on an H100: 1,000 trees of depth 8 for
// one row some 15 us, and the same for a few thousand rows. A tree that is one chain is walked by one thread: up to 2^24
// nodes, each some 100 ns where the cache does not hold it. Not measured.
#include "primitives.cuh"

struct TreeEnsemble {
    int blocks;  // over the batch
    int rows, features, trees, c, type;  // rows of one run
    int lanes, classes;
};

struct alignas(16) TreeNode {
    int feature, threshold, children[2];
};

KERNEL void tree_ensemble(const void* x, const TreeNode* nodes, const int32_t* roots, const int32_t* leaves,
                          const int32_t* bias, int32_t* y, TreeEnsemble p) {
    __shared__ int shared[256];
    const int thread = static_cast<int>(threadIdx.x), lane = thread % p.lanes, slots = 256 / p.lanes;
    const int parts = (p.c + p.classes - 1) / p.classes;  // of a row's results
    const int units = p.rows * parts, run_blocks = (units + slots - 1) / slots, block = static_cast<int>(blockIdx.x);
    const int unit = block % run_blocks * slots + thread / p.lanes;
    const bool real = unit < units;
    const int row = block / run_blocks * p.rows + (real ? unit / parts : 0);
    const int c = unit % parts * p.classes + lane % p.classes, step = p.lanes / p.classes;
    int* mine = shared + thread / p.lanes * p.lanes;

    int sum = 0;
    for (int first = 0; first < p.trees; first += p.lanes) {
        if (real && first + lane < p.trees) {
            int r = roots[first + lane];
            while (r >= 0) {
                const TreeNode node = nodes[r];
                r = node.children[load_typed(x, p.type, row * p.features + node.feature) > node.threshold];
            }
            mine[lane] = ~r;
        }
        BLOCK_BARRIER(26);  // the leaves are known
        if (real && c < p.c)
            for (int tree = lane / p.classes; tree < p.lanes && first + tree < p.trees; tree += step)
                sum = add_wrapping(sum, leaves[mine[tree] * p.c + c]);
        BLOCK_BARRIER(27);  // everyone has read before anyone overwrites
    }
    mine[lane] = sum;
    for (int half = p.lanes / 2; half >= p.classes; half /= 2) {
        BLOCK_BARRIER(28);  // what the upper half holds is written before it is read
        if (lane < half) mine[lane] = sum = add_wrapping(sum, mine[lane + half]);
    }
    if (real && lane < p.classes && c < p.c) y[row * p.c + c] = add_wrapping(sum, bias[c]);
}
