// SPEC.md Resize, nearest. One thread a unit of a pixel of the result.
//
// Floor: writes the result once, reads what of the operand it shows once. Prediction for an H100 (3.35 TB/s):
// bandwidth from units of 8 bytes, index arithmetic below. Not measured.
#include "resize.cuh"

struct ResizeNearest {
    int units, unit;
    Divisor pixel, columns, rows;  // units of a pixel; pixels of a row and rows of the result
    Zoom vertical, horizontal;
};

KERNEL void resize_nearest(const void* x, void* y, ResizeNearest p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.units)) return;
    unsigned run = at;
    const int within = p.pixel.split(run), j = p.columns.split(run), i = p.rows.split(run);
    int h, h1, f, w, w1, g;
    p.vertical.locate(i, h, h1, f);
    p.horizontal.locate(j, w, w1, g);
    if (2 * f >= p.vertical.n) h = h1;
    if (2 * g >= p.horizontal.n) w = w1;
    const int row = static_cast<int>(run) * p.vertical.size + h;
    copy_unit(p.unit, x, (row * p.horizontal.size + w) * p.pixel.size + within, y, static_cast<int>(at));
}
