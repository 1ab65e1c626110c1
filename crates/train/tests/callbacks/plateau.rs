//! A plateau that looks at a column.

use tapegrad_optim::schedule::ReduceOnPlateau;
use tapegrad_train::callback::Plateau;

use super::{EPOCHS, Script, Training, folder, network};

#[test]
fn what_is_measured_is_observed() {
    let numbers = [
        Some(3.0),
        None,
        Some(2.0),
        Some(2.0),
        Some(f64::NAN),
        Some(2.5),
        None,
        Some(1.0),
        Some(1.0),
    ];
    assert_eq!(numbers.len(), EPOCHS);
    for is_better_larger in [false, true] {
        let new = || {
            let plateau = ReduceOnPlateau::new(0.5).patience(1).factor(0.5);
            match is_better_larger {
                true => plateau.maximize(),
                false => plateau,
            }
        };
        let (by_hand, mut expected) = (new(), Vec::new());
        for number in numbers {
            expected.push(Some(by_hand.value()));
            number.map(|number| by_hand.observe(number));
        }
        let mut training = Training::new(&folder("plateau"));
        training.plateau = new();
        let plateau = Plateau::new(training.plateau.clone()).monitor("score");
        let mut script = Script::new("score", numbers);
        script.is_better_larger = is_better_larger;
        let training = training.callback(plateau).callback(script);
        let fit = training.run(&mut network(), false).unwrap();
        assert_eq!(fit.history.column("learning_rate"), Some(&expected[..]));
        assert!(expected.last().unwrap() < &Some(0.5));
    }
}

#[test]
fn the_wrong_direction_is_told() {
    let run = |plateau: ReduceOnPlateau, column: &str| {
        let plateau = Plateau::new(plateau).monitor(column);
        let training = Training::new(&folder("direction")).callback(plateau);
        let error = training.run(&mut network(), false).unwrap_err();
        error.to_string()
    };
    let plateau = || ReduceOnPlateau::new(0.5);
    assert_eq!(
        run(plateau(), "validation_accuracy"),
        "the callback Plateau: larger numbers of `validation_accuracy` are better; the plateau must be one that \
         maximizes (`maximize`)"
    );
    assert_eq!(
        run(plateau().maximize(), "loss"),
        "the callback Plateau: smaller numbers of `loss` are better; the plateau must be one that does not maximize"
    );
    assert!(run(plateau(), "penalty").contains("no number of `penalty` is better than another"));
    assert!(run(plateau(), "accuracy").contains("there is no column `accuracy` to monitor"));
}
