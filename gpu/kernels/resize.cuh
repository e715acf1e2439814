// Where a position of Resize's result lies in its operand, along one axis.
#pragma once
#include "movement.cuh"

struct Zoom {
    int size;  // of the operand
    int n, d, offset;

    // SPEC.md Resize: p = i*d + offset, h = floor(p / n), f = p - h*n; low and high are h and h + 1 within the operand.
    // p takes 40 bits, so with d = a*n + b and i = u*n + v: h = i*a + u*b + floor((v*b + offset) / n), where
    // i*a + u*b <= i*d / n is at most size + 32, and v*b < 2^22.
    __device__ void locate(int i, int& low, int& high, int& f) const {
        const int a = d / n, b = d % n, u = i / n, v = i % n;
        const int rest = v * b + offset + n;  // not negative, since offset >= -n
        const int h = i * a + u * b + rest / n - 1;
        f = rest % n;
        low = inside(h);
        high = inside(h + 1);
    }
    __device__ int inside(int h) const { return h < 0 ? 0 : h >= size ? size - 1 : h; }
};
