use super::graph::{Graph, Rng};
use super::{backends, compare};
use isocortex_model::{DType, TensorType};

/// Random one-node models of each op.
#[test]
fn each_op_alone() {
    let backends = backends();
    for tag in Graph::tags() {
        let (mut rng, mut done) = (Rng(100 + tag as u64), 0);
        for _ in 0..4_000 {
            if done == 150 {
                break;
            }
            let dtype = match tag {
                1 | 2 | 3 | 7 => rng.pick(&[DType::I8, DType::I8, DType::I16]),
                11 | 61 | 62 => DType::I8,
                _ => rng.dtype(),
            };
            let channels = rng.pick(&[1, 2, 3, 4, 7, 16, 20, 32, 67]);
            let shape = [rng.range(1, 11) as u32, rng.range(1, 11) as u32, channels];
            let shape =
                if matches!(tag, 1 | 2 | 7 | 62) { &shape[..] } else { &shape[rng.below(3) as usize..] };
            if let Some(graph) = Graph::new(&[TensorType::new(dtype, shape)]).with(&mut rng, tag) {
                compare(&backends, graph.model, &mut rng, "one op");
                done += 1;
            }
        }
        assert!(done == 150, "op {tag}: {done} models passed the check");
    }
}

/// Random graphs, with values read twice and values that are outputs: what may be fused and what may not.
#[test]
fn graphs() {
    let backends = backends();
    let mut rng = Rng(5);
    for _ in 0..400 {
        let nodes = rng.range(2, 12) as usize;
        let graph = Graph::random(&mut rng, nodes);
        compare(&backends, graph.model, &mut rng, "graph");
    }
}

/// Conv2d, DepthwiseConv2d or MatMul, then Rescale, then Clamp, with each set of outputs.
#[test]
fn tails() {
    let backends = backends();
    let mut rng = Rng(6);
    let mut done = [0; 4];
    while done.iter().any(|&n| n < 40) {
        let shape = [rng.range(1, 8) as u32, rng.range(1, 8) as u32, rng.pick(&[1, 4, 16, 30])];
        let graph = Graph::new(&[TensorType::new(DType::I8, &shape)]);
        let tag = rng.range(1, 3);
        let Some(graph) =
            graph.with(&mut rng, tag).and_then(|g| g.with(&mut rng, 4)).and_then(|g| g.with(&mut rng, 6))
        else {
            continue;
        };
        // 3 is the Clamp; 1 and 2 are stored as soon as they are outputs.
        let kind = rng.below(4) as usize;
        let outputs = [&[3][..], &[3, 1], &[2, 3], &[3, 3, 1, 2]][kind];
        compare(&backends, graph.with_outputs(outputs).model, &mut rng, "tail");
        done[kind] += 1;
    }
}
