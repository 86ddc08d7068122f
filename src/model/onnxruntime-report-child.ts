/** The process that onnxruntime is asked in (onnxruntime-report.ts). Its argument is the execution provider to try, if any. */
import type { OnnxruntimeReport } from "./onnxruntime-report.js";

const provider = process.argv[2];
process.send?.(await report());
process.disconnect?.();

async function report(): Promise<OnnxruntimeReport> {
  let known: Pick<OnnxruntimeReport, "version" | "providers" | "saturates"> = {
    version: undefined,
    providers: [],
    saturates: undefined,
  };
  try {
    // Not statically: where its library does not load, that is what there is to tell.
    const { createSession, onnxruntimeInstall } = await import("./ort.js");
    const { eightBitProductsSaturate, largestProduct } = await import("./saturation.js");
    known = { ...onnxruntimeInstall(), saturates: await eightBitProductsSaturate() };
    if (provider !== undefined) {
      // onnxruntime-node takes the next one of the list without a word, here the CPU.
      if (!known.providers.includes(provider)) throw new Error(`onnxruntime-node has no ${provider} here`);
      const session = await createSession(largestProduct(), { threads: 1, accelerator: provider });
      await session.release();
    }
    return { ...known, failure: undefined };
  } catch (thrown) {
    return { ...known, failure: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
