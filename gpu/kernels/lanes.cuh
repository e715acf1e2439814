// Threads that compute one result together: its lanes, a power of two up to the block.
#pragma once
#include "primitives.cuh"

// A block of 256 threads computes 256 / lanes results. `along` says which threads are next to each other: the lanes of
// one result (what they read lies side by side), or those of neighbouring results.
struct Lanes {
    int lanes, slot, lane, result;  // the slot in the block, the thread's place among the lanes, the result's number

    __device__ Lanes(int lanes, bool along) : lanes(lanes) {
        const int thread = static_cast<int>(threadIdx.x), slots = 256 / lanes;
        slot = along ? thread / lanes : thread % slots;
        lane = along ? thread % lanes : thread / slots;
        result = static_cast<int>(blockIdx.x) * slots + slot;
    }

    // The combination of all lanes' values, in lane 0; `combine` is associative and commutative. All threads of the
    // block come here, once; `shared` holds one value a thread.
    template <class T, class F>
    __device__ T reduce(T* shared, T v, F combine) const {
        if (lanes == 1) return v;
        const int slots = 256 / lanes;
        shared[lane * slots + slot] = v;
        for (int half = lanes / 2; half > 0; half /= 2) {
            BLOCK_BARRIER(20);  // what the upper half holds is written before it is read
            if (lane < half) {
                v = combine(v, shared[(lane + half) * slots + slot]);
                shared[lane * slots + slot] = v;
            }
        }
        return v;
    }
};
