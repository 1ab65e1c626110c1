//! Colours that people with any colour vision tell apart.

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Color(pub u8, pub u8, pub u8);

pub(super) const WHITE: Color = Color(255, 255, 255);
pub(super) const INK: Color = Color(34, 34, 34);
pub(super) const QUIET: Color = Color(95, 95, 95);
pub(super) const GRID: Color = Color(228, 228, 228);
/// Where there is no number.
pub(super) const MISSING: Color = Color(190, 190, 190);

/// Of Okabe and Ito (2008), but for black and a yellow that is not seen on white.
const PALETTE: [Color; 6] = [
    Color(0, 114, 178),
    Color(213, 94, 0),
    Color(0, 158, 115),
    Color(204, 121, 167),
    Color(230, 159, 0),
    Color(86, 180, 233),
];

/// How many curves have a colour of their own.
pub(super) const COUNT: usize = PALETTE.len();

/// The colour of the curve or class with this number; after the last comes the first.
pub(super) fn nth(number: usize) -> Color {
    PALETTE[number % PALETTE.len()]
}

impl Color {
    /// The colour at `share` of the way to another.
    pub(super) fn towards(self, other: Self, share: f64) -> Self {
        let between = |a: u8, b: u8| {
            let (a, b) = (f64::from(a), f64::from(b));
            (a + (b - a) * share.clamp(0.0, 1.0)).round() as u8
        };
        Self(
            between(self.0, other.0),
            between(self.1, other.1),
            between(self.2, other.2),
        )
    }

    /// Whether white is easier to read on it than black.
    pub(super) fn is_dark(self) -> bool {
        let [r, g, b] = [self.0, self.1, self.2].map(f64::from);
        0.299 * r + 0.587 * g + 0.114 * b < 140.0
    }
}

/// From white to dark blue, for shares in `[0, 1]`.
pub(super) fn share(share: f64) -> Color {
    match share.is_nan() {
        true => MISSING,
        false => WHITE.towards(Color(0, 68, 120), share),
    }
}

/// From the colour of class 0 over white to that of class 1, for probabilities of class 1.
pub(super) fn probability(p: f64) -> Color {
    match p {
        p if p.is_nan() => MISSING,
        p if p < 0.5 => WHITE.towards(nth(0), 0.75 * (1.0 - 2.0 * p)),
        p => WHITE.towards(nth(1), 0.75 * (2.0 * p - 1.0)),
    }
}
