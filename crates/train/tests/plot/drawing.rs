//! What stands in a drawing: its elements, where they are, and that they belong together.

/// An element of an SVG: its name, its attributes and the text after it.
pub(crate) struct Element<'s> {
    pub name: &'s str,
    attributes: &'s str,
    pub text: &'s str,
}

impl<'s> Element<'s> {
    pub(crate) fn attribute(&self, name: &str) -> Option<&'s str> {
        let (_, rest) = self.attributes.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        let text = self
            .attribute(name)
            .unwrap_or_else(|| panic!("no {name}: {}", self.attributes));
        text.parse().unwrap_or_else(|_| panic!("{name} is {text}"))
    }

    /// The places of a polyline or polygon, in pixels.
    pub(crate) fn points(&self) -> Vec<[f64; 2]> {
        let places = self.attribute("points").unwrap().split_whitespace();
        let place = |place: &str| {
            let (x, y) = place.split_once(',').unwrap();
            [x, y].map(|x| x.parse::<f64>().unwrap() / 10.0)
        };
        places.map(place).collect()
    }

    /// Places that must be inside of the picture, in tenths of pixels.
    fn corners(&self) -> Vec<[f64; 2]> {
        let number = |name| self.number(name);
        match self.name {
            "rect" => {
                let [x, y] = ["x", "y"].map(number);
                vec![[x, y], [x + number("width"), y + number("height")]]
            }
            "circle" => {
                let [x, y, r] = ["cx", "cy", "r"].map(number);
                vec![[x - r, y - r], [x + r, y + r]]
            }
            "polyline" | "polygon" => self
                .points()
                .iter()
                .map(|[x, y]| [10.0 * x, 10.0 * y])
                .collect(),
            "text" => {
                let [x, y, size] = ["x", "y", "font-size"].map(number);
                // Less than letters take on average.
                let signs = ["lt", "gt", "amp", "quot", "apos"].map(|sign| format!("&{sign};"));
                let text = signs
                    .iter()
                    .fold(self.text.trim().to_owned(), |text, sign| {
                        text.replace(sign, "&")
                    });
                let width = 0.45 * size * text.chars().count() as f64;
                let (before, after) = match self.attribute("text-anchor").unwrap() {
                    "start" => (0.0, width),
                    "middle" => (width / 2.0, width / 2.0),
                    _ => (width, 0.0),
                };
                match self.attribute("transform") {
                    None => vec![[x - before, y], [x + after, y + size]],
                    Some(_) => vec![[x, y - after], [x + size, y + before]],
                }
            }
            _ => Vec::new(),
        }
    }
}

/// The elements, after a check that each is closed.
pub(crate) fn elements(text: &str) -> Vec<Element<'_>> {
    let (mut elements, mut open) = (Vec::new(), Vec::new());
    for piece in text.split('<').skip(1) {
        let (tag, text) = piece
            .split_once('>')
            .unwrap_or_else(|| panic!("never closed: {piece}"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in the wrong order");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        let is_void = tag.ends_with('/') || matches!(name, "meta" | "!doctype");
        if !is_void {
            open.push(name);
        }
        elements.push(Element {
            name,
            attributes: &tag[name.len()..],
            text,
        });
    }
    assert_eq!(open, [""; 0], "never closed");
    elements
}

/// Panics unless all of a drawing is well formed and inside of the picture.
pub(crate) fn check(svg: &str) {
    let elements = elements(svg);
    let picture = &elements[0];
    let sides = ["width", "height"].map(|side| 10.0 * picture.number(side));
    assert_eq!(
        picture.attribute("viewBox"),
        Some(&*format!("0 0 {} {}", sides[0], sides[1]))
    );
    for element in &elements {
        for corner in element.corners() {
            for axis in [0, 1] {
                let is_inside = (0.0..=sides[axis]).contains(&corner[axis]);
                assert!(
                    is_inside,
                    "{} {} {}: {corner:?} is outside",
                    element.name, element.attributes, element.text
                );
            }
        }
        if let Some((_, rest)) = element.text.split_once('&') {
            let (sign, _) = rest.split_once(';').unwrap();
            assert!(
                ["lt", "gt", "amp", "quot", "apos"].contains(&sign),
                "&{sign};"
            );
        }
    }
    assert!(svg.chars().all(|c| c == '\n' || !c.is_control()));
}

/// The curves in the colour of the curve with a number, without what the legend shows.
pub(crate) fn curves(svg: &str, color: &str) -> Vec<Vec<[f64; 2]>> {
    let of_color = |element: &Element<'_>| {
        element.name == "polyline" && element.attribute("stroke") == Some(color)
    };
    let curves = elements(svg).into_iter().filter(of_color);
    let curves: Vec<_> = curves.map(|curve| curve.points()).collect();
    curves.into_iter().skip(1).collect()
}
