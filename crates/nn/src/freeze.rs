//! What freezing by name needs.

use tapegrad_autodiff::Element;

use crate::{Module, Name, Role, matches};

/// Says of each parameter whose name matches, statistics apart, whether it is trained; how many match.
pub(crate) fn set_trainable<T: Element>(
    module: &mut (impl Module<T> + ?Sized),
    pattern: &str,
    trainable: bool,
) -> usize {
    let mut count = 0;
    module.visit_mut(Name::root(), &mut |name, param| {
        if param.role != Role::Statistic && matches(pattern, &name.to_string()) {
            param.trainable = trainable;
            count += 1;
        }
    });
    count
}

/// The names that could be meant, the nearest first.
pub(crate) fn nearest<T: Element>(module: &(impl Module<T> + ?Sized), pattern: &str) -> String {
    /// More would hide those that matter.
    const MOST: usize = 8;
    let mut names = Vec::new();
    module.visit(Name::root(), &mut |name, param| {
        if param.role != Role::Statistic {
            names.push(format!("`{name}`"));
        }
    });
    names.sort_by_cached_key(|name| distance(pattern, name.trim_matches('`')));
    let others = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    match (names.is_empty(), others) {
        (true, _) => "none".to_owned(),
        (false, 0) => names.join(", "),
        (false, others) => format!("{} and {others} others", names.join(", ")),
    }
}

/// How many bytes must be put in, left out or replaced to make one text of the other (Levenshtein 1966).
fn distance(from: &str, to: &str) -> usize {
    // Of what was read of `from` to each beginning of `to`.
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (read, a) in from.bytes().enumerate() {
        let mut before = std::mem::replace(&mut row[0], read + 1);
        for (place, b) in to.bytes().enumerate() {
            let replaced = before + usize::from(a != b);
            before = row[place + 1];
            row[place + 1] = replaced.min(before + 1).min(row[place] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("layers.0", "layers.0"), 0);
    }
}
