// y[to + sum i_d * to_d] = x[from + sum i_d * from_d] for all positions (i_0, ...) of the axes, of each run:
// SPEC.md Slice, Concat (a launch an operand), Tile, Constant, Transpose where a tile does not help, and Pad's inside.
// One thread a unit; the axes innermost first.
//
// Floor: reads and writes each byte once, and per unit three operations an axis. Prediction for an H100
// (3.35 TB/s): bandwidth from units of 4 bytes, index arithmetic below. Not measured.
#include "movement.cuh"

constexpr int COPY_AXES = 12;  // Tile's: six, each as repeats and size

struct CopyStrided {
    int units, unit, rank;             // units in the batch, bytes of one, axes in use
    int x_item, y_item, from, to;      // of a run, and of its first unit; an x_item of 0 repeats x for each run
    Axis axes[COPY_AXES];
};

KERNEL void copy_strided(const void* x, void* y, CopyStrided p) {
    unsigned left = global_index();
    if (left >= static_cast<unsigned>(p.units)) return;
    int from = p.from, to = p.to;
#pragma unroll
    for (int d = 0; d < COPY_AXES; ++d) {
        if (d >= p.rank) break;
        const int i = p.axes[d].positions.split(left);
        from += i * p.axes[d].from;
        to += i * p.axes[d].to;
    }
    const int run = static_cast<int>(left);
    copy_unit(p.unit, x, from + run * p.x_item, y, to + run * p.y_item);
}
