use serde_json::Value;

pub(crate) fn pytorch() -> Value {
    serde_json::from_str(include_str!("pytorch.json")).unwrap()
}

pub(crate) fn optax() -> Value {
    serde_json::from_str(include_str!("optax.json")).unwrap()
}

/// The numbers of a list; null is NaN.
pub(crate) fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().unwrap().iter();
    list.map(|number| number.as_f64().unwrap_or(f64::NAN))
        .collect()
}

/// To a relative 1e-12, and to an absolute 1e-15 where PyTorch's recursions end at rounding instead of 0.
pub(crate) fn assert_near(name: &str, ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len(), "{name}");
    for (step, (our, their)) in ours.iter().zip(theirs).enumerate() {
        let off = (our - their).abs();
        assert!(
            off <= 1e-12 * their.abs() || off <= 1e-15,
            "{name}, step {step}: {our} and {their}"
        );
    }
}
