// As batch_matmul_s16_s8_s32.cu.
#include prelude.wgsl
#include batch_matmul_s32.wgsl

fn a_element(at: i32) -> i32 {
    return a_i16(at);
}

fn b_element(at: i32) -> i32 {
    return b_i8(at);
}
