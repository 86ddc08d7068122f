//! The stream: samples in, in pieces of any size, columns out as soon as their last sample is there.
//!
//! Follows openai/whisper's `log_mel_spectrogram` up to the logarithm: frames of 400 samples every 160, centred by
//! reflecting the start, periodic Hann window, power, mel filters, log10 (audio.py at c0d2f62).

use crate::lanes::LANES;
use crate::log10::log10_floored;
use crate::mel_filters::{BINS, MelFilters};
use crate::power::PowerSpectra;

pub const SAMPLE_RATE_HZ: f64 = 16_000.0;
/// Samples of one frame: 25 ms.
pub const FFT_SAMPLES: usize = 400;
/// Samples from one frame to the next: 10 ms.
pub const HOP_SAMPLES: usize = 160;
/// What stands before the first sample, mirrored from what follows it, so that the first frame is centred on it.
const REFLECTED_SAMPLES: usize = FFT_SAMPLES / 2;

/// Most samples of one `push`: half a second, so that input, work and output stay in the first two caches.
pub const MAX_INPUT_SAMPLES: usize = 8_000;
pub const MAX_OUTPUT_COLUMNS: usize = (MAX_PENDING_SAMPLES + MAX_INPUT_SAMPLES).div_ceil(HOP_SAMPLES);

/// Samples kept between calls: less than a frame, except that the very first one also waits for sample 200, the far
/// end of what it mirrors.
const MAX_PENDING_SAMPLES: usize = FFT_SAMPLES;
/// A batch of frames always reads all its lanes, also those whose samples have yet to come.
const READ_AHEAD_SAMPLES: usize = (LANES - 1) * HOP_SAMPLES;

pub struct Stream {
    /// What is pending, right-aligned before the input; then the input; then room to read ahead.
    samples: Box<[f32]>,
    /// Real and mirrored samples pending; before the mirror is filled its room counts already.
    pending_samples: usize,
    mirror_filled: bool,
    columns: Box<[f32]>,
    transform: FrameTransform,
}

impl Stream {
    /// For Whisper 80 or 128 mels; any number from 1 works, though filters between two bins may be empty above 128.
    pub fn new(n_mels: usize) -> Stream {
        let transform = FrameTransform::new(n_mels);
        let sample_room = MAX_PENDING_SAMPLES + MAX_INPUT_SAMPLES + READ_AHEAD_SAMPLES;
        Stream {
            samples: vec![0.0; sample_room].into_boxed_slice(),
            pending_samples: REFLECTED_SAMPLES,
            mirror_filled: false,
            columns: vec![0.0; MAX_OUTPUT_COLUMNS * n_mels].into_boxed_slice(),
            transform,
        }
    }

    /// `MAX_INPUT_SAMPLES` long; `push` takes its samples from the front.
    pub fn input(&mut self) -> &mut [f32] {
        &mut self.samples[MAX_PENDING_SAMPLES..][..MAX_INPUT_SAMPLES]
    }

    /// `MAX_OUTPUT_COLUMNS * n_mels` long; holds the columns of the last call, one after another, from the front.
    pub fn output(&self) -> &[f32] {
        &self.columns
    }

    /// Takes the first `sample_count` samples of the input; returns the number of columns now in the output.
    pub fn push(&mut self, sample_count: usize) -> usize {
        assert!(
            sample_count <= MAX_INPUT_SAMPLES,
            "at most {MAX_INPUT_SAMPLES} samples, got {sample_count}"
        );
        let available = self.pending_samples + sample_count;
        let needed = if self.mirror_filled {
            FFT_SAMPLES
        } else {
            FFT_SAMPLES + 1
        };
        let columns = if available < needed {
            0
        } else {
            self.fill_mirror();
            (available - FFT_SAMPLES) / HOP_SAMPLES + 1
        };
        self.emit(columns);

        let start = MAX_PENDING_SAMPLES - self.pending_samples + columns * HOP_SAMPLES;
        let end = MAX_PENDING_SAMPLES + sample_count;
        self.pending_samples = end - start;
        self.samples
            .copy_within(start..end, MAX_PENDING_SAMPLES - self.pending_samples);
        columns
    }

