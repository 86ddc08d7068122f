//! The triangular mel filters of librosa's defaults (Slaney's scale, area-normalised), which openai/whisper ships as
//! mel_filters.npz.

use crate::lanes::Lanes;
use crate::stream::{FFT_SAMPLES, SAMPLE_RATE_HZ};

pub const BINS: usize = FFT_SAMPLES / 2 + 1;

/// Slaney's scale: linear below 1 kHz (15 mel), logarithmic above.
const LINEAR_HZ_PER_MEL: f64 = 200.0 / 3.0;
const BREAK_HZ: f64 = 1000.0;
const BREAK_MEL: f64 = BREAK_HZ / LINEAR_HZ_PER_MEL;
const LOG_STEPS: f64 = 27.0;
const LOG_RATIO: f64 = 6.4;

/// The bins that one filter covers; all others weigh nothing.
struct Band {
    first_bin: usize,
    weights: Box<[f32]>,
}

pub struct MelFilters {
    bands: Box<[Band]>,
}

impl MelFilters {
    pub fn new(n_mels: usize) -> MelFilters {
        let top_mel = hz_to_mel(SAMPLE_RATE_HZ / 2.0);
        let edge_hz = |index: usize| mel_to_hz(top_mel * index as f64 / (n_mels + 1) as f64);
        let bands = (0..n_mels)
            .map(|mel| Band::new(edge_hz(mel), edge_hz(mel + 1), edge_hz(mel + 2)))
            .collect();
        MelFilters { bands }
    }

    pub fn len(&self) -> usize {
        self.bands.len()
    }

    /// The power of each mel band in turn, from the lowest.
    #[inline(always)]
    pub fn apply<'a>(&'a self, power: &'a [Lanes; BINS]) -> impl Iterator<Item = Lanes> + 'a {
        self.bands.iter().map(|band| {
            power[band.first_bin..]
                .iter()
                .zip(&band.weights)
                .fold(Lanes::splat(0.0), |sum, (&bin, &weight)| {
                    sum + bin * Lanes::splat(weight)
                })
        })
    }
}

impl Band {
    fn new(left_hz: f64, centre_hz: f64, right_hz: f64) -> Band {
        let weight_at = |bin: usize| {
            let hz = bin as f64 * SAMPLE_RATE_HZ / FFT_SAMPLES as f64;
            let rising = (hz - left_hz) / (centre_hz - left_hz);
            let falling = (right_hz - hz) / (right_hz - centre_hz);
            rising.min(falling).max(0.0) * 2.0 / (right_hz - left_hz)
        };
        let covered = |bin: &usize| weight_at(*bin) > 0.0;
        let first_bin = (0..BINS).find(covered).unwrap_or(0);
        let weights = (first_bin..BINS)
            .take_while(covered)
            .map(|bin| weight_at(bin) as f32)
            .collect();
        Band { first_bin, weights }
    }
}

pub fn hz_to_mel(hz: f64) -> f64 {
    if hz < BREAK_HZ {
        hz / LINEAR_HZ_PER_MEL
    } else {
        BREAK_MEL + LOG_STEPS * (hz / BREAK_HZ).ln() / LOG_RATIO.ln()
    }
}

pub fn mel_to_hz(mel: f64) -> f64 {
    if mel < BREAK_MEL {
        mel * LINEAR_HZ_PER_MEL
    } else {
        BREAK_HZ * ((mel - BREAK_MEL) * LOG_RATIO.ln() / LOG_STEPS).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All weights of one filter, zeros included.
    fn dense(filters: &MelFilters, mel: usize) -> [f32; BINS] {
        let mut weights = [0.0; BINS];
        for (bin, weight) in weights.iter_mut().enumerate() {
            let mut power = [Lanes::splat(0.0); BINS];
            power[bin] = Lanes::splat(1.0);
            *weight = filters.apply(&power).nth(mel).unwrap().0[0];
        }
        weights
    }

    fn check(n_mels: usize, mel: usize, expected: &[(usize, f32)]) {
        let weights = dense(&MelFilters::new(n_mels), mel);
        let covered = |&(_, weight): &(usize, f32)| weight != 0.0;
        let got: Vec<(usize, f32)> = weights.into_iter().enumerate().filter(covered).collect();
        assert_eq!(got.len(), expected.len(), "{n_mels} mels, filter {mel}: {got:?}");
        for ((got_bin, got), &(bin, weight)) in got.into_iter().zip(expected) {
            assert_eq!(got_bin, bin, "{n_mels} mels, filter {mel}");
            assert!(
                (got - weight).abs() < 2e-9,
                "{n_mels} mels, filter {mel}, bin {bin}: {got} for {weight}"
            );
        }
    }

    #[test]
    fn weights_are_those_of_librosa() {
        check(80, 0, &[(1, 0.024_862_594)]);
        check(80, 1, &[(1, 0.001_990_822), (2, 0.022_871_772)]);
        check(
            80,
            40,
            &[(42, 0.005_411_105), (43, 0.014_735_566), (44, 0.006_518_19)],
        );
        check(128, 0, &[(1, 0.012_373_986)]);
        check(128, 1, &[(1, 0.030_392_565)]);
        check(128, 64, &[(42, 0.006_749_683), (43, 0.018_091_518)]);
    }

    #[test]
    fn every_filter_covers_a_bin() {
        for n_mels in [80, 128] {
            let filters = MelFilters::new(n_mels);
            assert_eq!(filters.len(), n_mels);
            for mel in 0..n_mels {
                assert!(
                    dense(&filters, mel).iter().any(|weight| *weight > 0.0),
                    "{n_mels} mels, filter {mel}"
                );
            }
        }
    }

    #[test]
    fn the_scale_goes_there_and_back() {
        for hz in [0.0, 300.0, 999.9, 1000.0, 1000.1, 8000.0] {
            assert!((mel_to_hz(hz_to_mel(hz)) - hz).abs() < 1e-9);
        }
        assert!((hz_to_mel(8000.0) - 45.245_640_471_924_965).abs() < 1e-12);
    }
}
