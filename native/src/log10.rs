//! Base-10 logarithm of four numbers at once.

use crate::lanes::Lanes;
use std::array::from_fn;

/// Whisper's floor for the mel power: `log10` is -10 there.
const FLOOR: f32 = 1e-10;
const LOG10_OF_FLOOR: f32 = -10.0;

/// Bits of sqrt(1/2): mantissas are taken from [sqrt(1/2), sqrt(2)), where the series below converges fastest.
const SQRT_HALF_BITS: i32 = 0x3f35_04f3;
const MANTISSA_BITS: u32 = 23;
const MANTISSA_MASK: i32 = (1 << MANTISSA_BITS) - 1;

/// log10(2) in two parts; an exponent times the first is exact in f32.
const LOG10_2_HIGH: f32 = 0.301_025_4;
const LOG10_2_LOW: f32 = 4.605_039e-6;

/// 2 / ln(10) / n for n = 1, 3, 5, 7, 9: log10(m) = sum of these times s^n, where s = (m - 1) / (m + 1).
const SERIES: [f32; 5] = [0.868_589, 0.289_529_65, 0.173_717_8, 0.124_084_14, 0.096_509_88];

/// `log10(max(x, 1e-10))` of each lane, within 1e-6; exactly -10 at the floor and below it, and for NaN.
#[inline(always)]
pub fn log10_floored(x: Lanes) -> Lanes {
    let shifted: [i32; 4] =
        x.0.map(|value| (value.to_bits() as i32).wrapping_sub(SQRT_HALF_BITS));
    let exponent = Lanes(shifted.map(|bits| (bits >> MANTISSA_BITS) as f32));
    let mantissa =
        Lanes(shifted.map(|bits| f32::from_bits(((bits & MANTISSA_MASK) + SQRT_HALF_BITS) as u32)));

    let one = Lanes::splat(1.0);
    let s = (mantissa - one) / (mantissa + one);
    let s2 = s * s;
    let [c1, c3, c5, c7, c9] = SERIES.map(Lanes::splat);
    let log_mantissa = s * (c1 + s2 * (c3 + s2 * (c5 + s2 * (c7 + s2 * c9))));
    let log = exponent * Lanes::splat(LOG10_2_HIGH) + (exponent * Lanes::splat(LOG10_2_LOW) + log_mantissa);

    Lanes(from_fn(|lane| {
        if x.0[lane] > FLOOR {
            log.0[lane]
        } else {
            LOG10_OF_FLOOR
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log10_of(x: f32) -> f32 {
        log10_floored(Lanes::splat(x)).0[0]
    }

    #[test]
    fn is_within_a_millionth_from_the_floor_to_the_largest_number() {
        let mut bits = FLOOR.to_bits();
        while bits < f32::MAX.to_bits() {
            let x = f32::from_bits(bits);
            let exact = f64::from(x).log10();
            // Half a unit in the last place of the result itself is 4.8e-7 below 16 and 1.9e-6 above.
            let tolerance = if exact < 16.0 { 1e-6 } else { 3e-6 };
            let error = (f64::from(log10_of(x)) - exact).abs();
            assert!(error <= tolerance, "log10({x}): error {error}");
            bits += 9_973;
        }
    }

    #[test]
    fn has_no_step_where_the_exponent_changes() {
        for edge in [
            SQRT_HALF_BITS as u32,
            0.5_f32.to_bits(),
            1.0_f32.to_bits(),
            2.0_f32.to_bits(),
        ] {
            for bits in edge - 2..=edge + 2 {
                let x = f32::from_bits(bits);
                let error = (f64::from(log10_of(x)) - f64::from(x).log10()).abs();
                assert!(error <= 1e-7, "log10({x}): error {error}");
            }
        }
    }

    #[test]
    fn is_exactly_the_floor_for_what_is_no_power() {
        for x in [FLOOR, 1e-11, 1e-40, 0.0, -0.0, -1.0, f32::NEG_INFINITY, f32::NAN] {
            assert_eq!(log10_of(x), -10.0, "log10({x})");
        }
    }
}
