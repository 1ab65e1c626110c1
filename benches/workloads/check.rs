use super::specification::{NAMES, SPECIFICATION};
use super::{expected, floor, row, tape};

/// Asserts that every workload gives the values expected, on the tape and by hand.
pub(crate) fn all() {
    for name in NAMES {
        let work = SPECIFICATION.workload(name);
        for (peer, mut work) in [
            ("tapegrad", tape::build(work)),
            ("floor", floor::build(work)),
        ] {
            let trace = row::trace(&mut *work);
            let deviation = expected::deviation(name, &trace);
            println!("{name:8}{peer:9} {deviation:.4} of what is tolerated");
            assert!(deviation <= 1.0, "{peer} of {name}: {trace:?}");
        }
    }
}
