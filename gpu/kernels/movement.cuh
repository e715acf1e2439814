// What the kernels that move elements share: positions by divisions that the host prepared, and copies of units.
//
// A unit is 1, 2, 4, 8 or 16 bytes and at least one element. The host takes the largest that divides every offset
// and stride of the launch in bytes, each run's length among them, so a unit is always aligned.
#pragma once
#include "primitives.cuh"

// Division by a number of 1 to 2^30. With l = ceil(log2 size), shift = 31 + l and magic = ceil(2^shift / size),
// which is below 2^32, n * magic >> shift is floor(n / size) for each n below 2^31: magic is too large by less than
// 1 = size / size, which adds less than n / 2^shift < 1 / size to the quotient.
struct Divisor {
    int size, magic, shift;

    __device__ unsigned quotient(unsigned n) const {
        return static_cast<unsigned>(static_cast<uint64_t>(n) * static_cast<unsigned>(magic) >> shift);
    }
    // The position along this, innermost, axis; `left` becomes the position among the others.
    __device__ int split(unsigned& left) const {
        const unsigned n = left;
        left = quotient(n);
        return static_cast<int>(n - left * static_cast<unsigned>(size));
    }
};

// An axis of a copy, with the units from one position to the next in the operand and in the result.
struct Axis {
    Divisor positions;
    int from, to;
};

struct alignas(8) Unit8 {
    unsigned a, b;
};
struct alignas(16) Unit16 {
    unsigned a, b, c, d;
};

template <class T>
__device__ inline void copy_as(const void* x, int from, void* y, int to) {
    static_cast<T*>(y)[to] = static_cast<const T*>(x)[from];
}

// y[to] = x[from], counted in units.
__device__ inline void copy_unit(int unit, const void* x, int from, void* y, int to) {
    switch (unit) {
        case 16: return copy_as<Unit16>(x, from, y, to);
        case 8: return copy_as<Unit8>(x, from, y, to);
        case 4: return copy_as<uint32_t>(x, from, y, to);
        case 2: return copy_as<uint16_t>(x, from, y, to);
        default: return copy_as<uint8_t>(x, from, y, to);
    }
}

// The first `seen` bytes of unit number `at` as in x, which is not read where there are none, the others as in `fill`:
// four bytes, an element repeated. `seen` may be negative, or more than the unit.
template <class T>
__device__ inline void mask_as(int seen, const void* x, void* y, int at, unsigned fill) {
    if (seen > 0) {
        const unsigned mask = seen >= 4 ? ~0u : (1u << 8 * seen) - 1;
        fill = (static_cast<const T*>(x)[at] & mask) | (fill & ~mask);
    }
    static_cast<T*>(y)[at] = static_cast<T>(fill);
}

// The same for units of 1, 2 or 4 bytes.
__device__ inline void mask_unit(int unit, int seen, const void* x, void* y, int at, unsigned fill) {
    if (unit == 4) mask_as<uint32_t>(seen, x, y, at, fill);
    else if (unit == 2) mask_as<uint16_t>(seen, x, y, at, fill);
    else mask_as<uint8_t>(seen, x, y, at, fill);
}
