// What a matrix kernel does with a sum before it is stored: SPEC.md Rescale or RescaleF24, then perhaps AddScaled
// with another value of the same shape, and a Table8 before or after that. A Clamp has become a part of the
// limits of the step before it. The bits are those of the steps one by one.
#pragma once
#include "rounding.cuh"

enum : int { SUM_PLAIN = 0, SUM_RESCALE = 1, SUM_RESCALE_F24 = 2 };
enum : int { TABLE_NONE = 0, TABLE_BEFORE_ADD = 1, TABLE_LAST = 2 };

struct Tail {
    int sum, to;                     // SUM_*; the type of y, which is s32 where the sum is plain
    int offset, zero_point, lo, hi;  // of the rescale
    int add, from;                   // whether there is a residual, and its type
    int multiplier_x, multiplier_r, zero_x, zero_r, shift, add_zero, add_lo, add_hi;
    int table;                       // TABLE_*
};

// Where a step is missing its pointer is not read.
struct TailMemory {
    const int32_t* scale;  // multiplier and shift of each channel
    const int8_t* table;
    const void* residual;
};

__device__ inline int tail_rescale(const Tail& t, int sum, int multiplier, int shift) {
    int64_t rounded;
    if (t.sum == SUM_RESCALE) {
        rounded = q31s(sum, multiplier, shift);
    } else {
        const int64_t offset = static_cast<int64_t>(t.offset) * (static_cast<int64_t>(1) << shift);
        rounded = rne(r24(r24(r24(sum) * multiplier) + offset), shift);
    }
    return clamp_to(rounded + t.zero_point, t.lo, t.hi);
}

__device__ inline int tail_add(const Tail& t, int v, int residual) {
    const int64_t sum = static_cast<int64_t>(v - t.zero_x) * t.multiplier_x +
                        static_cast<int64_t>(residual - t.zero_r) * t.multiplier_r;
    const int64_t rounded = (sum + (static_cast<int64_t>(1) << (t.shift - 1))) >> t.shift;
    return clamp_to(rounded + t.add_zero, t.add_lo, t.add_hi);
}

// Element `at` of y, which is in this channel, from its sum; not for SUM_PLAIN.
__device__ inline int tail_value(const Tail& t, const TailMemory& memory, int at, int channel, int sum) {
    int v = tail_rescale(t, sum, memory.scale[2 * channel], memory.scale[2 * channel + 1]);
    if (t.table == TABLE_BEFORE_ADD) v = memory.table[v + 128];
    if (t.add) v = tail_add(t, v, load_typed(memory.residual, t.from, at));
    if (t.table == TABLE_LAST) v = memory.table[v + 128];
    return v;
}

__device__ inline void tail_store(const Tail& t, const TailMemory& memory, void* y, int at, int channel, int sum) {
    if (t.sum == SUM_PLAIN) static_cast<int32_t*>(y)[at] = sum;
    else store_typed(y, t.to, at, tail_value(t, memory, at, channel, sum));
}

struct alignas(16) Run {
    int words[4];
};

// Up to 16 elements of y in a row, the first of which is `at`, in this channel; `left` are left in the row of y.
// `sums` is 16-aligned and holds 16 sums, to which the bias is still to be added.
__device__ inline void tail_store_run(const Tail& t, const TailMemory& memory, void* y, int at, int channel, int left,
                                      const int* sums, const int32_t* bias) {
    constexpr int COUNT = 16;
    if (left < COUNT || at % COUNT != 0 || channel % 4 != 0) {
        for (int i = 0; i < COUNT && i < left; ++i)
            tail_store(t, memory, y, at + i, channel + i, add_wrapping(sums[i], bias[channel + i]));
        return;
    }
    int v[COUNT];
#pragma unroll
    for (int i = 0; i < COUNT; i += 4) {
        const Run four = *reinterpret_cast<const Run*>(sums + i);
        const Run biases = *reinterpret_cast<const Run*>(bias + channel + i);
#pragma unroll
        for (int j = 0; j < 4; ++j) v[i + j] = add_wrapping(four.words[j], biases.words[j]);
    }
    if (t.sum != SUM_PLAIN) {
        Run residuals = {};
        const bool bytes = t.add && t.from == TYPE_I8;
        if (bytes) residuals = *reinterpret_cast<const Run*>(static_cast<const int8_t*>(memory.residual) + at);
#pragma unroll
        for (int i = 0; i < COUNT; ++i) {
            const int c = 2 * (channel + i);
            v[i] = tail_rescale(t, v[i], memory.scale[c], memory.scale[c + 1]);
            if (t.table == TABLE_BEFORE_ADD) v[i] = memory.table[v[i] + 128];
            if (t.add) {
                const int byte = static_cast<int8_t>(static_cast<unsigned>(residuals.words[i / 4]) >> (i % 4 * 8));
                v[i] = tail_add(t, v[i], bytes ? byte : load_typed(memory.residual, t.from, at + i));
            }
            if (t.table == TABLE_LAST) v[i] = memory.table[v[i] + 128];
        }
    }
    Run out = {};
    if (t.to == TYPE_I8) {
#pragma unroll
        for (int i = 0; i < COUNT; ++i) out.words[i / 4] |= byte_at(static_cast<int8_t>(v[i]), i % 4);
        *reinterpret_cast<Run*>(static_cast<int8_t*>(y) + at) = out;
    } else if (t.to == TYPE_I16) {
        for (int i = 0; i < COUNT; ++i) static_cast<int16_t*>(y)[at + i] = static_cast<int16_t>(v[i]);
    } else {
#pragma unroll
        for (int i = 0; i < COUNT; i += 4) {
#pragma unroll
            for (int j = 0; j < 4; ++j) out.words[j] = v[i + j];
            *reinterpret_cast<Run*>(static_cast<int32_t*>(y) + at + i) = out;
        }
    }
}
