// As conv2d_s8_s8_s32.cu.
#include linear.wgsl
#include tile.wgsl

@group(0) @binding(7) var<storage, read> p: Conv;

struct Conv {
    rows: i32, o: i32, ldw: i32,
    h: i32, w: i32, c: i32, oh: i32, ow: i32, kh: i32, kw: i32,
    stride_h: i32, stride_w: i32, dilation_h: i32, dilation_w: i32, top: i32, left: i32,
    zero_point: i32, parts: i32,
    tail: Tail,
}

struct Row {
    image: i32,
    i: i32, j: i32,  // the window's corner, which may lie outside the image
}

fn rows() -> i32 {
    return p.rows;
}

fn columns() -> i32 {
    return p.o;
}

fn row_at(m: i32) -> Row {
    let position = m % (p.oh * p.ow);
    return Row(m / (p.oh * p.ow) * p.h * p.w * p.c, position / p.ow * p.stride_h - p.top,
               position % p.ow * p.stride_w - p.left);
}

// Where byte k of the row lies, or -1 outside the image.
fn find(row: Row, k: i32) -> i32 {
    let window = k / p.c;
    let i = row.i + window / p.kw * p.dilation_h;
    let j = row.j + window % p.kw * p.dilation_w;
    if i < 0 || i >= p.h || j < 0 || j >= p.w {
        return -1;
    }
    return row.image + (i * p.w + j) * p.c + k % p.c;
}

fn row_word(row: Row, k: i32) -> u32 {
    let size = p.kh * p.kw * p.c;
    if p.c % 4 == 0 {
        if k >= size {
            return 0u;
        }
        let at = find(row, k);
        if at < 0 {
            return (u32(p.zero_point) & 0xffu) * 0x01010101u;
        }
        return x[at / 4];
    }
    var bytes = 0u;
    for (var i = 0; i < 4 && k + i < size; i++) {
        let at = find(row, k + i);
        var v = p.zero_point;
        if at >= 0 {
            v = x_i8(at);
        }
        bytes |= placed(TYPE_I8, u32(i), v);
    }
    return bytes;
}
