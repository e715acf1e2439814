// y [rows, n] = tail(bias s32 [n] + the sum of parts s32 [parts, rows, n], wrapping): what a long sum that blocks have
// shared (`parts.cuh`) comes to. A warp a result.
//
// Floor: the bytes of the parts, at most 4 MB a run. Prediction on an H100: 2 to 5 us. Not measured.
#include "tail.cuh"

struct SumParts {
    int results, n, parts;
    Tail tail;
};

KERNEL void sum_parts(const int32_t* parts, const int32_t* bias, const int32_t* scale, const int8_t* table,
                      const void* residual, void* y, SumParts p) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int at = static_cast<int>(blockIdx.x) * 8 + static_cast<int>(threadIdx.x) / 32;
    if (at >= p.results) return;
    int sum = 0;
    for (int part = lane; part < p.parts; part += 32) sum = add_wrapping(sum, parts[part * p.results + at]);
    for (int apart = 16; apart > 0; apart /= 2)
        sum = add_wrapping(sum, WARP_SHUFFLE(sum, static_cast<unsigned>(lane ^ apart)));
    if (lane != 0) return;
    const int channel = at % p.n;
    tail_store(p.tail, TailMemory{scale, table, residual}, y, at, channel, add_wrapping(sum, bias[channel]));
}
