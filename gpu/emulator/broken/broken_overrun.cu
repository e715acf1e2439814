// One element past the end. Wrong, for tests of the emulator itself.
#include "primitives.cuh"

struct Broken {
    int elements;
};

KERNEL void broken_overrun(int32_t* y, Broken p) { y[p.elements] = 0; }
