//! Text in a font that every machine has, as it is part of the program.

use std::convert::Infallible;
use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, ScaleFont, point};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendTextStyle, FontFamily, FontTransform};

/// DejaVu Sans; its licence and what it is made with lie beside it.
static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("font/DejaVuSans-subset.ttf"))
        .expect("the font is part of the program")
});

/// What a program that shows an SVG is to take: the same font if it has it, else one that is not wider.
const FAMILY: &str = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";

/// The first line below a place where letters stand, in sizes of the font, as SVGs of plotters have it.
pub(super) const BASELINE: f64 = 0.76;

fn scaled(size: f64) -> impl ScaleFont<&'static FontRef<'static>> {
    let font = &*FONT;
    // A scale is the height from the lowest to the highest letter; a size is that of the em.
    let em = font.height_unscaled() / font.units_per_em().unwrap_or(2048.0);
    font.as_scaled(PxScale::from(size as f32 * em))
}

/// How far it is from a letter to the next. What the font does not have is an empty box in a bitmap; in a drawing
/// another font may have it, as wide as high.
fn advance(c: char, size: f64) -> f64 {
    let font = scaled(size);
    match font.glyph_id(c) {
        GlyphId(0) => size,
        glyph => f64::from(font.h_advance(glyph)),
    }
}

/// How long a line of text is.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| advance(c, size)).sum()
}

/// The text, or its beginning and `…`, so that it is not longer than `room`.
pub(super) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut beginning: Vec<char> = text.chars().collect();
    while beginning.pop().is_some() {
        let shorter = beginning.iter().collect::<String>().trim_end().to_owned() + "…";
        if width(&shorter, size) <= room {
            return shorter;
        }
    }
    String::new()
}

/// The text in lines that are not longer than `room`, broken at blanks.
pub(super) fn wrapped(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = fitted(word, size, room);
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// What stands for characters that would break an XML file or a line: blanks.
pub(super) fn plain(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}') => {
            ' '
        }
        c => c,
    });
    plain.collect()
}

/// Where a text stands at its place, and in which colour.
pub(super) struct Style {
    pub size: f64,
    pub color: BackendColor,
    pub anchor: HPos,
    /// Whether it runs upwards.
    pub is_upright: bool,
}

/// How plotters' pictures write.
impl BackendTextStyle for Style {
    type FontError = Infallible;

    fn color(&self) -> BackendColor {
        self.color
    }

    /// plotters divides by this factor.
    fn size(&self) -> f64 {
        self.size * 1.24
    }

    fn transform(&self) -> FontTransform {
        match self.is_upright {
            true => FontTransform::Rotate270,
            false => FontTransform::None,
        }
    }

    fn anchor(&self) -> Pos {
        Pos::new(self.anchor, VPos::Top)
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name(FAMILY)
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Infallible> {
        let [width, height] = [width(text, self.size), self.size].map(|x| x.round() as i32);
        Ok(((0, 0), (width, height)))
    }

    fn draw<E, DrawFunc: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        (x, y): BackendCoord,
        mut draw: DrawFunc,
    ) -> Result<Result<(), E>, Infallible> {
        let font = scaled(self.size);
        let mut pen = point(x as f32, y as f32 + (BASELINE * self.size) as f32);
        for c in text.chars() {
            let glyph: Glyph = font.glyph_id(c).with_scale_and_position(font.scale(), pen);
            pen.x += advance(c, self.size) as f32;
            let Some(outline) = font.outline_glyph(glyph) else {
                continue; // a blank
            };
            let corner = outline.px_bounds().min;
            let mut failed = None;
            outline.draw(|x, y, covered| {
                let (x, y) = (corner.x as i32 + x as i32, corner.y as i32 + y as i32);
                let color = BackendColor {
                    alpha: self.color.alpha * f64::from(covered.clamp(0.0, 1.0)),
                    ..self.color
                };
                if failed.is_none() && covered > 0.0 {
                    failed = draw(x, y, color).err();
                }
            });
            if let Some(error) = failed {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }
}
