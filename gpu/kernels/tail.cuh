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
#pragma unroll 1
        for (int i = 0; i < COUNT && i < left; ++i)
            tail_store(t, memory, y, at + i, channel + i, add_wrapping(sums[i], bias[channel + i]));
        return;
    }
    Run out = {}, residuals = {};
    const bool bytes = t.add && t.from == TYPE_I8;
    if (bytes) residuals = *reinterpret_cast<const Run*>(static_cast<const int8_t*>(memory.residual) + at);
    // Four at a time; unrolled, with a copy for each kind of tail, this would be most of the kernel.
#pragma unroll 1
    for (int i = 0; i < COUNT; i += 4) {
        const Run four = *reinterpret_cast<const Run*>(sums + i);
        const Run biases = *reinterpret_cast<const Run*>(bias + channel + i);
        Run v;
#pragma unroll
        for (int j = 0; j < 4; ++j) {
            v.words[j] = add_wrapping(four.words[j], biases.words[j]);
            if (t.sum == SUM_PLAIN) continue;
            const int c = 2 * (channel + i + j);
            int value = tail_rescale(t, v.words[j], memory.scale[c], memory.scale[c + 1]);
            if (t.table == TABLE_BEFORE_ADD) value = memory.table[value + 128];
            if (t.add) {
                const int byte = static_cast<int8_t>(static_cast<unsigned>(residuals.words[0]) >> (8 * j));
                value = tail_add(t, value, bytes ? byte : load_typed(memory.residual, t.from, at + i + j));
            }
            if (t.table == TABLE_LAST) value = memory.table[value + 128];
            v.words[j] = value;
        }
        if (t.to == TYPE_I32) *reinterpret_cast<Run*>(static_cast<int32_t*>(y) + at + i) = v;
        // The words move on by one, for registers have no run-time index.
        int word = 0;
#pragma unroll
        for (int j = 0; j < 4; ++j) {
            if (t.to == TYPE_I16) static_cast<int16_t*>(y)[at + i + j] = static_cast<int16_t>(v.words[j]);
            word |= byte_at(static_cast<int8_t>(v.words[j]), j);
            out.words[j] = j < 3 ? out.words[j + 1] : word;
            residuals.words[j] = j < 3 ? residuals.words[j + 1] : 0;
        }
    }
    if (t.to == TYPE_I8) *reinterpret_cast<Run*>(static_cast<int8_t*>(y) + at) = out;
}
