/** The engine's thread or process. Its loop is read while the encoder loads already: base is there 40 ms sooner for it. */
import { port, sendFailure } from "./engine-start.js";

try {
  await import("./engine-loop.js");
} catch (error) {
  // Where the system cannot load onnxruntime, nothing above this file is there to say so.
  sendFailure(error);
  port.close();
}
