//! Numbers as pictures write them.

/// With about `digits` digits that count: `0.0123`, `1234`, `1.2e-7`.
pub(super) fn short(x: f64, digits: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return x
            .abs()
            .to_string()
            .replace("inf", if x < 0.0 { "−∞" } else { "∞" });
    }
    let magnitude = magnitude(x);
    let text = match magnitude {
        -4..=5 => {
            let decimals = digits as i32 - 1 - magnitude;
            format!("{x:.*}", decimals.max(0) as usize)
        }
        _ => format!("{x:.*e}", digits.saturating_sub(1)),
    };
    signed(&trimmed(&text))
}

/// As `short`, with as many digits more as it takes that a number below 1 is not written as 1.
pub(super) fn short_of_one(x: f64, digits: usize) -> String {
    // As many tell any two numbers apart.
    const MOST: usize = 17;
    let mut texts = (digits..=MOST).map(|digits| short(x, digits));
    let text = texts.find(|text| x >= 1.0 || text != "1");
    text.unwrap_or_else(|| short(x, digits))
}

/// Multiples of a step, with the decimals that tell them apart.
pub(super) fn of_step(x: f64, step: f64, largest: f64) -> String {
    let (magnitude, finest) = (magnitude(largest), magnitude(step));
    if (-4..=6).contains(&magnitude) {
        // `+ 0.0` makes 0 of −0.
        let x = if x.abs() < step / 2.0 { 0.0 } else { x + 0.0 };
        return signed(&format!("{x:.*}", (-finest).max(0) as usize));
    }
    match x.abs() < step / 2.0 {
        true => "0".to_owned(),
        false => {
            let digits = (self::magnitude(x) - finest).max(0) as usize;
            signed(&trimmed(&format!("{x:.digits$e}")))
        }
    }
}

/// A power of ten.
pub(super) fn power(exponent: i32) -> String {
    match exponent {
        -3..=4 => short(ten_to(exponent), 1),
        exponent => signed(&format!("1e{exponent}")),
    }
}

/// The exponent of a number that is written with one digit before the point.
pub(super) fn magnitude(x: f64) -> i32 {
    let written = format!("{x:e}");
    let exponent = written
        .rsplit_once('e')
        .map(|(_, exponent)| exponent.parse());
    exponent.and_then(Result::ok).unwrap_or(0)
}

/// `10ᵏ` to the last bit.
pub(super) fn ten_to(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::NAN)
}

/// Without zeros after the last digit behind the point.
fn trimmed(text: &str) -> String {
    let (number, exponent) = match text.split_once('e') {
        Some((number, exponent)) => (number, format!("e{exponent}")),
        None => (text, String::new()),
    };
    let number = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    };
    format!("{number}{exponent}")
}

/// With the sign that is as wide as a plus.
fn signed(text: &str) -> String {
    text.replace('-', "−")
}
