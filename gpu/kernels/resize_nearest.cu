// SPEC.md Resize, nearest. One thread a unit of a pixel of the result.
//
// Floor: writes the result once, reads what of the operand it shows once. Prediction for an H100 (3.35 TB/s):
// bandwidth from units of 8 bytes, index arithmetic below. Not measured.
#include "resize.cuh"

KERNEL void resize_nearest(const void* x, void* y, Resize p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.count)) return;
    const Resize::Found r = p.find(at);
    const int h = 2 * r.f >= p.vertical.n ? r.h1 : r.h0, w = 2 * r.g >= p.horizontal.n ? r.w1 : r.w0;
    copy_unit(p.kind, x, p.pixel(r, h, w), y, static_cast<int>(at));
}
