// What a linear kernel does with a sum before it is stored: as `tail.cuh`.
const SUM_PLAIN = 0;
const SUM_RESCALE = 1;
const TABLE_BEFORE_ADD = 1;
const TABLE_LAST = 2;

struct Tail {
    sum: i32, to: i32,
    offset: i32, zero_point: i32, lo: i32, hi: i32,
    add: i32, from_type: i32,
    multiplier_x: i32, multiplier_r: i32, zero_x: i32, zero_r: i32, shift: i32, add_zero: i32, add_lo: i32, add_hi: i32,
    table: i32,
}

// Element `at` of y, which is in this channel, from its sum.
fn tail_value(at: i32, channel: i32, sum: i32) -> i32 {
    if p.tail.sum == SUM_PLAIN {
        return sum;
    }
    let multiplier = scale_i32(2 * channel);
    let shift = scale_i32(2 * channel + 1);
    var v: i32;
    if p.tail.sum == SUM_RESCALE {
        v = rescaled(sum, multiplier, shift, p.tail.zero_point, p.tail.lo, p.tail.hi);
    } else {
        v = rescaled_f24(sum, multiplier, shift, p.tail.offset, p.tail.zero_point, p.tail.lo, p.tail.hi);
    }
    if p.tail.table == TABLE_BEFORE_ADD {
        v = table_i8(v + 128);
    }
    if p.tail.add != 0 {
        v = added_scaled(v - p.tail.zero_x, p.tail.multiplier_x, residual_typed(p.tail.from_type, at) - p.tail.zero_r,
                         p.tail.multiplier_r, p.tail.shift, p.tail.add_zero, p.tail.add_lo, p.tail.add_hi);
    }
    if p.tail.table == TABLE_LAST {
        v = table_i8(v + 128);
    }
    return v;
}
