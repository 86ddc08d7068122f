/**
 * onnxruntime 1.30 collects usage data: it keeps a database and a device number below ~/.cache/Microsoft and tries to send them.
 * mubbles has no network. The variable is read when the library is loaded, so this is imported before it, and by whoever starts a thread or
 * process that loads it: what a thread puts into its environment stays in JavaScript.
 */
process.env.ORT_DISABLE_TELEMETRY = "1";
