import type { Engine } from "../model/engine.js";

/** Tokens of what a user gives as a prompt: one space in front, none around (openai/whisper transcribe.py:231-233). */
export function encodeText(text: string | undefined, engine: Engine): number[] {
  return text === undefined || text.trim() === "" ? [] : engine.encode(` ${text.trim()}`);
}
