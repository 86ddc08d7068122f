/** `mubbles models …`: get, make, list, check, find and remove models. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { asMubblesError, EXIT, MubblesError } from "../errors.js";
import { COMPUTES, type Compute } from "../model/compute-type.js";
import { convertModel } from "../model/convert.js";
import { nameOfSource } from "../model/formats/open-source.js";
import { addToRecord } from "../model/model-record.js";
import {
  brokenModels,
  brokenModelsNamed,
  cacheFolder,
  convertedFolder,
  isNamed,
  listModels,
  resolveModel,
} from "../model/model-store.js";
import { bytesOf, findLeftovers, removeFolder } from "../model/remove-models.js";
import { askYesNo, canAsk } from "./ask.js";
import { formatBytes } from "./byte-size.js";
import { listenForInterrupt } from "./interrupt.js";
import { note, reportError } from "./messages.js";
import { listKnown, listStored } from "./models/list-models.js";
import { measureOnce } from "./models/measure-speed.js";
import { type PullFlags, pullAndMeasure } from "./models/pull.js";
import { chosenModels, verifyModel } from "./models/verify.js";
import { choiceOption } from "./option-values.js";
import { createSpinner } from "./progress.js";
import { StdoutSink } from "./sinks.js";
import { table } from "./table.js";

const EXAMPLES = `
Examples:
  mubbles models list                                     what is here; --all: every name there is
  mubbles models pull small                               from the Hugging Face hub; then: mubbles file -m small …
  mubbles models pull owner/whisper-for-my-language       any Whisper of the hub
  mubbles models verify                                   are all still what they were?
  mubbles models remove small
  mubbles models convert ~/Downloads/whisper-small        what is on this disk already, also ggml-*.bin and CTranslate2
  mubbles models where base

The cache is the folder MUBBLES_HOME, or mubbles in XDG_CACHE_HOME (~/.cache). HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_OFFLINE,
HTTPS_PROXY and NO_PROXY are honoured; a model in the hub's own cache is used where it lies. docs/models.md says more.
`;

const STORED_AS =
  "int8; int4: smaller and less exact; fp16: half the file of fp32, but widened to it when a CPU loads it; fp32";

export function modelsCommand(finish: (exitCode: number) => void): Command {
  const command = new Command("models")
    .description("Get, convert, list, check, find and remove models.")
    .addHelpText("after", EXAMPLES);
  command
    .command("pull")
    .description("Download models from the Hugging Face hub and convert them; prints their folders.")
    .argument("<name...>", "names from `mubbles models list --all`, or owner/name")
    .addOption(computeOption(STORED_AS).default("int8"))
    .option("--force", "also what is here already")
    .option("--keep-original", "keep what was downloaded beside what is made of it")
    .option("--no-measure", "do not measure how fast it is here")
    .option("--offline", "use what is on this machine, the hub's own cache too, and nothing else")
    .option("-q, --quiet", "nothing but errors on standard error")
    .action(pull);
  command
    .command("convert")
    .description("Convert a Whisper checkpoint; prints the new folder.")
    .argument(
      "<source>",
      "folder as the Hugging Face hub serves it, a ggml-*.bin of whisper.cpp, or a folder of CTranslate2",
    )
    .option("-o, --output-dir <dir>", "folder to make (default: one named after SOURCE in the cache)")
    .addOption(computeOption(STORED_AS).default("int8"))
    .action(convert);
  command
    .command("list")
    .description("List the embedded model and those in the cache.")
    .option("--all", "every model that has a name, here or not")
    .option("--json", "as JSON")
    .action(({ all = false, json = false }: { all?: boolean; json?: boolean }) =>
      print(all ? listKnown({ json }) : listStored({ json })),
    );
  command
    .command("where")
    .description("Print the folder of a model, or of the cache.")
    .argument("[name]", "a name from `mubbles models list`, or a folder")
    .addOption(computeOption())
    .action(where);
  command
    .command("verify")
    .description("Compare weights with the hashes they came with, and measure speeds that are not known.")
    .argument("[name...]", "names from `mubbles models list` (default: all)")
    .addOption(computeOption())
    .option("--no-measure", "hashes alone")
    .action(async (names: string[], flags) => finish(await verify(names, flags)));
  command
    .command("remove")
    .description("Remove models from the cache.")
    .argument("<name...>", "names from `mubbles models list`")
    .addOption(computeOption())
    .option("-y, --yes", "do not ask")
    .action(remove);
  command
    .command("prune")
    .description("Remove half-finished downloads and conversions, and originals that were kept.")
    .option("-y, --yes", "do not ask")
    .action(prune);
  return command;
}

function computeOption(description: string = COMPUTES.join(", ")): Option {
  return new Option("--compute <type>", description).argParser(choiceOption("--compute", COMPUTES));
}

async function pull(names: string[], flags: PullFlags): Promise<void> {
  await untilInterrupted(async (signal) => {
    for (const name of names) await print(`${(await pullAndMeasure(name, flags, signal)).folder}\n`);
  });
}

async function where(name: string | undefined, { compute }: { compute?: Compute }): Promise<void> {
  await print(`${name === undefined ? cacheFolder() : (await resolveModel(name, compute)).folder}\n`);
}

async function convert(
  source: string,
  { outputDir, compute }: { outputDir?: string; compute: Compute },
): Promise<void> {
  const destination =
    outputDir === undefined
      ? join(convertedFolder(), `${nameOfSource(source)}-${compute}`)
      : resolve(outputDir);
  const spinner = createSpinner()?.start(`converting ${source}`);
  try {
    await untilInterrupted(async (signal) => {
      const onProgress = (doneBytes: number, totalBytes: number) => {
        if (spinner !== undefined)
          spinner.text = `converting ${source} · ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
      };
      const { bytes, sha256 } = await convertModel({ source, destination, compute, signal, onProgress });
      addToRecord(destination, { sha256, source: resolve(source) });
      spinner?.stop();
      note(`${formatBytes(bytes)}, sha256 ${sha256}`);
      await print(`${destination}\n`);
    });
  } finally {
    spinner?.stop();
  }
}

/** The exit code: one broken model does not keep the others from being looked at. */
async function verify(
  names: readonly string[],
  { compute, measure }: { compute?: Compute; measure: boolean },
): Promise<number> {
  const problems = names.length === 0 ? brokenModels().map(({ problem }) => problem) : [];
  const rows = [["NAME", "COMPUTE", "RESULT"]];
  await untilInterrupted(async (signal) => {
    for (const model of await chosenModels(names, compute)) {
      let result = "right";
      try {
        if (!(await verifyModel(model, signal))) result = "no hash known";
        if (measure) await measureOnce(model, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        problems.push(asMubblesError(thrown));
        result = "broken";
      }
      rows.push([model.name, model.compute, result]);
    }
  });
  await print(table(rows));
  for (const problem of problems) reportError(problem);
  return problems[0]?.exitCode ?? EXIT.ok;
}

interface Removable {
  readonly path: string;
  readonly label: string;
}

async function remove(
  names: readonly string[],
  { compute, yes = false }: { compute?: Compute; yes?: boolean },
): Promise<void> {
  const chosen = names.flatMap((name) => removable(name, compute));
  await removeAll(chosen, yes);
}

/** Every one of this name in the cache, damaged ones too. MODEL_NOT_HERE; USAGE for an embedded one. */
function removable(name: string, compute: Compute | undefined): Removable[] {
  const named = listModels().filter(
    (model) => isNamed(model, name) && (compute === undefined || model.compute === compute),
  );
  const cached = [
    ...named
      .filter(({ isEmbedded }) => !isEmbedded)
      .map((model) => ({ path: model.folder, label: `${model.name} (${model.compute})` })),
    ...brokenModelsNamed(name, compute).map((model) => ({
      path: model.folder,
      label: `${model.name} (damaged)`,
    })),
  ];
  if (cached.length > 0) return cached;
  if (named.length > 0)
    throw new MubblesError("USAGE", { where: name, detail: "it is embedded and goes with mubbles alone" });
  throw new MubblesError("MODEL_NOT_HERE", { where: name });
}

async function prune({ yes = false }: { yes?: boolean }): Promise<void> {
  const leftovers = findLeftovers();
  if (leftovers.length === 0) note("nothing to remove");
  await removeAll(
    leftovers.map(({ path, why }) => ({ path, label: `${path} (${why})` })),
    yes,
  );
}

/** Asks on a terminal; USAGE where there is none and nobody said --yes. */
async function removeAll(chosen: readonly Removable[], yes: boolean): Promise<void> {
  if (chosen.length === 0) return;
  const total = formatBytes(chosen.reduce((sum, { path }) => sum + bytesOf(path), 0));
  const what = chosen.map(({ label }) => label).join(", ");
  if (!yes && !canAsk()) throw new MubblesError("USAGE", { where: what, detail: "say --yes to remove it" });
  await untilInterrupted(async (signal) => {
    if (!yes && !(await askYesNo(`mubbles: remove ${what}, ${total}?`, false, signal))) return;
    for (const { path } of chosen) if (existsSync(path)) await removeFolder(path);
    note(`removed ${what}, ${total}`);
  });
}

async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = listenForInterrupt();
  try {
    await work(interrupt.signal);
  } finally {
    interrupt.dispose();
  }
}

async function print(text: string): Promise<void> {
  await new StdoutSink().write(text);
}
