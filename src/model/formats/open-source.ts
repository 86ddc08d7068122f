/** Finds out what a file or folder holds, and opens it as a source of the conversion. */
import { existsSync, fstatSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { packagePath } from "../../assets.js";
import { MubblesError } from "../../errors.js";
import { charactersOf } from "../byte-characters.js";
import { isConverted } from "../compute-type.js";
import { broken, readFully, readText, withFile } from "../model-file.js";
import { Safetensors, WEIGHTS_FILE, WEIGHTS_INDEX } from "../safetensors.js";
import { readWhisperConfig } from "../whisper-config.js";
import { publishedAlignmentHeads } from "./alignment-heads.js";
import type { ModelSource } from "./checkpoint.js";
import { CTranslate2Checkpoint, isCTranslate2 } from "./ctranslate2-checkpoint.js";
import { GGML_MAGIC, GgmlCheckpoint } from "./ggml-checkpoint.js";
import {
  configJson,
  generationConfigJson,
  isMultilingual,
  MULTILINGUAL_TEXT_TOKENS,
  textTokensOf,
  tokenizerJson,
  type WhisperSizes,
} from "./hub-files.js";
import { recoverMerges } from "./recover-merges.js";

/** Name of CTranslate2's weights in their folder. */
export const CTRANSLATE2_FILE = "model.bin";
const HUB_FILES = ["config.json", "generation_config.json", "tokenizer.json"];
const MULTILINGUAL_TOKENIZER = "models/whisper-base-int8/tokenizer.json";
/** Of the models with 99 and with 100 languages. */
const MULTILINGUAL_VOCABULARIES = [51_865, 51_866];
const LAYOUTS = `expected ${WEIGHTS_FILE} as the Hugging Face hub has it, CTranslate2's ${CTRANSLATE2_FILE}, or a ggml-*.bin of whisper.cpp`;

/**
 * `path`: a folder as the hub serves it, a folder with CTranslate2's model.bin or that file, or a ggml file. MODEL_NOT_FOUND,
 * MODEL_BROKEN, MODEL_UNSUPPORTED, the last also for a model that has been converted already.
 */
export function openSource(path: string): ModelSource {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new MubblesError("MODEL_NOT_FOUND", { where: path });
  if (stats.isDirectory()) {
    const hasHubWeights = [WEIGHTS_FILE, WEIGHTS_INDEX].some((name) => existsSync(join(path, name)));
    const other = join(path, CTRANSLATE2_FILE);
    return !hasHubWeights && existsSync(other) ? openFile(other) : openHubFolder(path);
  }
  return openFile(path);
}

/** What a model made of it is called: the folder's name, or a ggml file's own. */
export function nameOfSource(path: string): string {
  const own = basename(resolve(path));
  if (own === CTRANSLATE2_FILE) return basename(dirname(resolve(path)));
  return own.replace(/^ggml-(.+)\.bin$/, "$1");
}

function openFile(file: string): ModelSource {
  const start = withFile(file, (fd) => {
    const bytes = Buffer.alloc(Math.min(64, fstatSync(fd).size));
    readFully(fd, file, bytes, 0);
    return bytes;
  });
  if (start.length >= 4 && start.readUInt32LE(0) === GGML_MAGIC) return openGgml(file);
  if (isCTranslate2(start)) return openCTranslate2(file);
  throw new MubblesError("MODEL_UNSUPPORTED", { where: file, detail: LAYOUTS });
}

function openHubFolder(folder: string): ModelSource {
  if (existsSync(join(folder, "config.json"))) readWhisperConfig(folder); // Another kind of model says so there.
  const checkpoint = Safetensors.openFolder(folder);
  if (isConverted(checkpoint.metadata)) {
    const detail = "already converted; convert the original";
    throw new MubblesError("MODEL_UNSUPPORTED", { where: folder, detail });
  }
  return { checkpoint, files: checkpoint.files, readSideFiles: () => hubSideFiles(folder) };
}

function hubSideFiles(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of HUB_FILES) {
    const file = join(folder, name);
    if (existsSync(file)) files.set(name, readText(file));
  }
  const config = join(folder, "config.json");
  if (!files.has("tokenizer.json") && existsSync(config)) {
    const { vocab_size: size, eos_token_id: end } = parsed(config);
    // The text tokens of all multilingual Whispers are the same.
    if (MULTILINGUAL_VOCABULARIES.includes(size as number) && end === MULTILINGUAL_TEXT_TOKENS)
      files.set("tokenizer.json", readText(packagePath(MULTILINGUAL_TOKENIZER)));
  }
  return files;
}

function openGgml(file: string): ModelSource {
  const checkpoint = GgmlCheckpoint.open(file);
  const { sizes, words } = checkpoint;
  const heads = publishedAlignmentHeads(sizes, isMultilingual(sizes), basename(file));
  const readSideFiles = () =>
    new Map([
      ["config.json", configJson(sizes)],
      ["generation_config.json", generationConfigJson(heads)],
      ["tokenizer.json", tokenizerOf(words.map(charactersOf), sizes, file)],
    ]);
  return { checkpoint, files: [file], readSideFiles };
}

function openCTranslate2(file: string): ModelSource {
  const folder = dirname(file);
  const checkpoint = CTranslate2Checkpoint.open(file);
  const { sizes } = checkpoint;
  const own = join(folder, "config.json");
  const listed = existsSync(own) ? parsed(own).alignment_heads : undefined;
  const heads = Array.isArray(listed)
    ? (listed as number[][])
    : publishedAlignmentHeads(sizes, isMultilingual(sizes), basename(folder));
  const tokenizer = join(folder, "tokenizer.json");
  const readSideFiles = () =>
    new Map([
      ["config.json", configJson(sizes)],
      ["generation_config.json", generationConfigJson(heads)],
      [
        "tokenizer.json",
        existsSync(tokenizer) ? readText(tokenizer) : tokenizerOf(vocabularyOf(folder), sizes, folder),
      ],
    ]);
  return { checkpoint, files: [file], readSideFiles };
}

/** CTranslate2's list of tokens, printable characters each. */
function vocabularyOf(folder: string): string[] {
  const list = join(folder, "vocabulary.json");
  if (existsSync(list)) {
    const tokens: unknown = parsed(list);
    if (Array.isArray(tokens) && tokens.every((token) => typeof token === "string")) return tokens;
    throw broken(list, "expected a list of tokens");
  }
  const lines = join(folder, "vocabulary.txt");
  if (existsSync(lines)) return readText(lines).split("\n");
  throw broken(folder, "neither tokenizer.json nor a vocabulary in it");
}

/** From all tokens as printable characters; those behind the text are special, and made anew. */
function tokenizerOf(tokens: readonly string[], sizes: WhisperSizes, where: string): string {
  const vocabulary = tokens.slice(0, textTokensOf(sizes));
  if (vocabulary.length < textTokensOf(sizes))
    throw broken(where, `expected ${textTokensOf(sizes)} tokens of text, got ${vocabulary.length}`);
  return tokenizerJson(vocabulary, recoverMerges(vocabulary), sizes);
}

function parsed(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readText(file));
  } catch (cause) {
    throw broken(file, "no JSON", cause);
  }
}
