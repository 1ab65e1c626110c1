/// Whether a pattern matches the name of a parameter: `*` stands for any text without a dot, `**` for any
/// text, all else for itself.
///
/// ```
/// use tapegrad_nn::matches;
/// assert!(matches("layers.*.weight", "layers.0.weight"));
/// assert!(!matches("layers.*", "layers.0.weight"));
/// assert!(matches("**.weight", "encoder.layers.0.weight"));
/// ```
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(rest) = name.strip_prefix(before) else {
        return false;
    };
    let (dots, after) = match after.strip_prefix('*') {
        Some(after) => (true, after),
        None => (false, after),
    };
    let stretch = if dots {
        rest
    } else {
        rest.split('.').next().unwrap_or(rest)
    };
    let ends = stretch
        .char_indices()
        .map(|(end, _)| end)
        .chain([stretch.len()]);
    ends.into_iter().any(|end| matches(after, &rest[end..]))
}
