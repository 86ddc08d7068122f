//! Streaming log-mel spectrogram, as openai/whisper computes it, and Silero VAD, on rustfft: the wasm surface.
//!
//! The caller writes samples straight into `input_ptr` of a stream, calls `push` or `process`, and reads columns straight from
//! [`LogMelStream::output_ptr`]; all stay where they are for the life of the stream, and no call allocates.
//! A growing wasm memory detaches JavaScript's views (not the addresses): make them again from [`wasm_memory`] then.

mod lanes;
mod linear;
mod log10;
mod mel_filters;
mod power;
mod sigmoid;
mod silero;
mod stream;

pub use silero::{Network, Silero};
use std::rc::Rc;
pub use stream::{MAX_INPUT_SAMPLES, MAX_OUTPUT_COLUMNS, Stream};
use wasm_bindgen::prelude::*;

/// The `WebAssembly.Memory` that the addresses point into.
#[wasm_bindgen]
pub fn wasm_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Most samples that one `push` takes: room at `input_ptr`, in f32.
#[wasm_bindgen]
pub fn max_input_samples() -> usize {
    MAX_INPUT_SAMPLES
}

/// Most columns that one `push` or `flush` gives: room at `output_ptr`, in columns of `n_mels` f32.
#[wasm_bindgen]
pub fn max_output_columns() -> usize {
    MAX_OUTPUT_COLUMNS
}

#[wasm_bindgen]
pub struct LogMelStream(Stream);

#[wasm_bindgen]
impl LogMelStream {
    #[wasm_bindgen(constructor)]
    pub fn new(n_mels: usize) -> LogMelStream {
        LogMelStream(Stream::new(n_mels))
    }

    /// Where to write the samples of the next `push`: 16 kHz mono f32.
    pub fn input_ptr(&mut self) -> *mut f32 {
        self.0.input().as_mut_ptr()
    }

    /// Where the columns of the last `push` or `flush` stand, one after another: log10 of the mel power.
    pub fn output_ptr(&self) -> *const f32 {
        self.0.output().as_ptr()
    }

    /// Takes the first `sample_count` samples of the input; returns the number of columns now in the output.
    pub fn push(&mut self, sample_count: usize) -> usize {
        self.0.push(sample_count)
    }

    /// Ends the stream as if silence followed: gives every column left that reaches a real sample, then starts afresh.
    pub fn flush(&mut self) -> usize {
        self.0.flush()
    }

    /// Forgets the samples taken: the next `push` starts a new stream.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

/// Silero VAD's probabilities of one stream of frames.
#[wasm_bindgen]
pub struct SileroStream(Silero);

#[wasm_bindgen]
impl SileroStream {
    /// `tensors`: weights and biases of all layers behind each other, as [`Network::from_tensors`] wants them.
    #[wasm_bindgen(constructor)]
    pub fn new(tensors: &[f32]) -> SileroStream {
        SileroStream(Silero::new(Rc::new(Network::from_tensors(tensors))))
    }

    /// Another stream with the same weights, which has heard nothing.
    pub fn another(&self) -> SileroStream {
        SileroStream(self.0.another())
    }

    /// Where to write the next frame: 512 samples of 16 kHz mono f32.
    pub fn input_ptr(&mut self) -> *mut f32 {
        self.0.input().as_mut_ptr()
    }

    /// How likely that frame is speech, after all the frames before it.
    pub fn process(&mut self) -> f32 {
        self.0.process()
    }

    /// Forgets all it has heard.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}
