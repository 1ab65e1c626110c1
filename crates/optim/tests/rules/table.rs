//! The one list of all rules.

use tapegrad_optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, Lamb, Lion, Momentum, NAdam, Optimizer, RAdam, RmsProp,
    Rprop, Rule, Sgd, Yogi,
};

/// Calls `$check(name, optimizer)` with every rule and variant.
macro_rules! every_rule {
    ($check:expr) => {
        $check("sgd", Sgd::new(0.05));
        $check("momentum", Momentum::new(0.02));
        $check(
            "momentum dampening",
            Optimizer::new(Momentum::default().dampening(0.5), 0.04),
        );
        $check(
            "nesterov",
            Optimizer::new(Momentum::default().nesterov(), 0.02),
        );
        $check("rms_prop", RmsProp::new(0.01));
        $check(
            "rms_prop centred",
            Optimizer::new(RmsProp::default().centred(), 0.01),
        );
        $check(
            "rms_prop momentum",
            Optimizer::new(RmsProp::default().momentum(0.5), 0.005),
        );
        $check(
            "rms_prop centred momentum",
            Optimizer::new(RmsProp::default().centred().momentum(0.5), 0.005),
        );
        $check("adagrad", AdaGrad::new(0.2));
        $check(
            "adagrad lr_decay initial",
            Optimizer::new(AdaGrad::default().lr_decay(1e-3).initial_sum(0.1), 0.4),
        );
        $check("adadelta", Adadelta::new(1.0));
        $check("adam", Adam::new(0.02));
        $check(
            "adam amsgrad",
            Optimizer::new(Adam::default().amsgrad(), 0.01),
        );
        $check("adamw", AdamW::new(0.02));
        $check("adamax", Adamax::new(0.02));
        $check("nadam", NAdam::new(0.02));
        $check("radam", RAdam::new(0.02));
        $check(
            "radam short",
            Optimizer::new(RAdam::default().betas(0.9, 0.6), 0.02),
        );
        $check("lion", Lion::new(0.002));
        $check("lamb", Lamb::new(0.005));
        $check("yogi", Yogi::new(0.02));
        $check(
            "yogi from 0",
            Optimizer::new(Yogi::default().initial(0.0), 0.01),
        );
        $check("rprop", Rprop::new(3e-4));
        $check(
            "rprop bounded",
            Optimizer::new(Rprop::default().sizes(1e-4, 1.0), 0.004),
        );
        $check(
            "then",
            Optimizer::new(
                Momentum::default().momentum(0.5).then(Adam::default()),
                0.01,
            ),
        );
    };
}

/// What is checked of every rule that is not excepted below.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Property {
    /// A weight is stepped as if it were alone.
    Elementwise,
    /// A weight that is 0 and has no gradient stays.
    KeepsZeros,
    /// Under a proximal penalty weights settle, some of them at 0.
    Proximal,
    /// A proximal penalty moves a weight without any gradient by a few learning rates at most.
    Bounded,
    /// Its direction depends on the size of the gradient.
    Smooth,
}

const SIGN: &str = "a sign has the derivative 0";

/// What does not hold for a rule, and why.
const EXCEPTIONS: [(Property, &str, &str); 7] = [
    (Property::Smooth, "lion", SIGN),
    (Property::Smooth, "rprop", SIGN),
    (Property::Smooth, "rprop bounded", SIGN),
    (
        Property::Elementwise,
        "lamb",
        "it is scaled by norms of the whole parameter",
    ),
    (
        Property::KeepsZeros,
        "yogi",
        "its mean starts above 0, as optax's",
    ),
    (
        Property::Proximal,
        "rprop",
        "a weight that a penalty holds has a gradient that stays, so that its size grows without use",
    ),
    (
        Property::Bounded,
        "rprop",
        "the common bound is that of the largest size, 5000 learning rates",
    ),
];

impl Property {
    /// Whether it is claimed of a rule.
    pub(crate) fn holds(self, rule: &str) -> bool {
        let excepted = |(of, whom, _): &(Self, &str, &str)| *of == self && *whom == rule;
        !EXCEPTIONS.iter().any(excepted)
    }
}

/// Every rule in `src/rule.rs` has a row, and every exception is one of a row.
#[test]
fn no_rule_is_missing() {
    let mut rows = Vec::new();
    fn row<R: Rule>(name: &str, _: Optimizer<R, f64>, rows: &mut Vec<String>) {
        rows.push(format!("{name} {}", std::any::type_name::<R>()));
    }
    every_rule!(|name, optimizer| row(name, optimizer, &mut rows));
    for (_, rule, _) in EXCEPTIONS {
        assert!(rows.iter().any(|row| row.starts_with(&format!("{rule} "))));
    }
    let source = include_str!("../../src/rule.rs");
    let named = source.lines().filter_map(|line| {
        let (module, rule) = line.strip_prefix("pub use ")?.split_once("::")?;
        Some((module, rule.strip_suffix(';')?))
    });
    let mut count = 0;
    for (module, rule) in named {
        let has = |row: &&String| {
            // A decay by default is no type: then the row has the name of the file.
            row.contains(&format!("::{rule}")) || row.starts_with(&format!("{module} "))
        };
        assert!(rows.iter().any(|row| has(&row)), "{rule} has no row");
        count += 1;
    }
    assert!(count >= 15, "the source was not understood: {count} rules");
}
