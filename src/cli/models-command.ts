/** `mubbles models …`: make a model of our own from published weights, list what is there, say where. */
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { COMPUTES, type Compute } from "../model/checkpoint-layout.js";
import { convertModel } from "../model/convert.js";
import { nameOfSource } from "../model/formats/open-source.js";
import { cacheFolder, listModels, resolveModel } from "../model/model-store.js";
import { listenForInterrupt } from "./interrupt.js";
import { note } from "./messages.js";
import { choiceOption } from "./option-values.js";
import { createSpinner } from "./progress.js";
import { StdoutSink } from "./sinks.js";
import { table } from "./table.js";

const EXAMPLES = `
Examples:
  mubbles models convert ~/Downloads/whisper-small        into the cache; then: mubbles file -m small …
  mubbles models convert -o models/base --compute int8 ../weights/openai/whisper-base
  mubbles models list
  mubbles models where base

The cache is the folder MUBBLES_HOME, or mubbles in XDG_CACHE_HOME (~/.cache).
`;

export function modelsCommand(): Command {
  const command = new Command("models")
    .description("Convert, list and find models.")
    .addHelpText("after", EXAMPLES);
  command
    .command("convert")
    .description("Convert a Whisper checkpoint; prints the new folder.")
    .argument(
      "<source>",
      "folder as the Hugging Face hub serves it, a ggml-*.bin of whisper.cpp, or a folder of CTranslate2",
    )
    .option("-o, --output-dir <dir>", "folder to make (default: one named after SOURCE in the cache)")
    .addOption(computeOption().default("int8"))
    .action(convert);
  command.command("list").description("List the embedded model and those in the cache.").action(list);
  command
    .command("where")
    .description("Print the folder of a model.")
    .argument("<name>", "a name from `mubbles models list`, or a folder")
    .addOption(computeOption())
    .action(where);
  return command;
}

function computeOption(): Option {
  return new Option("--compute <type>", "int8, fp16 or fp32").argParser(
    choiceOption("--compute", COMPUTES, ["int4"]),
  );
}

async function where(name: string, { compute }: { compute?: Compute }): Promise<void> {
  const { folder } = await resolveModel(name, compute);
  await print(`${folder}\n`);
}

async function convert(
  source: string,
  { outputDir, compute }: { outputDir?: string; compute: Compute },
): Promise<void> {
  const destination =
    outputDir === undefined ? join(cacheFolder(), "models", modelName(source, compute)) : resolve(outputDir);
  const interrupt = listenForInterrupt();
  const spinner = createSpinner()?.start(`converting ${source}`);
  try {
    const { bytes, sha256 } = await convertModel({
      source,
      destination,
      compute,
      signal: interrupt.signal,
      onProgress: (doneBytes, totalBytes) => {
        if (spinner !== undefined)
          spinner.text = `converting ${source} · ${megabytes(doneBytes)} of ${megabytes(totalBytes)}`;
      },
    });
    spinner?.stop();
    note(`${megabytes(bytes)}, sha256 ${sha256}`);
    await print(`${destination}\n`);
  } finally {
    spinner?.stop();
    interrupt.dispose();
  }
}

async function list(): Promise<void> {
  const rows = [["NAME", "COMPUTE", "SIZE", "FOLDER"]];
  for (const { name, compute, bytes, folder } of listModels())
    rows.push([name, compute, megabytes(bytes), folder]);
  await print(table(rows));
}

function modelName(source: string, compute: Compute): string {
  return `${nameOfSource(source)}-${compute}`;
}

async function print(text: string): Promise<void> {
  await new StdoutSink().write(text);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
