//! Streaming log-mel spectrogram, as openai/whisper computes it, on rustfft: the wasm surface.
//!
//! The caller writes samples straight into [`LogMelStream::input_ptr`], calls `push`, and reads columns straight from
//! [`LogMelStream::output_ptr`]; both stay where they are for the life of the stream, and no call allocates.
//! A growing wasm memory detaches JavaScript's views (not the addresses): make them again from [`wasm_memory`] then.

mod lanes;
mod log10;
mod mel_filters;
mod stream;

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
