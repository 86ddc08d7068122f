//! The two squashing functions of an LSTM, of four numbers at once.

use crate::lanes::Lanes;

/// Beyond these e^x is no normal f32.
const LARGEST: f32 = 87.0;
/// ln(2) in two parts; a whole number below 256 times the first is exact in f32.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// e^r = 1 + r + r² times the sum of these times r^n, from the highest, for |r| at most ln(2)/2: Cephes, expf.c.
const SERIES: [f32; 6] = [
    1.987_569_1e-4,
    1.398_2e-3,
    8.333_452e-3,
    4.166_579_6e-2,
    0.166_666_65,
    0.5,
];
const MANTISSA_BITS: u32 = 23;
const EXPONENT_BIAS: i32 = 127;

/// `1 / (1 + e^-x)` of each lane, within 2e-7.
#[inline(always)]
pub fn sigmoid(x: Lanes) -> Lanes {
    let one = Lanes::splat(1.0);
    one / (one + exp(-x))
}

/// The hyperbolic tangent of each lane, within 3e-7.
#[inline(always)]
pub fn tanh(x: Lanes) -> Lanes {
    let two = Lanes::splat(2.0);
    two * sigmoid(two * x) - Lanes::splat(1.0)
}

/// `e^x` of each lane, of the nearest x from -87 to 87.
#[inline(always)]
fn exp(x: Lanes) -> Lanes {
    let x = Lanes(x.0.map(|value| value.clamp(-LARGEST, LARGEST)));
    let power = Lanes(x.0.map(|value| (value * std::f32::consts::LOG2_E).round_ties_even()));
    let r = x - power * Lanes::splat(LN_2_HIGH) - power * Lanes::splat(LN_2_LOW);
    let series = SERIES
        .into_iter()
        .fold(Lanes::splat(0.0), |sum, term| sum * r + Lanes::splat(term));
    let scale = Lanes(
        power
            .0
            .map(|value| f32::from_bits(((value as i32 + EXPONENT_BIAS) << MANTISSA_BITS) as u32)),
    );
    (series * r * r + r + Lanes::splat(1.0)) * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_near_what_f64_gives() {
        let mut x = -120.0_f32;
        while x < 120.0 {
            let exact = f64::from(x);
            let errors = [
                f64::from(sigmoid(Lanes::splat(x)).0[1]) - 1.0 / (1.0 + (-exact).exp()),
                f64::from(tanh(Lanes::splat(x)).0[2]) - exact.tanh(),
            ];
            assert!(errors[0].abs() < 2e-7, "sigmoid({x}): error {}", errors[0]);
            assert!(errors[1].abs() < 3e-7, "tanh({x}): error {}", errors[1]);
            x += 0.003_1;
        }
    }

    #[test]
    fn they_end_where_they_should() {
        for (x, expected) in [
            (f32::INFINITY, 1.0),
            (1e30, 1.0),
            (f32::NEG_INFINITY, 0.0),
            (-1e30, 0.0),
        ] {
            assert!((sigmoid(Lanes::splat(x)).0[0] - expected).abs() < 1e-30, "{x}");
            assert_eq!(tanh(Lanes::splat(x)).0[0], 2.0 * expected - 1.0, "{x}");
        }
        assert_eq!(tanh(Lanes::splat(0.0)).0[0], 0.0);
    }
}
