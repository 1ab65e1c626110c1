//! State in a checkpoint: what is refused, and that nothing is changed then.

use ndarray::array;
use tapegrad_autodiff::Tape;
use tapegrad_nn::{Dense, LoadProblem, Mlp, Module, Scope, Section};
use tapegrad_optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, Lamb, Lion, Lookahead, Momentum, NAdam, Optimizer,
    RAdam, RmsProp, Rprop, Rule, Sgd, Yogi,
};

fn step<R: Rule>(model: &mut impl Module<f64>, optimizer: &mut Optimizer<R, f64>) {
    let tape = Tape::new();
    let on = Scope::train(&tape);
    let y = model.forward(&on, on.input(array![[1.0, 2.0, 3.0]]));
    let gradients = on.backward(y.square().sum(..));
    optimizer.step(model, &gradients);
}

fn bits(model: &impl Module<f64>) -> Vec<u64> {
    let params = model.parameters();
    let numbers = params.iter().flat_map(|(_, param)| param.value.iter());
    numbers.map(|x| x.to_bits()).collect()
}

/// The state goes to another model of the same names, and the steps after are the same to the bit; also of a
/// parameter that was frozen for a while.
#[test]
fn goes_on_bit_for_bit() {
    fn check<R: Rule>(name: &str, optimizer: Optimizer<R, f64>) {
        let new = || Mlp::<f64>::new(&[3, 2, 1]).seed(4);
        let (mut model, mut optimizer, start) = (new(), optimizer.clone(), optimizer);
        for count in 0..6 {
            model.layers[0].weight.trainable = count != 2;
            step(&mut model, &mut optimizer);
        }
        let (parameters, state) = (Section::of(&model), optimizer.save(&model));
        let (mut other, mut resumed) = (new(), start);
        parameters.load_into(&mut other).unwrap();
        resumed.load(&state, &other).unwrap();
        assert_eq!(resumed.steps(), 6, "{name}");
        for _ in 0..4 {
            step(&mut model, &mut optimizer);
            step(&mut other, &mut resumed);
        }
        assert_eq!(bits(&model), bits(&other), "{name}");
    }
    every_rule!(check);
}

/// What is refused, and the sentence; the optimizer and the model go on as if nothing had been asked.
#[test]
fn what_does_not_fit_changes_nothing() {
    fn refuse<R: Rule>(optimizer: Optimizer<R, f64>, section: &Section) -> String {
        let (mut model, mut optimizer) = (Dense::<f64>::new(3, 1).seed(1), optimizer);
        let (mut other, mut untouched) = (model.clone(), optimizer.clone());
        step(&mut model, &mut optimizer);
        step(&mut other, &mut untouched);
        let problem = optimizer.load(section, &model).unwrap_err().to_string();
        step(&mut model, &mut optimizer);
        step(&mut other, &mut untouched);
        assert_eq!(bits(&model), bits(&other), "{problem}");
        problem
    }
    fn saved<R: Rule>(optimizer: Optimizer<R, f64>, mut model: impl Module<f64>) -> Section {
        let mut optimizer = optimizer;
        step(&mut model, &mut optimizer);
        optimizer.save(&model)
    }
    let layer = || Dense::<f64>::new(3, 1).seed(1);
    let adam = || saved(Adam::new(0.1), layer());
    let rows: [(String, &str); 9] = [
        (
            refuse(Sgd::new(0.1), &adam()),
            "the state in the file is of Adam with mean, square; here it must be of Sgd",
        ),
        (
            refuse(Optimizer::new(Adam::default().amsgrad(), 0.1), &adam()),
            "the state in the file is of Adam with mean, square; here it must be of Adam with mean, square, largest",
        ),
        (
            refuse(Momentum::new(0.1), &saved(RmsProp::new(0.1), layer())),
            "the state in the file is of RmsProp with square; here it must be of Momentum with velocity",
        ),
        (
            refuse(
                AdamW::new(0.1),
                &saved(AdamW::new(0.1), layer().without_bias()),
            ),
            "`bias` is not in the file",
        ),
        (
            refuse(Adam::new(0.1), &saved(Adam::new(0.1), Mlp::new(&[3, 1]))),
            "`layers.0.bias` of the shape [1] is in the file and not in the model",
        ),
        (
            refuse(Adam::new(0.1), &saved(Adam::new(0.1), Dense::new(3, 2))),
            "`weight` has the shape [3, 2] in the file and [3, 1] in the model; they must be equal",
        ),
        (
            refuse(Adam::new(0.1), &adam().convert::<f32>()),
            "`weight.mean` holds f32 in the file and f64 is asked for; `Section::convert` changes the type",
        ),
        (
            refuse(Adam::new(0.1), &{
                let mut section = adam();
                section.set_state_of("Optimizer", 2, &());
                section
            }),
            "the state of Optimizer in the file has version 2; this program reads version 1",
        ),
        (
            refuse(Adam::new(0.1), &Section::of(&layer())),
            "the file is malformed: the state does not say whose it is; it must be of Optimizer",
        ),
    ];
    for (problem, expected) in rows {
        assert_eq!(problem, expected);
    }
    // The types behind the sentences.
    let problem = |section: &Section| Adam::new(0.1).load(section, &layer()).unwrap_err();
    assert!(matches!(
        problem(&saved(Sgd::new(0.1), layer())),
        LoadProblem::OtherKind { .. }
    ));
    assert!(matches!(
        problem(&saved(Adam::new(0.1), Dense::new(3, 2))),
        LoadProblem::Shape { .. }
    ));
}

