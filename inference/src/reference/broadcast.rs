//! Operands that broadcast (SPEC.md section 5).

use super::Wide;

/// The elements of an operand, repeated along its dimensions of size 1 to fill `shape`.
pub(super) fn broadcast(x: &Wide, shape: &[usize]) -> impl Iterator<Item = i32> {
    let whole = x.shape == shape;
    (0..shape.iter().product()).map(move |i| {
        if whole {
            return x.data[i];
        }
        // The index of result element i, axis by axis from the innermost, gives the element of x.
        let (mut rest, mut at, mut stride) = (i, 0, 1);
        for (&size, &own) in shape.iter().zip(&x.shape).rev() {
            if own > 1 {
                at += rest % size * stride;
            }
            stride *= own;
            rest /= size;
        }
        x.data[at]
    })
}

/// `y = f(a, b)`, element by element, of two operands that broadcast.
pub(super) fn each(x: &[&Wide], y: &mut Wide, f: impl Fn(i32, i32) -> i32) {
    let (a, b) = (broadcast(x[0], &y.shape), broadcast(x[1], &y.shape));
    for ((y, a), b) in y.data.iter_mut().zip(a).zip(b) {
        *y = f(a, b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_one_is_repeated() {
        let x = Wide::of(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        let wide: Vec<i32> = broadcast(&x, &[2, 2, 3]).collect();
        assert_eq!(wide, [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
        let one = Wide::of(&[1, 1], &[7]);
        assert_eq!(broadcast(&one, &[2, 2]).collect::<Vec<_>>(), [7; 4]);
        let column = Wide::of(&[2, 1], &[7, 8]);
        assert_eq!(broadcast(&column, &[2, 3]).collect::<Vec<_>>(), [7, 7, 7, 8, 8, 8]);
    }
}
