// As `depthwise_conv2d.cuh`. The shader gives `element(at)`, an element of x, and `value(index)`, which takes a sum from
// here.
#include parts.wgsl
#include words.wgsl

fn element_count() -> i32 {
    return p.elements * p.parts;
}

// Of element `index % p.elements`, or of a part of it.
fn depthwise_sum(index: i32) -> i32 {
    let at = index % p.elements;
    let c = at % p.c;
    let position = at / p.c;
    let j0 = position % p.ow * p.stride_w - p.left;
    let i0 = position / p.ow % p.oh * p.stride_h - p.top;
    let image = position / p.ow / p.oh * p.h * p.w * p.c;
    let taps = part_of(index / p.elements, p.parts, p.kh * p.kw, 1);

    var sum = bias_i32(c);
    var u = taps.begin / p.kw;
    var v = taps.begin % p.kw;
    for (var tap = taps.begin; tap < taps.end; tap++) {
        let i = i0 + u * p.dilation_h;
        let j = j0 + v * p.dilation_w;
        if i >= 0 && i < p.h && j >= 0 && j < p.w {
            sum += weight_i8(tap * p.c + c) * (element(image + (i * p.w + j) * p.c + c) - p.zero_point);
        }
        v++;
        if v == p.kw {
            v = 0;
            u++;
        }
    }
    return sum;
}
