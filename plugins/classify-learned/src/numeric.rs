//! Exponential and logarithm made of additions, multiplications and divisions only.
//!
//! Those are rounded exactly everywhere, the functions of a C library are not: training and classification must give the
//! same bits on every machine, natively and as a component.

/// Above this the exponential is no longer a finite `f32`, below its negation it is 0 for every purpose here.
const LARGEST: f64 = 80.0;
/// The natural logarithm of 2.
const LN_2: f64 = std::f64::consts::LN_2;

/// `e` to the power of `x`, with `x` kept within ±80; good to about ten digits.
pub fn exp(x: f32) -> f32 {
    let x = f64::from(x).clamp(-LARGEST, LARGEST);
    let halvings = (x / LN_2 + if x < 0.0 { -0.5 } else { 0.5 }) as i32;
    let rest = x - f64::from(halvings) * LN_2;
    // The series of the exponential for |rest| ≤ ln 2 / 2; the tenth term is below 1e-11.
    let mut sum = 1.0;
    for divisor in (1..=10).rev() {
        sum = 1.0 + rest / f64::from(divisor) * sum;
    }
    (sum * two_to(halvings)) as f32
}

/// The natural logarithm of a positive normal number; the smallest one for anything else.
pub fn ln(x: f32) -> f32 {
    let x = f64::from(x.max(f32::MIN_POSITIVE));
    let bits = x.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1023;
    let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    // ln m = 2·artanh((m − 1) / (m + 1)), which converges fast for m in 1 … 2.
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut sum = 0.0;
    for odd in (0..16).rev() {
        sum = sum * square + 1.0 / f64::from(2 * odd + 1);
    }
    (f64::from(exponent) * LN_2 + 2.0 * ratio * sum) as f32
}

/// A power of two with an exponent within ±1022.
fn two_to(exponent: i32) -> f64 {
    let biased = u64::try_from(exponent + 1023).unwrap_or(0);
    f64::from_bits(biased << 52)
}

/// Turns logits into probabilities in place.
pub fn softmax(values: &mut [f32]) {
    let largest = values.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for value in values.iter_mut() {
        *value = exp(*value - largest);
        sum += *value;
    }
    for value in values {
        *value /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_mathematics() {
        for step in -400..=400 {
            let x = step as f32 / 10.0;
            let (mine, exact) = (exp(x), f64::from(x).exp() as f32);
            assert!((mine - exact).abs() <= exact * 2e-7, "exp {x}: {mine} {exact}");
            let y = (step + 401) as f32 / 37.0;
            assert!((ln(y) - y.ln()).abs() <= 1e-6, "ln {y}: {}", ln(y));
        }
        assert!(exp(1e9).is_finite() && exp(-1e9) >= 0.0 && ln(0.0).is_finite());
    }

    #[test]
    fn probabilities_add_up_to_one_and_keep_the_order() {
        let mut values = [1.0, -3.0, 900.0, 899.0];
        softmax(&mut values);
        assert!((values.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(values[2] > values[3] && values[3] > values[0] && values[0] >= values[1]);
    }
}
