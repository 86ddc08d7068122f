/* tslint:disable */
/* eslint-disable */

export class LogMelStream {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Ends the stream as if silence followed: gives every column left that reaches a real sample, then starts afresh.
     */
    flush(): number;
    /**
     * Where to write the samples of the next `push`: 16 kHz mono f32.
     */
    input_ptr(): number;
    constructor(n_mels: number);
    /**
     * Where the columns of the last `push` or `flush` stand, one after another: log10 of the mel power.
     */
    output_ptr(): number;
    /**
     * Takes the first `sample_count` samples of the input; returns the number of columns now in the output.
     */
    push(sample_count: number): number;
    /**
     * Forgets the samples taken: the next `push` starts a new stream.
     */
    reset(): void;
}

/**
 * Silero VAD's probabilities of one stream of frames.
 */
export class SileroStream {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Another stream with the same weights, which has heard nothing.
     */
    another(): SileroStream;
    /**
     * Where to write the next frame: 512 samples of 16 kHz mono f32.
     */
    input_ptr(): number;
    /**
     * `tensors`: weights and biases of all layers behind each other, as [`Network::from_tensors`] wants them.
     */
    constructor(tensors: Float32Array | number[]);
    /**
     * How likely that frame is speech, after all the frames before it.
     */
    process(): number;
    /**
     * Forgets all it has heard.
     */
    reset(): void;
}

/**
 * Most samples that one `push` takes: room at `input_ptr`, in f32.
 */
export function max_input_samples(): number;

/**
 * Most columns that one `push` or `flush` gives: room at `output_ptr`, in columns of `n_mels` f32.
 */
export function max_output_columns(): number;

/**
 * The `WebAssembly.Memory` that the addresses point into.
 */
export function wasm_memory(): any;
