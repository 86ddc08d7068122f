/** `mubbles models list`: what is here, how large, how fast, in what languages and on what terms; or what could be. */
import { KNOWN_MODELS, type KnownModel, knownModel } from "../../model/known-models.js";
import { residentBytes } from "../../model/model-cost.js";
import { readRecord } from "../../model/model-record.js";
import { listModels, type StoredModel } from "../../model/model-store.js";
import { readWhisperConfig } from "../../model/whisper-config.js";
import { formatBytes } from "../byte-size.js";
import { table } from "../table.js";
import { speedHere } from "./measure-speed.js";

/** A line of the list; names as `--json` has them. */
interface ListedModel {
  readonly name: string;
  readonly compute: StoredModel["compute"];
  readonly bytes: number;
  /** About what a process needs that has loaded it. */
  readonly memoryBytes: number;
  /** How many languages it tells apart; null where its config.json does not say. */
  readonly languages: number | null;
  readonly licence: string | null;
  /** Seconds of audio in a second, measured on this machine; null where never measured. */
  readonly timesRealTime: number | null;
  readonly source: string | null;
  readonly isEmbedded: boolean;
  readonly folder: string;
}

export function listStored({ json }: { json: boolean }): string {
  const models = listModels().map(describe);
  if (json) return `${JSON.stringify(models, null, 2)}\n`;
  const rows = models.map((model) => [
    model.name,
    model.compute,
    formatBytes(model.bytes),
    formatBytes(model.memoryBytes),
    model.timesRealTime === null ? "not measured" : `${model.timesRealTime.toFixed(1)}× real time`,
    languagesText(model.languages),
    model.licence ?? "unknown",
    model.isEmbedded ? "embedded" : model.folder,
  ]);
  return table([
    ["NAME", "COMPUTE", "DISK", "MEMORY", "SPEED HERE", "LANGUAGES", "LICENCE", "FOLDER"],
    ...rows,
  ]);
}

/** Every name, here or not. */
export function listKnown({ json }: { json: boolean }): string {
  const stored = listModels();
  const isHere = ({ name }: KnownModel) => stored.some((model) => model.name === name);
  if (json) {
    const models = KNOWN_MODELS.map((model) => ({ ...model, isHere: isHere(model) }));
    return `${JSON.stringify(models, null, 2)}\n`;
  }
  const rows = KNOWN_MODELS.map((model) => [
    model.name,
    `${Math.round(model.parameters / 1e6)} M`,
    languagesText(model.languages),
    model.licence,
    model.repository,
    isHere(model) ? "yes" : "",
  ]);
  return table([["NAME", "PARAMETERS", "LANGUAGES", "LICENCE", "ON THE HUB", "HERE"], ...rows]);
}

function describe(model: StoredModel): ListedModel {
  const { name, compute, bytes, isEmbedded, folder } = model;
  const record = readRecord(folder);
  const known = knownModel(name);
  return {
    name,
    compute,
    bytes,
    memoryBytes: Math.round(residentBytes(bytes)),
    languages: known?.languages ?? languagesOf(folder),
    licence: record.licence ?? known?.licence ?? null,
    timesRealTime: speedHere(model) ?? null,
    source: record.source ?? null,
    isEmbedded,
    folder,
  };
}

/** Vocabularies with Cantonese, the hundredth language, are one token larger. A damaged model must not hide the others. */
function languagesOf(folder: string): number | null {
  try {
    const { isMultilingual, vocabularySize } = readWhisperConfig(folder);
    if (!isMultilingual) return 1;
    return vocabularySize > 51_865 ? 100 : 99;
  } catch {
    return null;
  }
}

function languagesText(languages: number | null): string {
  if (languages === null) return "unknown";
  return languages === 1 ? "English" : String(languages);
}
