//! A row for each schedule and each of its settings.

use tapegrad_optim::Schedule;
use tapegrad_optim::schedule::{
    Cosine, CosineRestarts, Cyclical, Exponential, InverseSqrt, Join, Linear, MultiStep, OneCycle,
    Piecewise, Polynomial, Product, ReduceOnPlateau, Step, Swa, Warmup,
};

pub(crate) struct Row {
    /// As the values are called in `pytorch.json` or `optax.json`.
    pub(crate) name: &'static str,
    /// The file in `src/schedule`, or none.
    pub(crate) file: &'static str,
    pub(crate) schedule: Box<dyn Schedule>,
}

fn row(name: &'static str, file: &'static str, schedule: impl Schedule + 'static) -> Row {
    Row {
        name,
        file,
        schedule: Box::new(schedule),
    }
}

pub(crate) fn table() -> Vec<Row> {
    let falling = Exponential::new(0.3, 0.97);
    let cycle = OneCycle::new(0.3, 200);
    let lines = cycle.linear().rising(0.4);
    let three_lines = cycle.rising(0.45).three_phases().linear();
    let triangles = Cyclical::new(0.01, 0.3, 15).down(5).halving();
    vec![
        row("constant", "", 0.3),
        row("closure", "", |step: usize| 0.3 / (1.0 + step as f64)),
        row("step", "step", Step::new(0.3, 0.5, 30)),
        row("step, every one", "step", Step::new(0.3, 0.97, 1)),
        row(
            "multi-step",
            "multi_step",
            MultiStep::new(0.3, 0.3, &[5, 50, 51, 170]),
        ),
        row(
            "multi-step, none",
            "multi_step",
            MultiStep::new(0.3, 0.3, &[]),
        ),
        row("piecewise", "piecewise", Piecewise::new(0.15).then(20, 0.3)),
        row(
            "piecewise, three",
            "piecewise",
            Piecewise::new(0.3)
                .then(30, 0.15)
                .then(80, 0.015)
                .then(81, 0.03),
        ),
        row("exponential", "exponential", Exponential::new(0.3, 0.98)),
        row("linear, up", "linear", Linear::new(0.075, 0.3, 40)),
        row("linear, down", "linear", Linear::new(0.3, 0.0, 150)),
        row("linear, to a number", "linear", Linear::new(0.3, 0.02, 120)),
        row(
            "polynomial",
            "polynomial",
            Polynomial::new(0.3, 0.0, 150, 2.0),
        ),
        row(
            "polynomial, root",
            "polynomial",
            Polynomial::new(0.3, 0.0, 180, 0.5),
        ),
        row(
            "polynomial, to a number",
            "polynomial",
            Polynomial::new(0.3, 0.02, 120, 3.0),
        ),
        row("cosine", "cosine", Cosine::new(0.3, 0.01, 200)),
        row("cosine, short", "cosine", Cosine::new(0.3, 0.1, 50)),
        row(
            "restarts",
            "cosine_restarts",
            CosineRestarts::new(0.3, 0.0, 17),
        ),
        row(
            "restarts, doubled",
            "cosine_restarts",
            CosineRestarts::new(0.3, 0.01, 10).period_factor(2),
        ),
        row(
            "restarts, tripled",
            "cosine_restarts",
            CosineRestarts::new(0.3, 0.02, 1).period_factor(3),
        ),
        row("cyclical", "cyclical", Cyclical::new(0.01, 0.3, 20)),
        row(
            "cyclical, slow fall",
            "cyclical",
            Cyclical::new(0.01, 0.3, 10).down(25),
        ),
        row("cyclical, halving", "cyclical", triangles),
        row(
            "cyclical, shrinking",
            "cyclical",
            Cyclical::new(0.01, 0.3, 12).shrinking(0.99),
        ),
        row(
            "cyclical, momentum",
            "cyclical",
            Cyclical::new(0.9, 0.8, 15).down(5).halving(),
        ),
        row("one cycle", "one_cycle", cycle),
        row(
            "one cycle, momentum",
            "one_cycle",
            cycle.momentum(0.85, 0.95),
        ),
        row("one cycle, lines", "one_cycle", lines),
        row(
            "one cycle, lines, momentum",
            "one_cycle",
            lines.momentum(0.7, 0.9),
        ),
        row(
            "one cycle, three phases",
            "one_cycle",
            cycle.ends(0.03, 0.0003).three_phases(),
        ),
        row(
            "one cycle, three phases, momentum",
            "one_cycle",
            cycle.three_phases().momentum(0.85, 0.95),
        ),
        row("one cycle, three lines", "one_cycle", three_lines),
        row(
            "one cycle, three lines, momentum",
            "one_cycle",
            three_lines.momentum(0.85, 0.95),
        ),
        row("one cycle, falling", "one_cycle", cycle.rising(0.0)),
        row("one cycle, rising", "one_cycle", cycle.rising(1.0)),
        row(
            "inverse square root",
            "inverse_sqrt",
            InverseSqrt::new(0.3, 25),
        ),
        row(
            "warm-up",
            "warmup",
            Warmup::new(20, Exponential::new(0.3, 0.98)),
        ),
        row(
            "warm-up, initial",
            "warmup",
            Warmup::new(7, Step::new(0.3, 0.8, 9)).initial(0.03),
        ),
        row(
            "warm-up, cosine",
            "warmup",
            Warmup::new(30, Cosine::new(0.3, 0.01, 150)).initial(0.02),
        ),
        row(
            "join",
            "join",
            Join::new(0.03)
                .then(20, Cosine::new(0.3, 0.05, 80))
                .then(100, Step::new(0.3, 0.5, 30)),
        ),
        row(
            "join, three",
            "join",
            Join::new(Linear::new(0.0, 0.3, 20))
                .then(20, 0.3)
                .then(90, Exponential::new(0.3, 0.97)),
        ),
        row(
            "product",
            "product",
            Product::new(
                Product::new(Linear::new(0.1, 1.0, 20), Exponential::new(1.0, 0.98)),
                MultiStep::new(0.3, 0.5, &[60, 120]),
            ),
        ),
        row("swa, at once", "swa", Swa::new(0.3, 0, 0.05, 10)),
        row(
            "swa, at once, linear",
            "swa",
            Swa::new(0.3, 0, 0.05, 10).linear(),
        ),
        row("swa", "swa", Swa::new(falling, 60, 0.02, 25)),
        row(
            "swa, up, linear",
            "swa",
            Swa::new(falling, 60, 0.5, 40).linear(),
        ),
        row("swa, with a jump", "swa", Swa::new(falling, 60, 0.02, 0)),
        row(
            "swa, of one step",
            "swa",
            Swa::new(falling, 1, 0.02, 1).linear(),
        ),
        row("plateau", "reduce_on_plateau", ReduceOnPlateau::new(0.3)),
    ]
}
