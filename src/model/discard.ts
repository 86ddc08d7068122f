/** Memory that a session's results hold, given back at once. */
import { MessageChannel } from "node:worker_threads";

/** Frees the buffers of tensors that nobody will read; they are empty afterwards. */
export function discard(tensors: readonly { readonly data: unknown }[]): void {
  discardBuffers(tensors.map(({ data }) => data as Float32Array));
}

/**
 * The same for arrays. Their buffers lie outside V8's heap, which hardly notices them: without this tens of megabytes of each
 * encoder run wait for a collection. Node 20 has no `ArrayBuffer.prototype.transfer`, but a buffer that is moved into a
 * channel nobody reads is gone as well.
 */
export function discardBuffers(arrays: readonly ArrayBufferView[]): void {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(null, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
  port1.close();
}
