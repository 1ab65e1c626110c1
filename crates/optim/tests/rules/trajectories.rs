//! Rules against PyTorch and optax, number for number over 200 steps: `trajectories.json`, made by the script
//! beside it, which says what is stepped.

use std::collections::BTreeMap;

use ndarray::{ArrayD, ShapeBuilder};
use tapegrad_autodiff::Var;
use tapegrad_nn::{GradientMap, Module, Name, Param, Role, Scope};
use tapegrad_optim::{
    AdaGrad, Adadelta, Adam, Adamax, Decay, Lamb, Lion, Momentum, NAdam, Optimizer, RAdam, RmsProp,
    Rprop, Rule, Sgd, Yogi,
};

const STEPS: [usize; 6] = [1, 2, 3, 10, 50, 200];
const DECAY: f64 = 0.1;

/// A matrix, an empty weight, a scalar and a matrix in column-major order.
struct Weights([Param<f64>; 4]);

impl Weights {
    fn new() -> Self {
        let mut start = (0..).map(|i| 1.5 * (1.7 * f64::from(i) + 1.0).sin());
        let mut next = |shape: &[usize]| {
            ArrayD::from_shape_simple_fn(shape, || start.next().expect("it has no end"))
        };
        let mut params =
            [&[2, 1][..], &[0, 3], &[], &[2, 3]].map(|shape| Param::new(Role::Weight, next(shape)));
        let rows = params[3].value.to_owned();
        let mut columns = ArrayD::zeros(vec![2, 3].f());
        columns.assign(&rows);
        params[3].value = columns.into_shared();
        assert!(!params[3].value.is_standard_layout());
        Self(params)
    }

    fn numbers(&self) -> Vec<f64> {
        self.0
            .iter()
            .flat_map(|param| param.value.iter().copied())
            .collect()
    }

    /// The formula is the script's.
    fn gradients(&self, step: usize) -> GradientMap<f64> {
        let sum = self.numbers().iter().sum::<f64>();
        let common = 0.3 * sum / (1.0 + sum * sum).sqrt();
        let mut i = -1.0;
        let mut gradient = |x: f64| {
            i += 1.0;
            let wave = (0.4 + 0.05 * i) * (0.9 * step as f64 + i).cos();
            (0.5 + 0.1 * i) * x / (1.0 + x * x).sqrt() + common + wave
        };
        let mut of = |param: &Param<f64>| {
            let numbers = param.value.iter().map(|x| gradient(*x)).collect();
            let array = ArrayD::from_shape_vec(param.value.shape(), numbers);
            (param.id(), array.expect("a number for each"))
        };
        self.0.iter().map(&mut of).collect()
    }
}

impl Module<f64> for Weights {
    fn forward<'t>(&self, _: &Scope<'t, f64>, x: Var<'t, f64>) -> Var<'t, f64> {
        x
    }
    fn visit<'a>(&'a self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &'a Param<f64>)) {
        let params = self.0.iter().enumerate();
        params.for_each(|(index, param)| f(&at.index(index), param));
    }
    fn visit_mut(&mut self, at: &Name<'_>, f: &mut dyn FnMut(&Name<'_>, &mut Param<f64>)) {
        let params = self.0.iter_mut().enumerate();
        params.for_each(|(index, param)| f(&at.index(index), param));
    }
}

/// The trajectories that were not met yet.
struct Fixture {
    rows: BTreeMap<String, Vec<Vec<f64>>>,
    /// The largest relative difference so far.
    worst: f64,
}

impl Fixture {
    /// Without decay, and with each kind that there is a trajectory of.
    fn check<R: Rule>(&mut self, name: &str, rule: R, lr: f64) {
        self.follow(name, Optimizer::new(rule, lr));
        for (kind, decay) in [
            ("coupled", Decay::coupled(DECAY)),
            ("decoupled", Decay::decoupled(DECAY)),
        ] {
            let name = format!("{name}, {kind}");
            if self.rows.contains_key(&name) {
                self.follow(&name, Optimizer::new(decay.then(rule), lr));
            }
        }
    }

