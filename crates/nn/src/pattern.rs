/// Whether a pattern matches the name of a parameter: `*` stands for any text without a dot, `**` for any
/// text, a part `**.` for any parts or none, all else for itself.
///
/// ```
/// use tapegrad_nn::matches;
/// assert!(matches("layers.*.weight", "layers.0.weight"));
/// assert!(!matches("layers.*", "layers.0.weight"));
/// assert!(matches("**.weight", "encoder.layers.0.weight"));
/// assert!(matches("**.weight", "weight"));
/// ```
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    // Whether what was read of the pattern matches the name up to each place: no text is tried twice.
    let mut ends = vec![false; name.len() + 1];
    ends[0] = true;
    let mut read = 0;
    while let Some(&symbol) = pattern.get(read) {
        let left = &pattern[read..];
        let begins_part = read == 0 || pattern[read - 1] == b'.';
        if begins_part && left.starts_with(b"**.") {
            read += 3;
            let mut before = false;
            for (place, end) in ends.iter_mut().enumerate() {
                let here = *end;
                *end |= before && name[place - 1] == b'.';
                before |= here;
            }
        } else if left.starts_with(b"**") {
            read += 2;
            for place in 1..ends.len() {
                ends[place] |= ends[place - 1];
            }
        } else if symbol == b'*' {
            read += 1;
            for place in 1..ends.len() {
                ends[place] |= ends[place - 1] && name[place - 1] != b'.';
            }
        } else {
            read += 1;
            for place in (1..ends.len()).rev() {
                ends[place] = ends[place - 1] && name[place - 1] == symbol;
            }
            ends[0] = false;
        }
    }
    ends[name.len()]
}
