/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_logmelstream_free: (a: number, b: number) => void;
export const __wbg_silerostream_free: (a: number, b: number) => void;
export const logmelstream_flush: (a: number) => number;
export const logmelstream_input_ptr: (a: number) => number;
export const logmelstream_new: (a: number) => number;
export const logmelstream_output_ptr: (a: number) => number;
export const logmelstream_push: (a: number, b: number) => number;
export const logmelstream_reset: (a: number) => void;
export const max_input_samples: () => number;
export const max_output_columns: () => number;
export const silerostream_another: (a: number) => number;
export const silerostream_input_ptr: (a: number) => number;
export const silerostream_new: (a: number, b: number) => number;
export const silerostream_process: (a: number) => number;
export const silerostream_reset: (a: number) => void;
export const wasm_memory: () => any;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __wbindgen_start: () => void;
