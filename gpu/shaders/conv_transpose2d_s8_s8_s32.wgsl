// As conv_transpose2d_s8_s8_s32.cu.
#include prelude.wgsl
#include conv_transpose2d.wgsl

fn element(at: i32) -> i32 {
    return x_i8(at);
}
