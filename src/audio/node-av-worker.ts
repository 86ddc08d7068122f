/** The thread that decodes with node-av: opens the file named in workerData, then one chunk for each pull. */
import { parentPort, workerData } from "node:worker_threads";
import { DecodeError } from "./decode-failure.js";
import { loadNodeAv, type NodeAv } from "./node-av.js";
import { NodeAvDecoder } from "./node-av-decoder.js";
import { type DecodeMessage, type DecodeRequest, DecodeState, PULL } from "./node-av-protocol.js";

const port = parentPort!;
const { path, channel, state: buffer } = workerData as DecodeRequest;
const state = new DecodeState(buffer);

if (!state.isStopRequested) await start();
state.setBusy(false);

async function start(): Promise<void> {
  let av: NodeAv;
  try {
    av = await loadNodeAv();
  } catch (thrown) {
    tell({ type: "unavailable", reason: thrown instanceof Error ? thrown.message : String(thrown) });
    return;
  }
  const decoder = guarded(() => new NodeAvDecoder(av, path, channel, state));
  if (decoder === undefined) return;
  tell({ type: "opened", info: decoder.info });
  port.on("message", (message) => {
    state.setBusy(true);
    if (state.isStopRequested) port.close();
    else if (message === PULL) guarded(() => answer(decoder));
    state.setBusy(false);
  });
}

function answer(decoder: NodeAvDecoder): void {
  const samples = decoder.next();
  if (samples !== undefined) {
    tell({ type: "chunk", samples });
  } else if (!state.isStopRequested) {
    tell({ type: "end", problems: decoder.problems });
    port.close();
  }
}

/** Runs `work`; a file that cannot be decoded is a message, anything else a bug that ends the thread. */
function guarded<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof DecodeError)) throw thrown;
    tell({ type: "failed", failure: thrown.failure });
    port.close();
    return undefined;
  }
}

function tell(message: DecodeMessage): void {
  port.postMessage(message, message.type === "chunk" ? [message.samples.buffer as ArrayBuffer] : []);
}
