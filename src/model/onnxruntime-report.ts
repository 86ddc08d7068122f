/** What onnxruntime can do on this machine, asked in a process of its own: a library that is half there may crash or hang. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { workerUrl } from "../assets.js";

export interface OnnxruntimeReport {
  readonly version: string | undefined;
  /** Execution providers of this install; of those that are not bundled the libraries may be missing. */
  readonly providers: readonly string[];
  /** Whether 8-bit products are cut off on this processor (saturation.ts). */
  readonly saturates: boolean | undefined;
  /** Why the provider that was asked for, or onnxruntime itself, does not work; undefined where it does. */
  readonly failure: string | undefined;
}

const NOTHING = { version: undefined, providers: [], saturates: undefined };
/** The first start of a graphics library takes seconds. */
const ANSWER_MS = 20_000;

/** Never throws, and never takes longer than 20 s. */
export function askOnnxruntime(provider?: string): Promise<OnnxruntimeReport> {
  const child = fork(
    fileURLToPath(workerUrl("model/onnxruntime-report-child")),
    provider === undefined ? [] : [provider],
    {
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    },
  );
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  return new Promise((resolve) => {
    let report: OnnxruntimeReport | undefined;
    const timer = setTimeout(() => child.kill("SIGKILL"), ANSWER_MS);
    child.on("message", (message: OnnxruntimeReport) => {
      report = message;
    });
    child.on("error", (error) => {
      report ??= { ...NOTHING, failure: error.message };
    });
    // Only then everything is read that it wrote.
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const { failure, ...rest } = report ?? { ...NOTHING, failure: endOf(code, signal) };
      resolve({ ...rest, failure: failure === undefined ? undefined : (missingFile(complaint) ?? failure) });
    });
  });
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === "SIGKILL" ? `no answer within ${ANSWER_MS / 1000} s` : `it ended with ${signal ?? code}`;
}

/** onnxruntime names the library that the system's loader missed in its log alone. */
export function missingFile(log: string): string | undefined {
  const name = /(?:^|[\s:/\\])([^\s:/\\]+): cannot open shared object file/.exec(log)?.[1];
  return name === undefined ? undefined : `${name} is missing`;
}
