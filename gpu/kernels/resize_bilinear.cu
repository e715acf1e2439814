// SPEC.md Resize, bilinear: the sum of four elements whose weights sum to ny*nx. The condition |x|*ny*nx < 2^31 holds
// each partial sum. One thread an element.
//
// Floor: writes 4 bytes an element, reads the operand once; about 60 operations an element. Prediction for an H100
// (3.35 TB/s): bandwidth of the writes or index arithmetic, about alike. Not measured.
#include "resize.cuh"

KERNEL void resize_bilinear(const void* x, int32_t* y, Resize p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.count)) return;
    const Resize::Found r = p.find(at);
    const auto pixel = [&](int h, int w) { return load_typed(x, p.kind, p.pixel(r, h, w)); };
    const int left = p.horizontal.n - r.g, top = p.vertical.n - r.f;
    y[at] = pixel(r.h0, r.w0) * (top * left) + pixel(r.h0, r.w1) * (top * r.g) + pixel(r.h1, r.w0) * (r.f * left) +
            pixel(r.h1, r.w1) * (r.f * r.g);
}
