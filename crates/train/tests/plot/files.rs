//! Files are whole or not there.

use std::fs;
use std::path::PathBuf;

use tapegrad_train::History;
use tapegrad_train::plot::{self, PlotError};

/// An empty folder of a test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tapegrad-plot-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_ending_says_the_format() {
    let folder = folder("endings");
    let figure = plot::lines("x", "y", &[("curve", &[(0.0, 1.0), (1.0, 2.0)])]);
    for (name, expected) in [
        ("a.svg", figure.to_svg().into_bytes()),
        ("a.png", figure.to_png()),
        ("b.PNG", figure.to_png()),
    ] {
        let path = folder.join(name);
        fs::write(&path, "old").unwrap();
        figure.save(&path).unwrap();
        assert!(fs::read(&path).unwrap() == expected, "{name}");
    }
    let page = plot::report(&History::new());
    page.save(folder.join("a.html")).unwrap();
    assert_eq!(
        fs::read_to_string(folder.join("a.html")).unwrap(),
        page.to_html()
    );
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        4,
        "something is left over"
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_cannot_be_written_is_told_and_leaves_nothing() {
    let folder = folder("refusals");
    let figure = plot::lines("x", "y", &[]);
    let page = plot::report(&History::new());
    let shown = |name: &str| folder.join(name).display().to_string();
    for name in ["a.jpg", "svg", "a.svg."] {
        let error = figure.save(folder.join(name)).unwrap_err();
        assert!(matches!(error, PlotError::Ending { .. }));
        assert_eq!(
            error.to_string(),
            format!("{}: the ending must be .svg or .png", shown(name))
        );
    }
    let error = page.save(folder.join("a.svg")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: the ending must be .html", shown("a.svg"))
    );
    let error = figure.save(folder.join("none/a.svg")).unwrap_err();
    assert!(matches!(error, PlotError::NoFolder { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "{}: there is no folder {}; it must be made before",
            shown("none/a.svg"),
            shown("none")
        )
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    fs::create_dir(folder.join("taken.png")).unwrap();
    let error = figure.save(folder.join("taken.png")).unwrap_err();
    assert!(matches!(error, PlotError::Unwritable(_)));
    assert!(error.to_string().contains("taken.png: cannot be written: "));
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    fs::remove_dir_all(folder).unwrap();
}
