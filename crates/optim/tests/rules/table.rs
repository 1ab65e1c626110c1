//! The one list of all rules.

/// Calls `$check(name, optimizer)` with every rule and variant.
macro_rules! every_rule {
    ($check:expr) => {
        $check("sgd", Sgd::new(0.05));
        $check("momentum", Momentum::new(0.02));
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
        $check("adam", Adam::new(0.02));
        $check(
            "adam amsgrad",
            Optimizer::new(Adam::default().amsgrad(), 0.02),
        );
        $check("adamw", AdamW::new(0.02));
    };
}
