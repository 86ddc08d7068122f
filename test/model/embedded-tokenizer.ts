/** The tokenizer of the embedded model, from its weights file as the engine reads it. */
import { packagePath } from "../../src/assets.js";
import { Safetensors } from "../../src/model/safetensors.js";
import { readTextTokens, type TextTokens } from "../../src/model/text-tokens.js";
import { WhisperTokenizer } from "../../src/model/tokenizer.js";
import { readWhisperConfig, type WhisperConfig } from "../../src/model/whisper-config.js";

interface EmbeddedTokenizer {
  readonly config: WhisperConfig;
  readonly textTokens: TextTokens;
  readonly tokenizer: WhisperTokenizer;
}

export function embeddedTokenizer(): EmbeddedTokenizer {
  const folder = packagePath("models/whisper-base-int8");
  const config = readWhisperConfig(folder);
  const textTokens = readTextTokens(Safetensors.openFolder(folder));
  return { config, textTokens, tokenizer: new WhisperTokenizer(textTokens, config) };
}
