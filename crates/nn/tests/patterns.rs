//! Patterns of names.

use tapegrad_nn::matches;

#[test]
fn what_matches() {
    let table = [
        ("", "", true),
        ("", "a", false),
        ("weight", "weight", true),
        ("weight", "weights", false),
        ("*", "weight", true),
        ("*", "", true),
        ("*", "layers.0", false),
        ("l*s.*.w*", "layers.0.weight", true),
        ("l*s.*.w*", "layers.0.inner.weight", false),
        ("*.*", "a.", true),
        ("**", "layers.0.weight", true),
        ("**", "", true),
        ("layers.**", "layers.0.weight", true),
        ("layers.**", "layers", false),
        ("**weight", "layers.0.weight", true),
        ("**weight", "dead_weight", true),
        ("***", "a.b", true),
        // Any parts, or none.
        ("**.weight", "layers.0.weight", true),
        ("**.weight", "weight", true),
        ("**.weight", "dead_weight", false),
        ("**.weight", "layers.dead_weight", false),
        ("layers.**.weight", "layers.weight", true),
        ("layers.**.weight", "layers.0.inner.weight", true),
        ("layers.**.weight", "layers_weight", false),
        ("layers.**.weight", "layersweight", false),
        ("**.**.weight", "weight", true),
        // Within a part the dot is one.
        ("a**.b", "ab", false),
        ("a**.b", "a.b", true),
        ("a**.b", "ac.d.b", true),
        ("é*", "éa", true),
        ("*é", "è", false),
    ];
    for (pattern, name, expected) in table {
        assert_eq!(matches(pattern, name), expected, "`{pattern}` and `{name}`");
    }
}

/// Many stars on a name that just fails: trying every split would not end.
#[test]
fn no_pattern_takes_long() {
    let name = "a".repeat(1000);
    assert!(!matches(&("**a".repeat(100) + "b"), &name));
    assert!(matches(&"*a".repeat(100), &name));
}
