// What element-wise kernels share: groups of neighbouring elements, operands that broadcast, scales.
//
// A thread owns GROUP neighbouring elements, so that i8 moves in words of 4 bytes and i32 in words of 16. Memory
// begins at a multiple of 16 bytes, and so do groups of i32.
#pragma once
#include "rounding.cuh"

constexpr int GROUP = 4;

// The elements of one thread: `count`, from 0 to GROUP, from `at` on.
struct Span {
    int at, count;
};

__device__ inline Span owned_span(int elements) {
    const unsigned at = global_index() * GROUP, end = static_cast<unsigned>(elements);
    const unsigned left = at < end ? end - at : 0;
    return {static_cast<int>(at), static_cast<int>(left < GROUP ? left : GROUP)};
}

struct alignas(8) TwoWords {
    int word[2];
};
struct alignas(16) FourWords {
    int word[4];
};

// A whole group; `at` is a multiple of GROUP.
__device__ inline void load_group(const void* x, int type, int at, int (&v)[GROUP]) {
    if (type == TYPE_I8) {
        const unsigned word = static_cast<unsigned>(load_word(static_cast<const int8_t*>(x) + at));
#pragma unroll
        for (int i = 0; i < GROUP; ++i) v[i] = static_cast<int8_t>(word >> (8 * i));
    } else if (type == TYPE_I16) {
        const TwoWords words = *reinterpret_cast<const TwoWords*>(static_cast<const int16_t*>(x) + at);
#pragma unroll
        for (int i = 0; i < GROUP; ++i)
            v[i] = static_cast<int16_t>(static_cast<unsigned>(words.word[i / 2]) >> (16 * (i % 2)));
    } else {
        const FourWords words = *reinterpret_cast<const FourWords*>(static_cast<const int32_t*>(x) + at);
#pragma unroll
        for (int i = 0; i < GROUP; ++i) v[i] = words.word[i];
    }
}

__device__ inline void store_group(void* y, int type, int at, const int (&v)[GROUP]) {
    if (type == TYPE_I8) {
        int word = 0;
#pragma unroll
        for (int i = 0; i < GROUP; ++i) word |= byte_at(static_cast<int8_t>(v[i]), i);
        *reinterpret_cast<int*>(static_cast<int8_t*>(y) + at) = word;
    } else if (type == TYPE_I16) {
        TwoWords words;
#pragma unroll
        for (int i = 0; i < 2; ++i)
            words.word[i] = static_cast<int>((static_cast<unsigned>(v[2 * i]) & 0xffff) |
                                             static_cast<unsigned>(v[2 * i + 1]) << 16);
        *reinterpret_cast<TwoWords*>(static_cast<int16_t*>(y) + at) = words;
    } else {
        FourWords words;
#pragma unroll
        for (int i = 0; i < GROUP; ++i) words.word[i] = v[i];
        *reinterpret_cast<FourWords*>(static_cast<int32_t*>(y) + at) = words;
    }
}

// What is missing of a span that is not full is 0.
__device__ inline void load_span(const void* x, int type, Span span, int (&v)[GROUP]) {
    if (span.count == GROUP) return load_group(x, type, span.at, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i) v[i] = i < span.count ? load_typed(x, type, span.at + i) : 0;
}

__device__ inline void store_span(void* y, int type, Span span, const int (&v)[GROUP]) {
    if (span.count == GROUP) return store_group(y, type, span.at, v);
#pragma unroll
    for (int i = 0; i < GROUP; ++i)
        if (i < span.count) store_typed(y, type, span.at + i, v[i]);
}

// Where operands that broadcast lie. The result's index is taken apart by `sizes`, the innermost first; what is
// left after `depth` of them is the last index. `strides` are each operand's own, 0 where it is repeated; the
// innermost is 0 or 1. Bit i of `dense` says that operand i has the result's shape, and so the result's index.
template <int OPERANDS>
struct Broadcast {
    int depth, dense;
    int sizes[6], strides[OPERANDS][7];

    template <int OPERAND>
    __device__ void load(const void* x, int type, Span span, int (&v)[GROUP]) const {
        if (dense >> OPERAND & 1) return load_span(x, type, span, v);
        // Where the innermost size is a multiple of GROUP a span is full, lies in one run of that size, and begins in
        // the operand at a multiple of GROUP too, for all other strides are multiples of the size, or 0.
        if (sizes[0] % GROUP == 0 && strides[OPERAND][0] == 1 && span.count > 0)
            return load_group(x, type, offset<OPERAND>(span.at), v);
        int at = span.at, from = 0;
#pragma unroll
        for (int i = 0; i < GROUP; ++i, ++at) {
            if (i == 0 || sizes[0] % GROUP != 0) from = offset<OPERAND>(at);
            v[i] = i < span.count ? load_typed(x, type, from) : 0;
        }
    }

    template <int OPERAND>
    __device__ int offset(int at) const {
        int result = 0, last = strides[OPERAND][0];
#pragma unroll
        for (int d = 0; d < 6; ++d) {
            if (d >= depth) continue;
            result += at % sizes[d] * strides[OPERAND][d];
            at /= sizes[d];
            last = strides[OPERAND][d + 1];
        }
        return result + at * last;
    }
};

// Multiplier and shift of each element of a span, by the index of the last dimension, or one for all. `channels`
// divides the number of elements, so a span with `channels` a multiple of GROUP is full.
__device__ inline void load_scales(const int32_t* multiplier, const int8_t* shift, int channels, int at,
                                   int (&m)[GROUP], int (&s)[GROUP]) {
    int channel = channels == 1 ? 0 : at % channels;
    if (channels % GROUP == 0) {
        load_group(multiplier, TYPE_I32, channel, m);
        load_group(shift, TYPE_I8, channel, s);
        return;
    }
#pragma unroll
    for (int i = 0; i < GROUP; ++i) {
        m[i] = multiplier[channel];
        s[i] = shift[channel];
        if (++channel == channels) channel = 0;
    }
}
