//! From numbers to places along an edge of a panel.

use super::number;

/// How numbers are laid out along an axis.
///
/// | | |
/// |---|---|
/// | `Automatic` | logarithmic if all numbers are positive and the largest is at least 100 times the least, else linear |
/// | `Linear` | equal differences are equally far |
/// | `Logarithmic` | equal quotients are equally far; numbers that are not positive are left out, which the picture says |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// As the numbers ask for.
    #[default]
    Automatic,
    /// By differences.
    Linear,
    /// By quotients.
    Logarithmic,
}

/// Numbers beyond are as infinite ones: differences of them overflow.
pub(super) const LARGEST: f64 = 1e300;

/// What an axis shows.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub name: String,
    pub scale: Scale,
    /// Numbers that it reaches in any case.
    pub reaches: Vec<f64>,
    /// Whether it ends at the least and largest number, without a margin.
    pub is_tight: bool,
    /// Whether its numbers are whole, as epochs are.
    pub is_whole: bool,
    /// Names that stand at 0, 1, … in place of numbers.
    pub names: Option<Vec<String>>,
    /// Whether it runs down or to the left.
    pub is_reversed: bool,
    /// Whether 0 stands a decade below the least number of a logarithmic axis.
    pub has_zero: bool,
}

impl Axis {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            scale: Scale::Automatic,
            reaches: Vec::new(),
            is_tight: false,
            is_whole: false,
            names: None,
            is_reversed: false,
            has_zero: false,
        }
    }

    pub(super) fn linear(self) -> Self {
        Self {
            scale: Scale::Linear,
            ..self
        }
    }

    /// With these numbers on it, whatever else is.
    pub(super) fn reaching(self, reaches: impl Into<Vec<f64>>) -> Self {
        Self {
            reaches: reaches.into(),
            ..self
        }
    }

    /// From `from` to `to`, if nothing lies beyond.
    pub(super) fn between(self, from: f64, to: f64) -> Self {
        Self {
            is_tight: true,
            ..self.linear().reaching([from, to])
        }
    }

    pub(super) fn whole(self) -> Self {
        Self {
            is_whole: true,
            ..self.linear()
        }
    }

    /// Laid out for the numbers that are to be shown.
    pub(super) fn range(&self, shown: impl Iterator<Item = f64>) -> Range {
        let all = shown.chain(self.reaches.iter().copied());
        let all: Vec<f64> = all.filter(|x| x.abs() <= LARGEST).collect();
        let of = |least: f64| {
            let some = all.iter().copied().filter(move |x| *x > least);
            some.fold(None, |ends: Option<(f64, f64)>, x| {
                let (from, to) = ends.unwrap_or((x, x));
                Some((from.min(x), to.max(x)))
            })
        };
        let is_logarithmic = match self.scale {
            Scale::Linear => false,
            Scale::Logarithmic => true,
            Scale::Automatic => of(f64::NEG_INFINITY)
                .is_some_and(|(from, to)| from > 0.0 && to.log10() - from.log10() >= 2.0),
        };
        match is_logarithmic {
            true => self.logarithmic(of(0.0), all.contains(&0.0)),
            false => self.by_differences(of(f64::NEG_INFINITY)),
        }
    }

    fn by_differences(&self, ends: Option<(f64, f64)>) -> Range {
        let (mut from, mut to) = ends.unwrap_or((0.0, 1.0));
        let size = from.abs().max(to.abs());
        if to - from <= 1e-9 * size || to - from < 1e-290 {
            let margin = match size {
                _ if self.is_whole => 1.0_f64.max(1e-9 * size),
                size if size < 1e-280 => 1.0,
                size => 0.1 * size,
            };
            (from, to) = (from - margin, to + margin);
        } else if !self.is_tight {
            let margin = 0.05 * (to - from);
            // An axis that begins at 0 says that nothing lies below.
            from -= if from == 0.0 { 0.0 } else { margin };
            to += margin;
        }
        Range {
            from,
            to,
            is_logarithmic: false,
            zero: None,
            is_reversed: self.is_reversed,
        }
    }

    fn logarithmic(&self, ends: Option<(f64, f64)>, has_zero: bool) -> Range {
        let (from, to) = ends.unwrap_or((1.0, 10.0));
        let (mut from, mut to) = (from.log10(), to.log10());
        let margin = if to - from < 1e-9 {
            0.5
        } else {
            0.05 * (to - from)
        };
        let zero = (self.has_zero && has_zero).then_some(from - 1.0);
        from = zero.unwrap_or(from) - margin;
        to += margin;
        Range {
            from,
            to,
            is_logarithmic: true,
            zero,
            is_reversed: self.is_reversed,
        }
    }

    /// Where marks stand, about `count` of them, and what they are called.
    pub(super) fn ticks(&self, range: &Range, count: usize) -> Vec<(f64, String)> {
        let count = count.max(2);
        if let Some(names) = &self.names {
            let stride = names.len().div_ceil(count).max(1);
            let names = names.iter().enumerate().step_by(stride);
            return names
                .map(|(place, name)| (place as f64, name.clone()))
                .collect();
        }
        match range.is_logarithmic {
            true => powers(range, count),
            false => multiples(range, count, self.is_whole),
        }
    }
}

