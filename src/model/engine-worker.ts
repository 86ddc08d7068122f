/** The engine's thread or process. Its loop is read while the encoder loads already: base is there 40 ms sooner for it. */
import "./engine-start.js";

await import("./engine-loop.js");
