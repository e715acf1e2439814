// Row t turned by position[t]: the pair (a, b) becomes clamp((a cos - b sin + 2^14) >> 15) and
// clamp((b cos + a sin + 2^14) >> 15): SPEC.md Rope. One thread a pair. The check proved each position in the tables.
//
// Floor: reads and writes each element once, the tables from cache; about 20 operations a pair. Prediction for an
// H100 (3.35 TB/s): half of bandwidth for i8, whose lanes move a byte each, and bandwidth for i32. Not measured.
#include "movement.cuh"

struct Rope {
    int pairs, type, position_type, interleaved;
    int lo, hi;      // of the type
    Divisor half;    // pairs of a row
    Divisor rows;    // T
    Divisor groups;  // of T rows, of a run
};

KERNEL void rope(const void* x, const void* position, const int16_t* cosines, const int16_t* sines, void* y, Rope p) {
    unsigned left = global_index();
    if (left >= static_cast<unsigned>(p.pairs)) return;
    const int i = p.half.split(left);
    const int row = static_cast<int>(left), t = p.rows.split(left), run = static_cast<int>(p.groups.quotient(left));
    const int first = row * p.half.size * 2 + (p.interleaved ? 2 * i : i);
    const int second = first + (p.interleaved ? 1 : p.half.size);
    const int angle = load_typed(position, p.position_type, run * p.rows.size + t) * p.half.size + i;
    // |a cos| <= 2^46.
    const int64_t cosine = cosines[angle], sine = sines[angle];
    const int64_t a = load_typed(x, p.type, first), b = load_typed(x, p.type, second);
    const int64_t half = 1 << 14;
    store_typed(y, p.type, first, clamp_to((a * cosine - b * sine + half) >> 15, p.lo, p.hi));
    store_typed(y, p.type, second, clamp_to((b * cosine + a * sine + half) >> 15, p.lo, p.hi));
}
