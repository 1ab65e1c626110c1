mod layout;
mod legend;
mod panel;
mod plot_area;
mod png;
mod svg;

use std::path::Path;

use crate::error;

pub(super) use panel::{ColorBar, Panel};

use super::{PlotError, Scale};

/// A picture, before it is drawn: what it shows, and how large.
///
/// | | default |
/// |---|---|
/// | [`size`](Figure::size) | 800 × 600, and 270 for each row of panels if there are more than two |
/// | [`title`](Figure::title) | what the picture shows |
/// | [`x_scale`](Figure::x_scale), [`y_scale`](Figure::y_scale) | [`Scale::Automatic`] where numbers may span decades |
///
/// Numbers that cannot be shown are left out, and the picture says how many and why.
///
/// ```
/// use tapegrad_train::plot;
///
/// let figure = plot::lines("step", "loss", &[("mine", &[(1.0, 0.9), (2.0, 0.5), (3.0, f64::NAN)])]).title("A trial");
/// assert!(figure.to_svg().contains("mine: 1 of 3 not shown, being NaN or infinite"));
/// assert_eq!(&figure.size(400, 300).to_png()[1..4], b"PNG");
/// ```
#[derive(Clone, Debug)]
pub struct Figure {
    title: String,
    size: Option<[u32; 2]>,
    columns: usize,
    panels: Vec<Panel>,
    /// Sentences below everything.
    notes: Vec<String>,
}

impl Figure {
    pub(super) fn new(title: impl Into<String>, panels: Vec<Panel>) -> Self {
        let columns = match panels.len() {
            0..=3 => 1,
            _ => 2,
        };
        Self {
            title: title.into(),
            size: None,
            columns,
            panels,
            notes: Vec::new(),
        }
    }

    /// With panels below each other.
    pub(super) fn stacked(self) -> Self {
        Self { columns: 1, ..self }
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With another title; none if it is empty.
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// So many pixels wide and high, from 200 to 4096 each. An SVG is shown in any size, and its letters grow
    /// with it.
    ///
    /// # Panics
    /// If one is outside of that.
    #[track_caller]
    pub fn size(self, width: u32, height: u32) -> Self {
        if [width, height]
            .iter()
            .any(|side| !(200..=4096).contains(side))
        {
            error::figure_size(width, height);
        }
        let size = Some([width, height]);
        Self { size, ..self }
    }

    /// With another scale on the axes to the right of all panels, but for those of names or whole numbers.
    pub fn x_scale(mut self, scale: Scale) -> Self {
        self.panels
            .iter_mut()
            .for_each(|panel| panel.x.rescale(scale));
        self
    }

    /// With another scale on the axes upwards of all panels, but for those of names or whole numbers.
    pub fn y_scale(mut self, scale: Scale) -> Self {
        self.panels
            .iter_mut()
            .for_each(|panel| panel.y.rescale(scale));
        self
    }

    /// The size in pixels.
    pub(super) fn sides(&self) -> [u32; 2] {
        let rows = self.panels.len().div_ceil(self.columns) as u32;
        self.size
            .unwrap_or([800, (270 * rows + 40).clamp(600, 4096)])
    }

    /// The picture as the text of an SVG file.
    pub fn to_svg(&self) -> String {
        svg::text(self)
    }

    /// The picture as the bytes of a PNG file.
    pub fn to_png(&self) -> Vec<u8> {
        png::bytes(self)
    }

    /// Writes the picture to a file, by its ending `.svg` or `.png`, in place of what stood there; the old file
    /// stays until the new one is whole.
    ///
    /// # Errors
    /// If the ending is another, there is no such folder, or the system refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PlotError> {
        let path = path.as_ref();
        let bytes = match PlotError::ending(path, &["svg", "png"])? {
            "svg" => self.to_svg().into_bytes(),
            _ => self.to_png(),
        };
        PlotError::write(path, &bytes)
    }
}
