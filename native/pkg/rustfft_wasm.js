/* @ts-self-types="./rustfft_wasm.d.ts" */

class LogMelStream {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        LogMelStreamFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_logmelstream_free(ptr, 0);
    }
    /**
     * Ends the stream as if silence followed: gives every column left that reaches a real sample, then starts afresh.
     * @returns {number}
     */
    flush() {
        const ret = wasm.logmelstream_flush(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Where to write the samples of the next `push`: 16 kHz mono f32.
     * @returns {number}
     */
    input_ptr() {
        const ret = wasm.logmelstream_input_ptr(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * @param {number} n_mels
     */
    constructor(n_mels) {
        const ret = wasm.logmelstream_new(n_mels);
        this.__wbg_ptr = ret;
        LogMelStreamFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Where the columns of the last `push` or `flush` stand, one after another: log10 of the mel power.
     * @returns {number}
     */
    output_ptr() {
        const ret = wasm.logmelstream_output_ptr(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Takes the first `sample_count` samples of the input; returns the number of columns now in the output.
     * @param {number} sample_count
     * @returns {number}
     */
    push(sample_count) {
        const ret = wasm.logmelstream_push(this.__wbg_ptr, sample_count);
        return ret >>> 0;
    }
    /**
     * Forgets the samples taken: the next `push` starts a new stream.
     */
    reset() {
        wasm.logmelstream_reset(this.__wbg_ptr);
    }
}
if (Symbol.dispose) LogMelStream.prototype[Symbol.dispose] = LogMelStream.prototype.free;
exports.LogMelStream = LogMelStream;

/**
 * Silero VAD's probabilities of one stream of frames.
 */
class SileroStream {
    static __wrap(ptr) {
        const obj = Object.create(SileroStream.prototype);
        obj.__wbg_ptr = ptr;
        SileroStreamFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        SileroStreamFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_silerostream_free(ptr, 0);
    }
    /**
     * Another stream with the same weights, which has heard nothing.
     * @returns {SileroStream}
     */
    another() {
        const ret = wasm.silerostream_another(this.__wbg_ptr);
        return SileroStream.__wrap(ret);
    }
    /**
     * Where to write the next frame: 512 samples of 16 kHz mono f32.
     * @returns {number}
     */
    input_ptr() {
        const ret = wasm.silerostream_input_ptr(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * `tensors`: weights and biases of all layers behind each other, as [`Network::from_tensors`] wants them.
     * @param {Float32Array | number[]} tensors
     */
    constructor(tensors) {
        const ptr0 = passArrayF32ToWasm0(tensors, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.silerostream_new(ptr0, len0);
        this.__wbg_ptr = ret;
        SileroStreamFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * How likely that frame is speech, after all the frames before it.
     * @returns {number}
     */
    process() {
        const ret = wasm.silerostream_process(this.__wbg_ptr);
        return ret;
    }
    /**
     * Forgets all it has heard.
     */
    reset() {
        wasm.silerostream_reset(this.__wbg_ptr);
    }
}
if (Symbol.dispose) SileroStream.prototype[Symbol.dispose] = SileroStream.prototype.free;
exports.SileroStream = SileroStream;

/**
 * Most samples that one `push` takes: room at `input_ptr`, in f32.
 * @returns {number}
 */
function max_input_samples() {
    const ret = wasm.max_input_samples();
    return ret >>> 0;
}
exports.max_input_samples = max_input_samples;

/**
 * Most columns that one `push` or `flush` gives: room at `output_ptr`, in columns of `n_mels` f32.
 * @returns {number}
 */
function max_output_columns() {
    const ret = wasm.max_output_columns();
    return ret >>> 0;
}
exports.max_output_columns = max_output_columns;

/**
 * The `WebAssembly.Memory` that the addresses point into.
 * @returns {any}
 */
function wasm_memory() {
    const ret = wasm.wasm_memory();
    return ret;
}
exports.wasm_memory = wasm_memory;
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg___wbindgen_memory_17a1178bc3328ea3: function() {
            const ret = wasm.memory;
            return ret;
        },
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            table.set(0, undefined);
            table.set(1024, undefined);
            table.set(1025, null);
            table.set(1026, true);
            table.set(1027, false);
        },
    };
    return {
        __proto__: null,
        "./rustfft_wasm_bg.js": import0,
    };
}

const LogMelStreamFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_logmelstream_free(ptr, 1));
const SileroStreamFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_silerostream_free(ptr, 1));

let cachedFloat32ArrayMemory0 = null;
function getFloat32ArrayMemory0() {
    if (cachedFloat32ArrayMemory0 === null || cachedFloat32ArrayMemory0.byteLength === 0) {
        cachedFloat32ArrayMemory0 = new Float32Array(wasm.memory.buffer);
    }
    return cachedFloat32ArrayMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function passArrayF32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getFloat32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
function decodeText(bytes) {
    return cachedTextDecoder.decode(bytes);
}

let WASM_VECTOR_LEN = 0;

const wasmPath = `${__dirname}/rustfft_wasm_bg.wasm`;
const wasmBytes = require('fs').readFileSync(wasmPath);
const wasmModule = new WebAssembly.Module(wasmBytes);
let wasmInstance = new WebAssembly.Instance(wasmModule, __wbg_get_imports());
let wasm = wasmInstance.exports;
wasm.__wbindgen_start();
