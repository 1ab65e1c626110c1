//! What the values are in double precision.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::row::Trace;
use super::specification::SPECIFICATION;

static EXPECTED: LazyLock<Expected> = LazyLock::new(|| {
    let text = include_str!("../workloads_expected.json");
    serde_json::from_str(text).expect("workloads_expected.json is as it was")
});

#[derive(Deserialize)]
struct Expected {
    traces: BTreeMap<String, Trace>,
}

/// How far a trace is from the one expected, in parts of how far it may be: at most 1.
///
/// Each value may differ by `trace_rtol` of the expected one, or of 0.01 if that is more.
pub(crate) fn deviation(workload: &str, trace: &Trace) -> f64 {
    let tolerance = SPECIFICATION.workload(workload).trace_rtol;
    let expected = &EXPECTED.traces[workload];
    assert_eq!(
        expected.keys().collect::<Vec<_>>(),
        trace.keys().collect::<Vec<_>>(),
        "values at the same steps"
    );
    let parts = expected
        .iter()
        .map(|(step, &value)| (trace[step] - value).abs() / (tolerance * value.abs().max(1e-2)));
    // NaN is too far as well.
    parts.fold(0.0, |most, part| if part <= most { most } else { part })
}
