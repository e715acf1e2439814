// The part of a pool's window that lies inside the image. The shader gives the fields of its struct.
struct Window {
    first: i32,  // the image's channel
    i0: i32, i1: i32, j0: i32, j1: i32,
}

fn window_of(at: i32) -> Window {
    let position = at / p.c;
    let i = position / p.ow % p.oh * p.stride_h - p.top;
    let j = position % p.ow * p.stride_w - p.left;
    let image = position / p.ow / p.oh * p.h * p.w * p.c;
    return Window(image + at % p.c, max(i, 0), min(i + p.kh, p.h), max(j, 0), min(j + p.kw, p.w));
}

// Positions that the mean counts.
fn counted(window: Window) -> i32 {
    return select((window.i1 - window.i0) * (window.j1 - window.j0), p.kh * p.kw, p.count_padding != 0);
}
