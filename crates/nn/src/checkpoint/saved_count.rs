use super::LoadProblem;

/// What a count in a file is at most: `2⁵³`, so that `f64` has each of them, or half of what a `usize` holds.
/// Whatever counts on from there comes to no end in the life of a machine.
const MOST: u64 = if usize::BITS < 64 {
    u32::MAX as u64 / 2
} else {
    1 << 53
};

/// A count from a file, for who saves one: an absurd one is refused before anything counts on from there.
///
/// ```
/// use tapegrad_nn::checkpoint::saved_count;
/// assert_eq!(saved_count("steps", 7)?, 7);
/// let problem = saved_count("steps", u64::MAX).unwrap_err();
/// assert!(problem.to_string().contains("the number of steps is 18446744073709551615"));
/// # Ok::<(), tapegrad_nn::LoadProblem>(())
/// ```
///
/// # Errors
/// [`LoadProblem::Malformed`] if it is above `2⁵³`, or on small machines above half of a `usize`.
pub fn saved_count(what: &str, count: u64) -> Result<usize, LoadProblem> {
    match usize::try_from(count) {
        Ok(counted) if count <= MOST => Ok(counted),
        _ => LoadProblem::malformed(format!(
            "the number of {what} is {count}; it must be at most {MOST}"
        )),
    }
}
