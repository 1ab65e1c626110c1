use tapegrad_nn::LoadProblem;

/// What a count in a file is at most: `2⁵³`, so that `f64` has each of them, or half of what a `usize` holds.
/// Whatever counts on from there comes to no end in the life of a machine.
const MOST: u64 = if usize::BITS < 64 {
    u32::MAX as u64 / 2
} else {
    1 << 53
};

/// A count from a file.
pub(crate) fn saved_count(what: &str, count: u64) -> Result<usize, LoadProblem> {
    match usize::try_from(count) {
        Ok(counted) if count <= MOST => Ok(counted),
        _ => malformed(format!(
            "the number of {what} is {count}; it must be at most {MOST}"
        )),
    }
}

/// A rule that a file does not keep.
pub(crate) fn malformed<V>(reason: String) -> Result<V, LoadProblem> {
    Err(LoadProblem::Malformed { reason })
}
