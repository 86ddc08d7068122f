/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_logmelstream_free: (a: number, b: number) => void;
export const logmelstream_flush: (a: number) => number;
export const logmelstream_input_ptr: (a: number) => number;
export const logmelstream_new: (a: number) => number;
export const logmelstream_output_ptr: (a: number) => number;
export const logmelstream_push: (a: number, b: number) => number;
export const logmelstream_reset: (a: number) => void;
export const max_input_samples: () => number;
export const max_output_columns: () => number;
export const wasm_memory: () => any;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_start: () => void;
