//! How transforms are written to a section: what is `f64` for both element types in the state, numbers of the
//! element type in arrays.

use tapegrad_autodiff::{ArcArrayD, Element};
use tapegrad_nn::{LoadProblem, Section};

/// Of this layout, for every transform.
const VERSION: u32 = 1;

/// A section that says whose it is, with numbers.
pub(super) fn section(kind: &str, numbers: &[f64]) -> Section {
    let mut section = Section::new();
    section.set_state_of(kind, VERSION, numbers);
    section
}

/// The numbers of a section of this kind, all finite.
pub(super) fn numbers(section: &Section, kind: &str) -> Result<Vec<f64>, LoadProblem> {
    let numbers: Vec<f64> = section.state_of(kind, VERSION)?;
    if numbers.iter().all(|x| x.is_finite()) {
        return Ok(numbers);
    }
    Err(malformed("a number is not finite".to_owned()))
}

/// The array with one axis called `name`, all finite, of this length if one is given.
pub(super) fn list<T: Element>(
    section: &Section,
    name: &str,
    length: Option<usize>,
) -> Result<Vec<T>, LoadProblem> {
    let array = finite::<T>(section, name)?;
    let length = length.unwrap_or(array.len());
    if array.shape() != [length] {
        return Err(LoadProblem::Shape {
            name: name.to_owned(),
            file: array.shape().to_vec(),
            model: vec![length],
        });
    }
    Ok(array.iter().copied().collect())
}

/// The array called `name`, all finite.
pub(super) fn finite<T: Element>(
    section: &Section,
    name: &str,
) -> Result<ArcArrayD<T>, LoadProblem> {
    let array = section.array::<T>(name)?;
    if array.iter().all(|x| x.is_finite()) {
        return Ok(array);
    }
    Err(malformed(format!(
        "`{name}` holds a number that is not finite"
    )))
}

pub(super) fn malformed(reason: String) -> LoadProblem {
    LoadProblem::Malformed { reason }
}
