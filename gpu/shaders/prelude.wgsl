// What the shaders share. Every shader has the name, the pointers and the integers of the `.cu` file of its name:
// each pointer is an array of words, from which the functions made for its name (`x_i8`, `x_i16`, `x_typed`, ...)
// take elements; the struct is `p`. A grid of more than 65,535 blocks is folded in two; blocks past its end do nothing.
//
// No floats, no 64-bit integers, no shift by 32 or more.

// Element types as SPEC.md section 7 numbers them.
const TYPE_I8 = 0;
const TYPE_I16 = 1;
const TYPE_I32 = 2;

// Byte `i` of a word, signed.
fn byte_of(word: u32, i: u32) -> i32 {
    return i32(word << (24u - 8u * i)) >> 24u;
}

// Half `i` of a word, signed.
fn half_of(word: u32, i: u32) -> i32 {
    return i32(word << (16u - 16u * i)) >> 16u;
}

// The low bits of `v` as element `i` of a word of elements of this type.
fn placed(kind: i32, i: u32, v: i32) -> u32 {
    if kind == TYPE_I8 {
        return (u32(v) & 0xffu) << (8u * i);
    }
    if kind == TYPE_I16 {
        return (u32(v) & 0xffffu) << (16u * i);
    }
    return u32(v);
}

// The offset of row-major position `linear` of a tensor with these dimensions, under other strides.
// Unused dimensions are 1.
fn strided_offset(linear: i32, dims: array<i32, 6>, strides: array<i32, 6>) -> i32 {
    var rest = linear;
    var offset = rest % dims[5] * strides[5];
    rest /= dims[5];
    offset += rest % dims[4] * strides[4];
    rest /= dims[4];
    offset += rest % dims[3] * strides[3];
    rest /= dims[3];
    offset += rest % dims[2] * strides[2];
    rest /= dims[2];
    offset += rest % dims[1] * strides[1];
    rest /= dims[1];
    return offset + rest * strides[0];
}
