use super::{given, refused, rule};
use isocortex_model::{DType, Fault, Op, Tensor, ops::TreeEnsemble};

const X: super::Operand<'static> = (DType::I8, &[5, 2], -128, 127);

/// Two trees of three nodes and one, the second's root being node 3, leaves of one number each.
#[derive(Clone)]
struct Forest {
    feature: Vec<i32>,
    children: Vec<i32>,
    roots: Vec<i32>,
    leaves: Vec<i32>,
    bias: Vec<i32>,
}

fn forest() -> Forest {
    Forest {
        feature: vec![0, 1, 1, 0],
        // Node 0 has nodes 1 and 2 below it, so three levels with the leaves.
        children: vec![1, 2, -1, -2, -3, -4, -5, -6],
        roots: vec![0, 3],
        leaves: vec![1, 2, -30, 4, 500, -600],
        bias: vec![7],
    }
}

fn checked(f: Forest) -> Result<super::Given, Fault> {
    let ints = |v: &[i32]| Tensor::i32(&[v.len() as u32], v.to_vec());
    let (n, c) = (f.feature.len() as u32, f.bias.len() as u32);
    let constants = vec![
        ints(&f.feature),
        Tensor::i32(&[n], vec![0; n as usize]),
        Tensor::i32(&[n, 2], f.children),
        ints(&f.roots),
        Tensor::i32(&[f.leaves.len() as u32 / c, c], f.leaves),
        ints(&f.bias),
    ];
    rule(&[X], constants, op())
}

fn op() -> Op {
    Op::TreeEnsemble(TreeEnsemble { feature: 0, threshold: 1, children: 2, roots: 3, leaves: 4, bias: 5 })
}

#[test]
fn interval_and_cost() {
    // 7 − 30 − 600 to 7 + 4 + 500; five rows, two trees, one number each; 16 · (2 + 1) levels a row.
    let bytes = 20 + 10 + 16 + 16 + 32 + 8 + 24 + 4;
    let wanted = given(DType::I32, &[5, 1], (-623, 511), [5 * 2, 5 * 16 * 3, bytes]);
    assert_eq!(checked(forest()), Ok(wanted));
    // Two numbers a leaf: the union over channels.
    let leaves = vec![0, 9, 0, 9, 0, 9, 0, 9, 0, 9, 1, 9];
    let two = Forest { leaves, bias: vec![0, -20], ..forest() };
    let given = checked(two).unwrap();
    assert_eq!((given.interval, given.macs), ((-2, 1), 5 * 2 * 2));
    // A tree that is a leaf has no depth.
    let leaf = Forest { roots: vec![0, -6], children: vec![1, 2, -1, -2, 3, -3, -4, -5], ..forest() };
    assert_eq!(checked(leaf).unwrap().steps, 5 * 16 * 3);
}

#[test]
fn references_are_a_forest() {
    let children = |children: [i32; 8]| Forest { children: children.to_vec(), ..forest() };
    let roots = |roots: &[i32]| Forest { roots: roots.to_vec(), ..forest() };
    for (bad, word) in [
        (children([1, 2, -1, -2, -3, -4, -5, -7]), "no node and no leaf"),
        (children([1, 4, -1, -2, -3, -4, -5, -6]), "no node and no leaf"),
        (children([1, 2, -1, -2, -3, -4, -5, i32::MIN]), "no node and no leaf"),
        (children([1, i32::MAX, -1, -2, -3, -4, -5, -6]), "no node and no leaf"),
        (children([1, 2, -1, -2, -3, -4, -5, -5]), "twice"),
        (children([1, 1, -1, -2, -3, -4, -5, -6]), "twice"),
        (children([1, 2, -1, -2, -3, 3, -5, -6]), "twice"), // a child and a root
        (children([0, 2, -1, -2, -3, -4, -5, -6]), "not after"),
        (children([1, 2, -1, -2, 1, -4, -5, -6]), "not after"),
        (roots(&[0, 0]), "twice"),
        (roots(&[0, -1]), "twice"),
        (roots(&[0, 4]), "no node and no leaf"),
        (roots(&[0]), "nothing before node 3"),
        (roots(&[3]), "nothing before node 0"),
        (Forest { leaves: vec![0; 7], ..forest() }, "some leaf"),
        (Forest { leaves: vec![0; 5], ..forest() }, "no node and no leaf"),
        (Forest { feature: vec![0, 1, 2, 0], ..forest() }, "feature"),
        (Forest { feature: vec![0, 1, -1, 0], ..forest() }, "feature"),
    ] {
        match checked(bad) {
            Ok(given) => panic!("accepted, though {word}: {given:?}"),
            Err(fault) => assert!(fault.to_string().contains(word), "{word}: {fault}"),
        }
    }
}

#[test]
fn sums_are_bounded() {
    // 7 + 30 + m: one leaf of the second tree takes what is left.
    let room = i32::MAX - 37;
    let last = |m| Forest { leaves: vec![1, 2, -30, 4, m, 0], ..forest() };
    assert_eq!(checked(last(room)).unwrap().interval, (7 - 30, 7 + 4 + room));
    assert_eq!(checked(last(room + 1)), Err(Fault::Overflow { channel: 0, reach: 1 << 31 }));
    assert!(checked(last(i32::MIN)).is_err());
}

#[test]
fn shapes() {
    let ints = |shape: &[u32]| Tensor::i32(shape, vec![0; shape.iter().product::<u32>() as usize]);
    let stump = |features: &[u32], children: &[u32], roots: &[u32], leaves: &[u32], bias: &[u32]| {
        vec![ints(features), ints(&[1]), ints(children), ints(roots), ints(leaves), ints(bias)]
    };
    for constants in [
        stump(&[1, 1], &[1, 2], &[1], &[2, 1], &[1]),
        stump(&[2], &[1, 2], &[1], &[2, 1], &[1]),
        stump(&[1], &[2], &[1], &[2, 1], &[1]),
        stump(&[1], &[1, 3], &[1], &[2, 1], &[1]),
        stump(&[1], &[1, 2], &[1, 1], &[2, 1], &[1]),
        stump(&[1], &[1, 2], &[1], &[2], &[1]),
        stump(&[1], &[1, 2], &[1], &[2, 1], &[2]),
    ] {
        refused(&[X], constants, op(), "shape");
    }
}
