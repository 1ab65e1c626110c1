//! The part of a space around some of its places.

use super::{Range, Space, Value};
use crate::error;

impl Space {
    /// The part around some places, as the best of a study: what is left to be searched closer.
    ///
    /// | dimension | around |
    /// |---|---|
    /// | numbers, whole or not | from the least to the largest of the places, and on each side `margin` times the former range more (of logarithms, where these are even), within that |
    /// | a choice | the words that one of the places has |
    /// | one that [is](Space::is_active) at none of the places | is gone |
    ///
    /// ```
    /// use tapegrad_tune::Space;
    ///
    /// let space = Space::new()
    ///     .log("lr", 1e-4..=1e0)
    ///     .choice("optimizer", ["sgd", "adam", "lion"])
    ///     .when("optimizer", "sgd", |sgd| sgd.linear("momentum", 0.0..=0.99));
    /// let near = space.around(&[&[0.4, 0.5, 0.1], &[0.5, 0.9, 0.2]], 0.125);
    /// assert_eq!(near.dimensions().len(), 2);                  // without `sgd` there is no momentum
    /// assert_eq!(near.dimensions()[1].range().to_string(), "adam | lion");
    /// let lr = near.values(&[0.0, 0.0]).number("lr");          // 4 decades, from 0.4 − 0.125
    /// assert!((lr / 10_f64.powf(-4.0 + 4.0 * 0.275) - 1.0).abs() < 1e-12);
    /// ```
    ///
    /// # Panics
    /// If there is no place, one is none of the space, or the margin is not from 0 to 1.
    #[track_caller]
    pub fn around(&self, places: &[&[f64]], margin: f64) -> Self {
        error::at_least_one("Space::around", "number of places", places.len());
        if !(0.0..=1.0).contains(&margin) {
            error::setting("Space::around", "margin", margin, "from 0 to 1");
        }
        for place in places {
            self.values(place);
        }
        let mut near = Self::new();
        // Of each dimension its number in the new space, and of each of a choice's words.
        let mut kept: Vec<Option<(usize, Vec<usize>)>> = Vec::new();
        for (number, dimension) in self.dimensions.iter().enumerate() {
            let active = places.iter().filter(|place| self.is_active(number, place));
            let at: Vec<f64> = active.map(|place| place[number]).collect();
            if at.is_empty() {
                kept.push(None);
                continue;
            }
            let (range, words) = part(dimension.range(), &at, margin);
            kept.push(Some((near.dimensions.len(), words)));
            near = near.with(dimension.name(), range);
            let last = near.dimensions.len() - 1;
            for (choice, word) in dimension.conditions() {
                // A place where this dimension is has the choice, and the word.
                if let Some((choice, words)) = &kept[choice]
                    && let Some(word) = words.iter().position(|&kept| kept == word)
                {
                    near.dimensions[last].only_if(*choice, word);
                }
            }
        }
        near
    }
}

/// A range around some coordinates, and of a choice the numbers of the words that are left.
fn part(range: &Range, at: &[f64], margin: f64) -> (Range, Vec<usize>) {
    if let Range::Choice(words) = range {
        let chosen: Vec<_> = at.iter().map(|&u| range.value(u)).collect();
        let left = (0..words.len()).filter(|&n| chosen.contains(&Value::Choice(n)));
        let left: Vec<_> = left.collect();
        let words = left.iter().map(|&n| words[n].clone()).collect();
        return (Range::Choice(words), left);
    }
    let low = at.iter().copied().fold(1.0, f64::min) - margin;
    let high = at.iter().copied().fold(0.0, f64::max) + margin;
    let part = match (range, range.value(low), range.value(high)) {
        (Range::Log { .. }, Value::Number(low), Value::Number(high)) => Range::Log { low, high },
        (Range::LogInteger { .. }, Value::Integer(low), Value::Integer(high)) => {
            Range::LogInteger { low, high }
        }
        (_, Value::Integer(low), Value::Integer(high)) => Range::Integer { low, high },
        (_, Value::Number(low), Value::Number(high)) => Range::Linear { low, high },
        // The values of a range are of one kind, and words were before.
        _ => range.clone(),
    };
    (part, Vec::new())
}
