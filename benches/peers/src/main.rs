//! Candle on the workloads of `benches/workloads.json`; prints one JSON line.

use std::time::Instant;

use candle_core::{D, DType, Device, Result, Tensor, Var, backprop::GradStore};
use candle_nn::{AdamW, Linear, Module, Optimizer, ParamsAdamW, loss};
use serde_json::{Map, Value, json};

const CPU: &Device = &Device::Cpu;

/// SplitMix64.
struct Stream(u64);

impl Stream {
    fn new(file: &Value, stream: u64) -> Self {
        Self(scramble(file["seed"].as_u64().unwrap() + stream))
    }

    /// In [0, 1).
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        (scramble(self.0) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (-self.uniform()).ln_1p()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn normals(mut self, rows: usize, cols: usize) -> Result<Tensor> {
        let values = (0..rows * cols).map(|_| self.normal()).collect();
        Tensor::from_vec(values, (rows, cols), CPU)
    }
}

fn scramble(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_default()
}

fn count(of: &Value, key: &str) -> usize {
    of[key].as_u64().unwrap() as usize
}

fn sizes(work: &Value) -> Vec<usize> {
    let sizes = work["sizes"].as_array().unwrap();
    sizes.iter().map(|s| s.as_u64().unwrap() as usize).collect()
}

/// The layers, and their variables.
fn network(file: &Value, work: &Value) -> Result<(Vec<Linear>, Vec<Var>)> {
    let sizes = sizes(work);
    let last = sizes.len() - 2;
    let (mut layers, mut vars) = (Vec::new(), Vec::new());
    for (i, pair) in sizes.windows(2).enumerate() {
        let (rows, cols) = (pair[0], pair[1]);
        let relu = work["activation"] == "relu" && i < last;
        let bound = (if relu { 6.0 } else { 3.0 } / rows as f64).sqrt();
        let mut stream = Stream::new(file, 100 + i as u64);
        let values = (0..rows * cols).map(|_| ((2.0 * stream.uniform() - 1.0) * bound) as f32);
        let weight = Tensor::from_vec(values.collect(), (rows, cols), CPU)?;
        let weight = Var::from_tensor(&weight.t()?.contiguous()?)?;
        let bias = Var::zeros(cols, DType::F32, CPU)?;
        layers.push(Linear::new(
            weight.as_tensor().clone(),
            Some(bias.as_tensor().clone()),
        ));
        vars.extend([weight, bias]);
    }
    Ok((layers, vars))
}

/// Inputs and targets, one pair per batch.
fn batches(file: &Value, work: &Value) -> Result<Vec<(Tensor, Tensor)>> {
    let sizes = sizes(work);
    let (width, outputs) = (sizes[0], sizes[sizes.len() - 1]);
    let (batch, batches) = (count(work, "batch"), count(work, "n_batches"));
    let inputs = Stream::new(file, 2).normals(batches * batch, width)?;
    let teacher = Stream::new(file, 1).normals(width, outputs)?;
    let scores = (inputs.matmul(&teacher)? / (width as f64).sqrt())?;
    let targets = match work["loss"].as_str() {
        Some("mse") => scores.tanh()?.to_dtype(DType::F32)?,
        Some("bce") => scores.gt(0.0)?.to_dtype(DType::F32)?,
        _ => scores.argmax(D::Minus1)?,
    };
    let inputs = inputs.to_dtype(DType::F32)?;
    let part = |all: &Tensor, i| all.narrow(0, i * batch, batch)?.copy();
    (0..batches)
        .map(|i| Ok((part(&inputs, i)?, part(&targets, i)?)))
        .collect()
}

type Update = Box<dyn FnMut(&GradStore) -> Result<()>>;

fn optimizer(work: &Value, vars: Vec<Var>) -> Result<Update> {
    let of = &work["optimizer"];
    let (lr, weight_decay) = (number(of, "lr"), number(of, "weight_decay"));
    if of["name"] != "sgd" {
        let (beta1, beta2) = (
            of["betas"][0].as_f64().unwrap(),
            of["betas"][1].as_f64().unwrap(),
        );
        let eps = number(of, "eps");
        let mut adam = AdamW::new(
            vars,
            ParamsAdamW {
                lr,
                beta1,
                beta2,
                eps,
                weight_decay,
            },
        )?;
        return Ok(Box::new(move |gradients| adam.step(gradients)));
    }
    // candle_nn::SGD has neither momentum nor decay.
    let momentum = number(of, "momentum");
    let zeros = |var: Var| Ok((var.as_detached_tensor().zeros_like()?, var));
    let mut state = vars.into_iter().map(zeros).collect::<Result<Vec<_>>>()?;
    Ok(Box::new(move |gradients| {
        for (velocity, var) in &mut state {
            let value = var.as_detached_tensor();
            let gradient = (gradients.get(var).unwrap() + (&value * weight_decay)?)?;
            *velocity = ((&*velocity * momentum)? + gradient)?;
            var.set(&(value - (&*velocity * lr)?)?)?;
        }
        Ok(())
    }))
}

fn forward(layers: &[Linear], tanh: bool, x: &Tensor) -> Result<Tensor> {
    let mut h = layers[0].forward(x)?;
    for layer in &layers[1..] {
        h = layer.forward(&if tanh { h.tanh()? } else { h.relu()? })?;
    }
    Ok(h)
}

/// A step returns the tensor whose mean goes into the trace.
type Step = Box<dyn FnMut() -> Result<Tensor>>;

fn train(file: &Value, work: &Value) -> Result<Step> {
    let (layers, vars) = network(file, work)?;
    let mut update = optimizer(work, vars)?;
    let mut feed = batches(file, work)?.into_iter().cycle();
    let tanh = work["activation"] == "tanh";
    let criterion = match work["loss"].as_str() {
        Some("mse") => loss::mse,
        Some("bce") => loss::binary_cross_entropy_with_logit,
        _ => loss::cross_entropy,
    };
    let penalties: Vec<f64> = match &work["l2"] {
        Value::Array(each) => each.iter().map(|c| c.as_f64().unwrap()).collect(),
        _ => Vec::new(),
    };
    Ok(Box::new(move || {
        let (x, y) = feed.next().unwrap();
        let mut loss = criterion(&forward(&layers, tanh, &x)?, &y)?;
        for (layer, &factor) in layers.iter().zip(&penalties).filter(|(_, c)| **c != 0.0) {
            loss = (loss + (layer.weight().sqr()?.sum_all()? * factor)?)?;
        }
        update(&loss.backward()?)?;
        Ok(loss)
    }))
}

fn infer(file: &Value, work: &Value) -> Result<Step> {
    let (layers, _) = network(file, work)?;
    // Detached, so that no graph is recorded.
    let detached =
        |layer: &Linear| Linear::new(layer.weight().detach(), layer.bias().map(Tensor::detach));
    let layers: Vec<_> = layers.iter().map(detached).collect();
    let mut feed = batches(file, work)?.into_iter().cycle();
    let tanh = work["activation"] == "tanh";
    Ok(Box::new(move || {
        forward(&layers, tanh, &feed.next().unwrap().0)
    }))
}

fn opt(file: &Value, work: &Value) -> Result<Step> {
    let length = count(work, "n_params");
    let normals = |stream| Stream::new(file, stream).normals(length, 1);
    let parameter = Var::from_tensor(&normals(301)?.to_dtype(DType::F32)?)?;
    let gradient = (normals(300)? * 1e-2)?.to_dtype(DType::F32)?;
    // The gradient of the sum of parameter * gradient: a GradStore is made by `backward` only.
    let gradients = (parameter.as_tensor() * gradient)?.sum_all()?.backward()?;
    let mut update = optimizer(work, vec![parameter.clone()])?;
    Ok(Box::new(move || {
        update(&gradients)?;
        Ok(parameter.as_detached_tensor())
    }))
}

fn mean(values: &Tensor, squared: bool) -> Result<f64> {
    let values = values.to_dtype(DType::F64)?.flatten_all()?;
    if squared {
        values.sqr()?.mean_all()?
    } else {
        values.mean_all()?
    }
    .to_scalar()
}

/// Calls `step` for some `seconds`: the steps, the seconds, the median µs per step, and the trace.
fn measure(
    mut step: Step,
    squared: bool,
    seconds: f64,
    traced: &[u64],
) -> Result<Map<String, Value>> {
    let mut trace = Map::new();
    for n in 1..=traced.iter().copied().max().unwrap_or(1) {
        let result = step()?;
        if traced.contains(&n) {
            trace.insert(n.to_string(), mean(&result, squared)?.into());
        }
    }
    let mut timed = |calls: usize| -> Result<f64> {
        let begin = Instant::now();
        for _ in 0..calls {
            step()?;
        }
        Ok(begin.elapsed().as_secs_f64())
    };
    let (mut calls, mut spent) = (1, timed(1)?);
    while spent < seconds / 20.0 {
        calls *= 2;
        spent = timed(calls)?;
    }
    calls = ((calls as f64 * seconds / 20.0 / spent).round() as usize).max(1);
    let (mut chunks, mut total) = (Vec::new(), 0.0);
    while total < seconds || chunks.len() < 3 {
        chunks.push(timed(calls)?);
        total += chunks[chunks.len() - 1];
    }
    let steps = calls * chunks.len();
    chunks.sort_by(f64::total_cmp);
    let median = (chunks[(chunks.len() - 1) / 2] + chunks[chunks.len() / 2]) / 2.0;
    let us_per_step = median / calls as f64 * 1e6;
    let line =
        json!({"steps": steps, "seconds": total, "us_per_step": us_per_step, "trace": trace});
    Ok(line.as_object().unwrap().clone())
}

fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|arg| arg != name).nth(1)
}

fn main() -> Result<()> {
    let name = option("--workload").expect("--workload NAME");
    let seconds = option("--seconds").map_or(5.0, |s| s.parse().expect("--seconds S"));
    let threads: usize = option("--threads").map_or(1, |n| n.parse().expect("--threads N"));
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", threads.to_string()) };

    let file: Value = serde_json::from_str(include_str!("../../workloads.json")).unwrap();
    let work = file["workloads"]
        .get(&name)
        .expect("a workload of benches/workloads.json");
    let traced: Vec<u64> = serde_json::from_value(file["trace_steps"].clone()).unwrap();
    let mut line =
        json!({"peer": "candle", "version": "0.11.1", "workload": name, "threads": threads});
    let step = match work["kind"].as_str() {
        Some("train") => train(&file, work)?,
        Some("infer") => infer(&file, work)?,
        Some("opt") => opt(&file, work)?,
        _ => {
            line["unsupported"] = "candle detaches the gradients that it computes".into();
            println!("{line}");
            return Ok(());
        }
    };
    let squared = work["kind"] == "opt";
    line.as_object_mut()
        .unwrap()
        .extend(measure(step, squared, seconds, &traced)?);
    println!("{line}");
    Ok(())
}