    /// Ends the stream as if zeros followed: gives every column left that reaches a real sample, then starts afresh.
    pub fn flush(&mut self) -> usize {
        let is_empty = !self.mirror_filled && self.pending_samples == REFLECTED_SAMPLES;
        let columns = if is_empty {
            0
        } else {
            self.pending_samples.div_ceil(HOP_SAMPLES)
        };
        self.samples[MAX_PENDING_SAMPLES..][..FFT_SAMPLES + READ_AHEAD_SAMPLES].fill(0.0);
        self.fill_mirror();
        self.emit(columns);
        self.reset();
        columns
    }

    /// Forgets the samples taken: the next `push` starts a new stream.
    pub fn reset(&mut self) {
        self.pending_samples = REFLECTED_SAMPLES;
        self.mirror_filled = false;
    }

    fn fill_mirror(&mut self) {
        if self.mirror_filled {
            return;
        }
        let first = MAX_PENDING_SAMPLES - self.pending_samples + REFLECTED_SAMPLES;
        for distance in 1..=REFLECTED_SAMPLES {
            self.samples[first - distance] = self.samples[first + distance];
        }
        self.mirror_filled = true;
    }

    /// Writes the first `columns` columns from the pending samples on.
    fn emit(&mut self, columns: usize) {
        let n_mels = self.transform.filters.len();
        let frames = &self.samples[MAX_PENDING_SAMPLES - self.pending_samples..];
        let batches = self.columns[..columns * n_mels].chunks_mut(LANES * n_mels);
        for (batch, columns) in batches.enumerate() {
            self.transform
                .process(&frames[batch * LANES * HOP_SAMPLES..], columns);
        }
    }
}

/// From `LANES` frames in a row to as many columns.
struct FrameTransform {
    spectra: PowerSpectra<FFT_SAMPLES, BINS>,
    filters: MelFilters,
}

impl FrameTransform {
    fn new(n_mels: usize) -> FrameTransform {
        FrameTransform {
            spectra: PowerSpectra::new(),
            filters: MelFilters::new(n_mels),
        }
    }

    /// `columns` is `[1..=LANES × n_mels]`, one column after another; frames beyond them are left out.
    fn process(&mut self, samples: &[f32], columns: &mut [f32]) {
        let n_mels = self.filters.len();
        let power = self.spectra.of(samples, HOP_SAMPLES);
        for (mel, power) in self.filters.apply(power).enumerate() {
            let log = log10_floored(power);
            for (column, value) in columns[mel..].iter_mut().step_by(n_mels).zip(log.0) {
                *column = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mel_filters::{hz_to_mel, mel_to_hz};
    use std::f64::consts::TAU;

    /// Columns of the whole signal, pushed in pieces of the given sizes, over and over, and flushed.
    fn columns_of(n_mels: usize, signal: &[f32], piece_sizes: &[usize]) -> Vec<f32> {
        let mut stream = Stream::new(n_mels);
        let mut columns = Vec::new();
        let mut rest = signal;
        for &size in piece_sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(size.min(rest.len()));
            stream.input()[..piece.len()].copy_from_slice(piece);
            let written = stream.push(piece.len());
            columns.extend_from_slice(&stream.output()[..written * n_mels]);
            rest = after;
        }
        let written = stream.flush();
        columns.extend_from_slice(&stream.output()[..written * n_mels]);
        columns
    }

    /// The same by the definition, in f64: a direct DFT, and filters evaluated at every bin.
    fn reference(n_mels: usize, signal: &[f32]) -> Vec<f64> {
        let sample = |index: isize| f64::from(signal.get(index.unsigned_abs()).copied().unwrap_or(0.0));
        let column_count = match signal.len() {
            0 => 0,
            length => (length + 199) / 160 + 1,
        };
        let top = hz_to_mel(8000.0);
        let edges: Vec<f64> = (0..n_mels + 2)
            .map(|i| mel_to_hz(top * i as f64 / (n_mels + 1) as f64))
            .collect();
        let (sin, cos): (Vec<f64>, Vec<f64>) = (0..400).map(|i| (TAU * i as f64 / 400.0).sin_cos()).unzip();
        let mut columns = Vec::new();
        for column in 0..column_count {
            let windowed: Vec<f64> = (0..400)
                .map(|i| {
                    (0.5 - 0.5 * (TAU * i as f64 / 400.0).cos())
                        * sample(column as isize * 160 - 200 + i as isize)
                })
                .collect();
            let power: Vec<f64> = (0..201)
                .map(|bin| {
                    let correlate = |table: &[f64]| -> f64 {
                        windowed
                            .iter()
                            .enumerate()
                            .map(|(i, x)| x * table[bin * i % 400])
                            .sum()
                    };
                    let (re, im) = (correlate(&cos), correlate(&sin));
                    re * re + im * im
                })
                .collect();
            for edge in edges.windows(3) {
                let mel_power: f64 = (0..201)
                    .map(|bin| {
                        let hz = bin as f64 * 40.0;
                        let slope =
                            ((hz - edge[0]) / (edge[1] - edge[0])).min((edge[2] - hz) / (edge[2] - edge[1]));
                        slope.max(0.0) * 2.0 / (edge[2] - edge[0]) * power[bin]
                    })
                    .sum();
                columns.push(mel_power.max(1e-10).log10());
            }
        }
        columns
    }

    fn noise(length: usize) -> Vec<f32> {
        let mut state = 1_u32;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state as f32 / u32::MAX as f32 - 0.5
            })
            .collect()
    }

