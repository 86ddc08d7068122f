/** What is installed: versions, the processor and the memory, and what onnxruntime can use of it. */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { LogMel, logMelVersion } from "../../dsp/mel.js";
import { EXIT } from "../../errors.js";
import { ACCELERATORS, whatIsMissing } from "../../model/compute-device.js";
import { askOnnxruntime, type OnnxruntimeReport } from "../../model/onnxruntime-report.js";
import { packageVersion } from "../../version.js";
import { readMemory } from "../machine.js";
import type { Check, Finding } from "./check.js";

/** Listening with the embedded model takes 300 MB, a file 550 (docs/BENCHMARKS.md). */
const NEEDED_BYTES = 600e6;

export const installationChecks: readonly Check[] = [
  { title: "versions", limitSeconds: 20, failsAs: "error", run: versions },
  { title: "machine", limitSeconds: 20, failsAs: "warning", run: machine },
  { title: "accelerators", limitSeconds: 45, failsAs: "warning", run: accelerators },
];

async function versions(): Promise<Finding[]> {
  const report = await askOnnxruntime();
  return [
    { name: "mubbles", status: "ok", text: packageVersion() },
    {
      name: "node",
      status: "ok",
      text: `${process.versions.node} on ${process.platform} ${process.arch}`,
    },
    onnxruntime(report),
    logMel(),
  ];
}

function onnxruntime({ version, providers, failure }: OnnxruntimeReport): Finding {
  const name = "onnxruntime";
  if (failure !== undefined) {
    const hint = "run `npm ci` again; on Linux it needs glibc: Alpine's musl is not enough";
    return { name, status: "error", text: failure, hint, exitCode: EXIT.model };
  }
  return { name, status: "ok", text: version ?? "unknown", facts: { version, providers } };
}

/** The wasm package computes its first log-mel columns. */
function logMel(): Finding {
  const version = logMelVersion();
  const mel = new LogMel(80);
  mel.flush(new Float32Array(mel.nMels * mel.maxColumns(0)));
  mel.free();
  return { name: "log-mel (wasm)", status: "ok", text: version, facts: { version } };
}

async function machine(): Promise<Finding[]> {
  return [processor(await askOnnxruntime()), memory()];
}

function processor({ saturates }: OnnxruntimeReport): Finding {
  const cores = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? "unknown";
  const features = vectorFeatures();
  const exactness =
    saturates === undefined
      ? ""
      : `; 8-bit products are ${saturates ? "exact at half their speed" : "exact"}`;
  const text = `${model}, ${cores} core${cores === 1 ? "" : "s"}, ${features.join(", ") || "vector instructions unknown"}${exactness}`;
  const facts = { model, cores, features, saturates };
  return { name: "processor", status: "ok", text, facts };
}

/** What 8-bit arithmetic can use; known on Linux alone. */
function vectorFeatures(): string[] {
  const file = "/proc/cpuinfo";
  if (!existsSync(file)) return process.arch === "arm64" ? ["NEON"] : [];
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync(file, "utf8"))?.[1]?.split(" "));
  const names: Readonly<Record<string, string>> = {
    avx2: "AVX2",
    avx512f: "AVX-512",
    avx512_vnni: "AVX-512 VNNI",
    avx_vnni: "AVX VNNI",
    amx_int8: "AMX",
    asimd: "NEON",
    asimddp: "NEON dot product",
    i8mm: "I8MM",
  };
  return Object.keys(names).flatMap((flag) => (flags.has(flag) ? [names[flag]!] : []));
}

function memory(): Finding {
  const { totalBytes, freeBytes } = readMemory();
  const text = `${gigabytes(totalBytes)}, ${gigabytes(freeBytes)} of it free`;
  const facts = { totalBytes, freeBytes };
  if (freeBytes >= NEEDED_BYTES) return { name: "memory", status: "ok", text, facts };
  const hint = `close other programs: the embedded model takes up to ${gigabytes(NEEDED_BYTES)}`;
  return { name: "memory", status: "warning", text, hint, facts };
}

/** That there is none is no fault: everything runs on the CPU. */
async function accelerators(): Promise<Finding[]> {
  const missing = await Promise.all(ACCELERATORS.map((accelerator) => whatIsMissing(accelerator)));
  return ACCELERATORS.map((accelerator, index) => {
    const detail = missing[index];
    const facts = { isThere: detail === undefined };
    if (detail === undefined)
      return { name: accelerator, status: "ok", text: `there: --device ${accelerator}`, facts };
    return { name: accelerator, status: "ok", text: `not there: ${detail}`, facts };
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
