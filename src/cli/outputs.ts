/** Which documents each input gives and where they go, decided and checked before any work starts. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { MubblesError } from "../errors.js";
import type { OutputFormat } from "../output/formats.js";
import { makeFolder, outputError } from "../writing.js";

export interface PlannedDocument {
  readonly format: OutputFormat;
  /** undefined: standard output. */
  readonly path: string | undefined;
}

export interface PlannedInput {
  readonly input: string;
  readonly documents: readonly PlannedDocument[];
}

interface OutputOptions {
  readonly formats: readonly OutputFormat[];
  readonly outputDir: string | undefined;
}

/** The input that stands for standard input. */
export const STDIN = "-";

/**
 * One format and no folder: standard output. Otherwise NAME.FORMAT in the folder, by default the current one.
 * Throws USAGE where two documents would share a file or a document would replace an input.
 */
export function planOutputs(
  inputs: readonly string[],
  { formats, outputDir }: OutputOptions,
): PlannedInput[] {
  if (inputs.filter((input) => input === STDIN).length > 1) {
    throw new MubblesError("USAGE", { where: STDIN, detail: "standard input can be read only once" });
  }
  if (outputDir === undefined && formats.length === 1) {
    return inputs.map((input) => ({
      input,
      documents: formats.map((format) => ({ format, path: undefined })),
    }));
  }
  const ownerOf = new Map(
    inputs.filter((input) => input !== STDIN).map((input) => [fileKey(input), "an input"]),
  );
  return inputs.map((input) => ({
    input,
    documents: formats.map((format) => {
      const path = join(outputDir ?? ".", `${documentName(input)}.${format}`);
      const owner = ownerOf.get(fileKey(path));
      if (owner !== undefined) {
        throw new MubblesError("USAGE", {
          where: path,
          detail: `the output of ${input} would overwrite ${owner}; use another --output-dir or rename one input`,
        });
      }
      ownerOf.set(fileKey(path), `the output of ${input}`);
      return { format, path };
    }),
  }));
}

/** Makes the folders and finds out whether the documents can be written, without touching what stands there. */
export async function prepareOutputs(plan: readonly PlannedInput[]): Promise<void> {
  for (const { path } of plan.flatMap((planned) => planned.documents)) {
    if (path === undefined) continue;
    const folder = dirname(path);
    await makeFolder(folder);
    const existing = await stat(path).catch(() => undefined);
    if (existing?.isDirectory()) {
      throw new MubblesError("OUTPUT_EXISTS_AS_DIRECTORY", {
        where: path,
        detail: "a folder of that name exists",
      });
    }
    await access(existing === undefined ? folder : path, constants.W_OK).catch((thrown) => {
      throw outputError(path, thrown);
    });
  }
}

function documentName(input: string): string {
  return input === STDIN ? "stdin" : basename(input, extname(input));
}

/** Equal for names that the usual file systems of the platform take for one file. */
function fileKey(path: string): string {
  const full = resolve(path);
  return process.platform === "linux" ? full : full.toLowerCase();
}
