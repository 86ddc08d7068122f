/**
 * Which heads of cross-attention follow the audio, for files that do not say so. OpenAI measured them for each of its models
 * (https://github.com/openai/whisper/blob/v20250625/whisper/__init__.py#L36-L53, masks there). Models of other sizes,
 * distilled ones among them, have none: for these all heads of the upper half of the layers count (whisper-config.ts).
 */
import type { WhisperSizes } from "./hub-files.js";

/** "layer.head", one after the other. */
const HEADS: Readonly<Record<string, string>> = {
  tiny: "2.2 3.0 3.2 3.3 3.4 3.5",
  "tiny.en": "1.0 2.0 2.5 3.0 3.1 3.2 3.3 3.4",
  base: "3.1 4.2 4.3 4.7 5.1 5.2 5.4 5.6",
  "base.en": "3.3 4.7 5.1 5.5 5.7",
  small: "5.3 5.9 8.0 8.4 8.7 8.8 9.0 9.7 9.9 10.5",
  "small.en": "6.6 7.0 7.3 7.8 8.2 8.5 8.7 9.0 9.4 9.8 9.10 10.0 10.1 10.2 10.3 10.6 10.11 11.2 11.4",
  medium: "13.15 15.4 15.15 16.1 20.0 23.4",
  "medium.en":
    "11.4 14.1 14.12 14.14 15.4 16.0 16.4 16.9 17.12 17.14 18.7 18.10 18.15 20.0 20.3 20.9 20.14 21.12",
  "large-v1": "9.19 11.2 11.4 11.17 22.7 22.11 22.17 23.2 23.15",
  "large-v2":
    "10.12 13.17 16.11 16.12 16.13 17.15 17.16 18.4 18.11 18.19 19.11 21.2 21.3 22.3 22.9 22.12 23.5 23.7 23.13 25.5 26.1 26.12 27.15",
  "large-v3": "7.0 10.17 12.18 13.12 16.1 17.14 19.11 21.4 24.1 25.6",
  "large-v3-turbo": "2.4 2.11 3.3 3.6 3.11 3.14",
};

/** Encoder layers, width. */
const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  tiny: [4, 384],
  base: [6, 512],
  small: [12, 768],
  medium: [24, 1024],
  large: [32, 1280],
};
const TURBO_DECODER_LAYERS = 4;
const MEL_BANDS_SINCE_V3 = 128;

/**
 * [layer, head] of OpenAI's model of these sizes; empty where it has none. large-v1 and large-v2 have the same sizes: a file whose
 * name does not say v1 is v2.
 */
export function publishedAlignmentHeads(
  sizes: WhisperSizes,
  isMultilingual: boolean,
  file: string,
): number[][] {
  const { encoderLayers, decoderLayers, dModel, nMels } = sizes;
  const size = Object.keys(SIZES).find(
    (name) => SIZES[name]![0] === encoderLayers && SIZES[name]![1] === dModel,
  );
  if (size === undefined) return [];
  if (size !== "large") {
    const isWhole = decoderLayers === encoderLayers;
    return isWhole ? parsed(HEADS[isMultilingual ? size : `${size}.en`]!) : [];
  }
  const isV3 = nMels === MEL_BANDS_SINCE_V3;
  if (isV3 && decoderLayers === TURBO_DECODER_LAYERS) return parsed(HEADS["large-v3-turbo"]!);
  if (decoderLayers !== encoderLayers) return [];
  if (isV3) return parsed(HEADS["large-v3"]!);
  return parsed(HEADS[/large-v1/.test(file) ? "large-v1" : "large-v2"]!);
}

function parsed(heads: string): number[][] {
  return heads.split(" ").map((pair) => pair.split(".").map(Number));
}
