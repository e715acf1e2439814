// Which row each row of ScatterRow's result comes from: winner[g, index[g, w]] is the largest g * W + w, so the last
// of several with the same index, whatever the order of the threads. `winner` is -1 before. One thread an index.
// Floor: an atomic an index, at most one a cycle and L2 slice for equal ones. Not measured.
#include "movement.cuh"

struct ScatterWinner {
    int indices, type;
    int rows;       // of a group of the result
    Divisor group;  // indices of a group
};

KERNEL void scatter_winner(const void* index, int32_t* winner, ScatterWinner p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.indices)) return;
    const int place = static_cast<int>(at);
    const int group = static_cast<int>(p.group.quotient(at)) * p.rows;
    atomicMax(winner + group + load_typed(index, p.type, place), place);
}
