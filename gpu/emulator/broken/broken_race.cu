// Each thread reads what another wrote, without a barrier between. Wrong, for tests of the emulator itself.
#include "primitives.cuh"

struct Broken {
    int elements;
};

KERNEL void broken_race(int32_t* y, Broken) {
    __shared__ int values[256];
    values[threadIdx.x] = static_cast<int>(threadIdx.x);
    y[threadIdx.x] = values[255 - threadIdx.x];
}