/// Whatever is left over, told twice or counted too far is refused.
#[test]
fn all_of_a_state_is_known() {
    type Saved = (String, Vec<String>, u64, Vec<(String, u64)>);
    let mut model = Dense::<f64>::new(3, 1).seed(1);
    let mut lookahead = Lookahead::new(Momentum::new(0.1));
    let on = Tape::new();
    let on = Scope::train(&on);
    let y = model.forward(&on, on.input(array![[1.0, 2.0, 3.0]]));
    let gradients = on.backward(y.square().sum(..));
    lookahead.step(&mut model, &gradients);
    let good = lookahead.optimizer.save(&model);
    let with = |change: &dyn Fn(&mut Saved)| {
        let (mut section, mut saved) = (
            good.clone(),
            good.state_of::<Saved>("Optimizer", 1).unwrap(),
        );
        change(&mut saved);
        section.set_state_of("Optimizer", 1, &saved);
        section
    };
    let mut slow = good.clone();
    slow.insert("slow/bias", "slow", [1.0]);
    let mut nonsense = good.clone();
    nonsense.insert("weight.nonsense", "nonsense", [1.0]);
    let mut later = Section::new();
    later.set_state_of("Optimizer", 2, &0.5);
    let most = 1_u64 << 53;
    let rows = [
        (
            nonsense,
            "`weight.nonsense` of the shape [1] is in the file and not in the model".to_owned(),
        ),
        (
            slow,
            "`slow/bias` of the shape [1] is in the file and not in the model".to_owned(),
        ),
        (
            with(&|saved| saved.3[0].1 = 0),
            "`weight.velocity` of the shape [3, 1] is in the file and not in the model".to_owned(),
        ),
        (
            with(&|saved| saved.3.push(("bias".to_owned(), 1))),
            "the file is malformed: the steps of `bias` are told twice".to_owned(),
        ),
        (
            with(&|saved| saved.3[1].1 = 2),
            "the file is malformed: `bias` was in 2 steps; it must be at most all 1".to_owned(),
        ),
        (
            with(&|saved| saved.2 = most + 1),
            format!(
                "the file is malformed: the number of steps is {}; it must be at most {most}",
                most + 1
            ),
        ),
        (
            later,
            "the state of Optimizer in the file has version 2; this program reads version 1"
                .to_owned(),
        ),
    ];
    for (section, expected) in rows {
        let problem = Momentum::new(0.1).load(&section, &model).unwrap_err();
        assert_eq!(problem.to_string(), expected);
    }
    // The most that there can be is counted on from.
    let mut resumed = Momentum::new(0.1);
    let full = with(&|saved| saved.2 = most);
    resumed.load(&full, &model).unwrap();
    step(&mut model, &mut resumed);
    assert_eq!(resumed.steps() as u64, most + 1);
}

/// A state without any step is one, and slots of one name have names of their own.
#[test]
fn before_the_first_step() {
    let model = Dense::<f64>::new(3, 1);
    let section = Momentum::new(0.1).save(&model);
    assert_eq!(section.arrays().count(), 0);
    let mut optimizer = Momentum::new(0.1);
    optimizer.load(&section, &model).unwrap();
    assert_eq!(optimizer.steps(), 0);

    let twice = || Optimizer::new(Momentum::default().then(Momentum::default()), 0.1);
    let (mut model, mut optimizer) = (Dense::<f64>::new(3, 1), twice());
    step(&mut model, &mut optimizer);
    let section = optimizer.save(&model);
    let names: Vec<_> = section.arrays().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "bias.velocity",
            "bias.velocity.1",
            "weight.velocity",
            "weight.velocity.1"
        ]
    );
    twice().load(&section, &model).unwrap();
}
