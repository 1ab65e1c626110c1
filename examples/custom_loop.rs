//! 14: a training loop of your own: all that a `Trainer` does is made of public parts.
//!
//! Here two networks learn in one loop: a teacher from the classes, and a small student from the teacher's
//! probabilities at a raised temperature (Hinton, Vinyals and Dean 2015), beside the same student that learns alone.
//!
//! ```text
//! cargo run --release --example custom_loop
//! ```

use tapegrad::ndarray::Axis;
use tapegrad::nn::random;
use tapegrad::prelude::*;

const EPOCHS: usize = 120;
const TEMPERATURE: f64 = 3.0;

fn main() {
    let (train, test) = data::spirals::<f32>(900, 3, 0.1, 1).split(0.33, 1);
    let network = |width, seed| {
        Mlp::<f32>::new(&[2, width, width, 3])
            .activation(Activation::Relu)
            .seed(seed)
    };
    let (mut teacher, mut student, mut alone) = (network(64, 1), network(10, 2), network(10, 2));
    let [mut of_teacher, mut of_student, mut of_alone] = [0; 3].map(|_| Adam::new(5e-3));
    let (mut tape, mut history, mut number) = (Tape::new(), History::new(), 0);
    let seeds = random::derive_named(1, "step");

    for epoch in 0..EPOCHS {
        for batch in train.batches(32, 1, epoch) {
            let seed = random::derive(seeds, number);
            number += 1;
            let loss = loss::CrossEntropy::new();

            let on = Scope::train(&tape).seed(seed);
            let gradients =
                on.backward(loss.mean(teacher.forward(&on, on.input(&batch.x)), &batch.y));
            tape.clear();
            of_teacher.step(&mut teacher, &gradients.clip_norm(1.0));

            // What the teacher thinks of the batch now, softened.
            let softened = {
                let on = Scope::eval(&tape);
                let logits = teacher.forward(&on, on.input(&batch.x));
                (logits / TEMPERATURE).softmax(-1).value()
            };
            tape.clear();
            let on = Scope::train(&tape).seed(seed);
            let logits = student.forward(&on, on.input(&batch.x));
            let distilled = loss.mean(logits / TEMPERATURE, &softened) * TEMPERATURE.powi(2);
            let gradients = on.backward(0.5 * distilled + 0.5 * loss.mean(logits, &batch.y));
            tape.clear();
            of_student.step(&mut student, &gradients.clip_norm(1.0));

            let on = Scope::train(&tape).seed(seed);
            let gradients =
                on.backward(loss.mean(alone.forward(&on, on.input(&batch.x)), &batch.y));
            tape.clear();
            of_alone.step(&mut alone, &gradients.clip_norm(1.0));
        }
        let accuracy =
            |model: &Mlp| metric::Accuracy::new().of(model.predict(&test.x), &test.y, None);
        history.record(
            epoch + 1,
            of_teacher.steps(),
            [
                ("teacher", accuracy(&teacher)),
                ("student", accuracy(&student)),
                ("alone", accuracy(&alone)),
            ],
        );
    }
    println!("test accuracy, means of ten epochs:");
    println!(
        "{:>6} {:>9} {:>9} {:>9}",
        "epoch", "teacher", "student", "alone"
    );
    let means = |name: &str| -> Vec<f64> {
        let values: Vec<f64> = history.points(name).map(|(_, value)| value).collect();
        values
            .chunks(10)
            .map(|ten| ten.iter().sum::<f64>() / ten.len() as f64)
            .collect()
    };
    let [of_teacher, of_student, of_alone] = ["teacher", "student", "alone"].map(means);
    for (tenth, means) in of_teacher
        .iter()
        .zip(&of_student)
        .zip(&of_alone)
        .enumerate()
    {
        let ((teacher, student), alone) = means;
        println!(
            "{:6} {teacher:9.3} {student:9.3} {alone:9.3}",
            10 * (tenth + 1)
        );
    }
    let sizes = [&teacher, &student].map(|model| model.parameter_count());
    println!(
        "the teacher has {} parameters, the student {}",
        sizes[0], sizes[1]
    );
    assert_eq!(test.x.len_of(Axis(0)), test.rows());
}