    #[test]
    fn equals_a_direct_dft_in_f64_for_every_short_length() {
        for n_mels in [80, 128] {
            for length in [
                0, 1, 2, 100, 159, 160, 161, 199, 200, 201, 202, 360, 399, 400, 401, 1000, 2001,
            ] {
                let signal = noise(length);
                let got = columns_of(n_mels, &signal, &[MAX_INPUT_SAMPLES]);
                let expected = reference(n_mels, &signal);
                assert_eq!(got.len(), expected.len(), "{length} samples");
                for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
                    let error = (f64::from(*got) - expected).abs();
                    assert!(
                        error < 1e-4,
                        "{length} samples, {n_mels} mels, value {index}: {got} for {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_same_bits() {
        let signal = noise(10_000);
        let whole = columns_of(80, &signal, &[MAX_INPUT_SAMPLES]);
        for sizes in [
            &[1][..],
            &[7, 160, 0, 399, 1],
            &[400],
            &[401, 2],
            &[4096],
            &[200, 201, 640],
        ] {
            assert_eq!(columns_of(80, &signal, sizes), whole, "pieces of {sizes:?}");
        }
    }

    #[test]
    fn a_column_comes_with_its_last_sample() {
        let mut stream = Stream::new(80);
        assert_eq!(stream.push(200), 0);
        assert_eq!(stream.push(1), 1);
        assert_eq!(stream.push(158), 0);
        assert_eq!(stream.push(1), 1);
        assert_eq!(stream.push(320), 2);
    }

    #[test]
    fn flush_and_reset_start_a_new_stream() {
        let signal = noise(3_000);
        let fresh = columns_of(80, &signal, &[MAX_INPUT_SAMPLES]);
        let mut stream = Stream::new(80);
        for end in [Stream::reset, |stream: &mut Stream| assert!(stream.flush() > 0)] {
            stream.input()[..1234].fill(0.7);
            stream.push(1234);
            end(&mut stream);
            stream.input()[..3_000].copy_from_slice(&signal);
            let written = stream.push(3_000);
            assert_eq!(stream.output()[..written * 80], fresh[..written * 80]);
            stream.reset();
        }
        assert_eq!(stream.flush(), 0, "nothing was pushed");
    }

    #[test]
    fn what_is_no_number_spoils_only_the_columns_it_is_in() {
        let clean = noise(8_000);
        let mut signal = clean.clone();
        signal[4_000] = f32::NAN;
        let got = columns_of(80, &signal, &[MAX_INPUT_SAMPLES]);
        let expected = columns_of(80, &clean, &[MAX_INPUT_SAMPLES]);
        for (column, (got, expected)) in got.chunks(80).zip(expected.chunks(80)).enumerate() {
            let touched = (24..=26).contains(&column);
            assert!(
                got == expected || touched && got.iter().all(|value| *value == -10.0),
                "column {column}"
            );
        }
    }

    #[test]
    fn the_output_has_room_for_the_most_columns() {
        let mut stream = Stream::new(80);
        assert_eq!(stream.push(200), 0);
        assert!(stream.push(MAX_INPUT_SAMPLES) <= MAX_OUTPUT_COLUMNS);
        assert!(stream.flush() <= MAX_OUTPUT_COLUMNS);
    }
}
