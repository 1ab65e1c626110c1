//! A report as text.

use super::{Report, table};
use crate::plot::learning_curves;

/// Figures are drawn on white, and stay so in the dark.
const STYLE: &str = "\
:root { color-scheme: light dark; --ink: #222; --quiet: #666; --paper: #fff; --line: #ddd; --mark: #fff3cd }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e4e4; --quiet: #a5a5a5; --paper: #191919; --line: #444; --mark: #4a3f12 }
}
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink); background: var(--paper); font: 16px/1.5 sans-serif }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: 4px; font: 13px/1.4 monospace }
figure { margin: 1rem 0; padding: .5rem; background: #fff; border: 1px solid var(--line); border-radius: 4px }
figure svg { display: block; width: 100%; height: auto }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
.best { background: var(--mark); font-weight: bold }
.quiet { color: var(--quiet); text-align: left }
";

/// What stands for the signs of HTML in a text.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Of the controls HTML knows these.
            c if c.is_control() && !matches!(c, '\n' | '\t') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

pub(super) fn text(report: &Report) -> String {
    let title = escaped(&report.title);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    page.push_str("<h2>Diagnosis</h2>\n");
    let findings = report.history.diagnose();
    match findings.is_empty() {
        true => page.push_str("<p>The losses give no reason for a change.</p>\n"),
        false => {
            page.push_str("<ul>\n");
            for finding in findings {
                let finding = escaped(&finding.to_string());
                page.push_str(&format!("<li>{finding}</li>\n"));
            }
            page.push_str("</ul>\n");
        }
    }
    page.push_str("<h2>Figures</h2>\n");
    let curves = learning_curves(&report.history);
    for figure in [&curves].into_iter().chain(&report.figures) {
        page.push_str(&format!("<figure>\n{}</figure>\n", figure.to_svg()));
    }
    page.push_str(&format!(
        "<h2>History</h2>\n{}",
        table::text(&report.history, report.rows)
    ));
    let texts = [("Model", &report.summary), ("Settings", &report.settings)];
    for (heading, text) in texts {
        if let Some(text) = text {
            let text = escaped(text);
            page.push_str(&format!("<h2>{heading}</h2>\n<pre>{text}</pre>\n"));
        }
    }
    page.push_str("</body>\n</html>\n");
    page
}
