//! A report is one page with all of it.

use tapegrad_nn::{Mlp, Penalty, summary};
use tapegrad_train::{History, plot};

use crate::drawing::elements;
use crate::gallery;

#[test]
fn a_page_has_all_that_it_is_given() {
    let model = Mlp::<f32>::new(&[2, 500, 1]).penalize(0, Penalty::l2(1e-3));
    let history = gallery::history();
    let page = plot::report(&history)
        .title("Two <moons> & \"more\"")
        .summary(&summary(&model))
        .settings("</pre><script>alert('λ')</script>")
        .figure(plot::weight_histograms(&model))
        .rows(5)
        .to_html();
    let elements = elements(&page);
    let count = |name: &str| {
        elements
            .iter()
            .filter(|element| element.name == name)
            .count()
    };
    assert_eq!(
        (count("svg"), count("script"), count("h1"), count("title")),
        (2, 0, 1, 1)
    );
    assert!(page.contains("<h1>Two &lt;moons&gt; &amp; &quot;more&quot;</h1>"));
    assert!(page.contains("&lt;/pre&gt;&lt;script&gt;alert(&#39;λ&#39;)&lt;/script&gt;"));
    assert!(
        page.contains("layers.0  weight [2, 500]") || page.contains("weight [2, 500], bias [500]")
    );
    for finding in history.diagnose() {
        assert!(page.contains(&finding.to_string()));
    }
    assert!(!history.diagnose().is_empty());
    // The last five, that of the least validation loss, and two lines for those between.
    assert_eq!(count("tr"), 1 + 5 + 1 + 2);
    let (epoch, best) = history.best("validation_loss").unwrap();
    assert!(page.contains(&format!("<tr><td>{epoch}</td><td>{}</td>", 10 * epoch)));
    assert!(page.contains(&format!("<td class=\"best\">{best:.5} ★</td>")));
    assert!(
        !page.contains("<td>57</td>")
            && page.contains("<td>96</td>")
            && page.contains("<td>100</td>")
    );
    // Nothing is fetched.
    for reference in ["src=", "href=", "url(", "@import"] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert!(page.contains("prefers-color-scheme: dark"));
}

#[test]
fn a_page_of_nothing_says_so() {
    let page = plot::report(&History::new()).to_html();
    elements(&page);
    assert!(page.contains("Nothing was recorded.") && page.contains("no numbers to show"));
    assert!(page.contains("The losses give no reason for a change."));
}

#[test]
fn names_of_columns_are_text() {
    let mut history = History::new();
    history.record(1, 1, [("<b>", 1.0), ("a\u{7}\"b\"", f64::NAN)]);
    let page = plot::report(&history).to_html();
    elements(&page);
    assert!(page.contains("<th scope=\"col\">&lt;b&gt;</th>") && page.contains("NaN"));
    assert!(!page.contains('\u{7}'));
}

#[test]
fn the_best_of_a_column_is_marked_where_it_is_known() {
    let best = |say: fn(&mut History)| {
        let mut history = History::new();
        say(&mut history);
        for (epoch, number) in [(1, 0.25), (2, 0.75), (3, 0.5)] {
            let names = ["mine", "norm layers.0.weight", "learning_rate", "penalty"];
            history.record(epoch, epoch, names.map(|name| (name, number)));
        }
        let page = plot::report(&history).to_html();
        let marked = page.split("<td class=\"best\">").skip(1);
        let marked = marked.map(|cell| cell.split(' ').next().unwrap().to_owned());
        marked.collect::<Vec<_>>()
    };
    assert_eq!(best(|_| {}), [""; 0]);
    assert_eq!(best(|history| history.larger_is_better("mine")), ["0.75"]);
    assert_eq!(best(|history| history.smaller_is_better("mine")), ["0.25"]);
    let changes_its_mind = |history: &mut History| {
        history.smaller_is_better("mine");
        history.not_judged("mine");
    };
    assert_eq!(best(changes_its_mind), [""; 0]);
}
