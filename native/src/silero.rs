//! Silero VAD v6 at 16 kHz: how likely each frame of 32 ms is speech.
//!
//! Follows the graph of silero_vad_16k_sequence.onnx (models/silero-vad/MODEL_CARD.md): magnitudes of four short spectra, four convolutions
//! along time, an LSTM, one probability. The spectra come from rustfft, where the graph multiplies by the matrix of a windowed DFT: the same numbers
//! but for rounding.

use crate::lanes::{LANES, Lanes};
use crate::linear::Linear;
use crate::power::PowerSpectra;
use crate::sigmoid::{sigmoid, tanh};
use std::array::from_fn;
use std::ops::Range;
use std::rc::Rc;

/// What one probability stands for: 32 ms.
pub const FRAME_SAMPLES: usize = 512;
/// Of the frame before, in front of each frame.
const CONTEXT_SAMPLES: usize = 64;
const FFT_SAMPLES: usize = 256;
const HOP_SAMPLES: usize = 128;
const BINS: usize = FFT_SAMPLES / 2 + 1;
/// The last spectrum reaches so far beyond the frame, which is mirrored there.
const MIRRORED_SAMPLES: usize = (LANES - 1) * HOP_SAMPLES + FFT_SAMPLES - CONTEXT_SAMPLES - FRAME_SAMPLES;

/// Taps of the convolutions.
const TAPS: usize = 3;
const WIDE: usize = 128;
const NARROW: usize = 64;
const GATES: usize = 4 * WIDE;

/// All layers. Taps that would only ever meet the padding are left out.
pub struct Network {
    /// 4 spectra → 4 columns, of stride 1; → 2 and → 1, of stride 2; → 1.
    first: Linear<4, 2>,
    second: Linear<2, 4>,
    third: Linear<1, 8>,
    fourth: Linear<1, 8>,
    /// The gates of the LSTM from its input and its last output, in ONNX's order: input, output, forget, cell.
    gates: Linear<1, 8>,
    output_weights: Box<[f32]>,
    output_bias: f32,
}

impl Network {
    /// From the file's tensors, one behind the other: weights `[outputs × inputs × taps]` and bias of the four convolutions, weights
    /// from the LSTM's input and from its hidden state, the biases of both, weights and bias of the output.
    pub fn from_tensors(tensors: &[f32]) -> Network {
        let mut rest = Tensors(tensors);
        let first = rest.convolution(BINS, WIDE, 0..TAPS);
        let second = rest.convolution(WIDE, NARROW, 0..TAPS);
        let third = rest.convolution(NARROW, NARROW, 1..TAPS);
        let fourth = rest.convolution(NARROW, WIDE, 1..2);
        let [from_input, from_hidden] = from_fn(|_| rest.take(GATES * WIDE));
        let [input_bias, hidden_bias] = from_fn(|_| rest.take(GATES));
        let bias: Vec<f32> = input_bias.iter().zip(hidden_bias).map(|(a, b)| a + b).collect();
        let gates = Linear::new(&bias, 2 * WIDE, |output, input| match input.checked_sub(WIDE) {
            None => from_input[output * WIDE + input],
            Some(hidden) => from_hidden[output * WIDE + hidden],
        });
        let output_weights = rest.take(WIDE).into();
        let output_bias = rest.take(1)[0];
        assert!(rest.0.is_empty(), "{} numbers too many", rest.0.len());
        Network {
            first,
            second,
            third,
            fourth,
            gates,
            output_weights,
            output_bias,
        }
    }
}

/// What is left of the tensors.
struct Tensors<'a>(&'a [f32]);

impl<'a> Tensors<'a> {
    fn take(&mut self, length: usize) -> &'a [f32] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    /// A convolution as a linear layer of the columns that its taps meet: `taps` are those that can meet anything but padding.
    fn convolution<const COLUMNS: usize, const VECTORS: usize>(
        &mut self,
        channels: usize,
        outputs: usize,
        taps: Range<usize>,
    ) -> Linear<COLUMNS, VECTORS> {
        let weights = self.take(outputs * channels * TAPS);
        Linear::new(self.take(outputs), channels * taps.len(), |output, input| {
            let (tap, channel) = (input / channels, input % channels);
            weights[(output * channels + channel) * TAPS + taps.start + tap]
        })
    }
}

/// One stream of frames: what it has heard, and room to work in.
pub struct Silero {
    network: Rc<Network>,
    /// The end of the frame before, the frame, and its mirrored end.
    samples: Box<[f32; CONTEXT_SAMPLES + FRAME_SAMPLES + MIRRORED_SAMPLES]>,
    spectra: PowerSpectra<FFT_SAMPLES, BINS>,
    columns: Box<Columns>,
    /// The cell of the LSTM; its output stands in `columns`.
    cell: [f32; WIDE],
}