    fn follow<R: Rule>(&mut self, name: &str, mut optimizer: Optimizer<R, f64>) {
        let states = self.rows.remove(name);
        let states = states.unwrap_or_else(|| panic!("there is no trajectory of {name}"));
        assert_eq!(states.len(), STEPS.len());
        let mut weights = Weights::new();
        let (mut last, mut worst) = (0, 0.0_f64);
        for (step, state) in STEPS.into_iter().zip(states) {
            for step in last + 1..=step {
                let gradients = weights.gradients(step);
                optimizer.step(&mut weights, &gradients);
            }
            last = step;
            let numbers = weights.numbers();
            assert_eq!(numbers.len(), state.len());
            for (x, expected) in numbers.into_iter().zip(state) {
                // A weight that happens to cross zero is compared on the scale of a thousandth.
                let off = (x - expected).abs() / expected.abs().max(1e-3);
                assert!(off <= 1e-12, "{name}, step {step}: {x} against {expected}");
                worst = worst.max(off);
            }
        }
        println!("{name}: {worst:.1e}");
        self.worst = self.worst.max(worst);
    }
}

#[test]
fn trajectories_of_200_steps() {
    let rows = serde_json::from_str(include_str!("trajectories.json")).unwrap();
    let mut fixture = Fixture { rows, worst: 0.0 };
    let all = &mut fixture;
    all.check("sgd", Sgd, 0.05);
    let momentum = Momentum::default();
    all.check("momentum", momentum, 0.02);
    all.check(
        "momentum dampening",
        momentum.momentum(0.8).dampening(0.3),
        0.05,
    );
    all.check("nesterov", momentum.momentum(0.8).nesterov(), 0.02);
    let rms_prop = RmsProp::default();
    all.check("rms_prop", rms_prop, 0.005);
    all.check("rms_prop alpha", rms_prop.alpha(0.9).epsilon(1e-3), 0.005);
    all.check("rms_prop centred", rms_prop.centred(), 0.005);
    all.check("rms_prop momentum", rms_prop.momentum(0.7), 0.002);
    let both = rms_prop.alpha(0.98).centred().momentum(0.5);
    all.check("rms_prop centred momentum", both, 0.002);
    let adagrad = AdaGrad::default();
    all.check("adagrad", adagrad, 0.1);
    all.check("adagrad lr_decay", adagrad.lr_decay(0.02), 0.1);
    all.check(
        "adagrad initial",
        adagrad.initial_sum(0.5).epsilon(1e-3),
        0.1,
    );
    let adadelta = Adadelta::default();
    all.check("adadelta", adadelta, 1.0);
    all.check("adadelta rho", adadelta.rho(0.95).epsilon(1e-4), 0.5);
    let adam = Adam::default();
    all.check("adam", adam, 0.01);
    all.check("adam betas", adam.betas(0.8, 0.95).epsilon(1e-3), 0.005);
    all.check("adam amsgrad", adam.betas(0.9, 0.9).amsgrad(), 0.01);
    let adamax = Adamax::default();
    all.check("adamax", adamax, 0.01);
    all.check("adamax betas", adamax.betas(0.8, 0.9).epsilon(1e-2), 0.01);
    let nadam = NAdam::default();
    all.check("nadam", nadam, 0.01);
    all.check("nadam betas", nadam.betas(0.8, 0.95).epsilon(1e-3), 0.005);
    let decaying = nadam.betas(0.98, 0.999).momentum_decay(0.3);
    all.check("nadam momentum_decay", decaying, 0.01);
    all.check("nadam no momentum_decay", nadam.momentum_decay(0.0), 0.01);
    let radam = RAdam::default();
    all.check("radam", radam, 0.02);
    all.check("radam betas", radam.betas(0.8, 0.9).epsilon(1e-3), 0.01);
    all.check("radam short", radam.betas(0.9, 0.6), 0.02);
    // Sizes are in learning rates here, and absolute there.
    let rprop = Rprop::default();
    all.check("rprop", rprop, 0.01);
    all.check("rprop etas", rprop.etas(0.6, 1.5).sizes(0.25, 4.0), 0.02);
    let lion = Lion::default();
    all.check("lion", lion, 0.005);
    all.check("lion betas", lion.betas(0.5, 0.8), 0.01);
    let lamb = Lamb::default();
    all.check("lamb", lamb, 0.01);
    all.check("lamb betas", lamb.betas(0.8, 0.95).epsilon(1e-3), 0.02);
    let yogi = Yogi::default();
    all.check("yogi", yogi, 0.01);
    let other = yogi.betas(0.8, 0.9).epsilon(1e-2).initial(0.1);
    all.check("yogi betas", other, 0.01);
    println!("at most {:.1e}", fixture.worst);
    let left: Vec<_> = fixture.rows.keys().collect();
    assert!(left.is_empty(), "trajectories without a row here: {left:?}");
}
