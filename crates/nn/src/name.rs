use std::fmt;

/// Where a parameter stands in a model, as visits pass it down; printed as `layers.0.weight`.
///
/// A name is a chain of borrowed parts, so visiting a model at every step makes no strings.
///
/// ```
/// use tapegrad_nn::Name;
///
/// let layers = Name::root().child("layers");
/// let first = layers.index(0);
/// assert_eq!(first.child("weight").to_string(), "layers.0.weight");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    whole: Option<&'a Name<'a>>,
    part: Part<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> Name<'a> {
    /// The name of a whole model, which is empty.
    pub const fn root() -> &'static Name<'static> {
        &Name {
            whole: None,
            part: Part::Field(""),
        }
    }

    /// The part called `field`.
    pub const fn child(&'a self, field: &'a str) -> Self {
        Self {
            whole: Some(self),
            part: Part::Field(field),
        }
    }

    /// The part numbered `index`.
    pub const fn index(&'a self, index: usize) -> Self {
        Self {
            whole: Some(self),
            part: Part::Index(index),
        }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(whole) = self.whole.filter(|whole| whole.whole.is_some()) {
            write!(f, "{whole}.")?;
        }
        match self.part {
            Part::Field(field) => f.write_str(field),
            Part::Index(index) => write!(f, "{index}"),
        }
    }
}