/// What the layers make of one frame; outside the four columns of `spectra` and `first` is their padding.
struct Columns {
    spectra: [[f32; BINS]; 6],
    first: [[f32; WIDE]; 6],
    second: [[f32; NARROW]; 2],
    third: [[f32; NARROW]; 1],
    /// The fourth layer's, and the LSTM's output: what its gates depend on.
    fourth_and_hidden: [[f32; WIDE]; 2],
    gates: [[f32; GATES]; 1],
}

impl Silero {
    pub fn new(network: Rc<Network>) -> Silero {
        Silero {
            network,
            samples: Box::new([0.0; _]),
            spectra: PowerSpectra::new(),
            columns: Box::new(Columns {
                spectra: [[0.0; _]; _],
                first: [[0.0; _]; _],
                second: [[0.0; _]; _],
                third: [[0.0; _]; _],
                fourth_and_hidden: [[0.0; _]; _],
                gates: [[0.0; _]; _],
            }),
            cell: [0.0; _],
        }
    }

    /// Another stream with the same weights, which has heard nothing.
    pub fn another(&self) -> Silero {
        Silero::new(Rc::clone(&self.network))
    }

    /// Where the samples of the next frame belong.
    pub fn input(&mut self) -> &mut [f32] {
        &mut self.samples[CONTEXT_SAMPLES..][..FRAME_SAMPLES]
    }

    /// How likely the frame in `input` is speech, after all the frames before it.
    pub fn process(&mut self) -> f32 {
        self.encode();
        self.remember();
        let [_, hidden] = &self.columns.fourth_and_hidden;
        let products = hidden.iter().zip(&self.network.output_weights);
        let sum = products.fold(self.network.output_bias, |sum, (&value, &weight)| {
            sum + value.max(0.0) * weight
        });
        sigmoid(Lanes::splat(sum)).0[0]
    }

    /// Forgets all it has heard.
    pub fn reset(&mut self) {
        self.samples.fill(0.0);
        self.columns.fourth_and_hidden[1].fill(0.0);
        self.cell.fill(0.0);
    }

    /// From the samples to the fourth layer's output; the frame's end is the next one's context afterwards.
    fn encode(&mut self) {
        let end = CONTEXT_SAMPLES + FRAME_SAMPLES;
        for distance in 1..=MIRRORED_SAMPLES {
            self.samples[end - 1 + distance] = self.samples[end - 1 - distance];
        }
        let Network {
            first,
            second,
            third,
            fourth,
            ..
        } = &*self.network;
        let columns = &mut *self.columns;
        for (bin, power) in self.spectra.of(&self.samples[..], HOP_SAMPLES).iter().enumerate() {
            for (spectrum, power) in columns.spectra[1..5].iter_mut().zip(power.0) {
                spectrum[bin] = power.sqrt();
            }
        }
        self.samples.copy_within(FRAME_SAMPLES..end, 0);

        first.apply(
            from_fn(|column| columns.spectra[column..][..TAPS].as_flattened()),
            &mut columns.first[1..5],
        );
        rectify(&mut columns.first);
        second.apply(
            from_fn(|column| columns.first[2 * column..][..TAPS].as_flattened()),
            &mut columns.second,
        );
        rectify(&mut columns.second);
        third.apply([columns.second.as_flattened()], &mut columns.third);
        rectify(&mut columns.third);
        let output = &mut columns.fourth_and_hidden[..1];
        fourth.apply([columns.third.as_flattened()], output);
        rectify(output);
    }

    /// One step of the LSTM.
    fn remember(&mut self) {
        let Columns {
            fourth_and_hidden,
            gates,
            ..
        } = &mut *self.columns;
        self.network
            .gates
            .apply([fourth_and_hidden.as_flattened()], gates);
        let ([_, hidden], [gates]) = (fourth_and_hidden, gates);
        for first in (0..WIDE).step_by(LANES) {
            let lanes_of = |values: &[f32]| Lanes(from_fn(|lane| values[first + lane]));
            let [input, output, forget, cell] = from_fn(|gate| lanes_of(&gates[gate * WIDE..]));
            let cell = sigmoid(forget) * lanes_of(&self.cell) + sigmoid(input) * tanh(cell);
            let output = sigmoid(output) * tanh(cell);
            self.cell[first..][..LANES].copy_from_slice(&cell.0);
            hidden[first..][..LANES].copy_from_slice(&output.0);
        }
    }
}

fn rectify<const CHANNELS: usize>(columns: &mut [[f32; CHANNELS]]) {
    for value in columns.as_flattened_mut() {
        *value = value.max(0.0);
    }
}
