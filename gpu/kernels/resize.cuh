// What both kinds of Resize share.
#pragma once
#include "movement.cuh"

// Where a position of the result lies in the operand, along one axis.
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

struct Resize {
    int count, kind;                // of things that a thread each computes; their unit or type
    Divisor inner, columns, rows;  // things of a pixel; pixels of a row and rows of the result
    Zoom vertical, horizontal;

    // Number `at` of the result: its place in a pixel, and the four pixels around it, as `locate` has them.
    struct Found {
        int within, first, h0, h1, f, w0, w1, g;  // `first` is the first row of the image
    };
    __device__ Found find(unsigned at) const {
        Found found;
        found.within = inner.split(at);
        const int j = columns.split(at), i = rows.split(at);
        found.first = static_cast<int>(at) * vertical.size;
        vertical.locate(i, found.h0, found.h1, found.f);
        horizontal.locate(j, found.w0, found.w1, found.g);
        return found;
    }
    // Where a pixel of the operand begins.
    __device__ int pixel(const Found& found, int h, int w) const {
        return ((found.first + h) * horizontal.size + w) * inner.size + found.within;
    }
};
