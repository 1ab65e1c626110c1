//! One training step of the two-moons network, on the tape and beside it as straight-line code
//! without a tape.
//!
//! ```text
//! cargo bench --bench step
//! ```

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array1, Array2, Axis, Ix1, Ix2, Zip};
use tapegrad::prelude::*;

const STRENGTH: f32 = 1e-3;

fn network() -> Mlp {
    let penalty = Penalty::l2(f64::from(STRENGTH));
    Mlp::new(&[2, 500, 1])
        .activation(Activation::Relu)
        .seed(1)
        .penalize(0, penalty)
}

/// The same step on the tape.
fn on_the_tape(
    model: &mut Mlp,
    optimizer: &mut Optimizer<Adam>,
    tape: &mut Tape,
    data: &Dataset,
) -> f32 {
    let on = Scope::train(tape);
    let loss = loss::BinaryCrossEntropy::new().mean(model.forward(&on, on.input(&data.x)), &data.y)
        + model.penalty(&on);
    let number = loss.item();
    let gradients = on.backward(loss);
    tape.clear();
    optimizer.step(model, &gradients);
    number
}

/// The floor: the formulas of this one network, written out.
struct StraightLine {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
    /// Adam's averages, for each of the four.
    moments: [[Vec<f32>; 2]; 4],
    steps: i32,
}

impl StraightLine {
    fn new(model: &Mlp) -> Self {
        let weight = |layer: usize| {
            model.layers[layer]
                .weight
                .value
                .to_owned()
                .into_dimensionality::<Ix2>()
                .expect("a matrix")
        };
        let bias = |layer: usize| {
            let bias = model.layers[layer].bias.as_ref().expect("a bias");
            bias.value
                .to_owned()
                .into_dimensionality::<Ix1>()
                .expect("a vector")
        };
        let (w1, b1, w2, b2) = (weight(0), bias(0), weight(1), bias(1));
        let moments =
            [w1.len(), b1.len(), w2.len(), b2.len()].map(|len| [vec![0.0; len], vec![0.0; len]]);
        Self {
            w1,
            b1,
            w2,
            b2,
            moments,
            steps: 0,
        }
    }

    fn step(&mut self, x: &Array2<f32>, y: &Array2<f32>) -> f32 {
        let rows = x.nrows() as f32;
        let mut hidden = x.dot(&self.w1);
        hidden += &self.b1;
        hidden.mapv_inplace(|h| h.max(0.0));
        let mut logits = hidden.dot(&self.w2);
        logits += &self.b2;
        let softplus = |z: f32| z.max(0.0) + (-z.abs()).exp().ln_1p();
        let data_loss = Zip::from(&logits)
            .and(y)
            .fold(0.0, |sum, &z, &y| sum + softplus(z) - y * z)
            / rows;
        let loss = data_loss + STRENGTH * self.w1.fold(0.0, |sum, w| sum + w * w);

        let g = Zip::from(&logits)
            .and(y)
            .map_collect(|&z, &y| (1.0 / (1.0 + (-z).exp()) - y) / rows);
        let g_w2 = hidden.t().dot(&g);
        let mut g_hidden = g.dot(&self.w2.t());
        Zip::from(&mut g_hidden)
            .and(&hidden)
            .for_each(|g, &h| *g = if h > 0.0 { *g } else { 0.0 });
        let mut g_w1 = x.t().dot(&g_hidden);
        g_w1.scaled_add(2.0 * STRENGTH, &self.w1);
        let (g_b1, g_b2) = (g_hidden.sum_axis(Axis(0)), g.sum_axis(Axis(0)));

        self.steps += 1;
        let [m1, m2, m3, m4] = &mut self.moments;
        adam(
            self.steps,
            m1,
            self.w1.as_slice_mut(),
            g_w1.as_standard_layout().as_slice(),
        );
        adam(self.steps, m2, self.b1.as_slice_mut(), g_b1.as_slice());
        adam(
            self.steps,
            m3,
            self.w2.as_slice_mut(),
            g_w2.as_standard_layout().as_slice(),
        );
        adam(self.steps, m4, self.b2.as_slice_mut(), g_b2.as_slice());
        loss
    }
}

fn adam(step: i32, [m, v]: &mut [Vec<f32>; 2], x: Option<&mut [f32]>, g: Option<&[f32]>) {
    let (x, g) = (x.expect("contiguous"), g.expect("contiguous"));
    let unbias = [
        1.0 / (1.0 - 0.9_f32.powi(step)),
        1.0 / (1.0 - 0.999_f32.powi(step)),
    ];
    for (((x, &g), m), v) in x.iter_mut().zip(g).zip(m).zip(v) {
        *m = 0.9 * *m + 0.1 * g;
        *v = 0.999 * *v + 0.001 * g * g;
        *x -= 1e-3 * (*m * unbias[0]) / ((*v * unbias[1]).sqrt() + 1e-8);
    }
}

fn step(criterion: &mut Criterion) {
    let data = data::moons::<f32>(30, 0.2, 1);
    let matrix = |x: &ArcArrayD<f32>| x.to_owned().into_dimensionality::<Ix2>().expect("a matrix");
    let (x, y) = (matrix(&data.x), matrix(&data.y));
    let (mut model, mut optimizer, mut tape) = (network(), Adam::new(1e-3), Tape::new());
    let mut straight = StraightLine::new(&model);
    for _ in 0..20 {
        let losses = [
            on_the_tape(&mut model, &mut optimizer, &mut tape, &data),
            straight.step(&x, &y),
        ];
        assert!(
            (losses[0] / losses[1] - 1.0).abs() < 1e-4,
            "not the same work: {losses:?}"
        );
    }
    let mut group = criterion.benchmark_group("two moons, one step");
    group.bench_function("tapegrad", |bench| {
        bench.iter(|| on_the_tape(&mut model, &mut optimizer, &mut tape, &data));
    });
    group.bench_function("straight-line ndarray", |bench| {
        bench.iter(|| straight.step(&x, &y))
    });
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
