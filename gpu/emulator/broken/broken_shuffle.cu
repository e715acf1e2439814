// Lanes of one warp shuffle at different places. Wrong, for tests of the emulator itself.
#include "primitives.cuh"

struct Broken {
    int elements;
};

KERNEL void broken_shuffle(int32_t* y, Broken p) {
    int v = p.elements;
    if (threadIdx.x % 2 == 0) {
        v = WARP_SHUFFLE(v, 1);
    } else {
        v = WARP_SHUFFLE(v, 2);
    }
    y[threadIdx.x] = v;
}
