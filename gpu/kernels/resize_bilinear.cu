// SPEC.md Resize, bilinear: the sum of four elements whose weights sum to ny*nx. The condition |x|*ny*nx < 2^31 holds
// each partial sum. One thread an element.
//
// Floor: writes 4 bytes an element, reads the operand once; about 60 operations an element. Prediction for an H100
// (3.35 TB/s): bandwidth of the writes or index arithmetic, about alike. Not measured.
#include "resize.cuh"

struct ResizeBilinear {
    int elements, type;
    Divisor channels, columns, rows;  // of the result
    Zoom vertical, horizontal;
};

KERNEL void resize_bilinear(const void* x, int32_t* y, ResizeBilinear p) {
    const unsigned at = global_index();
    if (at >= static_cast<unsigned>(p.elements)) return;
    unsigned run = at;
    const int c = p.channels.split(run), j = p.columns.split(run), i = p.rows.split(run);
    int h0, h1, f, w0, w1, g;
    p.vertical.locate(i, h0, h1, f);
    p.horizontal.locate(j, w0, w1, g);
    const int first = static_cast<int>(run) * p.vertical.size;
    const auto pixel = [&](int h, int w) {
        return load_typed(x, p.type, ((first + h) * p.horizontal.size + w) * p.channels.size + c);
    };
    const int left = p.horizontal.n - g, top = p.vertical.n - f;
    y[at] = pixel(h0, w0) * (top * left) + pixel(h0, w1) * (top * g) + pixel(h1, w0) * (f * left) + pixel(h1, w1) * (f * g);
}
