// copy_strided where x is contiguous along one axis (the columns) and y along another (the rows), through tiles of
// 32 x 32 elements of 1, 2 or 4 bytes in shared memory, so that both sides are read and written in whole sectors:
// SPEC.md Transpose. One block a tile; the axes are the tiles of the columns, those of the rows, and the others.
//
// Floor: reads and writes each byte once. Prediction for an H100 (3.35 TB/s): near bandwidth for 4 bytes; for one
// byte an element four accesses of the load and store units an element bind about as much. Not measured.
#include "movement.cuh"

constexpr int SIDE = 32, TRANSPOSE_AXES = 6;

struct TransposeTile {
    int blocks, unit, rank;
    int x_item, y_item;
    int columns, rows;    // along the first two axes, of which a position is a tile
    int from_row, to_column;  // elements from row to row in x, and from column to column in y
    Axis axes[TRANSPOSE_AXES];
};

template <class T>
__device__ void transpose_as(const T* x, T* y, const TransposeTile& p, T (&tile)[SIDE][SIDE + 1]) {
    unsigned left = blockIdx.x;
    int from = 0, to = 0, columns = 0, rows = 0;  // those in this tile
#pragma unroll
    for (int d = 0; d < TRANSPOSE_AXES; ++d) {
        if (d >= p.rank) break;
        const int i = p.axes[d].positions.split(left);
        from += i * p.axes[d].from;
        to += i * p.axes[d].to;
        if (d == 0) columns = p.columns - i * SIDE;
        if (d == 1) rows = p.rows - i * SIDE;
    }
    const int run = static_cast<int>(left);
    x += from + run * p.x_item;
    y += to + run * p.y_item;
    const int lane = static_cast<int>(threadIdx.x) % SIDE, first = static_cast<int>(threadIdx.x) / SIDE;
    const int step = static_cast<int>(blockDim.x) / SIDE;
    for (int row = first; row < SIDE; row += step)
        if (row < rows && lane < columns) tile[row][lane] = x[row * p.from_row + lane];
    BLOCK_BARRIER(40);  // the tile is whole before anyone reads it
    for (int column = first; column < SIDE; column += step)
        if (column < columns && lane < rows) y[column * p.to_column + lane] = tile[lane][column];
}

KERNEL void transpose_tile(const void* x, void* y, TransposeTile p) {
    // A row more than a multiple of the banks: a column is in 32 different ones, for each size of element.
    __shared__ uint32_t tile4[SIDE][SIDE + 1];
    __shared__ uint16_t tile2[SIDE][SIDE + 1];
    __shared__ uint8_t tile1[SIDE][SIDE + 1];
    if (p.unit == 4)
        transpose_as(static_cast<const uint32_t*>(x), static_cast<uint32_t*>(y), p, tile4);
    else if (p.unit == 2)
        transpose_as(static_cast<const uint16_t*>(x), static_cast<uint16_t*>(y), p, tile2);
    else
        transpose_as(static_cast<const uint8_t*>(x), static_cast<uint8_t*>(y), p, tile1);
}
