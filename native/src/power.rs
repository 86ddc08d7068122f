//! The power of four short spectra in a row, one in each lane.

use crate::lanes::{LANES, Lanes};
use realfft::{RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;
use std::array::from_fn;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Of frames of `SAMPLES` under a periodic Hann window: `BINS` is half of that and one. The plan and all buffers are made once.
pub struct PowerSpectra<const SAMPLES: usize, const BINS: usize> {
    window: Box<[f32; SAMPLES]>,
    fft: Arc<dyn RealToComplex<Lanes>>,
    frames: Box<[Lanes; SAMPLES]>,
    spectra: Box<[Complex<Lanes>; BINS]>,
    scratch: Box<[Complex<Lanes>]>,
    power: Box<[Lanes; BINS]>,
}

impl<const SAMPLES: usize, const BINS: usize> PowerSpectra<SAMPLES, BINS> {
    pub fn new() -> Self {
        const { assert!(BINS == SAMPLES / 2 + 1) };
        let fft = RealFftPlanner::new().plan_fft_forward(SAMPLES);
        let zero = Lanes::splat(0.0);
        PowerSpectra {
            window: Box::new(from_fn(|index| {
                (0.5 - 0.5 * (TAU * index as f64 / SAMPLES as f64).cos()) as f32
            })),
            frames: Box::new([zero; _]),
            spectra: Box::new([Complex::new(zero, zero); _]),
            scratch: fft.make_scratch_vec().into_boxed_slice(),
            power: Box::new([zero; _]),
            fft,
        }
    }

    /// Of the frames that begin at `samples` and every `hop` behind it.
    pub fn of(&mut self, samples: &[f32], hop: usize) -> &[Lanes; BINS] {
        let samples = &samples[..(LANES - 1) * hop + SAMPLES];
        for (index, (frame, &weight)) in self.frames.iter_mut().zip(self.window.iter()).enumerate() {
            *frame = Lanes(from_fn(|lane| samples[lane * hop + index])) * Lanes::splat(weight);
        }
        self.fft
            .process_with_scratch(&mut self.frames[..], &mut self.spectra[..], &mut self.scratch)
            .expect("the buffers have the plan's lengths");
        for (power, bin) in self.power.iter_mut().zip(self.spectra.iter()) {
            *power = bin.re * bin.re + bin.im * bin.im;
        }
        &self.power
    }
}