/// The least of `1, 2, 5 · 10ᵏ` that is at least `x`.
fn nice(x: f64) -> f64 {
    let power = number::ten_to(number::magnitude(x));
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| *step >= x * (1.0 - 1e-9));
    step.unwrap_or(x)
}

fn multiples(range: &Range, count: usize, are_whole: bool) -> Vec<(f64, String)> {
    let step = nice((range.to - range.from) / count as f64);
    let step = if are_whole { step.max(1.0) } else { step };
    let (first, last) = ((range.from / step).ceil(), (range.to / step).floor());
    let largest = range.from.abs().max(range.to.abs());
    (0..=(last - first) as usize)
        .map(|place| (first + place as f64) * step)
        .map(|x| (x, number::of_step(x, step, largest)))
        .collect()
}

fn powers(range: &Range, count: usize) -> Vec<(f64, String)> {
    let least = range.zero.map_or(range.from, |zero| zero + 0.5);
    let (first, last) = (least.ceil() as i32, range.to.floor() as i32);
    let decades = (last - first + 1).max(0) as usize;
    let stride = decades.div_ceil(count).max(1);
    let digits: &[f64] = match decades {
        0..=1 => &[1.0, 2.0, 3.0, 5.0],
        decades if count >= 3 * decades => &[1.0, 2.0, 5.0],
        _ => &[1.0],
    };
    let mut marks: Vec<(f64, String)> = match range.zero {
        Some(_) => vec![(0.0, "0".to_owned())],
        None => Vec::new(),
    };
    // Multiples of the power below the first may lie above the least number.
    for power in (first - 1..=last).filter(|power| (power - first) % stride as i32 == 0) {
        for digit in digits {
            let x = digit * number::ten_to(power);
            let name = match digit {
                1.0 => number::power(power),
                _ => number::short(x, 1),
            };
            if (least..=range.to).contains(&x.log10()) {
                marks.push((x, name));
            }
        }
    }
    marks
}

/// The numbers at the ends of an axis, or their logarithms.
#[derive(Clone, Debug)]
pub(super) struct Range {
    from: f64,
    to: f64,
    pub is_logarithmic: bool,
    /// The logarithm in place of that of 0.
    zero: Option<f64>,
    is_reversed: bool,
}

impl Range {
    /// What share of the axis lies before a number, if it can be shown.
    pub(super) fn share(&self, x: f64) -> Option<f64> {
        let along = match self.is_logarithmic {
            false => x,
            true if x > 0.0 => x.log10(),
            true if x == 0.0 => self.zero?,
            true => return None,
        };
        if x.is_nan() || x.abs() > LARGEST {
            return None;
        }
        let share = (along - self.from) / (self.to - self.from);
        let share = share.clamp(0.0, 1.0);
        Some(if self.is_reversed { 1.0 - share } else { share })
    }
}
