/** What mubbles reads from a Whisper checkpoint's config.json and generation_config.json. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MubblesError } from "../errors.js";
import { broken, readText } from "./model-file.js";

export interface WhisperConfig {
  readonly nMels: 80 | 128;
  readonly dModel: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly encoderHeads: number;
  readonly decoderHeads: number;
  readonly headSize: number;
  readonly vocabularySize: number;
  /** 1500 positions of 20 ms. */
  readonly maxAudioPositions: number;
  /** 448 tokens, prompt included. */
  readonly maxTextPositions: number;
  /** `<|endoftext|>`; text tokens lie below it, special ones from it on, timestamps last. */
  readonly endToken: number;
  readonly firstTimestampToken: number;
  readonly isMultilingual: boolean;
  /** [layer, head] of the heads whose cross-attention follows the audio. */
  readonly alignmentHeads: readonly (readonly [number, number])[];
}

/** endoftext, startoftranscript, translate, transcribe, startoflm, startofprev, nospeech, notimestamps; languages come on top. */
const SPECIAL_TOKENS = 8;
/** Timestamps from 0.00 to 30.00 s in steps of 0.02 s. */
const TIMESTAMP_TOKENS = 1501;
/** Vocabularies from this size on are multilingual (openai/whisper model.py:281-282). */
const MULTILINGUAL_VOCABULARY = 51_865;

/** Reads FOLDER/config.json and, where there is one, generation_config.json. Faults: MODEL_BROKEN, MODEL_UNSUPPORTED. */
export function readWhisperConfig(folder: string): WhisperConfig {
  const [config, generation] = ["config.json", "generation_config.json"].map((name) => {
    const file = join(folder, name);
    return existsSync(file) ? readText(file) : undefined;
  });
  return parseWhisperConfig(folder, config, generation);
}

/** The same from the files' contents; `folder` is where they come from, for errors. */
export function parseWhisperConfig(
  folder: string,
  configText: string | undefined,
  generationText: string | undefined,
): WhisperConfig {
  const file = join(folder, "config.json");
  const config = parseJson(configText, file);
  const generation =
    generationText === undefined ? {} : parseJson(generationText, join(folder, "generation_config.json"));
  if (config.model_type !== "whisper") {
    const detail = `config.json says model_type ${JSON.stringify(config.model_type)}, expected "whisper"`;
    throw new MubblesError("MODEL_UNSUPPORTED", { where: folder, detail });
  }
  const count = (key: string) => positiveInteger(config[key], key, file);
  const nMels = count("num_mel_bins");
  if (nMels !== 80 && nMels !== 128) {
    throw new MubblesError("MODEL_UNSUPPORTED", {
      where: file,
      detail: `${nMels} mel bands, expected 80 or 128`,
    });
  }
  const dModel = count("d_model");
  const decoderHeads = count("decoder_attention_heads");
  const decoderLayers = count("decoder_layers");
  const encoderHeads = count("encoder_attention_heads");
  const vocabularySize = count("vocab_size");
  const endToken = count("eos_token_id");
  const firstTimestampToken = vocabularySize - TIMESTAMP_TOKENS;
  for (const heads of [encoderHeads, decoderHeads]) {
    if (dModel % heads !== 0) {
      const detail = `width ${dModel} does not divide into ${heads} heads`;
      throw new MubblesError("MODEL_BROKEN", { where: file, detail });
    }
  }
  if (endToken + SPECIAL_TOKENS > firstTimestampToken) {
    const detail = `after the end token ${endToken} a vocabulary of ${vocabularySize} has no room for ${SPECIAL_TOKENS - 1} special tokens and ${TIMESTAMP_TOKENS} timestamps`;
    throw new MubblesError("MODEL_BROKEN", { where: file, detail });
  }
  return {
    nMels,
    dModel,
    decoderHeads,
    decoderLayers,
    encoderHeads,
    vocabularySize,
    endToken,
    firstTimestampToken,
    headSize: dModel / decoderHeads,
    encoderLayers: count("encoder_layers"),
    maxAudioPositions: count("max_source_positions"),
    maxTextPositions: count("max_target_positions"),
    isMultilingual: vocabularySize >= MULTILINGUAL_VOCABULARY,
    alignmentHeads: alignmentHeads(generation.alignment_heads, decoderLayers, decoderHeads),
  };
}

/**
 * In the order of the layers, because the graph collects their scores layer by layer. Where none are named, all heads of the
 * upper half of the layers, as openai/whisper model.py:269-275 does.
 */
function alignmentHeads(listed: unknown, layers: number, heads: number): [number, number][] {
  const named = namedAlignmentHeads(listed, layers, heads);
  if (named.length > 0) return named;
  const first = Math.floor(layers / 2);
  return Array.from({ length: (layers - first) * heads }, (_, i) => [
    first + Math.floor(i / heads),
    i % heads,
  ]);
}

function namedAlignmentHeads(listed: unknown, layers: number, heads: number): [number, number][] {
  if (!Array.isArray(listed)) return [];
  const isIndex = (value: unknown, count: number) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < count;
  const valid = listed.filter(
    (pair): pair is [number, number] =>
      Array.isArray(pair) && isIndex(pair[0], layers) && isIndex(pair[1], heads),
  );
  return valid.sort(([layerA, headA], [layerB, headB]) => layerA - layerB || headA - headB);
}

function parseJson(text: string | undefined, file: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text ?? "");
  } catch (cause) {
    throw broken(file, "missing, or no JSON", cause);
  }
  if (typeof json === "object" && json !== null) return json as Record<string, unknown>;
  throw broken(file, "expected a JSON object");
}

function positiveInteger(value: unknown, key: string, file: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw new MubblesError("MODEL_BROKEN", {
    where: file,
    detail: `${key} is ${JSON.stringify(value)}, expected a count`,
  });
}

/** Numbers of a layer's heads whose attention follows the audio. */
export function alignmentHeadsOf({ alignmentHeads }: WhisperConfig, layer: number): number[] {
  return alignmentHeads.filter(([of]) => of === layer).map(([, head]) => head);
}
