// As conv2d_s16_s8_s32.cu.
#include prelude.wgsl
#include conv2d_limbs.wgsl

fn element(at: i32) -> i32 {
    return x_i16(at);
}

fn offset() -> i32 {
    return 128;
}
